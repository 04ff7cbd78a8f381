"""Ways to a printer other than TCP: a device, a queue of CUPS, Windows' spooler, a folder."""

import os
import shutil
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from labels import render
from labels.station.printers.allowed import Allowed
from labels.station.printers.named import named_printer
from labels.station.printers.wire import WireLost, open_device
from labels.station.spool import Spool
from tests.labels.fake_printer import FakePrinter
from tests.labels.printers import read_zpl, scanned
from tests.labels.stations import label_of, offered, spooling, take, wait_for, working

READY = b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,1,2,4,0,00000000,0,000\x03\r\n"
CUPSD = shutil.which("cupsd") or shutil.which("/usr/sbin/cupsd")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with spooling(tmp_path / "spool") as opened:
        yield opened


def test_a_device_that_answers_gets_labels_and_confirms_them(spool: Spool) -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    seen, ended = bytearray(), threading.Event()

    def print_them() -> None:
        while not ended.is_set():
            content = os.read(ours, 4096)
            seen.extend(content)
            for _ in range(content.count(b"~HS")):
                os.write(ours, READY)

    printer = threading.Thread(target=print_them, daemon=True)
    printer.start()
    made = [render("item-40x30", {"code": f"C-{n}", "sku": "M8", "name": "螺栓"}) for n in (1, 2)]
    with working(spool, f"file://{os.ttyname(theirs)}?language=zpl") as desk:
        uid = take(spool, offered(2), [each.content for each in made])
        job = desk.wait_for(uid, "confirmed")
        assert job.doubtful == ()
        ended.set()
        os.write(theirs, b"\n")
    printer.join(5)
    os.close(ours)
    os.close(theirs)
    pictures = [picture for picture, _ in read_zpl(bytes(seen).replace(b"~HS", b""))]
    assert [scanned(picture) for picture in pictures] == [["]Q1C-1"], ["]Q1C-2"]]


def test_a_device_that_only_takes_ends_unverified(spool: Spool, tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    os.mkfifo(device)
    # The kernel's printers take writes whoever reads; a pipe wants somebody at its other end.
    reader = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    with working(spool, f"file://{device}?language=tspl&status=none") as desk:
        uid = take(spool, offered(3, language="tspl"))
        assert desk.wait_for(uid, "unverified").confirmed == 0
        taken = os.read(reader, 1_000_000)
    os.close(reader)
    assert taken == b"".join(label_of(uid, number, "tspl") for number in (1, 2, 3))


def test_a_device_that_is_not_there_is_waited_for(spool: Spool, tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    with working(spool, f"file://{device}?status=none") as desk:
        uid = take(spool, offered(1))
        desk.wait_for(uid, "paused", "unreachable")
        os.mkfifo(device)
        reader = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
        assert desk.wait_for(uid, "unverified").doubtful == ()
        os.close(reader)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may drop what it may do")
def test_a_device_nobody_may_read_is_still_written() -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    device = os.ttyname(theirs)
    Path(device).chmod(0o222)
    program = (
        "import os, sys; from labels.station.printers.wire import open_device;"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); wire = open_device(sys.argv[1]);"
        "print(wire.write(b'^XA^XZ', 1)); wire.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, device], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
    assert os.read(ours, 100) == b"^XA^XZ"
    os.close(ours)
    os.close(theirs)


def test_what_is_neither_a_device_nor_a_pipe_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file", tmp_path / "ghost"):
        with pytest.raises(WireLost, match="unreachable"):
            open_device(str(path))


def test_a_document_delivered_again_replaces_itself_and_is_never_seen_half(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    delivery = named_printer(f"p=pdf:{folder}", Allowed()).delivery()
    delivery.deliver("job", b"%PDF first")
    delivery.deliver("job", b"%PDF again")
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [
        ("job.pdf", b"%PDF again")
    ]

    def power_cut(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(WireLost, match="no space left"):
        delivery.deliver("other", b"%PDF")
    assert not (folder / "other.pdf").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there it would print")
def test_windows_printers_are_refused_elsewhere_and_the_job_waits(spool: Spool) -> None:
    with working(spool, "windows:ZDesigner ZD421") as desk:
        uid = take(spool, offered(1))
        assert desk.wait_for(uid, "paused", "unreachable").sent in (0, 1)


def test_a_machine_without_cups_says_unreachable(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with working(spool, "cups:zebra") as desk:
        desk.wait_for(take(spool, offered(1)), "paused", "unreachable")


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePrinter]:
    """A cupsd of our own with one raw queue, `zebra`, and the network printer behind it."""
    if not (CUPSD and shutil.which("lp")):
        pytest.skip("CUPS is not installed")
    with (
        TemporaryDirectory() as folder,  # where its user lp may go, too
        FakePrinter(answers=False) as printer,
        _cupsd(Path(folder), printer.port) as server,
    ):
        monkeypatch.setenv("CUPS_SERVER", str(server))
        yield printer


@contextmanager
def _cupsd(folder: Path, port: int) -> Iterator[Path]:
    server = folder / "cups.sock"
    folder.chmod(0o755)
    for name in ("etc", "requests/tmp", "cache", "run"):
        (folder / name).mkdir(parents=True)
    settings = folder / "etc"
    (settings / "cups-files.conf").write_text(_files(folder))
    (settings / "cupsd.conf").write_text(
        f"Listen {server}\nBrowsing Off\nDefaultAuthType None\nLogLevel warn\n"
        "<Location />\n  Order allow,deny\n  Allow all\n</Location>\n"
        "<Policy default>\n  <Limit All>\n    Order deny,allow\n  </Limit>\n</Policy>\n"
    )
    (settings / "printers.conf").write_text(
        f"<Printer zebra>\nDeviceURI socket://127.0.0.1:{port}\nState Idle\nAccepting Yes\n"
        "</Printer>\n"
    )
    program = [str(CUPSD), "-f", "-c", str(settings / "cupsd.conf")]
    program += ["-s", str(settings / "cups-files.conf")]
    child = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: child.poll() is not None or server.exists())
        assert child.poll() is None, (folder / "errors").read_text()
        yield server
    finally:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(5)
        child.kill()
        child.wait()


def _files(folder: Path) -> str:
    places = {
        "ServerRoot": "etc",
        "RequestRoot": "requests",
        "TempDir": "requests/tmp",
        "CacheDir": "cache",
        "StateDir": "run",
        "ErrorLog": "errors",
        "AccessLog": "accesses",
        "PageLog": "pages",
    }
    return "\n".join(f"{name} {folder / place}" for name, place in places.items()) + "\n"


def test_a_raw_queue_of_cups_prints_every_byte_as_it_was(paper: FakePrinter, spool: Spool) -> None:
    data = ({"code": f"C-{n}", "sku": "M8", "name": "螺栓"} for n in range(12))
    contents = [render("item-40x30", each).content for each in data]
    with working(spool, "cups:zebra?language=zpl") as desk:
        uid = take(spool, offered(12), contents)
        job = desk.wait_for(uid, "unverified")
        assert (job.sent, job.confirmed, job.doubtful) == (12, 0, ())
        wait_for(lambda: len(paper.printed) == 12)
    assert b"".join(paper.printed).replace(b"\n", b"") == b"".join(contents).replace(b"\n", b"")


def test_a_queue_cups_does_not_know_is_unreachable(paper: FakePrinter, spool: Spool) -> None:
    with working(spool, "cups:ghost?language=zpl") as desk:
        uid = take(spool, offered(1))
        assert desk.wait_for(uid, "paused", "unreachable").confirmed == 0
    assert paper.taken == 0
