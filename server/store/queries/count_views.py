"""Counts and count tasks as supervisors read them, with the names of what they speak about."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from server.domain.codes import code_key
from server.domain.counting import Grain
from server.store.models import (
    Count,
    CountLine,
    CountTask,
    HandlingUnit,
    Item,
    Location,
    Lot,
    Serial,
    Site,
    User,
)
from server.store.queries.records import Listing, Record

_starter = aliased(User)
_decider = aliased(User)
_lines = (
    select(func.count(CountLine.id))
    .where(CountLine.count_id == Count.id)
    .correlate(Count)
    .scalar_subquery()
)

COUNT_TASK_LIST = Listing(
    select(
        CountTask.id,
        CountTask.kind,
        Site.code.label("site"),
        CountTask.location_id,
        Location.code.label("location"),
        Item.sku.label("item"),
        CountTask.reason,
        CountTask.state,
        CountTask.ordered_at,
        CountTask.ended_at,
    )
    .join(Site, Site.id == CountTask.site_id)
    .join(Location, Location.id == CountTask.location_id)
    .outerjoin(Item, Item.id == CountTask.item_id),
    (CountTask.id,),
    site=CountTask.site_id,
    filters={
        "state": lambda state: CountTask.state == state,
        "kind": lambda kind: CountTask.kind == kind,
        "site": lambda code: Site.code_key == code_key(code),
        "location": lambda code: Location.code_key == code_key(code),
    },
)


def count_page(
    session: Session,
    site_ids: frozenset[int] | None,
    filters: dict[str, Any],
    before_id: int | None,
    limit: int,
) -> list[Record]:
    """Counts of these sites, newest first. filters: states, site and location codes."""
    asked = _counts().order_by(Count.id.desc()).limit(limit)
    if site_ids is not None:
        asked = asked.where(Count.site_id.in_(site_ids))
    if filters.get("state"):
        asked = asked.where(Count.state.in_(filters["state"]))
    if filters.get("site"):
        asked = asked.where(Site.code_key == code_key(filters["site"]))
    if filters.get("location"):
        asked = asked.where(Location.code_key == code_key(filters["location"]))
    if before_id is not None:
        asked = asked.where(Count.id < before_id)
    return [dict(row) for row in session.execute(asked).mappings()]


def waiting_counts(
    session: Session, site_ids: frozenset[int] | None, site: str | None, after_id: int, limit: int
) -> list[Record]:
    """Finished counts of these sites, the longest waiting first."""
    asked = _counts().where(Count.state == "finished", Count.id > after_id)
    if site_ids is not None:
        asked = asked.where(Count.site_id.in_(site_ids))
    if site:
        asked = asked.where(Site.code_key == code_key(site))
    rows = session.execute(asked.order_by(Count.id).limit(limit)).mappings()
    return [dict(row) for row in rows]


def count_view(session: Session, count_id: int) -> Record | None:
    """One count with its names."""
    row = session.execute(_counts().where(Count.id == count_id)).mappings().one_or_none()
    return dict(row) if row else None


def line_views(session: Session, count_id: int) -> list[Record]:
    """What was seen, and what it was judged to differ by: the last attempt of every key."""
    rows = session.execute(
        select(
            CountLine.id.label("line_id"),
            CountLine.item_id,
            CountLine.lot_id,
            CountLine.serial_id,
            CountLine.handling_unit_id,
            CountLine.attempt,
            CountLine.counted,
            CountLine.first_at,
            CountLine.last_at,
            User.name.label("counted_by"),
            CountLine.expected,
            CountLine.variance,
            CountLine.value,
        )
        .outerjoin(User, User.id == CountLine.user_id)
        .where(CountLine.count_id == count_id)
        .order_by(CountLine.attempt, CountLine.id)
    )
    return list({grain_of(row): dict(row) for row in rows.mappings()}.values())


def grain_of(line: Any) -> Grain:
    """What a line is about."""
    return Grain(line["item_id"], line["lot_id"], line["serial_id"], line["handling_unit_id"])


def names_of(session: Session, grains: Sequence[Grain]) -> dict[Grain, Record]:
    """sku, names and base unit of each grain, and the codes of its lot, serial and unit."""
    items = _by_id(session, Item, {grain.item_id for grain in grains}, _ITEM)
    lots = _by_id(session, Lot, {grain.lot_id for grain in grains}, (Lot.code,))
    serials = _by_id(session, Serial, {grain.serial_id for grain in grains}, (Serial.code,))
    units = _by_id(
        session, HandlingUnit, {g.handling_unit_id for g in grains}, (HandlingUnit.code,)
    )
    return {
        grain: {
            **items[grain.item_id],
            "lot": lots.get(grain.lot_id, {}).get("code"),
            "serial": serials.get(grain.serial_id, {}).get("code"),
            "unit": units.get(grain.handling_unit_id, {}).get("code"),
        }
        for grain in grains
    }


_ITEM = (Item.sku.label("item"), Item.name_zh, Item.name_en, Item.base_unit)


def _by_id(
    session: Session, model: Any, ids: set[int], columns: tuple[Any, ...]
) -> dict[int, Record]:
    rows = session.execute(
        select(model.id.label("own_id"), *columns).where(model.id.in_(ids - {0}))
    )
    found = [dict(row) for row in rows.mappings()]
    return {row.pop("own_id"): row for row in found}


def _counts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Count.id,
            Count.uid,
            Count.site_id,
            Site.code.label("site"),
            Count.location_id,
            Location.code.label("location"),
            Count.state,
            Count.whole,
            Count.first_at,
            Count.counted_at,
            Count.finished_at,
            _starter.name.label("started_by"),
            _decider.name.label("decided_by"),
            Count.decided_at,
            Count.decision,
            Count.version,
            _lines.label("line_count"),
        )
        .join(Site, Site.id == Count.site_id)
        .join(Location, Location.id == Count.location_id)
        .outerjoin(_starter, _starter.id == Count.started_by)
        .outerjoin(_decider, _decider.id == Count.decided_by)
    )
