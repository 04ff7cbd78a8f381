"""Short picks: somebody stood at the place and could not take what a document wants of it.

Nothing moves. What was promised there is given back, so that it can be promised elsewhere, and the
place is looked at: whoever stands there next can say what is left (a chance to count).
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from server.domain.commands import Said
from server.domain.errors import RuleViolated
from server.domain.ledger import Place
from server.domain.numbers import ZERO
from server.services.interpret_commands import Meaning, Scene
from server.services.post_movements import Entry
from server.services.use_reservations import give_back_at, promise_again
from server.store.documents import LineState
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID


def short_pick(scene: Scene, said: Said, entry: Entry) -> Meaning:
    """Note it, give back its promise at the place, order a look.

    A request that fits no document is refused; of a fact the look is ordered all the same. Raises
    NotFound `unknown_item`, `unknown_location`, `unknown_document`, RuleViolated `wrong_document`,
    `not_on_document`, `document_closed`, `document_not_approved`.
    """
    item = scene.names.item(said.body["item"])
    location = scene.names.location(said.site_id, said.body["from"])
    place = scene.ledger.place(location.id, 0, OWN_OWNER_ID, GOOD_STATUS_ID)
    flags = scene.documents.judge(said, (), ())
    line = scene.documents.line_of(said, item.id)
    if line is None and not flags:
        if not said.command.is_fact:
            raise RuleViolated("not_on_document", document=said.body["document"][:40], state="")
        flags = {"not_on_document"}
    if line is not None and not flags:
        released = _give_back(scene, said, line, place)
        scene.documents.shorten(said, line, said.quantity, released, scene.actor)
    scene.ledger.order_task(place, "look", "short_pick", entry, item.id)
    return Meaning(flags=flags)


def _give_back(scene: Scene, said: Said, line: LineState, place: Place) -> Decimal:
    if line.reservation is None:
        return ZERO
    return give_back_at(
        scene.ledger, line.reservation, place.location_id, said.quantity, said.received_at
    )


def undo_short_pick(
    scene: Scene, command_id: UUID, site_id: int, body: dict[str, Any], at: int
) -> None:
    """It never was: what it gave back is promised again at its place."""
    uid, released = scene.documents.take_short_back(command_id, scene.actor, at)
    if uid is None or not released:
        return
    scene.names.load([(site_id, body)])
    location = scene.names.location(site_id, body["from"])
    promise_again(scene.ledger, uid, location.id, released)
