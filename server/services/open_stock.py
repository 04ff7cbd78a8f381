"""Opening stock (初始库存): what is there on the first day, posted from @adjustment as one command.

Each row is interpreted like a receipt without a supplier: it may name a lot with its dates, a
serial, a handling unit, a status, an owner and a unit cost. Rolling back reverses the movements
at the time they were posted; it is refused once stock has gone elsewhere.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import select

from server.domain.codes import checked_code, code_key
from server.domain.commands import Command, Said
from server.domain.errors import InvalidInput, RuleViolated, StockturnError
from server.domain.fields import cost, positive
from server.domain.ledger import Draft
from server.domain.timekeeping import Occurrence
from server.services.advance_documents import Documents
from server.services.import_places import Sites
from server.services.interpret_commands import Scene, interpret, settle_units
from server.services.move_units import Units, carry_corrections
from server.services.name_things import Names
from server.services.plan_import import Ground, PlannedRow
from server.services.post_movements import Entry, Ledger
from server.services.sight_serials import Serials
from server.services.trace_returns import true_up_returns
from server.services.undo_commands import undo
from server.store.commands import write_commands
from server.store.feed import announce_many, canonical_json, feed_row
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID
from server.store.models import ImportBatch
from server.store.places import Spot

KIND: Final = "opening_stock"
MOVEMENTS_PER_FEED_ROW: Final = 1_000
_CODES: Final = ("location", "item", "lot", "serial", "unit", "status", "owner")


def plan_opening_stock(ground: Ground, rows: list[PlannedRow]) -> None:
    """Find what is wrong without writing anything; the right rows are all new."""
    sites = Sites(ground, rows)
    names = Names(ground.session, ground.at)
    right = []
    for row in rows:
        if row.wrong is None and _settled(row, lambda row: _place_row(sites, row)):
            right.append(row)
    names.load([(row.values["site_id"], row.values) for row in right])
    serials: Counter[tuple[int, str]] = Counter()
    for row in right:
        row.posts = _settled(row, lambda row: _check_row(names, serials, row.values))


def _settled(row: PlannedRow, settle: Any) -> bool:
    try:
        settle(row)
    except StockturnError as problem:
        row.wrong = problem
    return row.wrong is None


def _place_row(sites: Sites, row: PlannedRow) -> None:
    for name in _CODES:
        if name in row.values:
            row.values[name] = checked_code(row.values[name], name)
    row.values["site_id"] = sites.of(row.values).id


def _check_row(names: Names, serials: Counter[tuple[int, str]], values: Mapping[str, Any]) -> None:
    item = names.item(values["item"])
    location = names.location(values["site_id"], values["location"])
    for row, code in (
        (item, item.sku),
        (location, location.code),
        (names.status(values["status"]) if values.get("status") else None, values.get("status")),
        (names.owner(values["owner"]) if values.get("owner") else None, values.get("owner")),
    ):
        if row is not None and row.retired:
            raise RuleViolated("retired", code=code)
    quantity = positive(values["quantity"], "quantity")
    cost(values.get("unit_cost"), "unit_cost")
    if item.tracking == "lot" and not values.get("lot"):
        raise InvalidInput("lot_required", item=item.sku)
    if item.tracking == "none" and (values.get("lot") or values.get("serial")):
        raise InvalidInput("not_tracked", item=item.sku)
    if item.tracking == "serial":
        _check_serial(serials, item.id, item.sku, quantity, values.get("serial"))


def _check_serial(
    serials: Counter[tuple[int, str]], item_id: int, sku: str, quantity: Decimal, code: str | None
) -> None:
    if not code:
        raise InvalidInput("serial_required", item=sku)
    if quantity != 1:
        raise RuleViolated("serial_is_one", item=sku, serial=code)
    serials[item_id, code_key(code)] += 1
    if serials[item_id, code_key(code)] > 1:
        raise InvalidInput("duplicate_row", value=code)


def post_opening_stock(ground: Ground, rows: list[PlannedRow], batch: ImportBatch) -> None:
    """Post the right rows. Raises RuleViolated `already_imported` for a file that stands already:
    twice the same opening stock is nearly always a mistake."""
    _refuse_again(ground, batch)
    right = [row for row in rows if row.wrong is None]
    if not right:
        return
    scene, command = _scene(ground), _command(KIND, {"import": str(batch.uid)})
    batch.command_id = command.id
    sites = {row.values["site_id"] for row in right}
    site_id = sites.pop() if len(sites) == 1 else None
    _keep(ground, command, site_id)
    scene.names.load([(row.values["site_id"], row.values) for row in right])
    _make_ready(scene, ground, right)
    entry = _entry(ground, command)
    drafts = [draft for row in right for draft in _drafts(scene, ground, entry, command, row)]
    _post(scene, ground, entry, site_id, drafts)


def _make_ready(scene: Scene, ground: Ground, rows: list[PlannedRow]) -> None:
    """Lots, serials, units and positions that are new are made all at once: one by one, a large
    warehouse would hold everybody up for minutes."""
    scene.names.make_new(row.values for row in rows)
    codes = {row.values["unit"] for row in rows if row.values.get("unit")}
    scene.units.lock(scene.names.unit(code).id for code in codes)
    spots = (spot for row in rows for spot in _spots(scene, ground, row.values))
    scene.ledger.book.places.intern(spots)


def _spots(scene: Scene, ground: Ground, values: Mapping[str, Any]) -> Iterator[Spot]:
    """Where the row's stock will stand and where it comes from, unless its unit is elsewhere."""
    names, site_id, unit_id = scene.names, values["site_id"], 0
    location_id = names.location(site_id, values["location"]).id
    if values.get("unit"):
        unit_id = names.unit(values["unit"]).id
        if scene.units.where(unit_id, ground.at) not in (None, location_id):
            return
    owner_id = names.owner(values["owner"]).id if values.get("owner") else OWN_OWNER_ID
    status_id = names.status(values["status"]).id if values.get("status") else GOOD_STATUS_ID
    yield Spot(location_id, unit_id, owner_id, status_id)
    source_id = scene.ledger.book.places.virtual_location(site_id, "adjustment")
    yield Spot(source_id, 0, owner_id, status_id)


def reverse_opening_stock(ground: Ground, batch: ImportBatch) -> None:
    """Reverse the batch's movements at the time they were posted.

    Raises RuleViolated `not_enough_available` once its stock has gone elsewhere.
    """
    if batch.command_id is None:
        return
    scene = _scene(ground)
    body = {"command": batch.command_id, "how": "never"}
    command = _command("undo", body)
    _keep(ground, command, None)
    # Undo belongs to whoever made the command; rolling back belongs to whoever may import. So it
    # is found in the name of the one and posted in the name of the other.
    at = Occurrence(ground.at)
    said = Said(command, 0, batch.user_id, None, at, ground.at)
    meaning = undo(scene, said, _entry(ground, command), undoable=(KIND,))
    loose = [draft for draft in meaning.drafts if not draft.serial_id]
    scene.ledger.prepare(loose)
    scene.ledger.guard(loose)
    _post(scene, ground, _entry(ground, command), None, meaning.drafts)


def _refuse_again(ground: Ground, batch: ImportBatch) -> None:
    twin = select(ImportBatch.file_name).where(
        ImportBatch.kind == KIND,
        ImportBatch.state == "applied",
        ImportBatch.content_hash == batch.content_hash,
        ImportBatch.id != batch.id,
    )
    if (name := ground.session.scalar(twin)) is not None:
        raise RuleViolated("already_imported", file=name)


def _scene(ground: Ground) -> Scene:
    session = ground.session
    return Scene(
        session,
        Ledger(session),
        Names(session, ground.at),
        Units(session),
        Serials(session),
        Documents(session),
        ground.actor,
    )


def _command(kind: str, body: Mapping[str, Any]) -> Command:
    command_id = uuid4()
    raw = {"id": str(command_id), "type": kind, "body": body}
    fingerprint = hashlib.sha256(canonical_json(raw).encode()).hexdigest()
    return Command(command_id, kind, "request", raw, fingerprint, body)


def _keep(ground: Ground, command: Command, site_id: int | None) -> None:
    row = {
        "id": command.id,
        "type": command.type,
        "intent": command.intent,
        "device_id": None,
        "seq": None,
        "user_id": ground.actor.user_id,
        "site_id": site_id,
        "body_hash": command.fingerprint,
        "body": canonical_json(command.raw),
        "status": "applied",
        "answer": canonical_json({"id": command.id, "status": "applied"}),
        "occurred_at": ground.at,
        "uncertainty_ms": 0,
        "received_at": ground.at,
        "replaces": None,
        "request_id": ground.actor.request_id,
    }
    write_commands(ground.session, [row])


def _entry(ground: Ground, command: Command) -> Entry:
    actor = ground.actor
    return Entry(command.id, ground.at, user_id=actor.user_id, request_id=actor.request_id)


def _drafts(
    scene: Scene, ground: Ground, entry: Entry, command: Command, row: PlannedRow
) -> list[Draft]:
    """What the row posts: what a receipt that comes from nowhere would."""
    body = {**row.values, "to": row.values["location"], "reason": KIND}
    receipt = replace(command, type="receive_other", body=body)
    site_id, user_id = row.values["site_id"], ground.actor.user_id
    said = Said(receipt, site_id, user_id, None, Occurrence(ground.at), ground.at)
    meaning = interpret(scene, said)
    settle_units(scene, meaning)
    posted: list[Draft] = []
    for draft in meaning.drafts:
        opening = replace(draft, kind=KIND)
        serial = draft.serial_id and draft.kind == "receive_other"
        posted += scene.serials.sight(scene.ledger, entry, opening) if serial else [opening]
    return posted


def _post(
    scene: Scene, ground: Ground, entry: Entry, site_id: int | None, drafts: list[Draft]
) -> None:
    posting = scene.ledger.post(entry, drafts)
    carry_corrections(scene.ledger, scene.units, entry, posting)
    ids = posting.movement_ids
    items = {row["id"]: row["item_id"] for row in scene.ledger.book.movements}
    scene.ledger.write()
    true_up_returns(scene.ledger, (), ground.at)
    rows = []
    for start in range(0, len(ids), MOVEMENTS_PER_FEED_ROW):
        part = ids[start : start + MOVEMENTS_PER_FEED_ROW]
        payload = {
            "type": KIND,
            "status": "applied",
            "movements": part,
            "items": sorted({items[i] for i in part}),
        }
        rows.append(
            feed_row(
                "movement.posted",
                payload,
                actor=ground.actor,
                at=ground.at,
                site_id=site_id,
                command_id=entry.command_id,
            )
        )
    announce_many(ground.session, rows)
