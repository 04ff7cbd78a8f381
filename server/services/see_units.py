"""A count is a sighting of the handling units it saw (RULES 15, 16).

A unit seen where its log does not have it was there by the first observation of anything in it,
with all that the books have in it; what the count differs by is found there. The sighting stands in
the unit's log, so that it does not matter whether moves from before it arrive before or after.
"""

from collections.abc import Iterable
from decimal import Decimal

from server.domain.commands import Command, Said
from server.domain.counting import Grain
from server.domain.ledger import Draft
from server.domain.numbers import ZERO
from server.domain.timekeeping import Occurrence
from server.services.move_units import Units, carry_corrections, contents_at, move_unit
from server.services.post_movements import Entry, Ledger
from server.services.sight_serials import Serials
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID
from server.store.queries.counts import CountRow, SeenLine

UnitsSeen = dict[int, int]
"""By unit, when it was first seen."""


def units_seen(lines: Iterable[SeenLine]) -> UnitsSeen:
    """The units something was seen in, in the order of their ids."""
    first: UnitsSeen = {}
    for line in lines:
        unit_id, at = line.grain.handling_unit_id, line.window.first_at
        if unit_id and line.counted:
            first[unit_id] = min(at, first.get(unit_id, at))
    return dict(sorted(first.items()))


def see_units(
    ledger: Ledger, units: Units, serials: Serials, count: CountRow, seen: UnitsSeen, entry: Entry
) -> None:
    """Have the units that were seen stand at the counted location, and write it.

    Call with the units and the serials in them locked.
    """
    drafts: list[Draft] = []
    for unit_id, at in seen.items():
        _heed_site(ledger, units, count, unit_id, at, entry)
        said = _said(count, at, entry)
        drafts += move_unit(ledger, units, said, unit_id, count.location_id, seen=True)
    if not drafts:
        return
    whole: list[Draft] = []
    for draft in drafts:
        whole += serials.sight(ledger, entry, draft) if draft.serial_id else [draft]
    carry_corrections(ledger, units, entry, ledger.post(entry, whole))
    ledger.write()


def brought_along(ledger: Ledger, count: CountRow, seen: UnitsSeen) -> dict[Grain, Decimal]:
    """What `see_units` would bring to the counted location, by what a counter can see of it."""
    units, brought = Units(ledger.session, held=False), dict[Grain, Decimal]()
    for unit_id, at in seen.items():
        if units.where(unit_id, at) != count.location_id:
            for key, quantity in contents_at(ledger, units, unit_id, at).items():
                grain = Grain(key.item_id, key.lot_id, key.serial_id, unit_id)
                brought[grain] = brought.get(grain, ZERO) + quantity
    return brought


def _heed_site(
    ledger: Ledger, units: Units, count: CountRow, unit_id: int, at: int, entry: Entry
) -> None:
    """Where the books of another site had it, somebody looks, as for any fact about such a unit."""
    source = units.where(unit_id, at)
    if source is not None:
        place = ledger.place(source, unit_id, OWN_OWNER_ID, GOOD_STATUS_ID)
        if place.site_id != count.site_id:
            ledger.order_task(place, "look", "unit_at_other_site", entry)


def _said(count: CountRow, at: int, entry: Entry) -> Said:
    command = Command(entry.command_id, "unit_seen", "request", {}, "", {})
    when = Occurrence(at, count.uncertainty_ms)
    return Said(command, count.site_id, entry.user_id, None, when, entry.recorded_at)
