"""The first answer to a request that carried a key, kept for whoever sends it again."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.store.db import reading, unit_of_work
from server.store.models import IdempotencyKey

KEPT_MS = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known about a key; status 0 while its work is under way."""

    request_hash: str
    status: int
    answer: str


def claim_key(principal: str, key: str, request_hash: str, at: int) -> Kept | None:
    """Take the key, or say what is known about it when somebody has."""
    row = {"principal": principal, "key": key, "request_hash": request_hash}
    try:
        with unit_of_work() as session:
            session.execute(insert(IdempotencyKey).values(**row, status=0, answer="", at=at))
    except IntegrityError:
        with reading() as session:
            found = session.execute(
                select(
                    IdempotencyKey.request_hash, IdempotencyKey.status, IdempotencyKey.answer
                ).where(IdempotencyKey.principal == principal, IdempotencyKey.key == key)
            ).one()
        return Kept(*found)
    return None


def keep_answer(principal: str, key: str, status: int, answer: str) -> None:
    """Remember how the request was answered."""
    with unit_of_work() as session:
        session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.principal == principal, IdempotencyKey.key == key)
            .values(status=status, answer=answer)
        )


def free_key(principal: str, key: str) -> None:
    """The request was refused: the key may be used again."""
    with unit_of_work() as session:
        session.execute(
            delete(IdempotencyKey).where(
                IdempotencyKey.principal == principal, IdempotencyKey.key == key
            )
        )


def drop_old_keys(at: int) -> None:
    """Housekeeping: forget keys older than 30 days."""
    with unit_of_work() as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < at - KEPT_MS))
