"""What printers answer when asked how they are, the odd ones among them included."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from labels.station.printers.status import Status, StatusProtocol
from labels.station.printers.tspl import StatusByte, read_status_byte
from labels.station.printers.wire import Wire, WireLost
from labels.station.printers.zpl import HostStatus, read_host_status

FIRST = b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03"
SECOND = b"\x02000,0,0,0,1,2,4,0,00000000,1,000\x03"
THIRD = b"\x021234,0\x03"
READY = FIRST + b"\r\n" + SECOND + b"\r\n" + THIRD + b"\r\n"


def with_value(text: bytes, at: int, value: bytes) -> bytes:
    parts = text.strip(b"\x02\x03").split(b",")
    parts[at] = value
    return b"\x02" + b",".join(parts) + b"\x03"


@pytest.mark.parametrize(
    "answer",
    [
        READY,
        FIRST + SECOND + THIRD,  # without ends of lines
        FIRST + b"\n" + SECOND,  # two strings only
        FIRST + b"\r\n\r\n" + SECOND,
        b"\x00\xff boot noise \r\n" + READY,
        FIRST + READY,  # the first string came twice
        READY + READY,
        READY.replace(b"1245", b"0"),
        READY.replace(b"1245", b"12000"),  # a long label
        READY.replace(b"2,4,0,00000000", b"2,T,0,0"),  # letters where Zebra has digits
        READY.replace(b"1,000\x03", b"1,0\x03"),  # one graphic, told in one digit
    ],
)
def test_an_idle_zpl_printer_is_ready_however_its_firmware_puts_it(answer: bytes) -> None:
    told = read_host_status(answer)
    # The bit before the last of the second string is 1 with idle printers, too: no work by itself.
    assert told is not None
    assert (told.reason, told.waiting, told.half) == ("", 0, False)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        FIRST,
        SECOND + FIRST,
        READY[:40],
        READY.replace(b",", b";"),
        b"\x02030,0,0\x03\r\n" * 3,
        b"ZD421-203dpi,V93.21,8,8176KB",
        b"\x02" + b"0," * 2000,
        READY.replace(b"\x02", b"").replace(b"\x03", b""),
    ],
)
def test_what_is_no_whole_answer_says_nothing(answer: bytes) -> None:
    assert read_host_status(answer) is None


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({1: b"1"}, {}, "no_paper"),
        ({2: b"1"}, {}, "paused_by_hand"),
        ({9: b"1"}, {}, "unknown_fault"),  # its memory is corrupt
        ({11: b"1"}, {}, "overheated"),
        ({}, {2: b"1"}, "head_open"),
        ({}, {3: b"1"}, "no_ribbon"),
        ({1: b"1", 2: b"1"}, {2: b"1"}, "head_open"),  # a cause before what follows from it
        ({1: b"1", 2: b"1"}, {}, "no_paper"),
        ({10: b"1"}, {}, ""),  # too cold: prints all the same
    ],
)
def test_zpl_faults_are_told_by_what_must_be_mended_first(
    first: dict[int, bytes], second: dict[int, bytes], reason: str
) -> None:
    one, other = FIRST, SECOND
    for at, value in first.items():
        one = with_value(one, at, value)
    for at, value in second.items():
        other = with_value(other, at, value)
    told = read_host_status(one + b"\r\n" + other)
    assert told is not None
    assert told.reason == reason


def test_formats_that_wait_and_labels_of_a_batch_mean_work() -> None:
    waiting = read_host_status(with_value(FIRST, 4, b"007") + SECOND)
    batch = read_host_status(FIRST + with_value(SECOND, 8, b"00000012"))
    half = read_host_status(with_value(FIRST, 7, b"1") + SECOND)
    assert waiting
    assert batch
    assert half
    assert (waiting.busy, waiting.waiting) == (True, 7)
    assert batch.busy
    assert (half.busy, half.half) == (True, True)


def test_the_last_of_several_answers_counts() -> None:
    older = with_value(FIRST, 1, b"1") + SECOND
    told = read_host_status(older + b"\r\n" + READY)
    assert told is not None
    assert told.reason == ""


@pytest.mark.parametrize(
    ("byte", "status"),
    [
        (0x00, Status("", busy=False)),
        (0x20, Status("", busy=True)),
        (0x01, Status("head_open", busy=False)),
        (0x02, Status("paper_jam", busy=False)),
        (0x03, Status("head_open", busy=False)),
        (0x04, Status("no_paper", busy=False)),
        (0x05, Status("head_open", busy=False)),
        (0x08, Status("no_ribbon", busy=False)),
        (0x10, Status("paused_by_hand", busy=False)),
        (0x24, Status("no_paper", busy=True)),
        (0x80, Status("unknown_fault", busy=False)),
        (0xFF, Status("head_open", busy=True)),
    ],
)
def test_every_tspl_byte_has_a_meaning(byte: int, status: Status) -> None:
    assert read_status_byte(byte) == status


@contextmanager
def asked(answer: Callable[[socket.socket, bytes], None]) -> Iterator[Wire]:
    """A wire whose other end does `answer` with each question."""
    ours, theirs = socket.socketpair()

    def listen() -> None:
        while question := theirs.recv(100):
            answer(theirs, question)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    ours.setblocking(False)
    wire = Wire(ours.fileno(), ours.send, lambda: ours.recv(4096), ours.close)
    try:
        yield wire
    finally:
        ours.close()
        thread.join(5)
        theirs.close()


@pytest.mark.parametrize(
    ("protocol", "answer"), [(HostStatus(), READY), (StatusByte(), b"\x00")], ids=["zpl", "tspl"]
)
def test_an_answer_in_single_bytes_is_put_together(protocol: StatusProtocol, answer: bytes) -> None:
    def slowly(printer: socket.socket, question: bytes) -> None:
        for at in range(len(answer)):
            printer.send(answer[at : at + 1])

    with asked(slowly) as wire:
        told = protocol.ask(wire, 5)
        assert told is not None
        assert told.reason == ""


@pytest.mark.parametrize("protocol", [HostStatus(), StatusByte()], ids=["zpl", "tspl"])
def test_a_silent_printer_is_silent_and_one_that_hangs_up_is_lost(protocol: StatusProtocol) -> None:
    with asked(lambda printer, question: None) as wire:
        assert protocol.ask(wire, 0.05) is None
    with (
        asked(lambda printer, question: printer.shutdown(socket.SHUT_WR)) as wire,
        pytest.raises(WireLost),
    ):
        protocol.ask(wire, 5)


def test_rubbish_for_an_answer_is_no_answer_and_the_next_one_is_believed() -> None:
    answers = [b"ERROR 17\r\n", READY]
    with asked(lambda printer, question: printer.sendall(answers.pop(0))) as wire:
        assert HostStatus().ask(wire, 0.1) is None
        told = HostStatus().ask(wire, 5)
        assert told is not None
        assert told.waiting == 0
