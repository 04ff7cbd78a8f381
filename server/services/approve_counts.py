"""Deciding a count: what it differs by from the books, and posting that difference.

The books are read under lock, as they were at the last observation of each line; so it does not
matter in which order handhelds come online (RULES 8–14). Nobody approves their own count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from server.domain.costing import gain_cost
from server.domain.counting import (
    Grain,
    Holding,
    Later,
    Window,
    expected_at,
    share_variance,
    touches,
)
from server.domain.errors import Conflict, NotFound, NotPermitted, RuleViolated
from server.domain.ledger import Draft, Key, Place
from server.domain.numbers import EXACT, ZERO, round_money
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.post_movements import Entry, Ledger
from server.services.sight_serials import Serials
from server.store.book import PoolKey
from server.store.commands import write_commands
from server.store.db import reading, table_of, unit_of_work
from server.store.feed import announce, canonical_json
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID
from server.store.location_locks import close_location
from server.store.models import Count, CountAnchor, CountLine, CountParticipant
from server.store.queries.counts import (
    BookLine,
    CountRow,
    SeenLine,
    SilentDevice,
    book_lines,
    count_by_id,
    participant_role,
    seen_lines,
    silent_devices,
)
from server.store.queries.movements import flows_after

NOWHERE_YET = 0
"""The position of a share the books have no position for yet: looking makes none."""

SETTLED_KINDS = frozenset({"count_adjustment", "count_correction", "serial_correction"})


@dataclass(frozen=True, slots=True)
class VarianceLine:
    """One line of a count against the books. value: the variance at current cost."""

    grain: Grain
    line_id: int | None
    counted: Decimal
    expected: Decimal
    window: Window
    shares: tuple[tuple[int, Decimal], ...]
    value: Decimal
    moved_while_counting: bool
    moved_since: Decimal

    @property
    def variance(self) -> Decimal:
        """counted − expected."""
        return self.counted - self.expected


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A count beside the books: what approving it would post, and what speaks against it."""

    count: CountRow
    lines: tuple[VarianceLine, ...]
    silent_devices: tuple[SilentDevice, ...]

    @property
    def value(self) -> Decimal:
        """Net value of all variances."""
        return sum((line.value for line in self.lines), ZERO)


def reconcile_count(count_id: int, actor: Actor) -> Reconciliation:
    """The count as it stands against the books now. Raises NotFound `unknown_count`."""
    with reading() as session:
        count = _visible(count_by_id(session, count_id), actor)
        return _reconcile(session, Ledger(session), count, lock=False)


def approve_count(
    count_id: int,
    version: int,
    acknowledged_devices: Iterable[int],
    actor: Actor,
    accept_movement: bool = False,
) -> UUID:
    """Post the variances at their own instants and anchor the place (RULES 10, 11).

    Raises NotFound `unknown_count`, Conflict `stale_version`, RuleViolated `count_not_finished`,
    `devices_silent` (those not acknowledged), `moved_while_counting` (by site policy; then a
    recount is ordered), NotPermitted `own_count`.
    """
    try:
        return _approve(count_id, version, frozenset(acknowledged_devices), actor, accept_movement)
    except RuleViolated as refusal:
        if refusal.code == "moved_while_counting":
            _order_recount(count_id, actor)
        raise


def refuse_count(count_id: int, version: int, reason: str, actor: Actor) -> None:
    """Post nothing, and have the place counted again.

    Raises like `approve_count`, and nothing about movements or devices.
    """
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
        serials = _lock_place(session, _visible(count_by_id(session, count_id), actor))
        count = _decidable(session, count_id, version, actor)
        ledger = Ledger(session)
        found = _reconcile(session, ledger, count, lock=True)
        _refuse_doubts(ledger, found, acknowledged, accept)
        entry = Entry(command_id, now, user_id=actor.user_id, request_id=actor.request_id)
        _write_command(session, found, entry, actor)
        movement_ids = _post(ledger, serials, found, entry)
        ledger.write()
        _keep_variances(session, found)
        _anchor(session, found)
        _decide(session, count, "approved", "", actor, now, command_id, movement_ids)
    return command_id


def _lock_place(session: Session, count: CountRow) -> Serials:
    """In the order commands do: serials, then the location, then the count; else an approval and a
    handheld that works there would wait for each other."""
    serials = Serials(session)
    seen = {line.grain.serial_id for line in seen_lines(session, count)}
    serials.lock(seen | {line.key.serial_id for line in book_lines(session, count.location_id)})
    close_location(session, count.location_id)
    return serials


def _decidable(session: Session, count_id: int, version: int, actor: Actor) -> CountRow:
    count = _visible(count_by_id(session, count_id, lock=True), actor)
    if count.state != "finished":
        raise RuleViolated("count_not_finished", state=count.state)
    if count.version != version:
        raise Conflict("stale_version", version=count.version)
    role = participant_role(session, count.id, actor.user_id) if actor.user_id else None
    if actor.user_id is None or role in ("counter", "recounter"):
        raise NotPermitted("own_count")
    return count


def _visible(count: CountRow | None, actor: Actor) -> CountRow:
    if count is None or not actor.sees_site(count.site_id):
        raise NotFound("unknown_count")
    return count


# Against the books --------------------------------------------------------------------------------


def _reconcile(session: Session, ledger: Ledger, count: CountRow, lock: bool) -> Reconciliation:
    seen = {line.grain: line for line in seen_lines(session, count)}
    books = book_lines(session, count.location_id)
    ledger.book.lock_lines((line.key for line in books), lock=lock)
    grains = set(seen) | ({line.grain for line in books} if count.whole else set())
    later = _later_movements(session, count, books, seen)
    lines = []
    for grain in sorted(grains):
        own = [line for line in books if line.grain == grain]
        line = _line(ledger, count, grain, seen.get(grain), own, later)
        if line.line_id is not None or line.variance or line.expected:
            lines.append(line)
    since = count.counted_at or count.first_at
    return Reconciliation(count, tuple(lines), tuple(silent_devices(session, count.site_id, since)))


def _later_movements(
    session: Session, count: CountRow, books: Sequence[BookLine], seen: dict[Grain, SeenLine]
) -> dict[Key, list[Later]]:
    earliest = min([count.first_at, *(line.window.first_at for line in seen.values())])
    rows = flows_after(
        session,
        sorted({line.key.item_id for line in books}),
        sorted({line.key.position_id for line in books}),
        earliest - count.uncertainty_ms,
    )
    later: dict[Key, list[Later]] = {}
    for row in rows:
        tail = (row["item_id"], row["lot_id"], row["serial_id"])
        for position, sign in ((row["from_position_id"], -1), (row["to_position_id"], 1)):
            later.setdefault(Key(position, *tail), []).append(
                Later(
                    sign * row["quantity"],
                    row["occurred_at"],
                    row["uncertainty_ms"],
                    row["device_id"] or 0,
                    row["device_seq"] or 0,
                    row["kind"] in SETTLED_KINDS,
                )
            )
    return later


def _line(
    ledger: Ledger,
    count: CountRow,
    grain: Grain,
    seen: SeenLine | None,
    books: Sequence[BookLine],
    later: dict[Key, list[Later]],
) -> VarianceLine:
    window = seen.window if seen else _window(count)
    holdings = []
    moved, since = False, ZERO
    for line in books:
        movements = later.get(line.key, [])
        on_hand = ledger.book.line(line.key).on_hand
        expected = expected_at(on_hand, movements, window)
        since += on_hand - expected
        moved = moved or touches(movements, window)
        holdings.append(
            Holding(line.key.position_id, expected, line.own, line.available, line.lot_date)
        )
    counted = seen.counted if seen else ZERO
    total = sum((holding.expected for holding in holdings), ZERO)
    if not holdings:
        holdings = [Holding(NOWHERE_YET, ZERO, own=True, available=True)]
    shares = tuple(share_variance(counted - total, holdings))
    return VarianceLine(
        grain,
        seen.id if seen else None,
        counted,
        total,
        window,
        shares,
        _value(ledger, count, grain, counted - total),
        moved,
        since,
    )


def _window(count: CountRow) -> Window:
    assert count.counted_at is not None
    return Window(count.first_at, count.counted_at, count.device_id or 0, count.device_seq or 0)


def _value(ledger: Ledger, count: CountRow, grain: Grain, variance: Decimal) -> Decimal:
    if not variance:
        return ZERO
    item = ledger.item(grain.item_id)
    key = PoolKey(grain.item_id, count.site_id, OWN_OWNER_ID)
    pool = ledger.book.peek_pool(key, item.costing, item.standard_cost)
    return round_money(EXACT.multiply(variance, gain_cost(pool)[0]))


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


# Posting ------------------------------------------------------------------------------------------


def _post(ledger: Ledger, serials: Serials, found: Reconciliation, entry: Entry) -> list[int]:
    serials.lock(line.grain.serial_id for line in found.lines)
    drafts: list[Draft] = []
    for line in found.lines:
        if line.grain.serial_id:
            drafts += _sightings(ledger, serials, found.count, line, entry)
        else:
            drafts += _adjustments(ledger, found.count, line)
    return ledger.post(entry, drafts).movement_ids


def _adjustments(ledger: Ledger, count: CountRow, line: VarianceLine) -> list[Draft]:
    drafts = []
    for position, share in line.shares:
        place = _place_of(ledger, count, line, position)
        other = ledger.counterpart("adjustment", place)
        source, target = (other, place) if share > 0 else (place, other)
        drafts.append(_adjustment(line, abs(share), source, target))
    return drafts


def _place_of(ledger: Ledger, count: CountRow, line: VarianceLine, position: int) -> Place:
    if position != NOWHERE_YET:
        return ledger.book.places.by_id([position])[position]
    unit_id = line.grain.handling_unit_id
    return ledger.place(count.location_id, unit_id, OWN_OWNER_ID, GOOD_STATUS_ID)


def _sightings(
    ledger: Ledger, serials: Serials, count: CountRow, line: VarianceLine, entry: Entry
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
    return serials.sight(ledger, counter, draft, absent_from)


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


# Keeping ------------------------------------------------------------------------------------------


def _write_command(session: Session, found: Reconciliation, entry: Entry, actor: Actor) -> None:
    """An adjustment is a command of the house's own, so that every movement has one."""
    count = found.count
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
        rows.append(_anchor_row(count, Grain(0, 0, 0, 0), _window(count)))
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
