"""Stations wait for work: woken when there is some, on a bounded number of threads."""

import time
from threading import Barrier, Event, Thread

from server.services.wait_for_jobs import WAITING_MOST, wait_until, wake_stations


def test_a_waiting_station_is_woken_at_once():
    news, waits, answers = Event(), Event(), []

    def look():
        waits.set()
        return news.is_set()

    thread = Thread(target=lambda: answers.append((wait_until(look, 20), time.monotonic())))
    thread.start()
    assert waits.wait(10)
    told = time.monotonic()
    news.set()
    wake_stations()
    thread.join(10)
    ((came, at),) = answers
    assert came is True
    assert at - told < 10


def test_without_news_the_wait_ends_in_time():
    assert wait_until(lambda: False, 0.01) is False


def test_when_every_seat_is_taken_nobody_else_waits():
    leave, seated = Event(), Barrier(WAITING_MOST + 1)
    first = [True] * WAITING_MOST

    def look():
        if first:
            first.pop()
            seated.wait(10)
        return leave.is_set()

    threads = [Thread(target=wait_until, args=(look, 20)) for _ in range(WAITING_MOST)]
    for thread in threads:
        thread.start()
    seated.wait(10)
    assert wait_until(lambda: False, 20) is None
    leave.set()
    wake_stations()
    for thread in threads:
        thread.join(10)
    assert wait_until(lambda: True, 0) is True
