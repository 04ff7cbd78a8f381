"""What each command means for the books: names into drafts, one function a type.

receive_line    supplier → location        pick_line     location → customer, or a staging place
receive_other   adjustment → location      issue_other   location → adjustment
put_away, move_stock, take_stock, put_stock: location → location, or a whole unit
return_line     customer → location        scrap_stock   location → scrap
change_status   one status → another       pack_unit     loose → into a unit, in place
ship_transfer   location → under way       receive_transfer   under way → location elsewhere
ship_unit       a whole unit → customer, or back to the supplier
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from server.domain.commands import Command, Said
from server.domain.errors import InvalidInput, NotFound, RuleViolated
from server.domain.ledger import Draft, Key, Place, Posted
from server.domain.numbers import plain
from server.domain.people import Actor
from server.services.advance_documents import Documents
from server.services.move_units import Units, follow_units, move_unit
from server.services.name_things import UNIT_FIELDS, Names
from server.services.post_movements import Entry, Ledger
from server.services.sight_serials import Serials
from server.services.trace_returns import issue_of
from server.store.commands import known_commands
from server.store.founding import GOOD_STATUS_ID, INSPECTION_STATUS_ID, OWN_OWNER_ID
from server.store.queries.catalogue import LocationRow, UnitRow
from server.store.queries.reservations import open_lines, reservation_of
from server.store.queries.suppliers import supplier_price


@dataclass
class Scene:
    """All that the commands of one transaction share."""

    session: Session
    ledger: Ledger
    names: Names
    units: Units
    serials: Serials
    documents: Documents
    actor: Actor


@dataclass
class Meaning:
    """What one command asks of the books.

    promised: reserved for just this command, by balance; reservation: the one it uses;
    restores: the one that a pick which is taken back had used.
    returns: the command whose issue a return belongs to, and issue_id that issue, if it is known.
    """

    drafts: list[Draft] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    promised: dict[Key, Decimal] = field(default_factory=dict)
    reservation: UUID | None = None
    restores: UUID | None = None
    returns: UUID | None = None
    issue_id: int | None = None


Interpreter = Callable[[Scene, Said], Meaning]


def interpret(scene: Scene, said: Said) -> Meaning:
    """The drafts of one stock command. Raises NotFound, InvalidInput, RuleViolated."""
    if said.body.get("unit") and said.command.type in UNIT_MOVES:
        return _move_whole_unit(scene, said)
    return _INTERPRETERS[said.command.type](scene, said)


def depends_on_books(scene: Scene, said: Said) -> bool:
    """Whether the meaning depends on what is where, so that it waits for its turn in the batch."""
    return not is_plain(said.command) or scene.documents.reserves(said)


def is_plain(command: Command) -> bool:
    """Whether it moves loose goods and refers to nothing before it."""
    if command.type not in _INTERPRETERS or command.type in _UNIT_TYPES or command.replaces:
        return False
    return not any(command.body.get(name) for name in _INTRICATE_FIELDS)


def _receive(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    target = _place(scene, said, meaning, "to", "unit", enters=True)
    source = scene.ledger.counterpart("supplier", target)
    price = _price(scene, said, goods["item_id"])
    meaning.drafts = [
        _draft(
            said, goods, source, target, unit_cost=said.body.get("unit_cost"), supplier_price=price
        )
    ]
    meaning.flags.discard("new_lot")
    meaning.flags.discard("new_serial")
    return meaning


def _price(scene: Scene, said: Said, item_id: int) -> Decimal | None:
    """What a receipt without a price is taken to cost: by its order, else by the supplier."""
    if said.body.get("unit_cost") is not None:
        return None
    line = scene.documents.line_of(said, item_id)
    if line is not None and line.price is not None:
        return line.price
    document = scene.documents.of(said)
    supplier = said.body.get("supplier") or (document.supplier if document else None)
    return supplier_price(scene.session, supplier, item_id) if supplier else None


def _receive_other(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    target = _place(scene, said, meaning, "to", "unit", enters=True)
    source = scene.ledger.counterpart("adjustment", target)
    meaning.drafts = [_draft(said, goods, source, target, unit_cost=said.body.get("unit_cost"))]
    return meaning


def _move(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    source = _place(scene, said, meaning, "from", "from_unit")
    target = _place(scene, said, meaning, "to", "to_unit", enters=True)
    return _moved(meaning, said, goods, source, target)


def _take(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    source = _place(scene, said, meaning, "from", "from_unit")
    target = _like(scene, source, _cart(scene, said, meaning, enters=True))
    return _moved(meaning, said, goods, source, target)


def _put(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    target = _place(scene, said, meaning, "to", "to_unit", enters=True)
    source = _like(scene, target, _cart(scene, said, meaning, enters=False))
    return _moved(meaning, said, goods, source, target)


def _pick(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    source = _place(scene, said, meaning, "from", "from_unit")
    if said.body.get("to"):
        target = _place(scene, said, meaning, "to", "to_unit", enters=True)
    else:
        target = scene.ledger.counterpart(_outside(scene, said), source)
    moved = _moved(meaning, said, goods, source, target)
    uid = said.body.get("reservation") or scene.documents.reservation_of(said, goods["item_id"])
    if uid and moved.drafts:
        meaning.reservation = uid
        meaning.promised = _promised(scene, said, uid, goods["item_id"])
    return moved


def _outside(scene: Scene, said: Said) -> str:
    """Where goods that leave the house go: to the customer, unless they go back to a supplier."""
    document = scene.documents.of(said)
    returns = document is not None and document.kind.name == "purchase_return"
    return "supplier" if returns else "customer"


def _promised(scene: Scene, said: Said, uid: UUID, item_id: int) -> dict[Key, Decimal]:
    """What the reservation it uses still holds: one of the same item at the same site."""
    if reservation_of(scene.session, uid) != (said.site_id, item_id):
        raise NotFound("unknown_reservation", reservation=str(uid))
    return {Key(*line.key): line.open for line in open_lines(scene.session, uid) or []}


def _ship_transfer(scene: Scene, said: Said) -> Meaning:
    return _to_virtual(scene, said, "transit")


def _receive_transfer(scene: Scene, said: Said) -> Meaning:
    """What is under way belongs to the site it left until it arrives, and brings its cost along. Of
    a transfer we do not know, it comes from our own: the match finds out whose it was."""
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    target = _place(scene, said, meaning, "to", "unit", enters=True)
    document = scene.documents.of(said)
    moves = document is not None and document.kind.moves
    site_id = document.site_id if document is not None and moves else said.site_id
    under_way = scene.ledger.book.places.virtual_location(site_id, "transit")
    source = scene.ledger.place(under_way, 0, target.owner_id, target.status_id)
    return _moved(meaning, said, goods, source, target)


def _ship_unit(scene: Scene, said: Said) -> Meaning:
    """Raises RuleViolated `unit_nowhere` for one that has never been anywhere, or left before."""
    meaning = Meaning()
    unit = scene.names.unit(said.body["unit"])
    source = scene.units.where(unit.id, said.occurrence.at)
    if source is None:
        raise RuleViolated("unit_nowhere", unit=unit.code)
    _heed_site_of_unit(scene, said, unit, source, meaning)
    here = scene.ledger.place(source, 0, OWN_OWNER_ID, GOOD_STATUS_ID)
    outside = scene.ledger.book.places.virtual_location(here.site_id, _outside(scene, said))
    meaning.drafts = move_unit(scene.ledger, scene.units, said, unit.id, outside)
    if source == outside:
        meaning.flags.add("already_there")
    return meaning


def _return(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    target = _place(scene, said, meaning, "to", "unit", INSPECTION_STATUS_ID, enters=True)
    source = scene.ledger.counterpart("customer", target)
    issue = _issue_of(scene, said, goods, meaning)
    meaning.drafts = [_draft(said, goods, source, target, returns=issue)]
    return meaning


def _issue_other(scene: Scene, said: Said) -> Meaning:
    return _to_virtual(scene, said, "adjustment")


def _scrap(scene: Scene, said: Said) -> Meaning:
    return _to_virtual(scene, said, "scrap")


def _change_status(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    before = replace_status(said, "from_status")
    source = _place(scene, before, meaning, "location", "unit")
    status = _status_id(scene, said, "to_status", meaning, enters=True)
    target = scene.ledger.place(
        source.location_id, source.handling_unit_id, source.owner_id, status
    )
    return _moved(meaning, said, goods, source, target)


def _pack(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    source = _place(scene, said, meaning, "location", None)
    target = _place(scene, said, meaning, "location", "unit")
    return _moved(meaning, said, goods, source, target)


def _move_whole_unit(scene: Scene, said: Said) -> Meaning:
    meaning = Meaning()
    unit = scene.names.unit(said.body["unit"])
    if said.command.type == "take_stock":
        target = _cart(scene, said, meaning, enters=True)
    else:
        target = _location(scene, said, "to", meaning, enters=True).id
    source = scene.units.where(unit.id, said.occurrence.at)
    if source is not None:
        _heed_site_of_unit(scene, said, unit, source, meaning)
    meaning.drafts = move_unit(scene.ledger, scene.units, said, unit.id, target)
    if scene.units.where(unit.id, said.occurrence.at - 1) == target:
        meaning.flags.add("already_there")
    return meaning


_INTRICATE_FIELDS = (*UNIT_FIELDS, "serial", "returns", "reservation")
BRINGING_IN = frozenset({"receive_line", "receive_other", "return_line", "receive_transfer"})
UNIT_MOVES = frozenset({"put_away", "move_stock", "take_stock", "put_stock"})
_UNIT_TYPES = frozenset({"pack_unit", "ship_unit"})
_INTERPRETERS: Mapping[str, Interpreter] = {
    "receive_line": _receive,
    "receive_other": _receive_other,
    "put_away": _move,
    "move_stock": _move,
    "take_stock": _take,
    "put_stock": _put,
    "pick_line": _pick,
    "ship_transfer": _ship_transfer,
    "receive_transfer": _receive_transfer,
    "ship_unit": _ship_unit,
    "return_line": _return,
    "issue_other": _issue_other,
    "scrap_stock": _scrap,
    "change_status": _change_status,
    "pack_unit": _pack,
}


def replace_status(said: Said, field_name: str) -> Said:
    """The same saying, with `status` being what another field of its body names."""
    body = {**said.body, "status": said.body[field_name]}
    return replace(said, command=replace(said.command, body=body))


def settle_units(scene: Scene, meaning: Meaning) -> None:
    """Let late facts about handling units follow the units' later moves."""
    meaning.drafts = follow_units(scene.ledger, scene.units, meaning.drafts)


def _to_virtual(scene: Scene, said: Said, kind: str) -> Meaning:
    meaning = Meaning()
    goods = _goods(scene, said, meaning)
    source = _place(scene, said, meaning, "from", "from_unit")
    target = scene.ledger.counterpart(kind, source)
    return _moved(meaning, said, goods, source, target)


def _moved(
    meaning: Meaning, said: Said, goods: dict[str, Any], source: Place, target: Place
) -> Meaning:
    if source.id == target.id:
        meaning.flags.add("already_there")
    else:
        meaning.drafts = [_draft(said, goods, source, target)]
    return meaning


def _draft(said: Said, goods: dict[str, Any], source: Place, target: Place, **more: Any) -> Draft:
    return Draft(
        kind=said.command.type,
        source=source,
        target=target,
        occurred_at=said.occurrence.at,
        uncertainty_ms=said.occurrence.uncertainty_ms,
        document=said.body.get("document") or "",
        reason=said.body.get("reason") or "",
        **goods,
        **more,
    )


def _goods(scene: Scene, said: Said, meaning: Meaning) -> dict[str, Any]:
    """What is moved and how much of it."""
    item = scene.names.item(said.body["item"])
    _heed_retirement(said, item.retired, item.sku, meaning, said.command.type in BRINGING_IN)
    lot_id, serial_id = scene.names.lot_and_serial(item, said.body, meaning.flags)
    if not said.command.is_fact and "lot_missing" in meaning.flags:
        raise InvalidInput("lot_required", item=item.sku)
    scene.ledger.know(items=[item])
    return {
        "item_id": item.id,
        "lot_id": lot_id,
        "serial_id": serial_id,
        "quantity": said.quantity,
        "second_quantity": said.body.get("second_quantity"),
    }


def _place(
    scene: Scene,
    said: Said,
    meaning: Meaning,
    location_field: str,
    unit_field: str | None,
    default_status: int = GOOD_STATUS_ID,
    *,
    enters: bool = False,
) -> Place:
    """The position a body names; a unit named with it is where its own log says (RULES 16).

    enters: stock comes to this location; its owner and status it had before, unless it is new."""
    location = _location(scene, said, location_field, meaning, enters)
    is_new = enters and said.command.type in BRINGING_IN
    owner = _owner_id(scene, said, meaning, is_new)
    status = _status_id(scene, said, "status", meaning, default_status, enters=is_new)
    code = said.body.get(unit_field) if unit_field else None
    if not code:
        return scene.ledger.place(location.id, 0, owner, status)
    unit = scene.names.unit_made(code)
    at = scene.units.where(unit.id, said.occurrence.at)
    if at is None:
        scene.units.log(unit.id, None, location.id, said)
        at = location.id
    elif at != location.id:
        _heed_site_of_unit(scene, said, unit, at, meaning)
        meaning.flags.add("unit_elsewhere")
    return scene.ledger.place(at, unit.id, owner, status)


def _heed_site_of_unit(
    scene: Scene, said: Said, unit: UnitRow, location_id: int, meaning: Meaning
) -> None:
    """A unit whose log ends at another site was in the hands of whoever reports of it all the same:
    the fact stands, flagged, wherever the unit is (RULES 16), and where the books have it somebody
    looks. To ask for stock of another site is nobody's right: raises NotFound `unknown_unit`."""
    place = scene.ledger.place(location_id, unit.id, OWN_OWNER_ID, GOOD_STATUS_ID)
    if place.site_id == said.site_id:
        return
    if not said.command.is_fact:
        raise NotFound("unknown_unit", unit=unit.code)
    meaning.flags.add("unit_at_other_site")
    entry = Entry(said.command.id, said.received_at)
    scene.ledger.order_task(place, "look", "unit_at_other_site", entry)


def _location(scene: Scene, said: Said, name: str, meaning: Meaning, enters: bool) -> LocationRow:
    code = said.body.get(name)
    if not code:
        raise InvalidInput("field_required", field=name)
    return _location_at(scene, said, code, meaning, enters)


def _location_at(
    scene: Scene, said: Said, code: str, meaning: Meaning, enters: bool
) -> LocationRow:
    location = scene.names.location(said.site_id, code)
    _heed_retirement(said, location.retired, location.code, meaning, enters)
    return location


def _owner_id(scene: Scene, said: Said, meaning: Meaning, enters: bool) -> int:
    code = said.body.get("owner")
    if not code:
        return OWN_OWNER_ID
    owner = scene.names.owner(code)
    _heed_retirement(said, owner.retired, owner.code, meaning, enters)
    return owner.id


def _status_id(
    scene: Scene,
    said: Said,
    name: str,
    meaning: Meaning,
    default: int = GOOD_STATUS_ID,
    *,
    enters: bool,
) -> int:
    code = said.body.get(name)
    if not code:
        return default
    status = scene.names.status(code)
    _heed_retirement(said, status.retired, status.code, meaning, enters)
    return status.id


def _heed_retirement(said: Said, retired: bool, code: str, meaning: Meaning, enters: bool) -> None:
    """A fact about something retired is still a fact. A request that brings more into it is a
    mistake; to take out what is left must be possible, or it would stay for ever."""
    if not retired:
        return
    if said.command.is_fact:
        meaning.flags.add("retired")
    elif enters:
        raise RuleViolated("retired", code=code)


def _cart(scene: Scene, said: Said, meaning: Meaning, enters: bool) -> int:
    code = said.body.get("cart")
    if code:
        return _location_at(scene, said, code, meaning, enters).id
    if said.cart_location_id is None:
        raise InvalidInput("field_required", field="cart")
    return said.cart_location_id


def _like(scene: Scene, place: Place, location_id: int) -> Place:
    return scene.ledger.place(location_id, 0, place.owner_id, place.status_id)


def _issue_of(scene: Scene, said: Said, goods: dict[str, Any], meaning: Meaning) -> Posted | None:
    """The issue a return belongs to, if it is known (RULES 19).

    A command that is known but issued nothing to a customer (it went to a staging place) is none
    to wait for. Raises NotFound `unknown_command` for one of another site, and for requests
    RuleViolated `returned_more_than_issued`.
    """
    command_id = said.body.get("returns")
    if not command_id:
        return None
    known = known_commands(scene.session, [command_id]).get(command_id)
    if known is None:
        meaning.returns = command_id
        return None
    if known.site_id != said.site_id:
        raise NotFound("unknown_command", command=str(command_id))
    issue = issue_of(scene.ledger, command_id, goods["item_id"], said.site_id)
    if issue is not None:
        meaning.returns, meaning.issue_id = command_id, issue.movement_id
        _heed_returned(said, issue, meaning)
    return issue


def _heed_returned(said: Said, issue: Posted, meaning: Meaning) -> None:
    """More than was issued cannot come back: somebody scanned the wrong document."""
    if issue.returned_quantity + said.quantity <= issue.quantity:
        return
    if not said.command.is_fact:
        raise RuleViolated(
            "returned_more_than_issued",
            issued=plain(issue.quantity),
            returned=plain(issue.returned_quantity),
            asked=plain(said.quantity),
        )
    meaning.flags.add("returned_more_than_issued")
