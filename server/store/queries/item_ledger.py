"""库存明细账: what entered and left the stock of one item, in the order of the books.

Order: book day, movements before revaluations, id, and of a transfer between pools what left first.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, or_, select
from sqlalchemy import tuple_ as row_of
from sqlalchemy.orm import Session, aliased

from server.domain.codes import code_key
from server.domain.ledger import STOCK_KINDS
from server.domain.numbers import ZERO
from server.domain.stock_flows import REVALUATION, Flow
from server.store.models import (
    Item,
    Location,
    Lot,
    Movement,
    Owner,
    Position,
    Revaluation,
    Serial,
    Site,
    User,
)
from server.store.queries.records import Record, Sites
from server.store.types import Quantity

MOVED, REVALUED = 0, 1
_source = aliased(Position, name="source")
_target = aliased(Position, name="target")
_from = aliased(Location, name="from_place")
_to = aliased(Location, name="to_place")
_original = aliased(Movement, name="original")


class Mark(NamedTuple):
    """A place in an item's ledger: (book day, MOVED or REVALUED, id, which side)."""

    day: date
    rank: int
    id: int
    side: int


class LedgerOf(NamedTuple):
    """Whose ledger: one item, at these sites, of this owner; kind: of movement."""

    item_id: int
    sites: Sites
    site: str | None = None
    owner: str | None = None
    kind: str | None = None


def ledger_rows(
    session: Session, of: LedgerOf, first: date, last: date, after: Mark | None, limit: int | None
) -> list[tuple[Mark, Record]]:
    """Up to `limit` rows (None: all) behind `after`, each with its `flow`."""
    found: list[tuple[Mark, Record]] = []
    for side, here, there in ((0, _source, _target), (1, _target, _source)):
        asked = _within(_moved(side, here, there, of), Movement, first, last, after, side)
        asked = asked.order_by(Movement.value_date, Movement.id).limit(limit)
        found += [_row(MOVED, row) for row in session.execute(asked).mappings()]
    if of.kind in (None, REVALUATION):
        asked = _within(_revalued(of), Revaluation, first, last, after, 0)
        asked = asked.order_by(Revaluation.value_date, Revaluation.id).limit(limit)
        found += [_row(REVALUED, row) for row in session.execute(asked).mappings()]
    return sorted(found, key=lambda row: row[0])[:limit]


def flow_until(session: Session, of: LedgerOf, day: date, mark: Mark) -> Flow:
    """What flowed on that day up to the mark, the mark included."""
    rows = ledger_rows(session, of, day, day, None, None)
    return sum((row["flow"] for at, row in rows if at <= mark), Flow())


def _row(rank: int, row: Mapping[Any, Any]) -> tuple[Mark, Record]:
    record = dict(row)
    side = record.pop("side")
    quantity, value, sign = record.pop("quantity"), record.pop("value"), record.pop("sign")
    entered = Flow(in_quantity=quantity * sign, in_value=value * sign)
    left = Flow(out_quantity=quantity * sign, out_value=value * sign)
    enters = bool(side) is (sign > 0)
    record["flow"] = entered if rank == REVALUED or enters else left
    return Mark(record["value_date"], rank, record["id"], side), record


def _moved(side: int, here: Any, there: Any, of: LedgerOf) -> Select[Any]:
    stays = and_(
        there.site_id == here.site_id,
        there.owner_id == here.owner_id,
        there.kind.in_(sorted(STOCK_KINDS)),
    )
    kind = func.coalesce(_original.kind, Movement.kind)
    asked = (
        select(
            Movement.id,
            literal(side).label("side"),
            case((Movement.reverses_id.is_not(None), -1), else_=1).label("sign"),
            Movement.value_date,
            Movement.occurred_at,
            kind.label("kind"),
            Movement.reverses_id,
            Movement.document,
            Movement.reason,
            Site.code.label("site"),
            Owner.code.label("owner"),
            Lot.code.label("lot"),
            Serial.code.label("serial"),
            _from.code.label("from"),
            _to.code.label("to"),
            Movement.quantity,
            Movement.value,
            User.name.label("user"),
        )
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
        .join(_from, _from.id == _source.location_id)
        .join(_to, _to.id == _target.location_id)
        .join(Site, Site.id == here.site_id)
        .join(Owner, Owner.id == here.owner_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Serial, Serial.id == Movement.serial_id)
        .outerjoin(_original, _original.id == Movement.reverses_id)
        .outerjoin(User, User.id == Movement.user_id)
        .where(
            Movement.item_id == of.item_id,
            here.kind.in_(sorted(STOCK_KINDS)),
            not_(stays),
            *_of(of),
        )
    )
    return asked if of.kind is None else asked.where(kind == of.kind)


def _revalued(of: LedgerOf) -> Select[Any]:
    row = Revaluation
    return (
        select(
            row.id,
            literal(0).label("side"),
            literal(1).label("sign"),
            row.value_date,
            row.occurred_at,
            literal(REVALUATION).label("kind"),
            row.kind.label("reason"),
            Site.code.label("site"),
            Owner.code.label("owner"),
            literal(ZERO, Quantity).label("quantity"),
            row.value.label("value"),
            row.corrects_movement_id.label("corrects"),
        )
        .join(Site, Site.id == row.site_id)
        .join(Owner, Owner.id == row.owner_id)
        .where(row.item_id == of.item_id, *_of(of))
    )


def _of(of: LedgerOf) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if of.sites is not None:
        found.append(Site.id.in_(of.sites))
    if of.site:
        found.append(Site.code_key == code_key(of.site))
    if of.owner:
        found.append(Owner.code_key == code_key(of.owner))
    return found


def _within(
    asked: Select[Any], table: Any, first: date, last: date, after: Mark | None, side: int
) -> Select[Any]:
    asked = asked.where(table.value_date >= first, table.value_date <= last)
    if after is None:
        return asked
    rank = REVALUED if table is Revaluation else MOVED
    if rank > after.rank:
        return asked.where(table.value_date >= after.day)
    if rank < after.rank:
        return asked.where(table.value_date > after.day)
    key = row_of(table.value_date, table.id)
    behind = key > row_of(literal(after.day), literal(after.id))
    if rank == MOVED and side > after.side:
        same = and_(table.value_date == after.day, table.id == after.id)
        return asked.where(or_(behind, same))
    return asked.where(behind)


def item_id_of(session: Session, sku: str) -> int:
    """The id of this item, 0 for none."""
    return session.scalar(select(Item.id).where(Item.sku_key == code_key(sku))) or 0
