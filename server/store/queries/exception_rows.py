"""The exceptions inbox as people read it."""

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.codes import code_key
from server.store.models import (
    Command,
    CountTask,
    Device,
    ExceptionCase,
    Item,
    Location,
    Movement,
    Site,
    User,
)
from server.store.queries.records import Record, Sites

COMMANDS_SHOWN = 10
_By = aliased(User)

FILTERS: dict[str, Any] = {
    "state": lambda state: ExceptionCase.state == state,
    "source": lambda source: ExceptionCase.source == source,
    "code": lambda code: ExceptionCase.code == code,
    "weight": lambda weight: ExceptionCase.weight == weight,
    "site": lambda code: Site.code_key == code_key(code),
    "item": lambda sku: Item.sku_key == code_key(sku),
    "location": lambda code: Location.code_key == code_key(code),
    "device": lambda device_id: ExceptionCase.device_id == device_id,
    "user": lambda user_id: ExceptionCase.user_id == user_id,
}


def exceptions_page(
    session: Session, sites: Sites, filters: dict[str, Any], before: int | None, limit: int
) -> list[Record]:
    """Cases with ids below `before`, newest first."""
    asked = _cases(sites).where(*(FILTERS[name](value) for name, value in filters.items()))
    if before is not None:
        asked = asked.where(ExceptionCase.id < before)
    rows = session.execute(asked.order_by(ExceptionCase.id.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


def one_exception(session: Session, sites: Sites, case_id: int) -> Record | None:
    """One case with what stands behind it; None if there is none or it is of another site."""
    row = session.execute(_cases(sites).where(ExceptionCase.id == case_id)).one_or_none()
    if row is None:
        return None
    found = dict(row._mapping)
    found["commands"] = _commands(session, found)
    found["tasks"] = _tasks(session, found["location_id"])
    return found


def exception_counts(session: Session, sites: Sites) -> list[Record]:
    """How many cases are open, by site, source, code and weight, with the age of the oldest."""
    keys = (Site.code.label("site"), ExceptionCase.source, ExceptionCase.code, ExceptionCase.weight)
    asked = (
        select(
            *keys, func.count().label("count"), func.min(ExceptionCase.occurred_at).label("oldest")
        )
        .outerjoin(Site, Site.id == ExceptionCase.site_id)
        .where(ExceptionCase.state == "open", *_scope(sites))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [dict(row._mapping) for row in session.execute(asked)]


def _cases(sites: Sites) -> Select[*tuple[Any, ...]]:
    return (
        select(
            ExceptionCase.id,
            ExceptionCase.source,
            ExceptionCase.key,
            ExceptionCase.code,
            ExceptionCase.weight,
            ExceptionCase.state,
            ExceptionCase.standing,
            Site.code.label("site"),
            Item.sku.label("item"),
            Item.name_zh,
            Item.name_en,
            ExceptionCase.item_id,
            ExceptionCase.location_id,
            Location.code.label("location"),
            ExceptionCase.device_id,
            Device.name.label("device"),
            User.name.label("user"),
            ExceptionCase.command_id,
            ExceptionCase.occurred_at,
            ExceptionCase.opened_at,
            ExceptionCase.facts,
            ExceptionCase.resolved_at,
            _By.name.label("resolved_by"),
            ExceptionCase.reason,
            ExceptionCase.version,
        )
        .outerjoin(Site, Site.id == ExceptionCase.site_id)
        .outerjoin(Item, Item.id == ExceptionCase.item_id)
        .outerjoin(Location, Location.id == ExceptionCase.location_id)
        .outerjoin(Device, Device.id == ExceptionCase.device_id)
        .outerjoin(User, User.id == ExceptionCase.user_id)
        .outerjoin(_By, _By.id == ExceptionCase.resolved_by)
        .where(*_scope(sites))
    )


def _scope(sites: Sites) -> list[ColumnElement[bool]]:
    """What belongs to no site (a command that named none) is for those who see all of them."""
    return [] if sites is None else [ExceptionCase.site_id.in_(sites)]


def _commands(session: Session, case: Record) -> list[Record]:
    """The command of the case; of negative stock the last ones that touched it, newest first."""
    asked = select(
        Command.id,
        Command.type,
        Command.status,
        Command.body,
        Command.occurred_at,
        Command.received_at,
        User.name.label("user"),
        Device.name.label("device"),
    )
    asked = asked.outerjoin(User, User.id == Command.user_id)
    asked = asked.outerjoin(Device, Device.id == Command.device_id)
    if case["source"] == "negative":
        position, item, lot, serial = map(int, case["key"].split("-"))
        asked = asked.where(Command.id.in_(_touching(position, item, lot, serial)))
    elif case["command_id"] is not None:
        asked = asked.where(Command.id == case["command_id"])
    else:
        return []
    rows = session.execute(asked.order_by(Command.received_at.desc()).limit(COMMANDS_SHOWN))
    return [_command(dict(row._mapping)) for row in rows]


def _touching(position: int, item: int, lot: int, serial: int) -> Select[Any]:
    return (
        select(Movement.command_id)
        .where(
            or_(Movement.from_position_id == position, Movement.to_position_id == position),
            Movement.item_id == item,
            Movement.lot_id == lot,
            Movement.serial_id == serial,
        )
        .order_by(Movement.id.desc())
        .limit(COMMANDS_SHOWN)
    )


def _command(row: Record) -> Record:
    said = json.loads(row["body"])
    body, scans = said.get("body"), said.get("scans")
    row["body"] = body if isinstance(body, dict) else {}
    row["scans"] = [
        {name: str(scan.get(name) or "") for name in ("text", "aim", "source")}
        for scan in (scans if isinstance(scans, list) else [])
        if isinstance(scan, dict)
    ]
    return row


def _tasks(session: Session, location_id: int | None) -> list[Record]:
    """What is ordered at its place and not done yet."""
    rows = session.execute(
        select(CountTask.id, CountTask.kind, CountTask.reason, CountTask.ordered_at).where(
            CountTask.location_id == location_id, CountTask.state == "open"
        )
    )
    return [dict(row._mapping) for row in rows]
