"""Deciding a count: what it differs by from the books, and posting that difference.

The books are read under lock, as they were at the last observation of each line; so it does not
matter in which order handhelds come online (RULES 8–14). Nobody approves their own count.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server.domain.counting import (
    Grain,
    Window,
)
from server.domain.errors import Conflict, NotPermitted, RuleViolated
from server.domain.numbers import ZERO
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.move_units import Units
from server.services.post_movements import Entry, Ledger
from server.services.post_variances import post_variances
from server.services.reconcile_count import (
    Reconciliation,
    reconcile,
    visible,
    window_of,
)
from server.services.retry_transactions import retried
from server.services.see_units import see_units, units_seen
from server.services.sight_serials import Serials
from server.services.trace_returns import true_up_returns
from server.store.commands import write_commands
from server.store.db import table_of, unit_of_work
from server.store.feed import announce, canonical_json
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID
from server.store.location_locks import close_location
from server.store.models import Count, CountAnchor, CountLine, CountParticipant, User
from server.store.queries.counts import (
    CountRow,
    book_lines,
    count_by_id,
    participant_role,
    seen_lines,
    serials_in_units,
)


def approve_count(
    count_id: int,
    version: int,
    acknowledged_devices: Iterable[int],
    actor: Actor,
    accept_movement: bool = False,
) -> UUID:
    """Post the variances at their own instants and anchor the place (RULES 10, 11).

    Raises NotFound `unknown_count`, Conflict `stale_version`,
    `count_already_decided`, RuleViolated `count_not_finished`,
    `devices_silent` (those not acknowledged), `moved_while_counting` (by site policy; then a
    recount is ordered), NotPermitted `own_count`, Unavailable `database_busy` when it lost every
    race with others.
    """
    try:
        known = frozenset(acknowledged_devices)
        return retried(lambda: _approve(count_id, version, known, actor, accept_movement))
    except RuleViolated as refusal:
        if refusal.code == "moved_while_counting":
            retried(lambda: _order_recount(count_id, actor))
        raise


def refuse_count(count_id: int, version: int, reason: str, actor: Actor) -> None:
    """Post nothing, and have the place counted again.

    Raises like `approve_count`, and nothing about movements or devices.
    """
    retried(lambda: _refuse(count_id, version, reason, actor))


def _refuse(count_id: int, version: int, reason: str, actor: Actor) -> None:
    now = now_ms()
    with unit_of_work() as session:
        count = _decidable(session, count_id, version, actor)
        _decide(session, count, "refused", reason, actor, now, None)
        ledger = Ledger(session)
        place = ledger.place(count.location_id, 0, OWN_OWNER_ID, GOOD_STATUS_ID)
        ledger.order_task(place, "recount", "count_refused", Entry(uuid4(), now))
        ledger.write()


def _approve(
    count_id: int, version: int, acknowledged: frozenset[int], actor: Actor, accept: bool
) -> UUID:
    now, command_id = now_ms(), uuid4()
    with unit_of_work() as session:
        place = visible(count_by_id(session, count_id), actor)
        units = Units(session)
        serials = _lock_place(session, place, units)
        count = _decidable(session, count_id, version, actor)
        ledger = Ledger(session)
        entry = Entry(command_id, now, user_id=actor.user_id, request_id=actor.request_id)
        _write_command(session, count, entry, actor)
        seen = units_seen(seen_lines(session, count))
        see_units(ledger, units, serials, count, seen, entry)
        found = reconcile(session, ledger, count, lock=True)
        _refuse_doubts(ledger, found, acknowledged, accept)
        movement_ids = post_variances(ledger, units, serials, found, entry)
        ledger.write()
        true_up_returns(ledger, (), now)
        _keep_variances(session, found)
        _anchor(session, found)
        _decide(session, count, "approved", "", actor, now, command_id, movement_ids)
    return command_id


def _lock_place(session: Session, count: CountRow, units: Units) -> Serials:
    """In the order commands do: units, serials, then the location, then the count; else an approval
    and a handheld that works there would wait for each other."""
    serials, lines = Serials(session), seen_lines(session, count)
    inside = units_seen(lines)
    units.lock(inside)
    seen = {line.grain.serial_id for line in lines} | set(serials_in_units(session, inside))
    serials.lock(seen | {line.key.serial_id for line in book_lines(session, count.location_id)})
    close_location(session, count.location_id)
    return serials


def _decidable(session: Session, count_id: int, version: int, actor: Actor) -> CountRow:
    count = visible(count_by_id(session, count_id, lock=True), actor)
    if count.state in ("approved", "refused"):
        by = session.scalar(select(User.name).where(User.id == count.decided_by)) or ""
        raise Conflict("count_already_decided", state=count.state, by=by)
    if count.state != "finished":
        raise RuleViolated("count_not_finished", state=count.state)
    if count.version != version:
        raise Conflict("stale_version", version=count.version)
    role = participant_role(session, count.id, actor.user_id) if actor.user_id else None
    if actor.user_id is None or role in ("counter", "recounter"):
        raise NotPermitted("own_count")
    return count


def _refuse_doubts(
    ledger: Ledger, found: Reconciliation, acknowledged: frozenset[int], accept: bool
) -> None:
    """RULES 12 and 13: what moved meanwhile, and who may still have something to tell."""
    unheard = [d for d in found.silent_devices if d.id not in acknowledged]
    if unheard:
        raise RuleViolated(
            "devices_silent",
            devices=", ".join(d.name for d in unheard),
            ids=[str(d.id) for d in unheard],
        )
    policy = ledger.site(found.count.site_id).window_policy
    doubtful = [line for line in found.lines if line.moved_while_counting]
    if doubtful and (policy == "recount" or (policy == "ask" and not accept)):
        raise RuleViolated(
            "moved_while_counting",
            items=", ".join(ledger.item(line.grain.item_id).sku for line in doubtful),
            policy=policy,
        )


def _order_recount(count_id: int, actor: Actor) -> None:
    now = now_ms()
    with unit_of_work() as session:
        count = count_by_id(session, count_id)
        if count is not None:
            ledger = Ledger(session)
            place = ledger.place(count.location_id, 0, OWN_OWNER_ID, GOOD_STATUS_ID)
            ledger.order_task(place, "recount", "moved_while_counting", Entry(uuid4(), now))
            ledger.write()


# Keeping ------------------------------------------------------------------------------------------


def _write_command(session: Session, count: CountRow, entry: Entry, actor: Actor) -> None:
    """An adjustment is a command of the house's own, so that every movement has one."""
    body = canonical_json({"count": str(count.uid)})
    write_commands(
        session,
        [
            {
                "id": entry.command_id,
                "type": "count_adjustment",
                "intent": "request",
                "device_id": None,
                "seq": None,
                "user_id": actor.user_id,
                "site_id": count.site_id,
                "body_hash": "",
                "body": body,
                "status": "applied",
                "answer": canonical_json({"id": str(entry.command_id), "status": "applied"}),
                "occurred_at": count.counted_at,
                "uncertainty_ms": 0,
                "received_at": entry.recorded_at,
                "replaces": None,
                "request_id": actor.request_id,
            }
        ],
    )


def _keep_variances(session: Session, found: Reconciliation) -> None:
    table = table_of(CountLine)
    new = []
    for line in found.lines:
        judged = {"expected": line.expected, "variance": line.variance, "value": line.value}
        if line.line_id is not None:
            session.execute(update(table).where(table.c.id == line.line_id).values(**judged))
        else:
            new.append(
                {
                    **line.grain._asdict(),
                    **judged,
                    "count_id": found.count.id,
                    "attempt": 1,
                    "counted": ZERO,
                    "first_at": line.window.first_at,
                    "last_at": line.window.last_at,
                    "user_id": found.count.started_by,
                    "seq": found.count.device_seq or 0,
                }
            )
    if new:
        session.execute(insert(table), new)


def _anchor(session: Session, found: Reconciliation) -> None:
    count = found.count
    rows = [
        _anchor_row(count, line.grain, line.window)
        for line in found.lines
        if line.line_id is not None
    ]
    if count.whole:
        rows.append(_anchor_row(count, Grain(0, 0, 0, 0), window_of(count)))
    if rows:
        session.execute(insert(table_of(CountAnchor)), rows)


def _anchor_row(count: CountRow, grain: Grain, window: Window) -> dict[str, object]:
    return {
        **grain._asdict(),
        "count_id": count.id,
        "location_id": count.location_id,
        "window_from": window.first_at,
        "counted_at": window.last_at,
        "device_id": window.device_id,
        "device_seq": window.device_seq,
    }


def _decide(
    session: Session,
    count: CountRow,
    state: str,
    decision: str,
    actor: Actor,
    at: int,
    command_id: UUID | None,
    movement_ids: Sequence[int] = (),
) -> None:
    table = table_of(Count)
    session.execute(
        insert(table_of(CountParticipant)).values(
            count_id=count.id, user_id=actor.user_id, role="approver"
        )
    )
    session.execute(
        update(table)
        .where(table.c.id == count.id)
        .values(
            state=state,
            decision=decision,
            decided_by=actor.user_id,
            decided_at=at,
            adjustment_command_id=command_id,
            version=table.c.version + 1,
        )
    )
    announce(
        session,
        f"count.{state}",
        {"id": count.id, "location": count.location_id, "movements": list(movement_ids)},
        actor=actor,
        at=at,
        site_id=count.site_id,
        command_id=command_id,
    )
