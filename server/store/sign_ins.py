"""Writing desk sessions and the counters of failed attempts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.store.models import Board, Lockout, SignIn


@dataclass(frozen=True, slots=True)
class Counter:
    """Wrong attempts in a row; `locked_until` 0: not locked."""

    failures: int
    last_failure_at: int
    locked_until: int


def add_sign_in(
    session: Session, token_hash: str, user_id: int, epoch: int, at: int, expires_at: int
) -> None:
    """A new desk session; whoever just gave the password is stepped up."""
    session.execute(
        insert(SignIn).values(
            token_hash=token_hash,
            user_id=user_id,
            user_epoch=epoch,
            created_at=at,
            last_seen_at=at,
            expires_at=expires_at,
            stepped_up_at=at,
        )
    )


def mark_seen(session: Session, sign_in_id: int, at: int) -> None:
    """Its person was active."""
    _change(session, sign_in_id, last_seen_at=at)


def mark_board_seen(session: Session, board_id: int, at: int) -> None:
    """The screen on the wall is on."""
    session.execute(update(Board).where(Board.id == board_id).values(seen_at=at))


def mark_stepped_up(session: Session, sign_in_id: int, at: int) -> None:
    """Its person gave the password again."""
    _change(session, sign_in_id, stepped_up_at=at)


def end_sign_in(session: Session, sign_in_id: int, at: int) -> None:
    """Signed out."""
    _change(session, sign_in_id, ended_at=at)


def lock_counters(session: Session, subjects: Sequence[str], at: int) -> dict[str, Counter]:
    """The counters of these subjects, held in key order until the end of the unit of work."""
    for subject in sorted(subjects):
        _ensure_row(session, subject, at)
    rows = session.execute(
        select(Lockout.subject, Lockout.failures, Lockout.last_failure_at, Lockout.locked_until)
        .where(Lockout.subject.in_(subjects))
        .order_by(Lockout.subject)
        .with_for_update()
    )
    return {row[0]: Counter(row[1], row[2], row[3] or 0) for row in rows}


def set_counter(session: Session, subject: str, counter: Counter) -> None:
    """Write it back."""
    session.execute(
        update(Lockout)
        .where(Lockout.subject == subject)
        .values(
            failures=counter.failures,
            last_failure_at=counter.last_failure_at,
            locked_until=counter.locked_until or None,
        )
    )


def take_back(session: Session, subject: str, keep: bool) -> None:
    """The attempt was right: forget all failures, or with `keep` only this one."""
    if not keep:
        session.execute(delete(Lockout).where(Lockout.subject == subject))
        return
    session.execute(
        update(Lockout)
        .where(Lockout.subject == subject, Lockout.failures > 0)
        .values(failures=Lockout.failures - 1, locked_until=None)
    )


def forget_failures(session: Session, before: int) -> None:
    """Drop counters nobody added to since, except those somebody holds."""
    old = select(Lockout.subject).where(Lockout.last_failure_at < before)
    free = old.with_for_update(skip_locked=True)
    session.execute(delete(Lockout).where(Lockout.subject.in_(free)))


def _ensure_row(session: Session, subject: str, at: int) -> None:
    values = {"subject": subject, "failures": 0, "last_failure_at": at}
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(Lockout).values(values).on_conflict_do_nothing())
    else:
        session.execute(postgresql.insert(Lockout).values(values).on_conflict_do_nothing())


def _change(session: Session, sign_in_id: int, **values: int) -> None:
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(**values))
