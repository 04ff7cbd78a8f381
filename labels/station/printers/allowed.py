"""Which addresses printers may have: a station is no door into other networks."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from labels.errors import LabelError

LOCAL = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
"""Allowed when nothing else is said: this machine and private networks."""


class Allowed:
    """Networks, addresses and names; whatever else a printer has for an address is refused."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """words: CIDR networks, addresses, host names; none: LOCAL. Raises LabelError bad_allow."""
        self._networks: list[IPv4Network | IPv6Network] = []
        self._names: set[str] = set()
        for word in list(words) or LOCAL:
            self._add(word)

    def _add(self, word: str) -> None:
        try:
            self._networks.append(ip_network(word))
        except ValueError:
            if "/" in word or not word or word[0].isdigit():
                raise LabelError("bad_allow", "allow", value=word[:60]) from None
            self._names.add(word.lower())

    def names(self, host: str) -> bool:
        """Whether this very name is allowed, wherever it leads."""
        return host.lower() in self._names

    def check(self, host: str, address: str) -> None:
        """Raises LabelError printer_not_allowed with the host and the address it leads to."""
        plain = ip_address(address.partition("%")[0])
        mapped = getattr(plain, "ipv4_mapped", None) or plain
        known = any(mapped in each for each in self._networks if each.version == mapped.version)
        if not known and not self.names(host):
            raise LabelError("printer_not_allowed", "printer", host=host, address=address)
