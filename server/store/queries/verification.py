"""What a check of the books answers, and what every check needs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, text
from sqlalchemy.orm import Session

from server.domain.ledger import STOCK_KINDS
from server.domain.numbers import plain
from server.store.models import Position

FINDINGS_MOST = 1_000
"""Of each check: who has more to mend needs no longer list."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that is not as it must be.

    invariant: the check's name; table and row: which row (its key columns); what: the sentence;
    expected and found: the two figures that should be one.
    """

    invariant: str
    table: str
    row: Mapping[str, Any]
    what: str
    expected: str = ""
    found: str = ""


Check: TypeAlias = Callable[[Session], Iterable[Finding]]


def begin_long_reading(session: Session) -> None:
    """Let the session see one state of the database throughout, and take the time it needs."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.execute(text("SET LOCAL statement_timeout = 0"))


def is_sqlite(session: Session) -> bool:
    """Whether this is the embedded database."""
    return session.get_bind().dialect.name == "sqlite"


def holds_stock(position: Any = Position) -> ColumnElement[bool]:
    """Whether a position has balances."""
    condition: ColumnElement[bool] = position.kind.in_(sorted(STOCK_KINDS))
    return condition


def first_rows(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterable[Any]:
    """The rows of a query for what is wrong, at most FINDINGS_MOST."""
    return session.execute(statement.limit(FINDINGS_MOST))


def shown(figure: object) -> str:
    """A figure as findings write it."""
    return plain(figure) if isinstance(figure, Decimal) else str(figure)
