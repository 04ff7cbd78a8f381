"""Bugs put into the house on purpose, each with the tests that must notice it.

`python -m tests.faults.seeded_bugs [name …]` sows one after the other, runs its tests until the
first fails, and prints which one that was: the table in docs/reliability.md. The switch is here and
in the environment of the test run only; the house itself knows nothing of it.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Insert, func, update

from server.domain.counting import Grain
from server.domain.delivery import Admission, admit
from server.services import (
    approve_counts,
    command_batch,
    decide_commands,
    keep_commands,
    post_movements,
    recalculate,
    reconcile_count,
    sight_serials,
    undo_commands,
)
from server.store import book, feed, recalculations
from server.store import db as store_db
from server.store.db import inserting, upsert_for
from server.store.models import Balance, PendingFeed, Recalculation
from server.store.prepared import Question, Writing

SWITCH = "STOCKTURN_SEEDED_BUG"
PLUGIN = "tests.faults.seeded_bugs"
patch = pytest.MonkeyPatch()


@dataclass(frozen=True)
class Bug:
    """What is wrong once `sow` was called, and where it must show."""

    name: str
    what: str
    tests: tuple[str, ...]
    sow: Callable[[], None]


@dataclass(frozen=True)
class Catch:
    """The test that failed, and after how long; "" if none did."""

    test: str
    seconds: float
    output: str


def pytest_configure() -> None:
    """As a plugin of a test run: sow the bug that the environment names."""
    if name := os.environ.get(SWITCH):
        next(bug for bug in BUGS if bug.name == name).sow()


def catch(bug: Bug) -> Catch:
    """Run the bug's tests with it until one fails."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", PLUGIN, "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *bug.tests],
        env={**os.environ, SWITCH: bug.name},
        capture_output=True,
        text=True,
    )
    failed = re.search(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    return Catch(failed[1] if failed else "", time.monotonic() - started, done.stdout + done.stderr)


# The bugs -----------------------------------------------------------------------------------------


def _begin_deferred() -> None:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    patch.setattr(store_db, "_begin_sqlite", begin)


def _forget_what_was_answered() -> None:
    open_all = command_batch.open_envelopes

    def open_unread(*arguments: Any) -> Any:
        opened, answers = open_all(*arguments)
        return opened._replace(known={}), answers

    patch.setattr(command_batch, "open_envelopes", open_unread)


def _write_whole_balances_unlocked() -> None:
    def setting(database: str) -> Insert:
        statement = upsert_for(database, Balance)
        fresh = statement.excluded
        set_: Insert = statement.on_conflict_do_update(
            index_elements=["position_id", "item_id", "lot_id", "serial_id"],
            set_={"on_hand": fresh.on_hand, "reserved": fresh.reserved},
        )
        return set_

    write = book.Book._write_lines

    def write_whole(self: book.Book) -> None:
        for line in self.lines.values():
            if line.change or line.reserved_change:
                line.change, line.reserved_change = line.on_hand, line.reserved
        write(self)

    patch.setattr(book, "_LOCKED_LINES", book._LINES)
    patch.setattr(book, "_ADD_TO_LINES", Writing(setting, *book._balance.keys()))
    patch.setattr(book.Book, "_write_lines", write_whole)


def _read_without_locks() -> None:
    patch.setattr(book, "_LOCKED_LINES", book._LINES)


def _lock_in_any_order() -> None:
    in_any_order = Question(
        book._LINE,
        *book._LINE_KEY,
        finish=lambda asked: asked.order_by(func.random()).with_for_update(),
    )
    patch.setattr(book, "_LOCKED_LINES", in_any_order)


def _announce_before_commit() -> None:
    def announce_now(_session: Any, rows: Iterable[Any]) -> None:
        with store_db.db.engine.connect() as own:
            own.execute(inserting(PendingFeed), list(rows))
            own.commit()

    for module in (keep_commands, feed):
        patch.setattr(module, "announce_many", announce_now)


def _let_counters_approve() -> None:
    patch.setattr(approve_counts, "participant_role", lambda *_: None)


def _finish_blindly() -> None:
    def finish(session: Any, recomputed: Iterable[recalculations.Due]) -> None:
        for key in recomputed:
            table = Recalculation
            session.execute(
                update(table)
                .where(table.item_id == key.item_id, table.day == key.day)
                .values(done=table.wanted)
            )

    for module in (recalculations, recalculate):
        patch.setattr(module, "finish", finish)


def _count_what_came_later() -> None:
    patch.setattr(reconcile_count, "flows_after", lambda *_: [])


def _trust_the_last_contact() -> None:
    patch.setattr(
        command_batch,
        "boot_offset_ms",
        lambda _known, contact: contact.received_at - contact.mono_ms,
    )


def _undo_again() -> None:
    mark = undo_commands.mark_undone

    def mark_anyway(*arguments: Any) -> bool:
        mark(*arguments)
        return True

    patch.setattr(undo_commands, "mark_undone", mark_anyway)


def _let_gaps_pass() -> None:
    def admit_anyway(*arguments: Any) -> Admission:
        ruling = admit(*arguments)
        return Admission.APPLY if ruling is Admission.HOLD else ruling

    patch.setattr(decide_commands, "admit", admit_anyway)


def _forget_approved_counts() -> None:
    patch.setattr(post_movements.Ledger, "_correct", lambda *_: None)


def _take_back_changes_of_status() -> None:
    patch.setattr(post_movements, "_is_invisible", lambda _draft: False)


def _anchor_only_differences() -> None:
    anchor_row = approve_counts._anchor

    def anchor(session: Any, found: Any) -> None:
        if any(line.variance for line in found.lines):
            anchor_row(session, found)

    patch.setattr(approve_counts, "_anchor", anchor)


def _count_only_what_was_seen() -> None:
    anchor_row = approve_counts._anchor_row

    def only_seen(count: Any, grain: Grain, window: Any) -> dict[str, object]:
        row = anchor_row(count, grain, window)
        return {**row, "item_id": row["item_id"] or 2**31 - 1}

    patch.setattr(approve_counts, "_anchor_row", only_seen)


def _serials_in_order_of_arrival() -> None:
    join = sight_serials.sight_serial

    def as_if_last(history: Any, seen: Any) -> Any:
        return join([s for s in history if s.order < seen.order], seen)

    patch.setattr(sight_serials, "sight_serial", as_if_last)


_APPLY = "tests/services/test_apply_commands.py"
_COUNTS = "tests/services/test_approve_counts.py"
_RACES = "tests/api/test_races.py"
_LAST = f"{_RACES}::test_the_last_unit_has_one_winner_among_those_who_ask_for_it"
_OPPOSITE = f"{_RACES}::test_documents_with_the_same_rows_in_opposite_order_never_deadlock"
_FAILS = (
    "tests/faults/test_transactions.py"
    "::test_a_transaction_that_fails_at_its_end_leaves_nothing_behind"
)
_MODEL = "tests/model/test_orders.py"

BUGS = (
    Bug(
        "begin_deferred",
        "SQLite writes begin without taking the lock (BEGIN instead of BEGIN IMMEDIATE)",
        ("tests/faults/test_transactions.py",),
        _begin_deferred,
    ),
    Bug(
        "forget_what_was_answered",
        "the look-up of known command ids is dropped",
        (_APPLY,),
        _forget_what_was_answered,
    ),
    Bug(
        "write_whole_balances_unlocked",
        "a balance is read without a lock and written whole, instead of adding to it",
        (f"{_OPPOSITE}[nodes-postgresql-50]",),
        _write_whole_balances_unlocked,
    ),
    Bug(
        "read_without_locks",
        "balances are read without FOR UPDATE",
        (f"{_LAST}[nodes-postgresql-20]",),
        _read_without_locks,
    ),
    Bug(
        "lock_in_any_order",
        "balances are locked in any order instead of key order",
        (f"{_OPPOSITE}[nodes-postgresql-50]",),
        _lock_in_any_order,
    ),
    Bug(
        "announce_before_commit",
        "the feed is told in a transaction of its own, before the change is committed",
        (f"{_FAILS}[postgresql]",),
        _announce_before_commit,
    ),
    Bug(
        "let_counters_approve",
        "whoever counted may approve the count",
        (_COUNTS,),
        _let_counters_approve,
    ),
    Bug(
        "finish_blindly",
        "a recalculation sets done = wanted, not the wanted it had read",
        ("tests/services/test_recalculate.py",),
        _finish_blindly,
    ),
    Bug(
        "count_what_came_later",
        "the expected quantity of a count ignores movements after it",
        (_COUNTS,),
        _count_what_came_later,
    ),
    Bug(
        "trust_the_last_contact",
        "a boot's clock offset is that of its latest contact, not the least of all",
        ("tests/faults/test_clocks.py",),
        _trust_the_last_contact,
    ),
    Bug("undo_again", "a command can be undone twice", (_APPLY,), _undo_again),
    Bug("let_gaps_pass", "what follows a gap is applied at once", (_APPLY,), _let_gaps_pass),
    Bug(
        "forget_approved_counts",
        "late movements from before an approved count are not taken back at it",
        (_COUNTS,),
        _forget_approved_counts,
    ),
    Bug(
        "take_back_changes_of_status",
        "an approved count takes back late changes of status, which it could not see",
        (_COUNTS,),
        _take_back_changes_of_status,
    ),
    Bug(
        "anchor_only_differences",
        "a count without variance does not bind late movements",
        (_COUNTS,),
        _anchor_only_differences,
    ),
    Bug(
        "count_only_what_was_seen",
        "a count of a whole place does not bind what it did not see",
        (_COUNTS,),
        _count_only_what_was_seen,
    ),
    Bug(
        "serials_in_order_of_arrival",
        "a serial is where it was last heard of, not where it was last seen",
        ("tests/services/test_serials.py", _MODEL),
        _serials_in_order_of_arrival,
    ),
)


def main(names: list[str]) -> int:
    """Print the table; the number of bugs that nobody caught."""
    missed = 0
    print("| bug | caught by | seconds |\n| --- | --- | --- |")
    for bug in BUGS:
        if not names or bug.name in names:
            caught = catch(bug)
            missed += not caught.test
            test = caught.test.rpartition("/")[2] or "nobody"
            print(f"| {bug.what} | {test} | {caught.seconds:.0f} |", flush=True)
            if names and not caught.test:
                print(caught.output[-3000:])
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
