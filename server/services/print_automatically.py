"""Labels nobody has to ask for: of items without a barcode at receipt, of locations just made, of
units just closed. Per site, off until somebody sets a printer and a design.

What happened is read off the numbered feed from where the last look ended. A job's uid is made of
the feed's number, so a look that is cut short prints nothing twice.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import InvalidInput, NotFound, StockturnError
from server.domain.people import SYSTEM, Actor
from server.services.clock import now_ms
from server.services.find_in_scope import site_in_scope
from server.services.keep_designs import design_in_force
from server.services.keep_records import Edit
from server.services.keep_settings import keep_value
from server.services.plan_labels import Wanted
from server.services.queue_labels import Order, queue_labels
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import Feed, HandlingUnit, Location, Printer, Setting
from server.store.queries.catalogue import sites_by_id
from server.store.queries.feed_rows import feed_head
from server.store.queries.label_rows import item_ids_without_barcode

NAME = "automatic_labels"
REACHED = "automatic_labels_reached"
EVENTS = ("receipt", "location_created", "unit_closed")
TOPICS = {
    "movement.posted": "receipt",
    "location.changed": "location_created",
    "unit.closed": "unit_closed",
}
ROWS_AT_ONCE = 200
_UIDS = UUID("5a1c7b0e-53c4-4b5e-9c1f-6f0a9d2e7b31")


class _Happened(NamedTuple):
    """A numbered feed row that may ask for labels."""

    seq: int
    event: str
    site_id: int
    payload: dict[str, Any]


def automatic_labels(site: str, actor: Actor) -> dict[str, Any]:
    """What a site prints by itself: event → {printer, design, copies} or None.

    Raises NotFound `unknown_site`.
    """
    with reading() as session:
        site_id = site_in_scope(session, site, actor).id
        row = session.get(Setting, (NAME, site_id))
        return dict.fromkeys(EVENTS) | dict(row.value if row else {})


def set_automatic_labels(site: str, wanted: Mapping[str, Any], actor: Actor) -> None:
    """Keep it, in place of what was; what happened before is not printed.

    Raises NotFound `unknown_site`, `unknown_printer`, `design_unknown`.
    """
    now = now_ms()
    with unit_of_work() as session:
        site_id = site_in_scope(session, site, actor).id
        kept = {event: how for event, how in wanted.items() if how}
        for how in kept.values():
            printer = session.get(Printer, how["printer"])
            if printer is None or printer.site_id != site_id:
                raise NotFound("unknown_printer", printer=str(how["printer"]))
            design_in_force(session, how["design"])
        if not _settings(session):
            _reach(session, feed_head(session), now)
        keep_value(Edit(session, actor, now), NAME, site_id, kept)


def close_unit(code: str, actor: Actor) -> None:
    """A unit is packed and closed: its label may be printed now.

    Raises NotFound `unknown_unit`, InvalidInput `unit_nowhere`.
    """
    now = now_ms()
    with unit_of_work() as session:
        row = session.execute(
            select(HandlingUnit.code, Location.site_id)
            .outerjoin(Location, Location.id == HandlingUnit.location_id)
            .where(HandlingUnit.code_key == code_key(code), HandlingUnit.code_key != "")
        ).one_or_none()
        if row is None or (row.site_id is not None and not actor.sees_site(row.site_id)):
            raise NotFound("unknown_unit", unit=code[:40])
        if row.site_id is None:
            raise InvalidInput("unit_nowhere", unit=row.code)
        facts = {"unit": row.code}
        announce(session, "unit.closed", facts, actor=actor, at=now, site_id=row.site_id)


def is_anything_to_print() -> bool:
    """Whether a site prints by itself and something happened since the last look."""
    with reading() as session:
        if not _settings(session):
            return False
        return bool(_news(session, 1))


def print_automatically() -> int:
    """Look at what happened since the last look and queue its labels; how many jobs."""
    with reading() as session:
        settings = _settings(session)
        news = _news(session, ROWS_AT_ONCE) if settings else []
    jobs = 0
    for happened in news:
        how = settings.get(happened.site_id, {}).get(happened.event)
        if how:
            jobs += _print(happened, how)
    if news:
        with unit_of_work() as session:
            _reach(session, news[-1].seq, now_ms())
    return jobs


def _print(happened: _Happened, how: Mapping[str, Any]) -> int:
    with reading() as session:
        wanted = list(_WANTED[happened.event](session, happened))
    for number, each in enumerate(wanted):
        order = Order(
            uid=uuid5(_UIDS, f"{happened.seq}.{number}"),
            printer_id=int(how["printer"]),
            design=how["design"],
            wanted=each,
            copies=how.get("copies", 1),
            text_language=how.get("language", "zh"),
            source=happened.event,
        )
        try:
            queue_labels(order, SYSTEM)
        except StockturnError as refusal:
            _tell_refused(happened, refusal)
    return len(wanted)


def _tell_refused(happened: _Happened, refusal: StockturnError) -> None:
    """Nobody waits for an answer: the feed says what was not printed, and why."""
    facts = {"event": happened.event, "seq": happened.seq, "code": refusal.code}
    facts["fields"] = {name: str(value) for name, value in refusal.fields.items()}
    with unit_of_work() as session:
        announce(
            session, "print.refused", facts, actor=SYSTEM, at=now_ms(), site_id=happened.site_id
        )


def _of_receipt(session: Session, happened: _Happened) -> Iterator[Wanted]:
    if happened.payload.get("type") not in ("receive_line", "receive_other"):
        return
    items = item_ids_without_barcode(session, happened.payload.get("items", []))
    if items:
        yield Wanted("items", codes=sorted(items.values()))


def _of_location(session: Session, happened: _Happened) -> Iterator[Wanted]:
    """A location is made with its site; a change never names it, nor does an import."""
    if "site" in happened.payload.get("fields", ()):
        site = sites_by_id(session, [happened.site_id])[happened.site_id].code
        yield Wanted("locations", site=site, codes=[happened.payload["code"]])


def _of_unit(_session: Session, happened: _Happened) -> Iterator[Wanted]:
    yield Wanted("units", codes=[happened.payload["unit"]])


_WANTED = {"receipt": _of_receipt, "location_created": _of_location, "unit_closed": _of_unit}


def _settings(session: Session) -> dict[int, dict[str, Any]]:
    rows = session.scalars(select(Setting).where(Setting.name == NAME))
    return {row.site_id: row.value for row in rows if row.value}


def _news(session: Session, most: int) -> Sequence[_Happened]:
    reached = session.get(Setting, (REACHED, 0))
    rows = session.execute(
        select(Feed.seq, Feed.topic, Feed.site_id, Feed.payload)
        .where(Feed.seq > (reached.value if reached else 0), Feed.topic.in_(TOPICS))
        .order_by(Feed.seq)
        .limit(most)
    )
    return [
        _Happened(row.seq, TOPICS[row.topic], row.site_id or 0, json.loads(row.payload))
        for row in rows
    ]


def _reach(session: Session, seq: int, at: int) -> None:
    row = session.get(Setting, (REACHED, 0), with_for_update=True)
    row = row or Setting(name=REACHED, site_id=0)
    row.value, row.changed_at = seq, at
    session.add(row)
    session.flush()
