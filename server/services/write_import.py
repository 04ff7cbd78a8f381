"""Writing an import of records part by part, so that nobody waits for the database meanwhile.

Each part is a transaction of well under a second; handhelds and jobs get their turn in between.
What people see as one thing is the batch: it is `applying` until every right row stands, and only
then `applied`. Work that stopped in the middle (others were faster again and again, the database
did not answer, the process was killed) is finished by applying again or taken back by rolling back.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.domain.errors import Conflict, NotFound, StockturnError
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.import_kinds import IMPORTERS, InParts
from server.services.plan_import import Ground, Overtaken, PlannedRow
from server.store.db import reading, unit_of_work
from server.store.models import ImportBatch, ImportChange

PART_S: Final = 0.4
ROWS_FIRST: Final = 250
ROWS_MOST: Final = 2_000
BREATH_S: Final = 0.02
TRIES_MOST: Final = 3
GIVEN_UP_MS: Final = 120_000
"""Nobody works on a batch any more that was not touched for so long."""

Finish = Callable[[Ground, ImportBatch], None]


class Pace:
    """How many rows a part takes so that it lasts about PART_S seconds."""

    def __init__(self) -> None:
        self.rows = ROWS_FIRST

    @contextmanager
    def part(self) -> Iterator[int]:
        """One part; afterwards everybody else's turn."""
        started = time.monotonic()
        yield self.rows
        took_s = max(time.monotonic() - started, 0.001)
        self.rows = max(1, min(ROWS_MOST, 2 * self.rows, int(self.rows * PART_S / took_s)))
        time.sleep(BREATH_S)


def batch_of(session: Session, uid: UUID, actor: Actor, *, lock: bool = False) -> ImportBatch:
    """The batch; whoever is bound to sites sees only their own.

    Raises NotFound `unknown_import`.
    """
    wanted = select(ImportBatch).where(ImportBatch.uid == uid)
    batch = session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if batch is None or (actor.site_ids is not None and batch.user_id != actor.user_id):
        raise NotFound("unknown_import", id=str(uid))
    return batch


def require_waiting(batch: ImportBatch, at: int) -> None:
    """Raises Conflict `import_not_waiting` for one that is applied, or being worked on."""
    if batch.state != "dry_run" or _is_busy(batch, at) or batch.work == "rolling_back":
        raise Conflict("import_not_waiting", state=batch.work or batch.state)


def require_applied(batch: ImportBatch, at: int) -> None:
    """Raises Conflict `import_not_applied` for one with nothing to take back, or worked on."""
    stands = batch.state == "applied" or batch.work is not None
    if not stands or _is_busy(batch, at):
        raise Conflict("import_not_applied", state=batch.work or batch.state)


def write_in_parts(
    uid: UUID, rows: list[PlannedRow], site: str | None, actor: Actor, finish: Finish
) -> None:
    """Write the planned rows; `finish` is called inside the last transaction.

    Raises Conflict `import_not_waiting`, and `import_overtaken` when others keep changing the same
    records: what stands by then stays, to go on from.
    """
    _begin(uid, actor, "applying", require_waiting)
    with _let_go_when_refused(uid, actor):
        _write_parts(uid, rows, site, actor, finish)


def _write_parts(
    uid: UUID, rows: list[PlannedRow], site: str | None, actor: Actor, finish: Finish
) -> None:
    pace, tries, done = Pace(), TRIES_MOST, False
    while not done:
        try:
            with pace.part() as size:
                done = _write_part(uid, rows, size, site, actor, finish)
            tries = TRIES_MOST
        except (Overtaken, IntegrityError):
            tries -= 1
            if not tries:
                raise Conflict("import_overtaken") from None
            _plan_again(uid, rows[_reached(uid) :], site, actor)


def _write_part(
    uid: UUID, rows: list[PlannedRow], size: int, site: str | None, actor: Actor, finish: Finish
) -> bool:
    """Write the next rows; whether these were the last."""
    with unit_of_work() as session:
        batch = batch_of(session, uid, actor, lock=True)
        ground = Ground(session, actor, now_ms(), site)
        end = batch.reached + size
        IMPORTERS[batch.kind].write(ground, rows[batch.reached : end], batch)
        batch.reached, batch.worked_at = end, ground.at
        if end < len(rows):
            return False
        batch.reached, batch.work, batch.worked_at = 0, None, None
        finish(ground, batch)
        return True


def _reached(uid: UUID) -> int:
    """How many rows of the file stand."""
    with reading() as session:
        return session.scalar(select(ImportBatch.reached).where(ImportBatch.uid == uid)) or 0


def _plan_again(uid: UUID, rows: Sequence[PlannedRow], site: str | None, actor: Actor) -> None:
    """What is left, against the books of now. A row that was wrong stays so."""
    left = [row for row in rows if row.wrong is None]
    for row in left:
        row.changes = []
    with reading() as session:
        kind = batch_of(session, uid, actor).kind
        IMPORTERS[kind].plan(Ground(session, actor, now_ms(), site), left)


def roll_back_in_parts(uid: UUID, actor: Actor, finish: Finish) -> None:
    """Restore what the batch changed, last first; `finish` is called in the last transaction.

    Raises Conflict `import_not_applied`, RuleViolated `changed_since_import`,
    `used_since_import`: before anything is restored, or, when somebody was faster just then, with
    the rest still to be taken back.
    """
    check_restorable(uid, actor)
    _begin(uid, actor, "rolling_back", require_applied)
    pace, done = Pace(), False
    with _let_go_when_refused(uid, actor):
        while not done:
            with pace.part() as size:
                done = _restore_part(uid, size, actor, finish)


def _restore_part(uid: UUID, size: int, actor: Actor, finish: Finish) -> bool:
    """Restore the last of what is left; whether nothing was."""
    with unit_of_work() as session:
        batch = batch_of(session, uid, actor, lock=True)
        ground = Ground(session, actor, now_ms())
        some = session.scalars(_left(batch).order_by(ImportChange.id.desc()).limit(size)).all()
        if some:
            _in_parts(batch).restore(ground, some)
            batch.reached, batch.worked_at = some[-1].id, ground.at
            return False
        batch.reached, batch.work, batch.worked_at = 0, None, None
        finish(ground, batch)
        return True


def check_restorable(uid: UUID, actor: Actor) -> None:
    """Raises RuleViolated `changed_since_import`, `used_since_import` naming a record."""
    with reading() as session:
        batch = batch_of(session, uid, actor)
        require_applied(batch, now_ms())
        changes = session.scalars(_left(batch)).all()
        _in_parts(batch).check(Ground(session, actor, now_ms()), changes)


def _left(batch: ImportBatch) -> Select[ImportChange]:
    """What the batch changed and was not restored yet."""
    wanted = select(ImportChange).where(ImportChange.batch_id == batch.id)
    if batch.work == "rolling_back" and batch.reached:
        return wanted.where(ImportChange.id < batch.reached)
    return wanted


def _in_parts(batch: ImportBatch) -> InParts:
    back = IMPORTERS[batch.kind].back
    assert isinstance(back, InParts)
    return back


def _begin(uid: UUID, actor: Actor, work: str, require: Callable[[ImportBatch, int], None]) -> None:
    """From now on it is ours, where the one before us got to, if anybody."""
    with unit_of_work() as session:
        batch = batch_of(session, uid, actor, lock=True)
        at = now_ms()
        require(batch, at)
        if batch.work != work:
            batch.work, batch.reached = work, 0
        batch.worked_at = at


@contextmanager
def _let_go_when_refused(uid: UUID, actor: Actor) -> Iterator[None]:
    """Anybody may go on at once; where no part was done, it is as if nobody had begun."""
    try:
        yield
    except StockturnError:
        with unit_of_work() as session:
            batch = batch_of(session, uid, actor, lock=True)
            batch.worked_at = None
            batch.work = batch.work if batch.reached else None
        raise


def _is_busy(batch: ImportBatch, at: int) -> bool:
    return batch.work is not None and (batch.worked_at or 0) > at - GIVEN_UP_MS
