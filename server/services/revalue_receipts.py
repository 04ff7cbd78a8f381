"""Later knowledge of what goods cost: a receipt's price, landed cost.

Nothing posted changes (RULES 17); each is a revaluation row: the share still on hand goes to the
pool, the share already consumed to the cost of goods sold.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from server.domain.costing import Revaluation, TrueUpKind, true_up
from server.domain.errors import NotFound, RuleViolated
from server.domain.numbers import EXACT, ZERO, plain, round_money
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.post_movements import Entry, Ledger
from server.services.retry_transactions import retried
from server.store.book import PoolKey
from server.store.commands import write_commands
from server.store.db import unit_of_work
from server.store.feed import announce, canonical_json
from server.store.founding import OWN_OWNER_ID
from server.store.queries.revaluations import (
    Corrections,
    Receipt,
    corrections_of,
    receipt_by_id,
)

RECEIPTS = frozenset({"receive_line", "receive_other"})


@dataclass(frozen=True, slots=True)
class Revalued:
    """What one correction did. `value` went to the stock on hand, `cogs` to what was consumed;
    receipt_value: what the receipt is worth now, landed cost included."""

    command_id: UUID | None
    movement_id: int
    value: Decimal
    cogs: Decimal
    receipt_value: Decimal


def price_receipt(movement_id: int, unit_cost: Decimal, reason: str, actor: Actor) -> Revalued:
    """A receipt's price became known, or another one: the difference to the last is posted.

    The same price again changes nothing. An estimated receipt is settled by it, even by the price
    that was estimated. Raises NotFound `unknown_movement`, RuleViolated `not_a_receipt`,
    `receipt_undone`, Unavailable `database_busy` when it lost every race with others.
    """
    return retried(lambda: _price(movement_id, unit_cost, reason, actor))


def add_landed_cost(movement_id: int, amount: Decimal, reason: str, actor: Actor) -> Revalued:
    """Freight, duty and the like of one receipt, on top of its price; below 0 takes it back.

    Raises like `price_receipt`, and RuleViolated `below_nothing` if the receipt would be worth
    less than nothing.
    """
    return retried(lambda: _land(movement_id, amount, reason, actor))


def _price(movement_id: int, unit_cost: Decimal, reason: str, actor: Actor) -> Revalued:
    with unit_of_work() as session:
        facts = {"unit_cost": plain(unit_cost), "reason": reason}
        work = _begin(session, movement_id, actor, facts)
        receipt, before = work.receipt, work.before
        worth = round_money(EXACT.multiply(unit_cost, receipt.quantity))
        change = worth - receipt.value - before.price
        return work.revalue("price", change, settles=receipt.estimated and not before.priced)


def _land(movement_id: int, amount: Decimal, reason: str, actor: Actor) -> Revalued:
    with unit_of_work() as session:
        facts = {"amount": plain(amount), "reason": reason}
        work = _begin(session, movement_id, actor, facts)
        if work.worth + amount < 0:
            raise RuleViolated("below_nothing", amount=plain(amount))
        return work.revalue("landed_cost", amount, settles=False)


@dataclass
class _Work:
    """One revaluation under way."""

    session: Session
    ledger: Ledger
    receipt: Receipt
    before: Corrections
    actor: Actor
    facts: dict[str, str]

    @property
    def worth(self) -> Decimal:
        """What the receipt is worth by all that is known so far."""
        return self.receipt.value + self.before.prices

    def revalue(self, kind: TrueUpKind, change: Decimal, *, settles: bool) -> Revalued:
        worth = self.worth
        if not change and not settles:
            return Revalued(None, self.receipt.id, ZERO, ZERO, worth)
        now = now_ms()
        entry = Entry(uuid4(), now, user_id=self.actor.user_id, request_id=self.actor.request_id)
        self._write_command(entry)
        done = _post(self.ledger, entry, self.receipt, worth, worth + change, kind)
        self.ledger.write()
        self._tell(entry, kind)
        return Revalued(entry.command_id, self.receipt.id, done.value, done.cogs, worth + change)

    def _write_command(self, entry: Entry) -> None:
        """A revaluation is a command of the house's own, so that every row has one."""
        row = {
            "id": entry.command_id,
            "type": "revalue_receipt",
            "intent": "request",
            "device_id": None,
            "seq": None,
            "user_id": self.actor.user_id,
            "site_id": self.receipt.site_id,
            "body_hash": "",
            "body": canonical_json({"movement": str(self.receipt.id), **self.facts}),
            "status": "applied",
            "answer": canonical_json({"id": str(entry.command_id), "status": "applied"}),
            "occurred_at": entry.recorded_at,
            "uncertainty_ms": 0,
            "received_at": entry.recorded_at,
            "replaces": None,
            "request_id": self.actor.request_id,
        }
        write_commands(self.session, [row])

    def _tell(self, entry: Entry, kind: str) -> None:
        announce(
            self.session,
            "receipt.revalued",
            {"movement": self.receipt.id, "items": [self.receipt.item_id], "kind": kind},
            actor=self.actor,
            at=entry.recorded_at,
            site_id=self.receipt.site_id,
            command_id=entry.command_id,
        )


def _begin(session: Session, movement_id: int, actor: Actor, facts: dict[str, str]) -> _Work:
    """The receipt as it stands once its pool is ours, so that nobody else revalues it meanwhile."""
    ledger = Ledger(session)
    _lock_pool(ledger, _receipt(session, movement_id, actor))
    receipt = _receipt(session, movement_id, actor)
    return _Work(session, ledger, receipt, corrections_of(session, movement_id), actor, facts)


def _post(
    ledger: Ledger,
    entry: Entry,
    receipt: Receipt,
    old_value: Decimal,
    new_value: Decimal,
    kind: TrueUpKind,
) -> Revaluation:
    """True the receipt's pool up, if it has one."""
    key = _lock_pool(ledger, receipt)
    if key is None:
        return Revaluation(kind, ZERO, ZERO, receipt.id)
    pool = ledger.book.pool(key)
    pool.now, trued = true_up(pool.now, receipt.id, old_value, new_value, receipt.quantity, kind)
    ledger.revalue(entry, key, trued, None, receipt.occurred_at, even_if_zero=kind == "price")
    return trued


def _lock_pool(ledger: Ledger, receipt: Receipt) -> PoolKey | None:
    """The pool the receipt went into; stock that is a supplier's has no value in our books."""
    place = ledger.book.places.by_id([receipt.to_position_id])[receipt.to_position_id]
    if place.owner_id != OWN_OWNER_ID:
        return None
    key = PoolKey(receipt.item_id, place.site_id, place.owner_id)
    item = ledger.item(receipt.item_id)
    ledger.book.lock_pools({key: (item.costing, item.standard_cost)})
    return key


def _receipt(session: Session, movement_id: int, actor: Actor) -> Receipt:
    receipt = receipt_by_id(session, movement_id)
    if receipt is None or not actor.sees_site(receipt.site_id):
        raise NotFound("unknown_movement", movement=str(movement_id))
    if receipt.kind not in RECEIPTS:
        raise RuleViolated("not_a_receipt", movement=str(movement_id))
    if receipt.reversed:
        raise RuleViolated("receipt_undone", movement=str(movement_id))
    return receipt
