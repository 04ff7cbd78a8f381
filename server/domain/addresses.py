"""Which addresses outside this house may be called: public ones, and what an administrator allows.

A name is looked up once, every address it has is judged, and the one that was judged is the one
that is called; so a name cannot point elsewhere a moment later.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import urlsplit

from server.domain.errors import InvalidInput, NotPermitted

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL_LENGTH_MOST: Final = 2_000
PORTS_USUAL: Final = frozenset({25, 443, 465, 587, 8443})
_FORBIDDEN: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT; also clouds' metadata
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; 169.254.169.254 is clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "::/8",  # unspecified, loopback, mapped and compatible IPv4
        "64:ff9b::/96",  # IPv4 behind NAT64: judged as what it stands for
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and other special purposes
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",  # unique local
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_NAT64: Final = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Reach:
    """What may be called: every public address by TLS on these ports, and these networks anyhow."""

    allowed: tuple[Network, ...] = ()
    ports: frozenset[int] = field(default=PORTS_USUAL)

    @classmethod
    def of(cls, networks: str, ports: str) -> "Reach":
        """From two comma-separated lists. Raises InvalidInput `bad_setting`."""
        try:
            allowed = tuple(ip_network(text, strict=False) for text in _listed(networks))
            numbers = frozenset(int(text) for text in _listed(ports))
        except ValueError as problem:
            raise InvalidInput(
                "bad_setting", name="STOCKTURN_OUTBOUND", value=str(problem)
            ) from None
        return cls(allowed, numbers or PORTS_USUAL)

    def is_allowed(self, address: Address) -> bool:
        """Whether an administrator named it."""
        return any(_within(address, network) for network in self.allowed)

    def check(
        self, host: str, port: int, addresses: Iterable[Address], *, secure: bool = True
    ) -> list[Address]:
        """The addresses, all of which may be called on this port, with TLS or without.

        Raises NotPermitted `host_forbidden`, `port_forbidden` or `tls_required`: one bad address
        spoils a name.
        """
        found = [plain_address(address) for address in addresses]
        for address in found:
            if self.is_allowed(address):
                continue
            if is_inward(address):
                raise NotPermitted("host_forbidden", host=host, address=str(address))
            if not secure:
                raise NotPermitted("tls_required", host=host)
            if port not in self.ports:
                raise NotPermitted("port_forbidden", host=host, port=port)
        return found


@dataclass(frozen=True)
class Target:
    """Where a URL leads."""

    url: str
    host: str
    port: int
    secure: bool


def read_url(url: str) -> Target:
    """An http(s) address without user, password or fragment.

    Raises InvalidInput `bad_url`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except ValueError:
        raise InvalidInput("bad_url") from None
    odd = parts.username is not None or parts.password is not None or parts.fragment
    unfit = not url.isprintable() or " " in url or "\\" in url or not url.isascii()
    if parts.scheme not in ("http", "https") or not host or odd or unfit:
        raise InvalidInput("bad_url")
    if len(url) > URL_LENGTH_MOST:
        raise InvalidInput("bad_url")
    secure = parts.scheme == "https"
    return Target(url, host, port if port is not None else 443 if secure else 80, secure)


def is_inward(address: Address) -> bool:
    """Whether it leads into this house, its neighbourhood, or nowhere in public."""
    return any(_within(address, network) for network in _FORBIDDEN) or not address.is_global


def plain_address(address: Address) -> Address:
    """The IPv4 address an IPv6 one stands for, if it does; else itself, without its zone."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return IPv6Address(int(address))


def read_address(text: str) -> Address:
    """One address as a resolver gives it. Raises ValueError."""
    return ip_address(text.partition("%")[0])


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
