"""Customers' returns: each costs what its issue cost, whichever is heard of first, and whatever
the issue turns out to have cost later (RULES 19)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from server.domain.costing import return_cost, true_up
from server.domain.ledger import Posted
from server.services.post_movements import Entry, Ledger
from server.store.book import PoolKey
from server.store.commands import known_commands
from server.store.founding import OWN_OWNER_ID
from server.store.queries.movements import flows_of, flows_of_command
from server.store.queries.returns import (
    CameBack,
    link_issue,
    returns_of,
    unlink_issue,
    waiting_returns,
)
from server.store.queries.revaluations import corrections_of


def issue_of(ledger: Ledger, command_id: UUID, item_id: int, site_id: int) -> Posted | None:
    """What a command issued of an item to customers of a site, at its cost as it has turned out
    by now, and how much of it came back; None if it issued none."""
    for row in flows_of_command(ledger.session, command_id):
        target = ledger.book.places.by_id([row["to_position_id"]])[row["to_position_id"]]
        if (row["item_id"], target.kind, target.site_id) == (item_id, "customer", site_id):
            value = row["value"] - corrections_of(ledger.session, row["id"]).value
            issue = Posted(row["id"], row["quantity"], value, row["cogs"])
            return _less(issue, returns_of(ledger.session, command_id, issue.movement_id))
    return None


def true_up_returns(ledger: Ledger, issue_command_ids: Sequence[UUID], at: int) -> None:
    """Returns get the cost of their issue: of those issues whose cost the ledger has corrected
    since, and of these commands, if a return waits for them.

    Call after `ledger.write()`, so that the issues are in the books.
    """
    corrected = sorted(ledger.corrected_issues.items())
    ledger.corrected_issues.clear()
    for issue_id, change in corrected:
        _follow_correction(ledger, issue_id, change, at)
    waiting = waiting_returns(ledger.session, issue_command_ids) if issue_command_ids else []
    for back in waiting:
        _meet_issue(ledger, back, at)
    if corrected or waiting:
        ledger.write()


def _meet_issue(ledger: Ledger, back: CameBack, at: int) -> None:
    """The issue is in the books now; unless nothing was issued to this site's customers after
    all (it went to a staging place): then the return keeps the cost it was recorded at."""
    if not known_commands(ledger.session, [back.issue_command_id]):
        return
    site_id = ledger.book.places.by_id([back.to_position_id])[back.to_position_id].site_id
    issue = issue_of(ledger, back.issue_command_id, back.item_id, site_id)
    if issue is None:
        unlink_issue(ledger.session, back)
        return
    _true_up(ledger, back, issue.movement_id, (back.value, _cost(issue, back.quantity)), at)
    link_issue(ledger.session, back, issue.movement_id)


def _follow_correction(ledger: Ledger, issue_id: int, change: Decimal, at: int) -> None:
    """`change`: what the issue's pool gained as the issue turned out cheaper (or lost)."""
    row = flows_of(ledger.session, [issue_id])[0]
    backs = returns_of(ledger.session, row["command_id"], issue_id)
    if not backs:
        return
    value = row["value"] - corrections_of(ledger.session, issue_id).value
    now = Posted(issue_id, row["quantity"], value, row["cogs"])
    before = replace(now, value=value + change)
    for back, was, due in zip(backs, _costs(before, backs), _costs(now, backs), strict=True):
        _true_up(ledger, back, issue_id, (was, due), at)


def _true_up(
    ledger: Ledger, back: CameBack, issue_id: int, change: tuple[Decimal, Decimal], at: int
) -> None:
    """`change`: the return's value before and now. A supplier's goods have none in our books."""
    place = ledger.book.places.by_id([back.to_position_id])[back.to_position_id]
    if place.owner_id != OWN_OWNER_ID:
        return
    key = PoolKey(back.item_id, place.site_id, place.owner_id)
    item = ledger.item(back.item_id)
    ledger.book.lock_pools({key: (item.costing, item.standard_cost)})
    pool = ledger.book.pool(key)
    pool.now, trued = true_up(pool.now, back.movement_id, *change, back.quantity, "return")
    entry = Entry(back.issue_command_id, at)
    ledger.revalue(entry, key, trued, issue_id, back.occurred_at)


def _costs(issue: Posted, backs: Iterable[CameBack]) -> list[Decimal]:
    """What each return of an issue is worth, one after the other."""
    costs: list[Decimal] = []
    for back in backs:
        costs.append(_cost(issue, back.quantity))
        issue = _less(issue, [back])
    return costs


def _less(issue: Posted, backs: Iterable[CameBack]) -> Posted:
    """The issue after these have come back."""
    for back in backs:
        issue = replace(
            issue,
            returned_quantity=issue.returned_quantity + back.quantity,
            returned_value=issue.returned_value + _cost(issue, back.quantity),
        )
    return issue


def _cost(issue: Posted, quantity: Decimal) -> Decimal:
    return return_cost(
        issue.quantity, issue.value, quantity, issue.returned_quantity, issue.returned_value
    )
