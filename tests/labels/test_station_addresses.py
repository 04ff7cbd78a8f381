"""--printer and --allow: understood, or refused with what would be right."""

import socket

import pytest

from labels.errors import LabelError
from labels.station.printers.allowed import Allowed
from labels.station.printers.named import named_printer
from labels.station.printers.tcp import open_tcp


def refusal(text: str, *allow: str) -> tuple[str, str]:
    with pytest.raises(LabelError) as refused:
        named_printer(text, Allowed(allow))
    return refused.value.code, str(refused.value.fields.get("wanted", ""))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("z=tcp://192.168.1.50", ("tcp", "192.168.1.50", "zpl", 203, True)),
        (
            "z=tcp://10.0.0.7:6101?language=tspl&dpi=300",
            ("tcp", "10.0.0.7:6101", "tspl", 300, True),
        ),
        ("z=tcp://[fe80::1]:9100?status=none", ("tcp", "[fe80::1]:9100", "zpl", 203, False)),
        ("usb=file:///dev/usb/lp0", ("file", "/dev/usb/lp0", "zpl", 203, True)),
        ("q=cups:Zebra_ZD421?language=pdf", ("cups", "Zebra_ZD421", "pdf", 203, True)),
        ("w=windows:ZDesigner ZD421?dpi=600", ("windows", "ZDesigner ZD421", "zpl", 600, True)),
        ("f=pdf:/srv/labels", ("pdf", "/srv/labels", "pdf", 203, True)),
    ],
)
def test_where_a_printer_is_may_be_said_in_these_ways(text: str, told: tuple[object, ...]) -> None:
    printer = named_printer(text, Allowed())
    seen = (printer.kind, printer.place, printer.language, printer.dpi, printer.asks)
    assert seen == told
    assert printer.converses == (printer.kind in ("tcp", "file"))
    assert (printer.protocol is not None) == (printer.converses and printer.asks)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "NAME="),
        ("tcp://10.0.0.7", "NAME="),
        ("=tcp://10.0.0.7", "NAME="),
        ("a b=tcp://10.0.0.7", "NAME="),
        ("打印机=tcp://10.0.0.7", "NAME="),
        (f"{'n' * 41}=tcp://10.0.0.7", "NAME="),
        ("z=http://10.0.0.7", "tcp:, file:"),
        ("z=10.0.0.7:9100", "tcp:, file:"),
        ("z=tcp://", "HOST"),
        ("z=tcp://10.0.0.7:99999", "HOST"),
        ("z=tcp://10.0.0.7/path", "HOST"),
        ("z=tcp://me:secret@10.0.0.7", "HOST"),
        ("z=tcp://10.0.0.7?language=epl", "zpl|tspl|pdf"),
        ("z=tcp://10.0.0.7?dpi=204", "203|300|600"),
        ("z=tcp://10.0.0.7?colour=red", "language="),
        ("z=tcp://10.0.0.7?language=pdf", "pdf (pdf:)"),
        ("z=pdf:/srv?language=zpl", "pdf (pdf:)"),
        ("z=pdf:", "pdf:"),
        ("z=file://", "file:"),
        ("z=file:///dev/\x07", "file:"),
        ("z=cups:-o raw", "cups:NAME"),
        ("z=cups:a;rm", "cups:NAME"),
        ("z=cups:", "cups:NAME"),
        ("z=windows:", "windows:"),
    ],
)
def test_anything_else_is_refused_with_what_is_wanted(text: str, wanted: str) -> None:
    code, said = refusal(text)
    assert code == "bad_printer"
    assert wanted in said


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "100.64.0.1", "[2001:db8::1]", "[::ffff:8.8.8.8]", "0.0.0.0", "224.0.0.1"]
)
def test_printers_are_in_private_networks_unless_somebody_allows_others(host: str) -> None:
    assert refusal(f"z=tcp://{host}")[0] == "printer_not_allowed"
    named_printer(f"z=tcp://{host}", Allowed(["0.0.0.0/0", "::/0"]))


def test_what_is_allowed_is_all_that_is_allowed() -> None:
    named_printer("z=tcp://192.168.7.7", Allowed(["192.168.7.0/24"]))
    assert refusal("z=tcp://192.168.8.7", "192.168.7.0/24")[0] == "printer_not_allowed"
    assert refusal("z=tcp://127.0.0.1", "192.168.7.0/24")[0] == "printer_not_allowed"


def test_a_name_is_followed_to_its_address_unless_the_name_itself_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 9100))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: answer)
    assert refusal("z=tcp://printer.example")[0] == "printer_not_allowed"
    named_printer("z=tcp://printer.example", Allowed(["Printer.Example"]))


def test_a_name_that_leads_elsewhere_later_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    where = ["10.0.0.7"]

    def found(*asked: object, **more: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where[0], 9100))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was followed"))
    named_printer("z=tcp://printer.example", Allowed())
    where[0] = "93.184.216.34"
    with pytest.raises(LabelError) as refused:
        open_tcp("printer.example", 9100, Allowed())
    assert refused.value.code == "printer_not_allowed"
    assert refused.value.fields["address"] == "93.184.216.34"


@pytest.mark.parametrize("word", ["10.0.0.0/33", "10.0.0", "1.2.3.4/x", ""])
def test_a_network_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(LabelError) as refused:
        Allowed([word])
    assert refused.value.code == "bad_allow"
