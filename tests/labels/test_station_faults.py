"""The station agent and a printer with faults: no label lost, none printed twice in silence."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labels import render
from labels.station.faults import FAULTS, in_words
from labels.station.jobs import Job
from labels.station.spool import Spool
from server.domain.printing import REASONS
from tests.labels.fake_printer import FakePrinter
from tests.labels.printers import read_tspl, read_zpl, scanned
from tests.labels.stations import (
    QUICK,
    label_of,
    number_of,
    offered,
    spooling,
    take,
    wait_for,
    working,
)

LANGUAGES = ("zpl", "tspl")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with spooling(tmp_path / "spool") as opened:
        yield opened


def numbers(printer: FakePrinter) -> list[int]:
    return [number_of(label) for label in printer.printed]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_printed_once_and_confirmed(spool: Spool, language: str) -> None:
    with (
        FakePrinter(language, seconds=0.002) as printer,
        working(spool, f"{printer.address}?language={language}") as desk,
    ):
        uid = take(spool, offered(35, language=language))
        job = desk.wait_for(uid, "confirmed")
        assert numbers(printer) == list(range(1, 36))
        assert (job.confirmed, job.sent, job.doubtful) == (35, 35, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_arrive_on_paper_as_they_were(spool: Spool, language: str) -> None:
    data = [{"code": f"C-{n}", "sku": "M8", "name": "六角螺栓 ^XZ~JA"} for n in range(3)]
    contents = [render("item-40x30", each, to=language).content for each in data]
    with (
        FakePrinter(language) as printer,
        working(spool, f"{printer.address}?language={language}") as desk,
    ):
        uid = take(spool, offered(3, language=language), contents)
        desk.wait_for(uid, "confirmed")
    stream = b"".join(printer.printed)
    read = [picture for picture, _ in read_zpl(stream)]
    read += [sheet.picture for sheet in (read_tspl(stream) if language == "tspl" else [])]
    assert ["".join(scanned(picture))[3:] for picture in read] == [each["code"] for each in data]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", ["no_paper", "head_open", "no_ribbon"])
def test_a_fault_in_the_middle_is_told_and_printing_goes_on_when_it_is_mended(
    spool: Spool, language: str, fault: str
) -> None:
    with (
        FakePrinter(language, stop_after=7, fault=fault, seconds=0.002) as printer,
        working(spool, f"{printer.address}?language={language}") as desk,
    ):
        uid = take(spool, offered(25, language=language))
        job = desk.wait_for(uid, "paused", fault)
        assert len(printer.printed) == 7
        assert job.confirmed <= 7
        printer.load_paper()
        job = desk.wait_for(uid, "confirmed")
        assert numbers(printer) == list(range(1, 26))
        assert job.doubtful == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trouble", ["reset_after", "cut_after"])
def test_labels_that_a_broken_connection_leaves_in_doubt_are_printed_again_and_said_to_be(
    spool: Spool, language: str, trouble: str
) -> None:
    with (
        FakePrinter(language, seconds=0.01) as printer,
        working(spool, f"{printer.address}?language={language}") as desk,
    ):
        setattr(printer, trouble, 14)
        uid = take(spool, offered(30, language=language))
        job = desk.wait_for(uid, "confirmed")
        came_out = numbers(printer)
        twice = {number for number in came_out if came_out.count(number) > 1}
        assert set(came_out) == set(range(1, 31))
        assert twice <= set(job.doubtful)
        assert 1 <= len(job.doubtful) <= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbered_labels_in_doubt_wait_for_a_person_and_others_do_not_wait_for_them(
    spool: Spool, language: str
) -> None:
    with (
        FakePrinter(language, seconds=0.01, reset_after=5) as printer,
        working(spool, f"{printer.address}?language={language}") as desk,
    ):
        first = offered(12, numbered=True, language=language)
        take(spool, first)
        other = take(spool, offered(2, language=language))
        desk.wait_for(first.uid, "paused", "check_last_label")
        desk.wait_for(other, "confirmed")
        seen = [number_of(each) for each in printer.printed if first.uid.encode() in each]
        again = offered(
            12, uid=first.uid, numbered=True, language=language, confirmed=max(seen, default=0)
        )
        take(spool, again)
        job = desk.wait_for(first.uid, "confirmed")
        seen = [number_of(each) for each in printer.printed if first.uid.encode() in each]
        assert seen == list(range(1, 13))
        assert job.doubtful == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_printer_that_never_answers_gets_everything_and_ends_unverified(
    spool: Spool, language: str
) -> None:
    with (
        FakePrinter(language, answers=False) as printer,
        working(spool, f"{printer.address}?language={language}") as desk,
    ):
        uid = take(spool, offered(23, language=language))
        job = desk.wait_for(uid, "unverified")
        wait_for(lambda: len(printer.printed) == 23)
        assert numbers(printer) == list(range(1, 24))
        assert (job.sent, job.confirmed, job.doubtful) == (23, 0, ())


def test_a_printer_that_used_to_answer_and_is_silent_gets_nothing_more(spool: Spool) -> None:
    with (
        FakePrinter(seconds=0.002) as printer,
        working(spool, printer.address) as desk,
    ):
        desk.wait_for(take(spool, offered(1)), "confirmed")
        printer.answers = False
        uid = take(spool, offered(5))
        desk.wait_for(uid, "paused", "no_answer")
        assert len(printer.printed) == 1
        printer.answers = True
        desk.wait_for(uid, "confirmed")
        assert len(printer.printed) == 6


def test_labels_that_are_not_here_yet_are_waited_for_and_never_passed_over(spool: Spool) -> None:
    with FakePrinter(seconds=0.001) as printer, working(spool, printer.address) as desk:
        offer = offered(60)
        spool.adopt(offer)
        job = desk.job(offer.uid)
        spool.was_told(job, "")
        for number in range(1, 61, 2):
            spool.store_labels(job, [(number + 1, label_of(offer.uid, number + 1))])
            threading.Event().wait(0.01)  # the second is here, the first is not
            spool.store_labels(job, [(number, label_of(offer.uid, number))])
        desk.wait_for(offer.uid, "confirmed")
        assert numbers(printer) == list(range(1, 61))


def test_answers_that_come_late_confirm_nothing_that_was_sent_after_they_were_written(
    spool: Spool,
) -> None:
    with FakePrinter(seconds=0.1) as printer, working(spool, printer.address) as desk:
        desk.wait_for(take(spool, offered(1)), "confirmed")
        uid = take(spool, offered(12))
        wait_for(lambda: len(printer.printed) >= 3)
        printer.late_s = 0.6
        wait_for(lambda: _is_honest(printer, desk.job(uid)) and len(printer.printed) >= 5)
        printer.late_s = 0.0
        wait_for(lambda: _is_honest(printer, desk.job(uid)) and desk.job(uid).outcome)
        assert numbers(printer) == [1, *range(1, 13)]


def _is_honest(printer: FakePrinter, job: Job) -> bool:
    """Nothing is said to be printed that is not on paper (the first is another job's)."""
    assert job.confirmed <= len(printer.printed) - 1
    return True


def test_a_silent_printer_that_breaks_off_is_sent_the_last_labels_again(spool: Spool) -> None:
    with (
        FakePrinter(answers=False, reset_after=20) as printer,
        working(spool, f"{printer.address}?status=none") as desk,
    ):
        uid = take(spool, offered(30))
        job = desk.wait_for(uid, "unverified")
        wait_for(lambda: printer.is_idle and max(numbers(printer), default=0) == 30)
        came_out = numbers(printer)
        twice = {number for number in came_out if came_out.count(number) > 1}
        assert twice <= set(job.doubtful)


def test_a_printer_that_is_off_is_waited_for(spool: Spool) -> None:
    with FakePrinter() as gone:
        port = gone.port
    with working(spool, f"tcp://127.0.0.1:{port}") as desk:
        uid = take(spool, offered(3))
        desk.wait_for(uid, "paused", "unreachable")
        assert desk.worker.told()["state"] == "offline"
        late = FakePrinter()
        late.port = port
        with late:
            desk.wait_for(uid, "confirmed")
            assert numbers(late) == [1, 2, 3]


def test_the_printer_is_asked_while_its_labels_are_still_on_their_way(spool: Spool) -> None:
    seldom = replace(QUICK, look=60)
    with FakePrinter() as printer, working(spool, printer.address, seldom):
        wait_for(lambda: printer.asked == 1)
        threading.Event().wait(2 * seldom.keep_open)  # nobody needs it: the connection is let go
        assert printer.asked == 1
        spool.adopt(offered(1))
        wait_for(lambda: printer.asked > 1)
        assert printer.taken == 0


def test_a_slow_printer_is_never_given_more_than_ten_labels_at_once(spool: Spool) -> None:
    deepest = 0
    with FakePrinter(seconds=0.1) as printer, working(spool, printer.address) as desk:

        def measure(label: bytes) -> None:
            nonlocal deepest
            deepest = max(deepest, printer.taken - len(printer.printed))

        printer.on_taken = measure
        desk.wait_for(take(spool, offered(20)), "confirmed")
    assert 5 < deepest <= 10


def test_ending_in_the_middle_confirms_what_is_under_way_and_leaves_the_rest(spool: Spool) -> None:
    with FakePrinter(seconds=0.02) as printer:
        with working(spool, printer.address) as desk:
            uid = take(spool, offered(40))
            wait_for(lambda: len(printer.printed) >= 3)
            desk.end()
            job = desk.job(uid)
            assert job.confirmed == job.sent == len(printer.printed) < 40
        with working(spool, printer.address) as desk:
            job = desk.wait_for(uid, "confirmed")
            assert numbers(printer) == list(range(1, 41))
            assert job.doubtful == ()


def test_a_job_for_another_resolution_or_language_is_not_printed(spool: Spool) -> None:
    with FakePrinter() as printer, working(spool, printer.address) as desk:
        desk.wait_for(take(spool, offered(1, dpi=300)), "failed", "wrong_resolution")
        desk.wait_for(take(spool, offered(1, language="tspl")), "failed", "wrong_media")
        assert printer.printed == []


def test_a_pdf_printer_writes_each_job_into_a_file_of_its_own(spool: Spool, tmp_path: Path) -> None:
    with working(spool, f"pdf:{tmp_path / 'out'}") as desk:
        uid = take(spool, offered(3, language="pdf"), [b"%PDF-1.7"])
        job = desk.wait_for(uid, "confirmed")
    assert [each.name for each in (tmp_path / "out").iterdir()] == [f"{uid}.pdf"]
    assert (job.report()["sent"], job.report()["confirmed"]) == (3, 3)


def test_a_pdf_folder_that_cannot_be_written_is_said_to_be_unreachable(
    spool: Spool, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with working(spool, f"pdf:{tmp_path / 'file'}") as desk:
        uid = take(spool, offered(1, language="pdf"), [b"%PDF-1.7"])
        desk.wait_for(uid, "paused", "unreachable")
        (tmp_path / "file").unlink()
        assert desk.wait_for(uid, "confirmed").doubtful == ()


def test_every_fault_has_words_and_a_remedy_in_both_languages() -> None:
    assert set(FAULTS) == set(REASONS)
    for code, both in FAULTS.items():
        assert set(both) == {"zh", "en"}, code
        assert all(fault.what and fault.how_to_mend for fault in both.values()), code
    assert in_words("no_paper", "zh").startswith("打印机缺纸")
    assert in_words("something_new", "en") == "something_new"
