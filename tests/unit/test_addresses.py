"""Which hosts outside may be called."""

from ipaddress import ip_address

import pytest

from server.domain.addresses import Reach, is_inward, plain_address, read_url
from server.domain.errors import InvalidInput, NotPermitted

INWARD = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "fd00:ec2::254",
]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "120.232.65.1",
    "2400:3200::1",
    "2606:4700::1111",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("text", INWARD)
def test_addresses_of_a_house_or_of_nobody_are_refused(text):
    with pytest.raises(NotPermitted, match="host_forbidden"):
        Reach().check("example.test", 443, [ip_address(text)])


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_may_be_called_by_tls_on_usual_ports_only(text):
    address = ip_address(text)
    assert Reach().check("example.test", 443, [address]) == [plain_address(address)]
    with pytest.raises(NotPermitted, match="port_forbidden"):
        Reach().check("example.test", 6379, [address])
    with pytest.raises(NotPermitted, match="tls_required"):
        Reach().check("example.test", 443, [address], secure=False)


def test_one_bad_address_spoils_a_name():
    with pytest.raises(NotPermitted, match="host_forbidden"):
        Reach().check("two.test", 443, [ip_address("8.8.8.8"), ip_address("10.0.0.1")])


def test_what_an_administrator_allowed_may_be_called_anyhow():
    reach = Reach.of("10.2.0.0/16, ::1", "")
    assert reach.check("mail.lan", 2525, [ip_address("10.2.3.4")], secure=False)
    assert reach.check("self", 80, [ip_address("::1")], secure=False)
    assert reach.check("mapped", 80, [ip_address("::ffff:10.2.3.4")], secure=False)
    with pytest.raises(NotPermitted):
        reach.check("other.lan", 443, [ip_address("10.3.0.1")])


@pytest.mark.parametrize(("networks", "ports"), [("10.0.0.0/33", ""), ("", "https"), ("lan", "")])
def test_settings_that_make_no_sense_are_refused(networks, ports):
    with pytest.raises(InvalidInput, match="bad_setting"):
        Reach.of(networks, ports)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.test/",
        "https://",
        "https://user:pass@example.test/",
        "https://user@example.test/",
        "https://example.test/#part",
        "https://example.test:99999/",
        "https://exa mple.test/",
        "https://example.test\\@10.0.0.1/",
        "https://example.test/\r\nX: y",
        "//example.test/",
        "file:///etc/passwd",
        "https://例子.test/路径",
        "https://example.test/" + "a" * 2_000,
    ],
)
def test_addresses_that_say_more_than_where_are_refused(url):
    with pytest.raises(InvalidInput, match="bad_url"):
        read_url(url)


def test_an_address_says_where_it_leads():
    target = read_url("https://Example.test/hook?key=1")
    assert (target.host, target.port, target.secure) == ("example.test", 443, True)
    assert read_url("http://[::1]:8080/").port == 8080


def test_no_public_address_is_inward():
    assert not [text for text in PUBLIC[:-1] if is_inward(ip_address(text))]
