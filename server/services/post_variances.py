"""Posting what a count differs by from the books: 盘盈/盘亏单 (RULES 10, 14, 15)."""

from dataclasses import replace
from decimal import Decimal

from server.domain.counting import second_of_difference
from server.domain.ledger import Draft, Place
from server.services.move_units import Units, carry_corrections, follow_units
from server.services.post_movements import Entry, Ledger
from server.services.reconcile_count import NOWHERE_YET, Reconciliation, VarianceLine
from server.services.sight_serials import Serials
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID
from server.store.queries.counts import CountRow


def post_variances(
    ledger: Ledger, units: Units, serials: Serials, found: Reconciliation, entry: Entry
) -> list[int]:
    """Post what the count differs by, each line at its last observation; the movements' ids.

    Serials are seen here, or seen to be absent (RULES 15); the rest is adjusted, shared out as
    `reconcile` did. What was found or missed in a unit goes along with its later moves. Call with
    the location closed and the balances locked.
    """
    serials.lock(line.grain.serial_id for line in found.lines)
    drafts: list[Draft] = []
    for line in found.lines:
        if line.grain.serial_id:
            drafts += _sightings(ledger, units, serials, found.count, line, entry)
        else:
            drafts += follow_units(ledger, units, _adjustments(ledger, found.count, line))
    posting = ledger.post(entry, drafts)
    carry_corrections(ledger, units, entry, posting)
    return posting.movement_ids


def _adjustments(ledger: Ledger, count: CountRow, line: VarianceLine) -> list[Draft]:
    drafts = []
    for position, share in line.shares:
        place = _place_of(ledger, count, line, position)
        other = ledger.counterpart("adjustment", place)
        source, target = (other, place) if share > 0 else (place, other)
        draft = _adjustment(line, abs(share), source, target)
        drafts.append(_weighed(ledger, draft))
    return drafts


def _weighed(ledger: Ledger, draft: Draft) -> Draft:
    """With its share of the balance's second quantity."""
    found = draft.target.holds_stock
    held = ledger.book.line(draft.target_key if found else draft.source_key)
    second = second_of_difference(held.on_hand, held.second_on_hand, draft.quantity, found)
    return replace(draft, second_quantity=second)


def _place_of(ledger: Ledger, count: CountRow, line: VarianceLine, position: int) -> Place:
    if position != NOWHERE_YET:
        return ledger.book.places.by_id([position])[position]
    unit_id = line.grain.handling_unit_id
    return ledger.place(count.location_id, unit_id, OWN_OWNER_ID, GOOD_STATUS_ID)


def _sightings(
    ledger: Ledger,
    units: Units,
    serials: Serials,
    count: CountRow,
    line: VarianceLine,
    entry: Entry,
) -> list[Draft]:
    """A count is a sighting: of the serial here, or of its absence (RULES 15)."""
    if line.variance == 0 and line.counted == 0:
        return []
    here = _place_of(ledger, count, line, line.shares[0][0] if line.shares else NOWHERE_YET)
    lost = ledger.counterpart("adjustment", here)
    source, target = (lost, here) if line.counted else (here, lost)
    # As its device's own act, so that it stands in order with what that device did besides.
    counter = replace(entry, device_id=line.window.device_id, device_seq=line.window.device_seq)
    absent_from = 0 if line.counted else count.location_id
    draft = _adjustment(line, Decimal(1), source, target)
    draft = draft if line.counted else _weighed(ledger, draft)
    steps = serials.sight(ledger, counter, draft, absent_from)
    if line.counted and line.variance:
        for further in follow_units(ledger, units, [draft])[1:]:
            steps += serials.sight(ledger, entry, further)
    return steps


def _adjustment(line: VarianceLine, quantity: Decimal, source: Place, target: Place) -> Draft:
    return Draft(
        kind="count_adjustment",
        item_id=line.grain.item_id,
        lot_id=line.grain.lot_id,
        serial_id=line.grain.serial_id,
        quantity=quantity,
        source=source,
        target=target,
        occurred_at=line.window.last_at,
        exact=True,
    )
