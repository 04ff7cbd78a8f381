"""The station's spool when its disk is full, its file damaged, its folder taken or forbidden."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labels.errors import LabelError
from labels.station.spool import Spool
from tests.labels.fake_printer import FakePrinter
from tests.labels.stations import number_of, offered, spooling, take, wait_for, working


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """No file may grow beyond what the spool's log has now: writes fail as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (folder / "spool.sqlite3-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_label_is_not_sent_when_that_it_is_sent_cannot_be_written(tmp_path: Path) -> None:
    with spooling(tmp_path) as spool, FakePrinter() as printer:
        uid = take(spool, offered(3))
        with full_disk(tmp_path), working(spool, printer.address) as desk:
            wait_for(lambda: spool.is_full)
            told = desk.worker.told()
            assert (told["state"], told["reason"]) == ("paused", "spool_full")
            assert not desk.worker.is_ready
            assert not spool.is_writable()
            assert printer.taken == 0
        assert spool.is_writable()
        with working(spool, printer.address) as desk:
            assert desk.wait_for(uid, "confirmed").doubtful == ()
            assert desk.worker.told()["reason"] == ""
        assert [number_of(label) for label in printer.printed] == [1, 2, 3]


def test_a_disk_that_fills_up_in_the_middle_loses_nothing_and_hides_no_duplicate(
    tmp_path: Path,
) -> None:
    with (
        spooling(tmp_path) as spool,
        FakePrinter(seconds=0.01) as printer,
        working(spool, printer.address) as desk,
    ):
        uid = take(spool, offered(30))
        wait_for(lambda: len(printer.printed) >= 5)
        with full_disk(tmp_path):
            wait_for(lambda: spool.is_full)
            taken = printer.taken
            with pytest.raises(sqlite3.OperationalError):
                take(spool, offered(4))
            wait_for(lambda: printer.is_idle)
            assert printer.taken == taken
        job = desk.wait_for(uid, "confirmed")
        papers = [number_of(label) for label in printer.printed]
        assert set(papers) == set(range(1, 31))
        assert {number for number in papers if papers.count(number) > 1} <= set(job.doubtful)


@pytest.mark.parametrize("damage", ["rubbish", "torn", "page"])
def test_a_damaged_file_is_kept_aside_and_another_agent_begins(tmp_path: Path, damage: str) -> None:
    with spooling(tmp_path) as spool:
        agent = spool.agent
        take(spool, offered(30))
    file = tmp_path / "spool.sqlite3"
    content = file.read_bytes()
    broken = {
        "rubbish": b"not a database at all" * 100,
        "torn": content[: len(content) // 2],
        "page": content[:4096] + b"\xff" * 4096 + content[8192:],
    }[damage]
    file.write_bytes(broken)
    with spooling(tmp_path) as again:
        assert again.set_aside is not None
        assert again.set_aside.read_bytes() == broken
        assert again.open_jobs() == []
        assert again.agent != agent
        take(again, offered(1))
        assert len(again.open_jobs()) == 1


def test_two_agents_never_share_a_folder(tmp_path: Path) -> None:
    with spooling(tmp_path), pytest.raises(LabelError) as refused:
        Spool(tmp_path)
    assert (refused.value.code, refused.value.fields["path"]) == ("spool_in_use", str(tmp_path))
    with spooling(tmp_path) as later:
        assert later.set_aside is None


def test_a_folder_that_cannot_be_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LabelError) as refused:
        Spool(tmp_path / "file")
    assert refused.value.code == "spool_unusable"


def test_what_was_under_way_is_still_there_after_the_power_was_cut(tmp_path: Path) -> None:
    with spooling(tmp_path) as spool:
        uid = take(spool, offered(5))
        job = spool.job(uid)
        assert job is not None
        assert spool.begin(job, 3)
        before = spool.job(uid)
        copy = tmp_path / "as it lay there"
        copy.mkdir()
        for file in tmp_path.glob("spool.sqlite3*"):
            (copy / file.name).write_bytes(file.read_bytes())
    with spooling(copy) as again:
        assert again.job(uid) == before
        assert again.label(uid, 5) is not None
