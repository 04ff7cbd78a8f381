"""Every queue has a worker, and nothing is queued where nobody works."""

import subprocess
import sys

from rq.utils import import_attribute

from jobs import worker
from jobs.queues import DRAINS, QUEUES
from jobs.schedule import SCHEDULE
from server.cli.run import CHILDREN


def test_nothing_is_rung_or_scheduled_for_a_queue_that_does_not_exist():
    assert {*DRAINS, *(entry.queue for entry in SCHEDULE)} <= {*QUEUES}


def test_what_is_rung_for_can_be_done():
    assert all(callable(import_attribute(name)) for name in DRAINS.values())


def test_who_only_rings_does_not_read_what_is_done_behind_the_door():
    look = "import jobs.relay, sys; sys.exit('jobs.drain' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_the_process_tree_has_a_worker_and_what_rings_for_it():
    assert {"relay", "schedule"} <= {*CHILDREN}
    worked = [queue for words in CHILDREN.values() if words[0] == "worker" for queue in words[1:]]
    assert sorted(worked) == sorted(QUEUES)


def test_a_worker_told_nothing_works_on_every_queue(monkeypatch, sqlite_app):
    asked = []

    class Worker:
        def work(self, **_options):
            asked.append("works")

    monkeypatch.setattr(worker, "make_base_app", lambda: sqlite_app)
    monkeypatch.setattr(worker, "configure_logs", lambda _level: None)
    monkeypatch.setattr(
        worker, "make_worker", lambda names, _connection: asked.append(names) or Worker()
    )
    worker.main([])
    assert asked == [QUEUES, "works"]
