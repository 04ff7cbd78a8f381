"""The figures of one site's day: what digests tell and boards show."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from server.domain.documents import OPEN_STATES
from server.store.models import (
    Balance,
    CostPool,
    Count,
    CountLine,
    CountTask,
    DayRollup,
    Device,
    Document,
    Item,
    Location,
    LostRange,
    Movement,
    Position,
    Printer,
    PrintJob,
    QuarantinedCommand,
    ReorderAlert,
    Reversal,
    Turnover,
    User,
)
from server.store.types import Quantity

RECEIPTS = "receive_line"
PICKS = "pick_line"
INCOMING = ("purchase_order", "receipt")
OUTGOING = ("sales_order", "issue")
_source = aliased(Position, name="source")
_target = aliased(Position, name="target")
_starter = aliased(User)


class DayCounts(NamedTuple):
    """Movements recorded in a span of time, those taken back left out."""

    receipts: int
    picks: int
    movements: int


class DocumentProgress(NamedTuple):
    """done: of `all` that were open when the day began, or since."""

    done: int
    all: int


class AlertRow(NamedTuple):
    """An open alert; position: of kind reorder what is available and on order now, of the others
    minus the quantity the alert is about."""

    id: int
    kind: str
    sku: str
    name_zh: str
    name_en: str
    unit: str
    position: Decimal
    point: Decimal
    state: str
    triggered_at: int


class CountRow(NamedTuple):
    """A count that waits for a decision."""

    id: int
    location: str
    lines: int
    finished_at: int
    counter: str | None


class DeviceRow(NamedTuple):
    """A handheld; unsent: commands we know of and have not got."""

    id: int
    name: str
    last_seen_at: int | None
    unsent: int
    quarantined: bool


class Exceptions(NamedTuple):
    """How many of each kind wait for somebody."""

    quarantined: int
    below_zero: int
    looks: int
    lost: int

    @property
    def total(self) -> int:
        return self.quarantined + self.below_zero + self.looks + self.lost


class CountProgress(NamedTuple):
    """counting, waiting: now; done: finished since the day began; open_tasks: not begun."""

    counting: int
    waiting: int
    done: int
    open_tasks: int


class TickerRow(NamedTuple):
    """One movement, as it passes by."""

    id: int
    kind: str
    sku: str
    name_zh: str
    name_en: str
    quantity: Decimal
    unit: str
    from_code: str
    from_kind: str
    to_code: str
    to_kind: str
    person: str | None
    recorded_at: int


class PrinterRow(NamedTuple):
    """A printer of a label station; waiting: jobs that have not ended."""

    name: str
    state: str
    reason: str
    seen_at: int
    waiting: int


class DayMoney(NamedTuple):
    """Sums of one day over all items of a site."""

    day: date
    cogs: Decimal
    value_change: Decimal


def day_counts(session: Session, site_id: int, start: int, end: int) -> DayCounts:
    """Movements recorded in [start, end)."""
    asked = (
        select(Movement.kind, func.count())
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
        .where(
            Movement.recorded_at >= start,
            Movement.recorded_at < end,
            or_(_source.site_id == site_id, _target.site_id == site_id),
            ~_taken_back(),
            Movement.kind != "reversal",
        )
        .group_by(Movement.kind)
    )
    found = {row[0]: int(row[1]) for row in session.execute(asked)}
    return DayCounts(found.get(RECEIPTS, 0), found.get(PICKS, 0), sum(found.values()))


def document_progress(
    session: Session, site_id: int, kinds: Sequence[str], day_start: int
) -> DocumentProgress:
    """Documents of these kinds that fulfil no other one: open, and done since the day began."""
    done = and_(Document.state == "done", Document.changed_at >= day_start)
    asked = (
        select(Document.state, func.count())
        .where(
            Document.site_id == site_id,
            Document.kind.in_(kinds),
            Document.origin_id.is_(None),
            or_(Document.state.in_(OPEN_STATES), done),
        )
        .group_by(Document.state)
    )
    found = {state: int(number) for state, number in session.execute(asked)}
    return DocumentProgress(found.get("done", 0), sum(found.values()))


def open_alerts(session: Session, site_id: int, limit: int) -> list[AlertRow]:
    """Open alerts, what crosses a red line first, then the emptiest."""
    red = case((ReorderAlert.level == "red", 0), else_=1)
    asked = _alerts(site_id, Turnover.inventory_position).where(ReorderAlert.state != "resolved")
    rows = session.execute(
        asked.order_by(
            red, ReorderAlert.inventory_position - ReorderAlert.reorder_point, ReorderAlert.id
        ).limit(limit)
    )
    return [AlertRow(*row) for row in rows]


def open_alert_count(session: Session, site_id: int) -> int:
    """How many reorder alerts are open."""
    asked = select(func.count()).where(
        ReorderAlert.site_id == site_id, ReorderAlert.state != "resolved"
    )
    return session.scalar(asked) or 0


def red_lines(session: Session, site_id: int) -> list[AlertRow]:
    """Alerts beyond a red line of the house that nobody has acknowledged or silenced."""
    asked = _alerts(site_id, Turnover.available).where(
        ReorderAlert.state == "triggered", ReorderAlert.level == "red"
    )
    return [AlertRow(*row) for row in session.execute(asked.order_by(ReorderAlert.id))]


def _alerts(site_id: int, now: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    """AlertRows of a site. now: the position of a reorder alert, where the jobs have computed it;
    of other alerts the jobs' figures tell nothing."""
    reorder = case((ReorderAlert.kind == "reorder", now), else_=None)
    position = func.coalesce(reorder, ReorderAlert.inventory_position, type_=Quantity)
    return (
        select(
            ReorderAlert.id,
            ReorderAlert.kind,
            Item.sku,
            Item.name_zh,
            Item.name_en,
            Item.base_unit,
            position,
            ReorderAlert.reorder_point,
            ReorderAlert.state,
            ReorderAlert.triggered_at,
        )
        .join(Item, Item.id == ReorderAlert.item_id)
        .outerjoin(Turnover, _same_pair(Turnover))
        .where(ReorderAlert.site_id == site_id)
    )


def waiting_counts(
    session: Session, site_id: int, limit: int | None, finished_before: int | None = None
) -> list[CountRow]:
    """Counts that wait for a decision, the longest waiting first."""
    lines = (
        select(func.count(CountLine.id))
        .where(CountLine.count_id == Count.id)
        .correlate(Count)
        .scalar_subquery()
    )
    asked = (
        select(Count.id, Location.code, lines, Count.finished_at, _starter.name)
        .join(Location, Location.id == Count.location_id)
        .outerjoin(_starter, _starter.id == Count.started_by)
        .where(Count.site_id == site_id, Count.state == "finished", Count.finished_at.is_not(None))
        .order_by(Count.finished_at, Count.id)
        .limit(limit)
    )
    if finished_before is not None:
        asked = asked.where(Count.finished_at <= finished_before)
    return [CountRow(*row) for row in session.execute(asked)]


def count_progress(session: Session, site_id: int, day_start: int) -> CountProgress:
    """How far today's counting is."""
    by_state = (
        select(Count.state, func.count())
        .where(Count.site_id == site_id, Count.state.in_(("counting", "finished")))
        .group_by(Count.state)
    )
    states = {row[0]: int(row[1]) for row in session.execute(by_state)}
    done = select(func.count()).where(Count.site_id == site_id, Count.finished_at >= day_start)
    tasks = select(func.count()).where(CountTask.site_id == site_id, CountTask.state == "open")
    return CountProgress(
        states.get("counting", 0),
        states.get("finished", 0),
        session.scalar(done) or 0,
        session.scalar(tasks) or 0,
    )


def exceptions(session: Session, site_id: int, since: int) -> Exceptions:
    """What waits for somebody; lost: ranges declared since then."""
    here = select(Device.id).where(Device.site_id == site_id)
    asked = (
        select(func.count()).where(
            QuarantinedCommand.state == "waiting", QuarantinedCommand.device_id.in_(here)
        ),
        select(func.count())
        .select_from(Balance)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.site_id == site_id, Balance.on_hand < Decimal(0)),
        select(func.count()).where(
            CountTask.site_id == site_id, CountTask.state == "open", CountTask.kind == "look"
        ),
        select(func.count()).where(LostRange.device_id.in_(here), LostRange.at > since),
    )
    return Exceptions(*(session.scalar(one) or 0 for one in asked))


def devices(session: Session, site_id: int) -> list[DeviceRow]:
    """Active handhelds, the longest unheard of first."""
    asked = (
        select(
            Device.id,
            Device.name,
            Device.last_seen_at,
            Device.next_seq - Device.accepted_seq - 1,
            Device.quarantined,
        )
        .where(Device.site_id == site_id, Device.state == "active")
        .order_by(func.coalesce(Device.last_seen_at, 0), Device.id)
    )
    return [DeviceRow(*row) for row in session.execute(asked)]


def printers(session: Session, site_id: int) -> list[PrinterRow]:
    """Printers of the site's label stations."""
    waiting = (
        select(func.count(PrintJob.id))
        .where(PrintJob.printer_id == Printer.id, PrintJob.ended_at.is_(None))
        .correlate(Printer)
        .scalar_subquery()
    )
    asked = (
        select(Printer.name, Printer.state, Printer.reason, Printer.seen_at, waiting)
        .where(Printer.site_id == site_id, Printer.retired_at.is_(None))
        .order_by(Printer.id)
    )
    return [PrinterRow(*row) for row in session.execute(asked)]


def latest_movements(session: Session, site_id: int, limit: int) -> list[TickerRow]:
    """The last movements, newest first; looked for among the ledger's newest rows only."""
    source, target = aliased(Location), aliased(Location)
    newest = select(func.max(Movement.id)).scalar_subquery()
    asked: Select[*tuple[Any, ...]] = (
        select(
            Movement.id,
            Movement.kind,
            Item.sku,
            Item.name_zh,
            Item.name_en,
            Movement.quantity,
            Item.base_unit,
            source.code,
            source.kind,
            target.code,
            target.kind,
            User.name,
            Movement.recorded_at,
        )
        .join(Item, Item.id == Movement.item_id)
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
        .join(source, source.id == _source.location_id)
        .join(target, target.id == _target.location_id)
        .outerjoin(User, User.id == Movement.user_id)
        .where(
            Movement.id > newest - TICKER_ROWS_READ,
            or_(_source.site_id == site_id, _target.site_id == site_id),
        )
        .order_by(Movement.id.desc())
        .limit(limit)
    )
    return [TickerRow(*row) for row in session.execute(asked)]


TICKER_ROWS_READ = 5_000


def site_turnover(session: Session, site_id: int) -> tuple[Decimal, Decimal]:
    """Σ cost of goods sold and Σ average inventory of the last computed period."""
    asked = select(func.sum(Turnover.cogs), func.sum(Turnover.average_inventory)).where(
        Turnover.site_id == site_id
    )
    cogs, average = session.execute(asked).one()
    return _number(cogs), _number(average)


def stock_value(session: Session, site_id: int) -> Decimal:
    """What the site's own stock is worth."""
    return _number(
        session.scalar(select(func.sum(CostPool.value)).where(CostPool.site_id == site_id))
    )


def money_days(session: Session, site_id: int, first: date) -> tuple[Decimal, Sequence[DayMoney]]:
    """The stock's value before `first`, and each day's sums from then on."""
    before = select(func.sum(DayRollup.value_change)).where(
        DayRollup.site_id == site_id, DayRollup.day < first
    )
    asked = (
        select(DayRollup.day, func.sum(DayRollup.cogs), func.sum(DayRollup.value_change))
        .where(DayRollup.site_id == site_id, DayRollup.day >= first)
        .group_by(DayRollup.day)
        .order_by(DayRollup.day)
    )
    rows = [DayMoney(day, _number(c), _number(v)) for day, c, v in session.execute(asked)]
    return _number(session.scalar(before)), rows


def _same_pair(table: Any) -> ColumnElement[bool]:
    return and_(
        table.item_id == ReorderAlert.item_id,
        table.site_id == ReorderAlert.site_id,
    )


def _taken_back() -> ColumnElement[bool]:
    return exists().where(Reversal.movement_id == Movement.id).correlate(Movement)


def _number(value: Any) -> Decimal:
    return Decimal(0) if value is None else Decimal(value)
