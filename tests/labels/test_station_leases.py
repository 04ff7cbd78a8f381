"""Offers that come late or again: what was printed under a lease is never begun anew under it."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from labels.station.courier import Courier
from labels.station.jobs import CHECK_LAST_LABEL, Job
from labels.station.server import Server
from labels.station.spool import Spool
from tests.labels.fake_printer import FakePrinter
from tests.labels.stations import label_of, number_of, offered, spooling, take, wait_for, working


class Credulous(Server):
    """A server that takes every report, also of a job that has ended."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def labels(self, job: Job) -> list[tuple[int, bytes]]:
        return [(number, label_of(job.uid, number)) for number in range(1, job.parts + 1)]

    def progress(self, uid: str, report: dict[str, Any]) -> None:
        self.told.append(report)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with spooling(tmp_path / "spool") as opened:
        yield opened


def test_an_offer_that_comes_after_its_job_was_printed_prints_nothing_and_is_answered(
    spool: Spool,
) -> None:
    offer, server = offered(2), Credulous()
    courier = Courier(spool, server, Event())
    with FakePrinter() as printer, working(spool, printer.address):
        assert spool.adopt(offer)
        wait_for(lambda: not courier.round() and spool.job(offer.uid) is None)
        server.told.clear()
        is_new = spool.adopt(offer)
        wait_for(lambda: not courier.round() and spool.job(offer.uid) is None)
        assert [number_of(label) for label in printer.printed] == [1, 2]
    assert not is_new
    (told,) = server.told
    assert (told["state"], told["confirmed"], told["doubtful"]) == ("confirmed", 2, [])


def test_an_offer_of_a_job_that_is_under_way_changes_nothing(spool: Spool) -> None:
    offer = offered(2)
    before = spool.job(take(spool, offer))
    assert not spool.adopt(offer)
    assert spool.job(offer.uid) == before


def test_numbered_labels_stay_in_doubt_until_the_answer_comes_with_another_lease(
    spool: Spool,
) -> None:
    offer = offered(2, numbered=True)
    job = spool.job(take(spool, offer))
    assert job is not None
    assert spool.begin(job, 1)
    spool.ask_person(job)
    spool.drop(job)
    spool.adopt(offer)
    again = spool.job(offer.uid)
    assert again is not None
    assert (again.reason, again.touched) == (CHECK_LAST_LABEL, 1)
    spool.drop(again)
    spool.adopt(offered(2, uid=offer.uid, numbered=True, confirmed=0))
    answered = spool.job(offer.uid)
    assert answered is not None
    assert (answered.reason, answered.touched) == ("", 0)
