"""Every queue has a worker, and nothing is queued where nobody works."""

from jobs import worker
from jobs.queues import DRAINS, QUEUES
from jobs.schedule import SCHEDULE
from server.cli.run import CHILDREN


def test_nothing_is_rung_or_scheduled_for_a_queue_that_does_not_exist():
    assert {*DRAINS, *(entry.queue for entry in SCHEDULE)} <= {*QUEUES}


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
