"""What planning works on: roll-ups, stock and policy of a few (item, site) pairs at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import CTE, and_, case, func, or_, select
from sqlalchemy.orm import Session

from server.domain.numbers import EXACT, ZERO, round_quantity
from server.domain.places import PHYSICAL_KINDS
from server.domain.settings import HYSTERESIS_PERCENT
from server.domain.turnover import DayRow
from server.store.db import upsert
from server.store.founding import OWN_OWNER_ID
from server.store.models import (
    Balance,
    DayRollup,
    Item,
    ItemSite,
    Position,
    ReorderAlert,
    Site,
    StockStatus,
    Turnover,
)
from server.store.settings import setting_of
from server.store.wanted_rows import DAY, ID, wanted_rows

DAY_ROW = (
    DayRollup.day,
    DayRollup.in_quantity,
    DayRollup.out_quantity,
    DayRollup.cogs,
    DayRollup.value_change,
    DayRollup.value_change_rest,
)


class Pair(NamedTuple):
    """One item at one site."""

    item_id: int
    site_id: int


class Period(NamedTuple):
    """Whole days, both ends included."""

    first_day: date
    last_day: date


@dataclass(slots=True)
class Days:
    """Day rows of a period; `opening` is the value at its start, `closing` that of all days."""

    opening: Decimal
    closing: Decimal
    rows: list[DayRow]


@dataclass(frozen=True, slots=True)
class Stock:
    """Our own stock of one item at one site now, in base units.

    on_hand: all of it; promisable: of that, in available statuses; reserved: of the promisable.
    """

    on_hand: Decimal = ZERO
    promisable: Decimal = ZERO
    reserved: Decimal = ZERO
    in_transit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Policy:
    """How one item is planned at one site; quiet: no alerts (site not live, or item retired)."""

    reorder_point: Decimal | None
    hysteresis: Decimal
    safety_stock: Decimal
    on_order: Decimal
    backorder: Decimal
    quiet: bool


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """The one alert of an item and site that is not resolved."""

    id: int
    state: str
    snoozed_until: int | None
    level: str = "usual"


def read_days(session: Session, periods: Mapping[Pair, Period]) -> dict[Pair, Days]:
    """The roll-ups of these pairs' periods with what lies before them summed up."""
    wanted = _wanted(session, periods)
    before = case((DayRollup.day < wanted.c.first_day, DayRollup.value_change), else_=ZERO)
    of_pair = and_(DayRollup.item_id == wanted.c.item_id, DayRollup.site_id == wanted.c.site_id)
    sums = session.execute(
        select(
            wanted.c.item_id,
            wanted.c.site_id,
            func.sum(before, type_=DayRollup.value_change.type),
            func.sum(DayRollup.value_change),
        )
        .join(DayRollup, of_pair)
        .group_by(wanted.c.item_id, wanted.c.site_id)
    )
    days = {pair: Days(ZERO, ZERO, []) for pair in periods}
    row: Any
    for row in sums:
        days[Pair(row[0], row[1])] = Days(row[2], row[3], [])
    inside = DayRollup.day.between(wanted.c.first_day, wanted.c.last_day)
    for row in session.execute(
        select(wanted.c.item_id, wanted.c.site_id, *DAY_ROW)
        .join(DayRollup, and_(of_pair, inside))
        .order_by(DayRollup.day)
    ):
        days[Pair(row[0], row[1])].rows.append(_day_row(row[2:]))
    return days


def read_stock(session: Session, pairs: Iterable[Pair]) -> dict[Pair, Stock]:
    """What these pairs have now; a pair without balances has nothing."""
    pairs = list(pairs)
    wanted = _wanted_pairs(session, pairs)
    physical = Position.kind.in_(PHYSICAL_KINDS)
    promisable = and_(physical, StockStatus.available)

    def total(what: Any, condition: Any) -> Any:
        return func.sum(case((condition, what), else_=ZERO), type_=Balance.on_hand.type)

    rows = session.execute(
        select(
            wanted.c.item_id,
            wanted.c.site_id,
            total(Balance.on_hand, physical),
            total(Balance.on_hand, promisable),
            total(Balance.reserved, promisable),
            total(Balance.on_hand, Position.kind == "transit"),
        )
        .join(Balance, Balance.item_id == wanted.c.item_id)
        .join(
            Position,
            and_(Position.id == Balance.position_id, Position.site_id == wanted.c.site_id),
        )
        .join(StockStatus, StockStatus.id == Position.status_id)
        .where(Position.owner_id == OWN_OWNER_ID)
        .group_by(wanted.c.item_id, wanted.c.site_id)
    )
    found = {Pair(row[0], row[1]): Stock(*row[2:]) for row in rows}
    return {pair: found.get(pair, Stock()) for pair in pairs}


def read_policies(session: Session, pairs: Iterable[Pair], now_ms: int) -> dict[Pair, Policy]:
    """How these pairs are planned; a pair without a row of its own has no reorder point."""
    wanted = _wanted_pairs(session, pairs)
    rows = session.execute(
        select(
            wanted.c.item_id,
            wanted.c.site_id,
            ItemSite.reorder_point,
            ItemSite.reorder_hysteresis,
            ItemSite.safety_stock,
            ItemSite.on_order,
            ItemSite.backorder,
            Site.live_at,
            or_(Site.retired_at.is_not(None), Item.retired_at.is_not(None)).label("retired"),
        )
        .join(Item, Item.id == wanted.c.item_id)
        .join(Site, Site.id == wanted.c.site_id)
        .outerjoin(
            ItemSite,
            and_(
                ItemSite.item_id == wanted.c.item_id,
                ItemSite.site_id == wanted.c.site_id,
            ),
        )
    )
    return {
        Pair(row[0], row[1]): Policy(
            reorder_point=row[2],
            hysteresis=row[3] or _usual_hysteresis(session, row[1], row[2]),
            safety_stock=row[4] or ZERO,
            on_order=row[5] or ZERO,
            backorder=row[6] or ZERO,
            quiet=row.retired or row.live_at is None or row.live_at > now_ms,
        )
        for row in rows
    }


def _usual_hysteresis(session: Session, site_id: int, reorder_point: Decimal | None) -> Decimal:
    percent = setting_of(session, HYSTERESIS_PERCENT, site_id)
    if reorder_point is None or not percent:
        return ZERO
    return round_quantity(EXACT.divide(EXACT.multiply(reorder_point, percent), Decimal(100)))


def read_open_alerts(
    session: Session, pairs: Iterable[Pair], kind: str = "reorder"
) -> dict[Pair, OpenAlert]:
    """The alerts of this kind of these pairs that are not resolved, locked."""
    wanted = _wanted_pairs(session, pairs)
    rows = session.execute(
        select(
            ReorderAlert.item_id,
            ReorderAlert.site_id,
            ReorderAlert.id,
            ReorderAlert.state,
            ReorderAlert.snoozed_until,
            ReorderAlert.level,
        )
        .join(
            wanted,
            and_(
                ReorderAlert.item_id == wanted.c.item_id,
                ReorderAlert.site_id == wanted.c.site_id,
            ),
        )
        .where(ReorderAlert.state != "resolved", ReorderAlert.kind == kind)
        .with_for_update(of=ReorderAlert)
    )
    return {Pair(row[0], row[1]): OpenAlert(*row[2:]) for row in rows}


def read_turnovers(session: Session, pairs: Iterable[Pair]) -> dict[Pair, dict[str, Any]]:
    """The stored figures of these pairs, by column."""
    wanted = _wanted_pairs(session, pairs)
    rows = session.execute(
        select(Turnover.__table__).join(
            wanted,
            and_(Turnover.item_id == wanted.c.item_id, Turnover.site_id == wanted.c.site_id),
        )
    )
    return {Pair(row.item_id, row.site_id): dict(row._mapping) for row in rows}


def write_turnovers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store these figures in place of what was there."""
    if not rows:
        return
    statement = upsert(session, Turnover)
    changing = sorted(set(rows[0]) - set(Pair._fields))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(Pair._fields),
            set_={name: statement.excluded[name] for name in changing},
        ),
        [dict(row) for row in rows],
    )


def stale_pairs(
    session: Session, today: Mapping[int, date], method: str, length_days: int
) -> list[Pair]:
    """Pairs whose figures are of another day, method or length than they should be now."""
    table = Turnover
    rows = session.execute(
        select(table.item_id, table.site_id, table.method, table.first_day, table.last_day)
    )
    return [
        Pair(row.item_id, row.site_id)
        for row in rows
        if row.last_day != today[row.site_id]
        or row.method != method
        or (row.last_day - row.first_day).days + 1 != length_days
    ]


def ended_snoozes(session: Session, now_ms: int) -> list[Pair]:
    """Pairs whose alert was silenced until now."""
    rows = session.execute(
        select(ReorderAlert.item_id, ReorderAlert.site_id).where(
            ReorderAlert.state == "snoozed", ReorderAlert.snoozed_until <= now_ms
        )
    )
    return [Pair(*row) for row in rows]


def _day_row(cells: Sequence[Any]) -> DayRow:
    figures: list[Any] = [*cells[:5], int(cells[5])]
    return DayRow(*figures)


def _wanted_pairs(session: Session, pairs: Iterable[Pair]) -> CTE:
    return wanted_rows(session, {"item_id": ID, "site_id": ID}, pairs)


def _wanted(session: Session, periods: Mapping[Pair, Period]) -> CTE:
    columns = {"item_id": ID, "site_id": ID, "first_day": DAY, "last_day": DAY}
    return wanted_rows(session, columns, ((*pair, *period) for pair, period in periods.items()))
