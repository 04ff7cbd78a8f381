"""Undo: a command that takes another of its own device back (RULES 7).

put_back: it is undone physically, now. never: it did not happen, at the time it was said to.
"""

import json
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from server.domain.codes import code_key
from server.domain.commands import FLOOR_TYPES, Said
from server.domain.costing import true_up
from server.domain.errors import NotFound, RuleViolated
from server.domain.ledger import Draft, Place, Posted, moves_after
from server.services.bind_barcodes import release_barcode
from server.services.count_stock import reopen_count
from server.services.interpret_commands import UNIT_MOVES, Meaning, Scene
from server.services.move_units import move_unit, resettle
from server.services.post_movements import Entry
from server.services.short_picks import undo_short_pick
from server.services.undo_count_lines import undo_count_line
from server.services.use_reservations import hold_reservation
from server.store.book import PoolKey
from server.store.commands import KnownCommand, known_commands, mark_undone
from server.store.queries.movements import flows_of_command
from server.store.queries.revaluations import Corrections, corrections_of_many
from server.store.serial_sightings import place_of_sighting, serials_of_command

UNDOABLE = FLOOR_TYPES - {"undo"}
FOLLOW_UPS = frozenset({"count_correction", "serial_correction"})


def undo(scene: Scene, said: Said, entry: Entry, undoable: Collection[str] = UNDOABLE) -> Meaning:
    """What taking a command back posts; a second undo posts nothing and is flagged.

    Raises NotFound `unknown_command` for another device's or person's command, RuleViolated
    `nothing_to_undo` for one that was rejected or is not of an `undoable` type: undos, and what is
    the house's own (an adjustment is mended by the next count, a price by the next price).
    """
    meaning = Meaning()
    original = _original(scene, said)
    if original.status == "rejected" or original.type not in undoable:
        raise RuleViolated("nothing_to_undo", command=str(original.id))
    how = said.body["how"]
    if not mark_undone(scene.session, original.id, said.command.id, how):
        meaning.flags.add("already_undone")
        return meaning
    if _undo_without_stock(scene, said, original):
        return meaning
    if how == "never":
        _never_happened(scene, said, entry, original, meaning)
    else:
        _put_back(scene, said, entry, original, meaning)
    _hold_reservation(scene, original, meaning)
    scene.documents.take_back(original.id, scene.actor, said.received_at)
    return meaning


def _hold_reservation(scene: Scene, original: KnownCommand, meaning: Meaning) -> None:
    body = json.loads(original.body)["body"]
    used = UUID(body["reservation"]) if body.get("reservation") else None
    if used is None and original.type == "pick_line" and body.get("document"):
        used = scene.documents.reservation_used(original.id)
    if used and meaning.drafts:
        meaning.restores = used
        hold_reservation(scene.ledger, meaning.restores, meaning.drafts)


def _original(scene: Scene, said: Said) -> KnownCommand:
    command_id = said.body["command"]
    original = known_commands(scene.session, [command_id]).get(command_id)
    if original is None or original.device_id != said.device_id:
        raise NotFound("unknown_command", command=str(command_id))
    if said.device_id is None and original.user_id != said.user_id:
        raise NotFound("unknown_command", command=str(command_id))
    if original.site_id is not None and not scene.actor.sees_site(original.site_id):
        raise NotFound("unknown_command", command=str(command_id))
    return original


def _undo_without_stock(scene: Scene, said: Said, original: KnownCommand) -> bool:
    body: dict[str, Any] = json.loads(original.body)["body"]
    if original.type == "count_line":
        undo_count_line(scene, said, body)
    elif original.type == "finish_count":
        reopen_count(scene.session, UUID(str(body["count"])))
    elif original.type == "short_pick":
        undo_short_pick(scene, original.id, said.site_id, body, said.received_at)
    elif original.type == "bind_barcode":
        scene.names.load([(said.site_id, body)])
        item = scene.names.item(body["item"])
        release_barcode(
            scene.session,
            body["barcode"],
            "item",
            item.id,
            actor=scene.actor,
            at=said.received_at,
        )
    else:
        return False
    return True


def _never_happened(
    scene: Scene, said: Said, entry: Entry, original: KnownCommand, meaning: Meaning
) -> None:
    """Every movement is reversed at its own time; what later counts and moves of units make of
    that follows by itself."""
    flows = flows_of_command(scene.session, original.id)
    whole_units, since = _moves_a_unit(original), _corrections(scene, flows)
    moves = scene.units.forget(original.id, said.received_at)
    for serial_id in serials_of_command(scene.session, original.id):
        template = _sighting_of(scene, said, original, serial_id, flows)
        meaning.drafts += scene.serials.forget(scene.ledger, entry, original.id, template)
    for row in flows:
        if row["serial_id"]:
            continue
        if row["kind"] not in FOLLOW_UPS and (whole_units or row["kind"] != "unit_follow"):
            corrected = since.get(row["id"], Corrections())
            meaning.drafts.append(_reversed(scene, entry, row, corrected, row["occurred_at"]))
    if whole_units and not any(row["kind"] == "unit_follow" for row in flows):
        meaning.drafts += _next_move_came_from_before(scene, flows)
    for move in moves:
        if move.from_location_id == move.to_location_id:
            continue
        later = moves_after(scene.units.logs[move.unit_id], move.occurred_at)
        span = (move.occurred_at, later[0] if later else None)
        way = (move.to_location_id, move.from_location_id)
        meaning.drafts += resettle(scene.ledger, said, move.unit_id, way, span, original.id)


def _sighting_of(
    scene: Scene,
    said: Said,
    original: KnownCommand,
    serial_id: int,
    flows: list[dict[str, Any]],
) -> Draft:
    """What the command said of a serial; where it posted nothing, the serial was there already."""
    own = [row for row in flows if row["serial_id"] == serial_id]
    if own:
        return _draft_of(scene, own[0])
    body = json.loads(original.body)["body"]
    scene.names.load([(said.site_id, body)])
    item = scene.names.item(body["item"])
    serial = scene.names.serials[item.id, code_key(body["serial"])]
    here = scene.ledger.book.places.by_id([place_of_sighting(scene.session, original.id)])
    place = next(iter(here.values()))
    return Draft(
        kind="reversal",
        item_id=item.id,
        lot_id=serial.lot_id,
        serial_id=serial_id,
        quantity=Decimal(1),
        source=place,
        target=place,
        occurred_at=original.occurred_at,
    )


def _next_move_came_from_before(scene: Scene, flows: list[dict[str, Any]]) -> list[Draft]:
    """The unit's next move was posted from where the undone one had put it."""
    drafts = []
    for row in flows:
        moved = _draft_of(scene, row)
        later = moves_after(scene.units.logs[moved.target.handling_unit_id], row["occurred_at"])
        if later:
            until, exact = later[0].occurred_at, later[0].seen
            drafts.append(replace(moved, kind="unit_follow", occurred_at=until, exact=exact))
    return drafts


def _moves_a_unit(original: KnownCommand) -> bool:
    body = json.loads(original.body)["body"]
    return bool(body.get("unit")) and original.type in UNIT_MOVES | {"ship_unit"}


def _put_back(
    scene: Scene, said: Said, entry: Entry, original: KnownCommand, meaning: Meaning
) -> None:
    """Each thing goes back to where it came from, now; a moved unit goes back as a whole."""
    body = json.loads(original.body)["body"]
    flows = flows_of_command(scene.session, original.id)
    if original.type == "ship_unit":
        _bring_unit_back(scene, said, entry, body["unit"], original, meaning)
        return
    if _moves_a_unit(original):
        _put_unit_back(scene, said, body["unit"], original, meaning)
        return
    since = _corrections(scene, flows)
    for row in flows:
        if row["kind"] in FOLLOW_UPS or row["kind"] == "unit_follow":
            continue
        corrected = since.get(row["id"], Corrections())
        back = _reversed(scene, entry, row, corrected, said.occurrence.at)
        meaning.drafts.append(
            replace(
                back,
                source=_now(scene, back.source, said.occurrence.at),
                target=_now(scene, back.target, said.occurrence.at),
                uncertainty_ms=said.occurrence.uncertainty_ms,
            )
        )


def _bring_unit_back(
    scene: Scene, said: Said, entry: Entry, code: str, original: KnownCommand, meaning: Meaning
) -> None:
    """A unit that had left the house is here again, with all that had left in it."""
    scene.names.load([(said.site_id, {"unit": code})])
    unit = scene.names.unit(code)
    before = scene.units.came_from(original.id)
    outside = scene.units.where(unit.id, said.occurrence.at)
    if before is None or before == outside:
        return
    flows = flows_of_command(scene.session, original.id)
    since = _corrections(scene, flows)
    for row in flows:
        if row["kind"] not in FOLLOW_UPS and row["kind"] != "unit_follow":
            corrected = since.get(row["id"], Corrections())
            draft = _reversed(scene, entry, row, corrected, said.occurrence.at)
            uncertainty_ms = said.occurrence.uncertainty_ms
            meaning.drafts.append(replace(draft, uncertainty_ms=uncertainty_ms, settled=True))
    scene.units.log(unit.id, outside, before, said)


def _put_unit_back(
    scene: Scene, said: Said, code: str, original: KnownCommand, meaning: Meaning
) -> None:
    scene.names.load([(said.site_id, {"unit": code})])
    unit = scene.names.unit(code)
    before = scene.units.where(unit.id, original.occurred_at - 1)
    if before is not None:
        meaning.drafts = move_unit(scene.ledger, scene.units, said, unit.id, before)


def _now(scene: Scene, place: Place, at: int) -> Place:
    """The same place, or where its handling unit has gone meanwhile."""
    if not place.handling_unit_id:
        return place
    location = scene.units.where(place.handling_unit_id, at) or place.location_id
    return scene.ledger.place(location, place.handling_unit_id, place.owner_id, place.status_id)


def _corrections(scene: Scene, flows: list[dict[str, Any]]) -> dict[int, Corrections]:
    return corrections_of_many(scene.session, [row["id"] for row in flows])


def _draft_of(scene: Scene, row: dict[str, Any]) -> Draft:
    ids = (row["from_position_id"], row["to_position_id"])
    places = scene.ledger.book.places.by_id(ids)
    return Draft(
        kind="reversal",
        item_id=row["item_id"],
        lot_id=row["lot_id"],
        serial_id=row["serial_id"],
        quantity=row["quantity"],
        source=places[ids[0]],
        target=places[ids[1]],
        occurred_at=row["occurred_at"],
        uncertainty_ms=row["uncertainty_ms"],
        second_quantity=row["second_quantity"],
        document=row["document"],
    )


def _reversed(
    scene: Scene, entry: Entry, row: dict[str, Any], since: Corrections, occurred_at: int
) -> Draft:
    draft = _draft_of(scene, row)
    posted = _cost_facts(scene, entry, row, draft, since)
    return replace(
        draft,
        source=draft.target,
        target=draft.source,
        occurred_at=occurred_at,
        reverses=posted,
    )


def _cost_facts(
    scene: Scene, entry: Entry, row: dict[str, Any], draft: Draft, since: Corrections
) -> Posted:
    """The movement's cost with its later corrections; a receipt's later prices are taken back."""
    prices = since.price + since.landed
    if prices and draft.target.holds_stock:
        _take_prices_back(scene, entry, row, draft, prices)
        return Posted(row["id"], row["quantity"], row["value"], row["cogs"])
    value = row["value"] - since.value + since.returned
    return Posted(row["id"], row["quantity"], value, row["cogs"] + since.cogs - since.returned)


def _take_prices_back(
    scene: Scene, entry: Entry, row: dict[str, Any], draft: Draft, prices: Any
) -> None:
    scene.ledger.prepare([draft])
    key = PoolKey(row["item_id"], draft.target.site_id, draft.target.owner_id)
    pool = scene.ledger.book.pool(key)
    pool.now, trued = true_up(
        pool.now, row["id"], row["value"] + prices, row["value"], row["quantity"]
    )
    scene.ledger.revalue(entry, key, trued, row["id"], row["occurred_at"])
