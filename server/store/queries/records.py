"""Reading master records: one declaration per kind, one way to list, find and stream them all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, and_, or_, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

Record = dict[str, Any]
"""One record by the names its columns have in JSON."""

Sites = frozenset[int] | None
"""The sites somebody may see; None: every one."""


def _as_it_is(_session: Session, records: list[Record]) -> list[Record]:
    return records


@dataclass(frozen=True)
class Listing:
    """One kind of record as people see it.

    select: its columns, labelled as in JSON. keys: its identity, labelled `key_0` … by `page`.
    site: the column that puts it in somebody's scope. filters: what a list may be narrowed by.
    complete: adds what stands in other tables, for a page at a time.
    """

    select: Select[*tuple[Any, ...]]
    keys: tuple[SQLColumnExpression[int], ...]
    site: SQLColumnExpression[Any] | None = None
    filters: Mapping[str, Callable[[Any], ColumnElement[bool]]] = field(default_factory=dict)
    complete: Callable[[Session, list[Record]], list[Record]] = _as_it_is


def page(
    session: Session,
    listing: Listing,
    *,
    sites: Sites,
    after: Sequence[int] = (),
    limit: int,
    filters: Mapping[str, Any] | None = None,
) -> list[Record]:
    """Up to `limit` records in the order of their keys, beginning behind `after`."""
    statement = _in_scope(listing, sites)
    for name, value in (filters or {}).items():
        statement = statement.where(listing.filters[name](value))
    if after:
        statement = statement.where(tuple_(*listing.keys) > tuple_(*after))
    return _records(session, listing, statement.order_by(*listing.keys).limit(limit))


def one(
    session: Session, listing: Listing, identity: Sequence[int], *, sites: Sites
) -> Record | None:
    """The record with this identity, or None if there is none or it is out of scope."""
    statement = _in_scope(listing, sites)
    for key, value in zip(listing.keys, identity, strict=True):
        statement = statement.where(key == value)
    return next(iter(_records(session, listing, statement)), None)


def every(
    session: Session,
    listing: Listing,
    *,
    sites: Sites,
    filters: Mapping[str, Any] | None = None,
    limit: int = 1000,
) -> Iterator[Record]:
    """All records in order, a page of them in memory at a time."""
    after: tuple[int, ...] = ()
    while rows := page(session, listing, sites=sites, after=after, limit=limit, filters=filters):
        yield from rows
        after = identity_of(listing, rows[-1])


def identity_of(listing: Listing, record: Record) -> tuple[int, ...]:
    """The record's keys."""
    return tuple(record[f"key_{place}"] for place in range(len(listing.keys)))


def contains(column: InstrumentedAttribute[str], key: str) -> ColumnElement[bool]:
    """Whether the normalised column contains every word of the normalised text."""
    return and_(true(), *(column.contains(word, autoescape=True) for word in key.split()))


def _in_scope(listing: Listing, sites: Sites) -> Select[*tuple[Any, ...]]:
    keys: list[Any] = [key.label(f"key_{place}") for place, key in enumerate(listing.keys)]
    statement = listing.select.add_columns(*keys)
    if sites is None or listing.site is None:
        return statement
    return statement.where(or_(listing.site.is_(None), listing.site.in_(sites)))


def _records(
    session: Session, listing: Listing, statement: Select[*tuple[Any, ...]]
) -> list[Record]:
    rows: Sequence[Row[*tuple[Any, ...]]] = session.execute(statement).all()
    return listing.complete(session, [dict(row._mapping) for row in rows])
