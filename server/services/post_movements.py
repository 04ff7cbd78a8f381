"""One posting function for every kind of movement.

    ledger = Ledger(session, entry)   inside a unit of work
    ledger.prepare(drafts)            lock the rows, in key order
    ledger.guard(drafts)              requests only: refuse what is not there
    ledger.post(drafts)               decide: cost, balances, corrections at approved counts
    ledger.write()                    one statement per table

Facts post whole, even below zero; what is odd about them comes back as flags and orders a look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from server.domain.costing import (
    Revaluation,
    true_up,
)
from server.domain.counting import (
    Anchor,
    Grain,
    first_unseen,
    judge_late,
    second_of_difference,
)
from server.domain.days import day_of, value_date
from server.domain.errors import RuleViolated
from server.domain.ledger import Draft, Key, Place
from server.domain.numbers import ZERO, check_money_sum, check_quantity_sum, plain
from server.services.cost_movements import Costed, Costs, pool_key
from server.store.book import Book, PoolKey
from server.store.count_tasks import clear_below_zero, order_tasks
from server.store.db import inserting
from server.store.founding import OWN_OWNER_ID
from server.store.location_locks import locations_shared, sites_shared
from server.store.models import IssueReturn
from server.store.places import Spot
from server.store.prepared import Asked, ask
from server.store.queries.anchors import anchors_asked, anchors_of, approval_of
from server.store.queries.catalogue import ItemRow, SiteRow, items_by_id, sites_by_id
from server.store.queries.movements import flows_of
from server.store.recalculations import mark


@dataclass(frozen=True, slots=True)
class Entry:
    """Who says so: what all movements of one command share."""

    command_id: UUID
    recorded_at: int
    device_id: int | None = None
    device_seq: int | None = None
    user_id: int | None = None
    request_id: str = ""


@dataclass
class Posting:
    """What became of one command's drafts. corrections: what approved counts took back of handling
    units, which may have moved on since."""

    movement_ids: list[int] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    keys: set[Key] = field(default_factory=set)
    corrections: list[Draft] = field(default_factory=list)

    def add(self, more: "Posting") -> None:
        """Take over what became of further drafts of the same command."""
        self.movement_ids += more.movement_ids
        self.flags |= more.flags
        self.keys |= more.keys
        self.corrections += more.corrections


class Ledger:
    """Everything one unit of work posts; rows are locked as they are needed, best by `prepare`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.book = Book(session)
        self.costs = Costs(self.book, self.item)
        self._items: dict[int, ItemRow] = {}
        self._sites: dict[int, SiteRow] = {}
        self._anchors: dict[int, list[Anchor]] = {}
        self._anchored_from: dict[int, int] = {}
        self._sunk: set[Key] = set()
        self._risen: set[int] = set()
        self._tasks: list[dict[str, object]] = []
        self._returns: list[dict[str, object]] = []
        self.corrected_issues: dict[int, Decimal] = {}
        self._request_id = ""
        self._lines_written = 0
        self._prepared: dict[int, Draft] = {}
        self._moved: dict[int, int] = {}

    def know(self, items: Iterable[ItemRow] = (), sites: Iterable[SiteRow] = ()) -> None:
        """Take over rows the caller has read already."""
        self._items.update({item.id: item for item in items})
        self._sites.update({site.id: site for site in sites})

    def item(self, item_id: int) -> ItemRow:
        """One item, read at most once."""
        if item_id not in self._items:
            self._items.update(items_by_id(self.session, [item_id]))
        return self._items[item_id]

    def site(self, site_id: int) -> SiteRow:
        """One site, read at most once; its books are not closed until we end."""
        if site_id not in self._sites:
            held = sites_shared(self.session, [site_id])
            self._sites.update(sites_by_id(self.session, [site_id], held))
        return self._sites[site_id]

    def place(self, location_id: int, unit_id: int, owner_id: int, status_id: int) -> Place:
        """The position of a location, handling unit, owner and status."""
        return self.book.places.at(Spot(location_id, unit_id, owner_id, status_id))

    def counterpart(self, kind: str, place: Place) -> Place:
        """The site's supplier, customer, adjustment … for stock of this owner and status."""
        location = self.book.places.virtual_location(place.site_id, kind)
        return self.place(location, 0, place.owner_id, place.status_id)

    def prepare(self, drafts: Sequence[Draft]) -> None:
        """Lock what these drafts will change: balances, then cost pools, each in key order."""
        drafts = [draft for draft in drafts if id(draft) not in self._prepared]
        if not drafts:
            return
        missing = {d.item_id for d in drafts} - self._items.keys()
        if missing:
            self._items.update(items_by_id(self.session, missing))
        unread = self._unread_anchors(drafts)
        keys = {key for draft in drafts for key in _keys(draft)}
        found = self.book.lock(self._asked(unread), keys, self.costs.pools_of(drafts))
        self._take_anchors(unread, found)
        self._prepared.update({id(draft): draft for draft in drafts})

    def guard(self, drafts: Sequence[Draft], promised: dict[Key, Decimal] | None = None) -> None:
        """Raises RuleViolated `not_enough_available` unless every source has what is asked of it.

        `promised`: reserved for just this, so it counts as available.
        """
        asked: dict[Key, Decimal] = {}
        for draft in drafts:
            if draft.source.holds_stock:
                asked[draft.source_key] = asked.get(draft.source_key, ZERO) + draft.quantity
        for key, quantity in asked.items():
            available = self.book.line(key).available + (promised or {}).get(key, ZERO)
            if quantity > available:
                raise RuleViolated(
                    "not_enough_available",
                    item=self.item(key.item_id).sku,
                    asked=plain(quantity),
                    available=plain(max(available, ZERO)),
                )

    def post(self, entry: Entry, drafts: Sequence[Draft]) -> Posting:
        """Post the drafts of one command; refused only where the books' numbers end.

        Raises InvalidInput `quantity_too_large`, `money_too_large`: then nothing may be written.
        """
        self.prepare(drafts)
        self._request_id = entry.request_id
        posting = Posting()
        for draft in drafts:
            self._post_one(entry, draft, posting)
        self._flag(entry, posting)
        return posting

    def write(self) -> None:
        """Write all that was posted, mark it for recalculation, order and clear looks."""
        marks = sorted(self.book.marks)
        at = self.book.movements[0]["recorded_at"] if self.book.movements else None
        at = at or (self.book.revaluations[0]["recorded_at"] if self.book.revaluations else 0)
        self._lines_written += len(self.book.movements)
        self._moved.clear()
        self.book.write()
        if self._returns:
            self.session.execute(inserting(IssueReturn), self._returns)
            self._returns.clear()
        if marks:
            mark(self.session, marks, at, self._request_id)
        self.book.marks.clear()
        if self._tasks:
            order_tasks(self.session, self._tasks)
            self._tasks.clear()
        if self._risen:
            clear_below_zero(self.session, sorted(self._risen), at)
            self._risen.clear()

    def order_task(
        self, place: Place, kind: str, reason: str, entry: Entry, item_id: int | None = None
    ) -> None:
        """Ask somebody to look at a place; not on a site that has not gone live."""
        if not place.is_physical or self.site(place.site_id).live_at is None:
            return
        self._tasks.append(
            {
                "kind": kind,
                "site_id": place.site_id,
                "location_id": place.location_id,
                "item_id": item_id,
                "reason": reason,
                "ordered_at": entry.recorded_at,
                "command_id": entry.command_id,
            }
        )

    def link_return(self, issue_command_id: UUID, movement_id: int, issue_id: int | None) -> None:
        """Remember which command's issue a return belongs to, and the issue if it is in the books;
        else the return is trued up when that is recorded."""
        self._returns.append(
            {
                "issue_command_id": issue_command_id,
                "movement_id": movement_id,
                "issue_movement_id": issue_id,
            }
        )

    def items_moved(self, movement_ids: Iterable[int]) -> list[int]:
        """Of which items these are, as far as they are still to be written."""
        return sorted({self._moved[i] for i in movement_ids if i in self._moved})

    def revalue(
        self,
        entry: Entry,
        key: PoolKey,
        revaluation: Revaluation,
        cause: int | None,
        at: int,
        *,
        even_if_zero: bool = False,
    ) -> None:
        """Add one revaluation row; the pool itself has been changed by the caller.

        One that changes nothing is worth a row only where it settles an estimate. Raises
        InvalidInput `money_too_large`.
        """
        if not (revaluation.value or revaluation.cogs or even_if_zero):
            return
        check_money_sum(revaluation.value)
        check_money_sum(revaluation.cogs)
        self._check_pool(key)
        site = self.site(key.site_id)
        day = value_date(day_of(at, site.time_zone), site.closed_through)
        self.book.revaluations.append(
            {
                "command_id": entry.command_id,
                "item_id": key.item_id,
                "site_id": key.site_id,
                "owner_id": key.owner_id,
                "kind": revaluation.kind,
                "value": revaluation.value,
                "cogs": revaluation.cogs,
                "cause_movement_id": cause,
                "corrects_movement_id": revaluation.corrects,
                "occurred_at": at,
                "recorded_at": entry.recorded_at,
                "value_date": day,
            }
        )
        self.book.marks.add((key.item_id, key.site_id, day))

    def _post_one(self, entry: Entry, draft: Draft, posting: Posting) -> None:
        draft = self._weighed(draft)
        movement_id = self.book.next_movement_ids(1)[0]
        costed = self.costs.of(draft, movement_id)
        self._check_costs(draft, costed)
        self._write_row(entry, draft, movement_id, costed)
        self._change_lines(draft, posting)
        for key, revaluation in costed.revaluations:
            self.revalue(entry, key, revaluation, movement_id, draft.occurred_at)
            self._pass_on(entry, revaluation, movement_id, draft)
        if draft.reverses is not None:
            self.book.reversals.append(
                {"movement_id": draft.reverses.movement_id, "command_id": entry.command_id}
            )
        posting.movement_ids.append(movement_id)
        if not draft.settled and not draft.serial_id:
            self._correct(entry, draft, posting)

    def _weighed(self, draft: Draft) -> Draft:
        """What nobody weighed weighs its share of the balance it leaves, all that is left of it
        with the last (`second_of_difference`). What is taken back weighs what it did."""
        is_undoing = draft.reverses is not None or draft.kind == "count_correction"
        if draft.second_quantity is not None or is_undoing or not draft.source.holds_stock:
            return draft
        held = self.book.line(draft.source_key)
        if not held.second_on_hand:
            return draft
        share = second_of_difference(held.on_hand, held.second_on_hand, draft.quantity, found=False)
        return replace(draft, second_quantity=share)

    def _check_costs(self, draft: Draft, costed: Costed) -> None:
        check_money_sum(costed.value)
        check_money_sum(costed.unit_cost or ZERO)
        for place in (draft.source, draft.target):
            key = pool_key(draft, place)
            if key is not None and key in self.book.pools:
                self._check_pool(key)

    def _check_pool(self, key: PoolKey) -> None:
        pool = self.book.pool(key).now
        check_quantity_sum(pool.quantity)
        check_money_sum(pool.value)
        check_money_sum(pool.last_cost or ZERO)

    def _write_row(self, entry: Entry, draft: Draft, movement_id: int, costed: Costed) -> None:
        days = {place.site_id: self._days(place, draft) for place in (draft.source, draft.target)}
        self._moved[movement_id] = draft.item_id
        self.book.movements.append(
            {
                "id": movement_id,
                "command_id": entry.command_id,
                "line": self._lines_written + len(self.book.movements),
                "kind": draft.kind,
                "item_id": draft.item_id,
                "lot_id": draft.lot_id,
                "serial_id": draft.serial_id,
                "quantity": draft.quantity,
                "second_quantity": draft.second_quantity,
                "from_position_id": draft.source.id,
                "to_position_id": draft.target.id,
                "unit_cost": costed.unit_cost,
                "value": costed.value,
                "cogs": costed.cogs,
                "estimated": costed.estimated,
                "occurred_at": draft.occurred_at,
                "uncertainty_ms": draft.uncertainty_ms,
                "recorded_at": entry.recorded_at,
                "value_date": max(value for _, value in days.values()),
                "device_id": entry.device_id,
                "device_seq": entry.device_seq,
                "user_id": entry.user_id,
                "document": draft.document,
                "reason": draft.reason,
                "reverses_id": draft.reverses.movement_id if draft.reverses else None,
            }
        )
        money_day = max(value for _, value in days.values())
        for site_id, (occurred_on, _) in days.items():
            self.book.marks.add((draft.item_id, site_id, occurred_on))
            self.book.marks.add((draft.item_id, site_id, money_day))

    def _days(self, place: Place, draft: Draft) -> tuple[date, date]:
        site = self.site(place.site_id)
        occurred_on = day_of(draft.occurred_at, site.time_zone)
        return occurred_on, value_date(occurred_on, site.closed_through)

    def _change_lines(self, draft: Draft, posting: Posting) -> None:
        second = draft.second_quantity or ZERO
        for key, place, sign in (
            (draft.source_key, draft.source, -1),
            (draft.target_key, draft.target, 1),
        ):
            if place.holds_stock:
                line = self.book.change_line(key, sign * draft.quantity, sign * second)
                check_quantity_sum(line.on_hand)
                check_quantity_sum(line.second_on_hand)
                posting.keys.add(key)

    # Value ---------------------------------------------------------------------------------------

    def _pass_on(self, entry: Entry, revaluation: Revaluation, cause: int, draft: Draft) -> None:
        """A transfer that left below zero is re-valued: the pool it went to gets the difference.
        Of an issue that is remembered, for what comes back of it."""
        if revaluation.kind != "shortage_cover" or not revaluation.corrects:
            return
        if revaluation.cogs:
            issue_id = int(revaluation.corrects)
            known = self.corrected_issues.get(issue_id, ZERO)
            self.corrected_issues[issue_id] = known + revaluation.value
            return
        moved = self._flow(int(revaluation.corrects))
        if moved is None:
            return
        target, quantity, value = moved
        item = self.item(target.item_id)
        self.book.lock_pools({target: (item.costing, item.standard_cost)})
        pool = self.book.pool(target)
        pool.now, trued = true_up(
            pool.now, int(revaluation.corrects), value, value - revaluation.value, quantity
        )
        self.revalue(entry, target, trued, cause, draft.occurred_at)

    def _flow(self, movement_id: int) -> tuple[PoolKey, Decimal, Decimal] | None:
        """Where a posted transfer went, if into a pool: (pool, quantity, value)."""
        own = [row for row in self.book.movements if row["id"] == movement_id]
        found = own or flows_of(self.session, [movement_id])
        if not found:
            return None
        row = found[0]
        target = self.book.places.by_id([row["to_position_id"]])[row["to_position_id"]]
        if not target.holds_stock or target.owner_id != OWN_OWNER_ID:
            return None
        return (
            PoolKey(row["item_id"], target.site_id, target.owner_id),
            row["quantity"],
            row["value"],
        )

    # Approved counts ----------------------------------------------------------------------------

    def _unread_anchors(self, drafts: Sequence[Draft]) -> dict[int, int]:
        """Since when we must know the approved counts of which locations these drafts touch."""
        earliest: dict[int, int] = {}
        for draft in drafts:
            for place in (draft.source, draft.target):
                if place.is_physical:
                    at = draft.occurred_at - draft.uncertainty_ms
                    known = self._anchored_from.get(place.location_id)
                    if known is None or at < known:
                        earliest[place.location_id] = min(at, earliest.get(place.location_id, at))
        return earliest

    def _asked(self, earliest: Mapping[int, int]) -> list[Asked]:
        """Lock these locations against approvals, then ask for those that were."""
        if not earliest:
            return []
        places = sorted(earliest)
        shared = locations_shared(self.session, places)
        return [*shared, anchors_asked(places, min(earliest.values()))]

    def _take_anchors(self, earliest: Mapping[int, int], found: list[list[Any]]) -> None:
        anchors = anchors_of(found[-1]) if earliest else {}
        for location_id in earliest:
            self._anchors[location_id] = anchors.get(location_id, [])
            self._anchored_from[location_id] = min(earliest.values())

    def _read_anchors_since(self, earliest: dict[int, int]) -> None:
        self._take_anchors(earliest, ask(self.session, *self._asked(earliest)))

    def next_count(
        self, place: Place, grain: Grain, at: int, device_id: int, device_seq: int, entry: Entry
    ) -> tuple[int, UUID] | None:
        """(when, by which approval) the place was first counted whole without seeing this serial,
        which had come there at `at`. If it came while they counted, nobody can say: a recount."""
        known = self._anchored_from.get(place.location_id)
        if known is None or at < known:
            self._read_anchors_since({place.location_id: at})
        found = first_unseen(self._anchors[place.location_id], grain, at, device_id, device_seq)
        if found is None:
            return None
        if found.window.is_touched(at, 0):
            self.order_task(place, "recount", "moved_while_counting", entry, grain.item_id)
            return None
        approval = approval_of(self.session, found.count_id)
        return found.window.last_at, approval

    def _correct(self, entry: Entry, draft: Draft, posting: Posting) -> None:
        """Later truths stand: a late movement is taken back at the first approved count after it,
        in its own position (RULES 11); if nobody can say, the place is counted anew (RULES 12).
        What only changes status or owner in its place no count can see, so none takes it back.
        What is taken back takes its own second quantity along: the balance weighs what it did."""
        if _is_invisible(draft):
            return
        for place, enters in ((draft.source, False), (draft.target, True)):
            anchors = self._anchors.get(place.location_id)
            if not anchors or not place.is_physical:
                continue
            grain = Grain(draft.item_id, draft.lot_id, draft.serial_id, place.handling_unit_id)
            ruling, at = judge_late(
                anchors,
                grain,
                draft.occurred_at,
                draft.uncertainty_ms,
                entry.device_id or 0,
                entry.device_seq or 0,
                draft.exact,
            )
            if ruling == "recount":
                self.order_task(place, "recount", "moved_while_counting", entry, draft.item_id)
                posting.flags.add("recount_ordered")
            elif ruling == "cancel":
                other = self.counterpart("adjustment", place)
                source, target = (place, other) if enters else (other, place)
                correction = Draft(
                    kind="count_correction",
                    item_id=draft.item_id,
                    lot_id=draft.lot_id,
                    serial_id=0,
                    quantity=draft.quantity,
                    source=source,
                    target=target,
                    occurred_at=at,
                    second_quantity=draft.second_quantity,
                    settled=True,
                    exact=True,
                )
                self._post_one(entry, correction, posting)
                if place.handling_unit_id:
                    posting.corrections.append(correction)

    # What is odd ----------------------------------------------------------------------------------

    def _flag(self, entry: Entry, posting: Posting) -> None:
        places = self.book.places.by_id({key.position_id for key in posting.keys})
        for key in posting.keys:
            line, place = self.book.line(key), places[key.position_id]
            if line.on_hand < 0:
                posting.flags.add("below_zero")
                self._sunk.add(key)
                self.order_task(place, "look", "below_zero", entry, key.item_id)
            elif line.before < 0 or key in self._sunk:
                self._risen.add(place.location_id)
            if line.reserved > line.on_hand and line.reserved > 0:
                posting.flags.add("reserved_short")


def _keys(draft: Draft) -> list[Key]:
    sides = ((draft.source, draft.source_key), (draft.target, draft.target_key))
    return [key for place, key in sides if place.holds_stock]


def _is_invisible(draft: Draft) -> bool:
    """Whether it stays in one location and handling unit, below what a counter can see."""
    ends = ((p.location_id, p.handling_unit_id) for p in (draft.source, draft.target))
    return len(set(ends)) == 1
