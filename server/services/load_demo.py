"""The demo warehouse: loaded once into an empty installation, through the services people use.

Its history is posted as requests in the order of their days, each with the time it happened. The
slips of some days are keyed in one evening, always before a count, which a supervisor decides.
Roll-ups, turnover and alerts are left to the jobs, as always.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.commands import Command, Envelope
from server.domain.days import day_of, start_of_day
from server.domain.demo_catalogue import FAMILIES, SUPPLIERS, DemoItem, demo_items
from server.domain.demo_history import DemoCount, DemoDay, Doing, SiteHistory
from server.domain.demo_places import SITES as DEMO_SITES
from server.domain.demo_places import TIME_ZONE, ZONES, DemoSite
from server.domain.demo_stock import Keeping
from server.domain.errors import RuleViolated
from server.domain.numbers import plain
from server.domain.people import SYSTEM, Actor
from server.domain.timekeeping import Contact
from server.services.apply_commands import apply_envelope
from server.services.approve_counts import approve_count
from server.services.clock import now_ms, use_clock
from server.services.keep_records import Edit, add_record
from server.services.manage_items import CATEGORIES, ITEM_SITES, add_item
from server.services.manage_people import UserDraft, insert_user
from server.services.manage_places import LOCATIONS, SITES, go_live
from server.services.manage_places import ZONES as ZONE_KIND
from server.services.manage_suppliers import SUPPLIER_ITEMS
from server.services.manage_suppliers import SUPPLIERS as SUPPLIER_KIND
from server.services.use_reservations import Wish, reserve_stock
from server.store.db import reading, unit_of_work
from server.store.feed import canonical_json
from server.store.models import Count, Item, Movement, Site

SEED = 952
HISTORY_DAYS = 548
PROMISES = 3
COMMANDS_AT_ONCE = 200
MINUTE_MS = 60_000
DECIDED_MINUTE = 450
RECORDED_MINUTE = 1_140
PEOPLE = (
    ("陈静", "operator", "SH"),
    ("王磊", "operator", "SH"),
    ("Liu Yang", "operator", "CD"),
    ("赵敏", "clerk", "SH"),
    ("孙涛", "planner", None),
    ("Zhou Lin", "supervisor", None),
)


@dataclass(frozen=True, slots=True)
class DemoLoaded:
    """What there is now."""

    items: int
    locations: int
    commands: int
    movements: int
    counts: int


def load_demo(last_day: date | None = None, days: int = HISTORY_DAYS) -> DemoLoaded:
    """Fill an empty installation with two sites and `days` days of history up to `last_day`
    (yesterday).

    Raises RuleViolated `installation_in_use` where there is an item or a site already.
    """
    last = last_day or day_of(now_ms(), TIME_ZONE) - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    items = demo_items()
    opened_at = start_of_day(first, TIME_ZONE)
    with use_clock(lambda: opened_at):
        people = _found(items, opened_at)
    histories = [SiteHistory(site, items, SEED) for site in DEMO_SITES]
    _plan(histories, opened_at)
    commands = 0
    for history in histories:
        hands = _Hands(people, history.site)
        for day in history.days(first, last):
            hands.live(day)
        hands.key_slips()
        commands += hands.keyed
    closed_at = start_of_day(last, TIME_ZONE) + RECORDED_MINUTE * MINUTE_MS
    with use_clock(lambda: closed_at):
        _promise(histories)
    return _loaded(items, commands)


def is_in_use() -> bool:
    """Whether somebody keeps something here already."""
    with reading() as session:
        return _in_use(session)


# Founding ----------------------------------------------------------------------------------------


def _found(items: Sequence[DemoItem], at: int) -> dict[str, int]:
    """Everything that must be there before the first day; answers user ids by role and site."""
    with unit_of_work() as session:
        if _in_use(session):
            raise RuleViolated("installation_in_use")
        edit = Edit(session, SYSTEM, at)
        for site in DEMO_SITES:
            _add_site(edit, site)
        for code, zh, en in FAMILIES:
            add_record(edit, CATEGORIES, {"code": code, "name_zh": zh, "name_en": en})
        for code, name, _ in SUPPLIERS:
            add_record(edit, SUPPLIER_KIND, {"code": code, "name": name})
        for item in items:
            _add_item(edit, item)
        people = _add_people(session, at)
        session.flush()
        site_ids = list(session.scalars(select(Site.id)))
    for site_id in site_ids:
        go_live(site_id, actor=SYSTEM)
    return people


def _in_use(session: Session) -> bool:
    return any(session.scalar(select(table.id).limit(1)) is not None for table in (Item, Site))


def _add_site(edit: Edit, site: DemoSite) -> None:
    names = {"name_zh": site.name_zh, "name_en": site.name_en}
    add_record(edit, SITES, {"code": site.code, "time_zone": TIME_ZONE, **names})
    for zone in ZONES:
        add_record(edit, ZONE_KIND, {"site": site.code, **zone._asdict()})
    for location in site.locations():
        values = {name: value for name, value in location._asdict().items() if value}
        add_record(edit, LOCATIONS, {"site": site.code, **values})


def _add_item(edit: Edit, item: DemoItem) -> None:
    cartons = item.pack > 1
    barcodes: list[dict[str, str]] = [{"code": item.barcode}]
    if cartons:
        barcodes.append({"code": item.carton_barcode, "packaging": _carton(item)})
    add_item(
        edit,
        {
            "sku": item.sku,
            "name_zh": item.name_zh,
            "name_en": item.name_en,
            "specification": item.specification,
            "base_unit": item.unit,
            "tracking": item.tracking,
            "costing": "fifo" if item.family == "FOOD" else "average",
            "shelf_life": item.shelf_life_days,
            "standard_cost": item.cost,
            "category": item.family,
            "packagings": [{"name": _carton(item), "quantity": item.pack}] if cartons else [],
            "barcodes": barcodes,
        },
    )
    terms = {
        "price": item.cost,
        "minimum_order_quantity": item.pack,
        "pack_multiple": item.pack,
        "lead_time_days": 3 + item.number % 9,
        "preferred": True,
    }
    add_record(edit, SUPPLIER_ITEMS, {"supplier": item.supplier, "item": item.sku, **terms})


def _carton(item: DemoItem) -> str:
    return f"箱/{item.pack}"


def _add_people(session: Session, at: int) -> dict[str, int]:
    """Names without login, password or PIN: nobody signs in as one of them."""
    people: dict[str, int] = {}
    for name, role, site in PEOPLE:
        draft: UserDraft = {"name": name, "role": role, "sites": [site] if site else None}
        user = insert_user(session, draft, actor=SYSTEM, at=at)
        people.setdefault(role if site is None else f"{role} {site}", user.id)
    return people


def _plan(histories: Iterable[SiteHistory], at: int) -> None:
    with unit_of_work() as session:
        edit = Edit(session, SYSTEM, at)
        for history in histories:
            for keeping in history.keepings:
                add_record(edit, ITEM_SITES, _levels(history.site, keeping))


def _levels(site: DemoSite, keeping: Keeping) -> dict[str, Any]:
    point = keeping.reorder_point
    return {
        "item": keeping.item.sku,
        "site": site.code,
        "reorder_point": point,
        "reorder_hysteresis": point // 10,
        "target_level": point + keeping.order_quantity,
    }


# Living ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Hands:
    """The people of one site, saying what they did; `keyed` commands so far."""

    people: dict[str, int]
    site: DemoSite
    keyed: int = 0
    _slips: list[Command] = field(default_factory=list)
    _evening: int = 0

    def live(self, day: DemoDay) -> None:
        """One day. Raises RuleViolated `demo_contradicts_itself` if something was refused."""
        dawn = start_of_day(day.day, TIME_ZONE)
        if day.counts:
            self.key_slips()
        for count in day.counts:
            counted = [_command(doing, dawn) for doing in count.doings]
            self._say(counted, dawn + (DECIDED_MINUTE - 5) * MINUTE_MS)
            if count.is_decided:
                self._decide(count, dawn + DECIDED_MINUTE * MINUTE_MS)
        self._slips += [_command(doing, dawn) for doing in day.doings]
        self._evening = dawn + RECORDED_MINUTE * MINUTE_MS
        if len(self._slips) >= COMMANDS_AT_ONCE:
            self.key_slips()

    def key_slips(self) -> None:
        """Say what was written down so far."""
        self._say(self._slips, self._evening)
        self._slips.clear()

    def _say(self, commands: Sequence[Command], recorded_at: int) -> None:
        user_id = self.people[f"operator {self.site.code}"]
        actor = Actor(user_id, "supervisor", None, source="system")
        contact = Contact("", 0, recorded_at, recorded_at)
        for some in _chunks(commands):
            answers = apply_envelope(Envelope(contact, some), actor)
            for command, answer in zip(some, answers, strict=True):
                if not answer.status.startswith("applied"):
                    raise RuleViolated(
                        "demo_contradicts_itself", command=command.type, reason=answer.code
                    )
        self.keyed += len(commands)

    def _decide(self, count: DemoCount, at: int) -> None:
        supervisor = Actor(self.people["supervisor"], "supervisor", None, source="system")
        with reading() as session:
            asked = select(Count.id, Count.version).where(Count.uid == count.uid)
            count_id, version = session.execute(asked).one()
        with use_clock(lambda: at):
            approve_count(count_id, version, (), supervisor)


def _command(doing: Doing, dawn: int) -> Command:
    occurred_at = dawn + doing.minute * MINUTE_MS
    raw = {
        "id": str(doing.id),
        "v": 1,
        "type": doing.type,
        "intent": "request",
        "occurred_at": occurred_at,
        "body": {name: _as_json(value) for name, value in doing.body.items()},
    }
    fingerprint = hashlib.sha256(canonical_json(raw).encode()).hexdigest()
    return Command(
        doing.id, doing.type, "request", raw, fingerprint, doing.body, occurred_at=occurred_at
    )


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _chunks(commands: Sequence[Command]) -> Iterator[tuple[Command, ...]]:
    left = iter(commands)
    while some := tuple(islice(left, COMMANDS_AT_ONCE)):
        yield some


def _promise(histories: Iterable[SiteHistory]) -> None:
    """Tomorrow's first orders are reserved already: one piece of what sells best."""
    for history in histories:
        best = [keeping for keeping in history.keepings if keeping.home_stock][:PROMISES]
        for number, keeping in enumerate(best, 1):
            with reading() as session:
                site_id = session.scalar(select(Site.id).where(Site.code == history.site.code))
                item_id = session.scalar(select(Item.id).where(Item.sku == keeping.item.sku))
            assert site_id is not None
            assert item_id is not None
            reserve_stock(Wish(site_id, item_id, Decimal(1), f"SO-NEXT-{number:02d}"), SYSTEM)


def _loaded(items: Sequence[DemoItem], commands: int) -> DemoLoaded:
    with reading() as session:
        movements = session.scalar(select(Movement.id).order_by(Movement.id.desc()).limit(1)) or 0
        counts = len(list(session.scalars(select(Count.id))))
    locations = sum(len(list(site.locations())) for site in DEMO_SITES)
    return DemoLoaded(len(items), locations, commands, movements, counts)
