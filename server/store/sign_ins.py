"""Writing desk sessions and the counters of failed attempts."""

from collections.abc import Callable

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.store.models import Lockout, SignIn


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


def mark_stepped_up(session: Session, sign_in_id: int, at: int) -> None:
    """Its person gave the password again."""
    _change(session, sign_in_id, stepped_up_at=at)


def end_sign_in(session: Session, sign_in_id: int, at: int) -> None:
    """Signed out."""
    _change(session, sign_in_id, ended_at=at)


def locked_until(session: Session, subject: str) -> int:
    """When the subject may try again; 0 when it may now."""
    found = session.scalar(select(Lockout.locked_until).where(Lockout.subject == subject))
    return found or 0


def count_failure(
    session: Session, subject: str, at: int, forgotten_before: int, lock_ms: Callable[[int], int]
) -> None:
    """One more attempt; it counts as failed until `take_back`. Locks by lock_ms(failures)."""
    _ensure_row(session, subject, at)
    row = session.execute(
        select(Lockout.failures, Lockout.last_failure_at)
        .where(Lockout.subject == subject)
        .with_for_update()
    ).one()
    failures = (row.failures if row.last_failure_at >= forgotten_before else 0) + 1
    lock = lock_ms(failures)
    session.execute(
        update(Lockout)
        .where(Lockout.subject == subject)
        .values(failures=failures, last_failure_at=at, locked_until=at + lock if lock else None)
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
    """Drop counters nobody added to since."""
    session.execute(delete(Lockout).where(Lockout.last_failure_at < before))


def _ensure_row(session: Session, subject: str, at: int) -> None:
    values = {"subject": subject, "failures": 0, "last_failure_at": at}
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(Lockout).values(values).on_conflict_do_nothing())
    else:
        session.execute(postgresql.insert(Lockout).values(values).on_conflict_do_nothing())


def _change(session: Session, sign_in_id: int, **values: int) -> None:
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(**values))
