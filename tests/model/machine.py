"""Handhelds, messages and supervisors in any order; the books must end up right all the same.

Every rule is one thing that may happen on a floor. Deliveries are duplicated, delayed, reordered
between devices and cut after the commit; the server restarts; jobs run twice; counts are approved
or refused while others still have things to tell; wall clocks are days off and stepped.

Left out, because RULES leave them to people: movements inside a count's window, and boots that die
before any contact (tests/services has these).
"""

import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, insert, select

from server.bootstrap import make_base_app
from server.domain.errors import RuleViolated
from server.services.approve_counts import approve_count, refuse_count
from server.services.number_feed import number_feed
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.services.recent import forget
from server.services.reconcile_count import reconcile_count
from server.services.use_reservations import Wish, reserve_stock
from server.services.verify_ledger import verify_books
from server.settings import Settings
from server.store.db import db, reading, unit_of_work
from server.store.models import Command, ItemSite, Movement
from server.store.queries.counts import counts_page
from server.store.recalculations import mark
from tests.floor import Floor, Handheld, handheld, open_floor
from tests.model.books import (
    contents_of_books,
    looks_for_nothing,
    promised_in_books,
    seen_by_counters,
)
from tests.model.world import Holder, Stuff, Thing, World

PLACES = ("A-1", "A-2", "DOCK")
CARTS = ("CART-1", "CART-2", "CART-1")
UNITS = ("U:P1", "U:P2")
THINGS = (Thing("NUT"), Thing("MILK", "L1"), Thing("MILK", "L2"))
SERIALS = ("S-1", "S-2")
STATUSES = ("GOOD", "DAMAGED")
DAY_MS = 86_400_000
DAY = date(2026, 1, 5)
WHO = st.integers(0, 2)
WAIT = st.integers(1, 5000)
WHICH = st.integers(0, 99)
PART = st.integers(1, 20)
POLICY = TurnoverPolicy()


@dataclass
class Told:
    """A command that can still be taken back, and what its undoing does to the world."""

    command: dict[str, Any]
    who: int
    source: Holder | None
    target: Holder | None
    stuff: Stuff
    quantity: int


class FloorMachine(RuleBasedStateMachine):
    """One warehouse, three handhelds, two supervisors, and a network that does what it likes."""

    new_database: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        url = self.stack.enter_context(self.new_database())
        var = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.app = make_base_app(Settings(var=var, database_url=url, secret_key="test"))
        self.stack.enter_context(self.app.app_context())
        items = [
            "NUT",
            {"sku": "SER", "tracking": "serial"},
            {"sku": "MILK", "tracking": "lot", "costing": "fifo"},
        ]
        self.floor: Floor = self.stack.enter_context(open_floor(items, PLACES[:2]))
        self._plan()
        self.world = World()
        self.devices: list[Handheld] = []
        self.late: list[tuple[Handheld, Any]] = []
        self.made: set[str] = set()
        self.asked: set[str] = set()
        self.undoable: list[Told] = []
        self.slips: list[tuple[int, str]] = []
        self.sold: list[tuple[str, Thing, int]] = []
        self.promises: dict[str, tuple[str, int]] = {}
        self.promised_picks: dict[str, tuple[str, int]] = {}
        self.serials_in: set[str] = set()

    def _plan(self) -> None:
        with unit_of_work() as session:
            for item in self.floor.items.values():
                row = {"item_id": item, "site_id": self.floor.site_id, "changed_at": 0}
                session.execute(insert(ItemSite), {**row, "reorder_point": 10})
            keys = [(item, self.floor.site_id, DAY) for item in self.floor.items.values()]
            mark(session, keys, self.floor.now)

    @initialize(skews=st.lists(st.integers(-3 * DAY_MS, 3 * DAY_MS), min_size=3, max_size=3))
    def shift_begins(self, skews: list[int]) -> None:
        """Each handheld is heard once at the start of its shift (sign-in is online)."""
        people = zip(("olga", "otto", "olga"), CARTS, skews, strict=True)
        for number, (user, cart, skew) in enumerate(people):
            device = handheld(self.floor, f"H{number}", cart, user)
            device.wall_skew_ms = skew
            device.deliver(device.envelope([]))
            self.devices.append(device)

    # What people do -------------------------------------------------------------------------------

    @rule(
        who=WHO,
        place=st.sampled_from(PLACES),
        thing=st.sampled_from(THINGS),
        quantity=PART,
        how=st.sampled_from(["receive_line", "receive_other"]),
        wait=WAIT,
    )
    def receive(
        self, who: int, place: str, thing: Thing, quantity: int, how: str, wait: int
    ) -> None:
        why: dict[str, str] = {"unit_cost": str(quantity)}
        if how == "receive_other":
            why["reason"] = "found"
        stuff = Stuff(thing)
        told = self.say(who, wait, how, to=place, **goods(stuff, quantity), **why)
        self.world.change(place, stuff, quantity)
        self.undoable.append(Told(told, who, None, place, stuff, quantity))

    @rule(who=WHO, place=st.sampled_from(PLACES), serial=st.sampled_from(SERIALS), wait=WAIT)
    def receive_serial(self, who: int, place: str, serial: str, wait: int) -> None:
        if serial in self.serials_in:
            return
        stuff = Stuff(Thing("SER", serial=serial))
        self.say(who, wait, "receive_line", to=place, **goods(stuff, 1))
        self.serials_in.add(serial)
        self.world.change(place, stuff, 1)

    @rule(
        who=WHO,
        source=st.sampled_from(PLACES),
        goal=st.sampled_from(PLACES),
        which=WHICH,
        part=PART,
        how=st.sampled_from(["move_stock", "put_away"]),
        wait=WAIT,
    )
    def move(
        self, who: int, source: str, goal: str, which: int, part: int, how: str, wait: int
    ) -> None:
        taken = self.take(source, which, part)
        if taken is None or source == goal:
            return
        told = self.say(who, wait, how, from_=source, to=goal, **goods(*taken))
        self.world.carry(source, goal, *taken)
        self.undoable.append(Told(told, who, source, goal, *taken))

    @rule(who=WHO, place=st.sampled_from(PLACES), which=WHICH, part=PART, wait=WAIT)
    def take_onto_the_cart(self, who: int, place: str, which: int, part: int, wait: int) -> None:
        taken = self.take(place, which, part)
        if taken is not None:
            self.say(who, wait, "take_stock", from_=place, **goods(*taken))
            self.world.carry(place, CARTS[who], *taken)

    @rule(who=WHO, place=st.sampled_from(PLACES), which=WHICH, part=PART, wait=WAIT)
    def put_from_the_cart(self, who: int, place: str, which: int, part: int, wait: int) -> None:
        taken = self.take(CARTS[who], which, part)
        if taken is not None:
            self.say(who, wait, "put_stock", to=place, **goods(*taken))
            self.world.carry(CARTS[who], place, *taken)

    @rule(
        who=WHO,
        place=st.sampled_from(PLACES),
        which=WHICH,
        part=PART,
        how=st.sampled_from(["pick_line", "scrap_stock", "issue_other"]),
        wait=WAIT,
    )
    def issue(self, who: int, place: str, which: int, part: int, how: str, wait: int) -> None:
        taken = self.take(place, which, part)
        if taken is None or taken[0].thing.serial:
            return
        why = {} if how == "pick_line" else {"reason": "test"}
        told = self.say(who, wait, how, from_=place, **goods(*taken), **why)
        self.world.change(place, taken[0], -taken[1])
        self.undoable.append(Told(told, who, place, None, *taken))
        if how == "pick_line":
            self.sold.append((told["id"], taken[0].thing, taken[1]))

    @rule(who=WHO, thing=st.sampled_from(THINGS), quantity=PART, slip=st.booleans(), wait=WAIT)
    def the_desk_promises(
        self, who: int, thing: Thing, quantity: int, slip: bool, wait: int
    ) -> None:
        """Granted or refused by what the books say then; it ends by picks alone.

        slip: one of them is reported that never happened.
        """
        self.deliver(who, 100)
        wish = Wish(self.floor.site_id, self.floor.items[thing.item], Decimal(quantity))
        try:
            uid = str(reserve_stock(wish, self.floor.desk()))
        except RuleViolated:
            return
        self.promises[uid] = (thing.item, quantity)
        if slip:
            body = {**goods(Stuff(thing), quantity), "from_": PLACES[0], "reservation": uid}
            self.slips.append((who, self.say(who, wait, "pick_line", **body)["id"]))

    @precondition(lambda self: self.promises)
    @rule(who=WHO, place=st.sampled_from(PLACES), which=WHICH, what=WHICH, part=PART, wait=WAIT)
    def pick_what_was_promised(
        self, who: int, place: str, which: int, what: int, part: int, wait: int
    ) -> None:
        uid, (item, _) = list(self.promises.items())[which % len(self.promises)]
        there = [held for held in self.world.held(place) if held[0].thing.item == item]
        if not there:
            return
        stuff, held = there[what % len(there)]
        quantity = min(part, held)
        body = goods(stuff, quantity)
        told = self.say(who, wait, "pick_line", from_=place, reservation=uid, **body)
        self.world.change(place, stuff, -quantity)
        self.undoable.append(Told(told, who, place, None, stuff, quantity))
        self.promised_picks[told["id"]] = (uid, quantity)

    @precondition(lambda self: self.sold)
    @rule(who=WHO, place=st.sampled_from(PLACES), which=WHICH, wait=WAIT)
    def a_customer_returns_it(self, who: int, place: str, which: int, wait: int) -> None:
        issue, thing, quantity = self.sold.pop(which % len(self.sold))
        self.undoable = [told for told in self.undoable if told.command["id"] != issue]
        body = goods(Stuff(thing), quantity)
        self.say(who, wait, "return_line", to=place, returns=issue, **body)
        self.world.change(place, Stuff(thing, "INSPECTION"), quantity)

    @rule(
        who=WHO,
        place=st.sampled_from(PLACES),
        which=WHICH,
        part=PART,
        status=st.sampled_from(STATUSES),
        wait=WAIT,
    )
    def change_status(
        self, who: int, place: str, which: int, part: int, status: str, wait: int
    ) -> None:
        taken = self.take(place, which, part)
        if taken is None or taken[0].status == status or taken[0].thing.serial:
            return
        stuff, quantity = taken
        body = goods(stuff, quantity)
        body.pop("status", None)
        statuses = {"from_status": stuff.status, "to_status": status}
        self.say(who, wait, "change_status", location=place, **body, **statuses)
        self.world.change(place, stuff, -quantity)
        self.world.change(place, Stuff(stuff.thing, status), quantity)

    @rule(place=st.sampled_from(PLACES), which=WHICH, part=st.integers(1, 5))
    def something_vanishes(self, place: str, which: int, part: int) -> None:
        taken = self.take(place, which, part)
        if taken is not None and not taken[0].thing.serial:
            self.world.vanish(place, *taken)

    # Handling units -------------------------------------------------------------------------------

    @rule(
        who=WHO,
        place=st.sampled_from(PLACES),
        unit=st.sampled_from(UNITS),
        which=WHICH,
        part=PART,
        wait=WAIT,
    )
    def pack(self, who: int, place: str, unit: Holder, which: int, part: int, wait: int) -> None:
        at = self.world.units.get(unit, place)
        taken = self.take(at, which, part)
        if taken is None or taken[0].thing.serial:
            return
        if unit not in self.world.units:
            self.world.move_unit(unit, at)
        self.say(who, wait, "pack_unit", location=at, unit=unit[2:], **goods(*taken))
        self.world.carry(at, unit, *taken)

    @rule(who=WHO, unit=st.sampled_from(UNITS), which=WHICH, part=PART, wait=WAIT)
    def pick_from_a_unit(self, who: int, unit: Holder, which: int, part: int, wait: int) -> None:
        taken = self.take(unit, which, part)
        if taken is not None:
            place = self.world.units[unit]
            body = goods(*taken)
            self.say(who, wait, "pick_line", from_=place, from_unit=unit[2:], **body)
            self.world.change(unit, taken[0], -taken[1])

    @rule(who=WHO, unit=st.sampled_from(UNITS), goal=st.sampled_from(PLACES), wait=WAIT)
    def move_a_unit(self, who: int, unit: Holder, goal: str, wait: int) -> None:
        if self.world.units.get(unit, goal) == goal or not self.unit_is_known_to(who, unit):
            return
        self.say(who, wait, "move_stock", unit=unit[2:], to=goal)
        self.world.move_unit(unit, goal)

    @rule(unit=st.sampled_from(UNITS), goal=st.sampled_from(PLACES), which=st.integers(0, 3))
    def a_unit_wanders(self, unit: Holder, goal: str, which: int) -> None:
        """Now and then; only a count finds it. What it holds is then no more where all say."""
        if which == 0 and unit in self.world.units:
            self.floor.wait(1)
            self.world.wander(unit, goal)
            self.world.vanished |= set(THINGS)

    # Mistakes -------------------------------------------------------------------------------------

    @precondition(lambda self: self.undoable)
    @rule(which=WHICH, wait=WAIT)
    def put_it_back(self, which: int, wait: int) -> None:
        """Undone by hand, now: possible while it is still where it went."""
        told = self.undoable[which % len(self.undoable)]
        target = told.target
        there = dict(self.world.held(target)) if target else {told.stuff: told.quantity}
        if there.get(told.stuff, 0) < told.quantity:
            return
        self.undoable.remove(told)
        self.sold = [sale for sale in self.sold if sale[0] != told.command["id"]]
        self.promised_picks.pop(told.command["id"], None)
        self.say(told.who, wait, "undo", command=told.command["id"], how="put_back")
        if target:
            self.world.change(target, told.stuff, -told.quantity)
        if told.source:
            self.world.change(told.source, told.stuff, told.quantity)

    @rule(
        who=WHO,
        place=st.sampled_from(PLACES),
        goal=st.sampled_from(PLACES),
        thing=st.sampled_from(THINGS),
        quantity=st.integers(1, 9),
        how=st.sampled_from(["receive_line", "pick_line", "move_stock"]),
        wait=WAIT,
    )
    def a_slip_of_the_finger(
        self, who: int, place: str, goal: str, thing: Thing, quantity: int, how: str, wait: int
    ) -> None:
        """Something is reported that never happened."""
        if how == "move_stock" and place == goal:
            return
        ends = {"receive_line": {"to": place}, "pick_line": {"from_": place}}
        body = ends.get(how, {"from_": place, "to": goal})
        slip = self.say(who, wait, how, **body, **goods(Stuff(thing), quantity))
        self.slips.append((who, slip["id"]))

    @precondition(lambda self: self.slips)
    @rule(which=WHICH, wait=WAIT)
    def the_slip_is_noticed(self, which: int, wait: int) -> None:
        who, command = self.slips.pop(which % len(self.slips))
        self.say(who, wait, "undo", command=command, how="never")

    # Counting -------------------------------------------------------------------------------------

    @rule(
        who=WHO,
        place=st.sampled_from(PLACES),
        at_once=st.booleans(),
        wait=WAIT,
        slip=st.integers(0, 9),
    )
    def count(self, who: int, place: str, at_once: bool, wait: int, slip: int) -> None:
        """Counted while nobody moves anything there: the window holds no movement.

        at_once: sent and approved before others have told what they did. slip: a wrong total is
        keyed over the right one and taken back, once in a while.
        """
        self.floor.wait(1)
        uid = self.devices[who].fresh_uuid()
        self.tell_count(who, uid, place, self.world.count(uid, place), slip)
        self.say(who, wait, "finish_count", count=uid, location=place, whole=True)
        if at_once:
            self.deliver(who, 100)
            self.a_count_is_approved(-1)

    @rule(who=WHO, place=st.sampled_from(PLACES), thing=st.sampled_from(THINGS), wait=WAIT)
    def count_only_one_thing(self, who: int, place: str, thing: Thing, wait: int) -> None:
        """What is not scanned is not counted."""
        self.floor.wait(1)
        uid = self.devices[who].fresh_uuid()
        seen = self.world.count(uid, place, only=[thing])
        self.tell_count(who, uid, place, seen)
        self.say(who, wait, "finish_count", count=uid, location=place, whole=False)

    def tell_count(self, who: int, uid: str, place: str, seen: Any, slip: int = 9) -> None:
        for number, ((holder, thing), quantity) in enumerate(sorted(seen.items())):
            body = goods(Stuff(thing), quantity)
            body["counted"] = body.pop("quantity")
            unit = {"unit": holder[2:]} if holder in UNITS else {}
            self.say(who, 1, "count_line", count=uid, location=place, **body, **unit)
            if number == slip:
                body["counted"] = "0" if thing.serial else str(quantity + 10)
                wrong = self.say(who, 1, "count_line", count=uid, location=place, **body, **unit)
                self.say(who, 1, "undo", command=wrong["id"], how="never")

    @rule(which=WHICH)
    def a_count_is_approved(self, which: int) -> None:
        waiting = finished_counts()
        if waiting:
            self.approve(waiting[which % len(waiting)])

    @rule(which=WHICH)
    def a_count_is_refused(self, which: int) -> None:
        waiting = finished_counts()
        if waiting:
            count = waiting[which % len(waiting)]
            refuse_count(count.id, count.version, "implausible", self.floor.desk("sue"))
            self.world.refused.add(str(count.uid))

    # What the desk asks ---------------------------------------------------------------------------

    @rule(place=st.sampled_from(PLACES), which=WHICH, part=PART, wait=WAIT, twice=st.booleans())
    def the_desk_asks_for_a_pick(
        self, place: str, which: int, part: int, wait: int, twice: bool
    ) -> None:
        """Granted or refused by what the books say then; granted, it happens; twice, it is one."""
        taken = self.take(place, which, part)
        if taken is None or taken[0].thing.serial or taken[0].status != "GOOD":
            return
        self.floor.wait(wait)
        body = {"site": "S1", "from": place, **goods(*taken)}
        raw = {"id": str(uuid4()), "v": 1, "type": "pick_line", "intent": "request", "body": body}
        answer = self.floor.send_request(raw)
        self.asked.add(raw["id"])
        if answer.status == "rejected":
            assert answer.code == "not_enough_available"
        else:
            assert answer.status == "applied", answer
            self.world.change(place, taken[0], -taken[1])
        if twice:
            again = self.floor.send_request(raw)
            assert again.status in ("duplicate", "rejected")

    # What the network, the server and the jobs do -------------------------------------------------

    @rule(who=WHO, upto=st.integers(1, 20))
    def deliver(self, who: int, upto: int) -> None:
        device = self.devices[who]
        if device.outbox:
            self.hand_over(device, device.outbox[:upto])

    @rule(who=WHO, upto=st.integers(1, 20))
    def deliver_but_lose_the_answer(self, who: int, upto: int) -> None:
        device = self.devices[who]
        if device.outbox:
            device.deliver(device.envelope(device.outbox[:upto]))

    @rule(who=WHO, skip=st.integers(1, 3))
    def deliver_out_of_order(self, who: int, skip: int) -> None:
        device = self.devices[who]
        if len(device.outbox) > skip:
            answers = device.deliver(device.envelope(device.outbox[skip:]))
            assert not [a for a in answers if a.status in ("rejected", "conflict")], answers

    @rule(who=WHO)
    def a_copy_is_delayed(self, who: int) -> None:
        device = self.devices[who]
        if device.outbox:
            self.late.append((device, device.envelope(device.outbox)))

    @precondition(lambda self: self.late)
    @rule(which=WHICH)
    def a_late_copy_arrives(self, which: int) -> None:
        device, envelope = self.late[which % len(self.late)]
        contact = replace(envelope.contact, received_at=self.floor.now)
        device.deliver(replace(envelope, contact=contact))

    @rule(who=WHO, by=st.integers(-3 * DAY_MS, 3 * DAY_MS))
    def the_wall_clock_is_stepped(self, who: int, by: int) -> None:
        self.devices[who].wall_skew_ms = by

    @rule(who=WHO)
    def the_app_is_reloaded(self, who: int) -> None:
        """A new boot, online for a moment: its clocks are heard."""
        device = self.devices[who]
        device.reboot()
        device.deliver(device.envelope([]))

    @rule()
    def the_server_restarts(self) -> None:
        db.engine.dispose()
        forget("tokens", "sessions", "devices", "users")

    @rule(limit=st.integers(1, 5))
    def jobs_run(self, limit: int) -> None:
        recalculate_due(POLICY, limit)

    # What must hold -------------------------------------------------------------------------------

    @invariant()
    def nothing_is_doubled(self) -> None:
        if not self.made:
            return
        with reading() as session:
            doubled = session.execute(
                select(Movement.command_id, Movement.line)
                .group_by(Movement.command_id, Movement.line)
                .having(func.count() > 1)
            ).all()
        assert doubled == []

    def teardown(self) -> None:
        try:
            if self.devices:
                self.everything_comes_to_rest()
                self.books_are_right()
        finally:
            db.engine.dispose()
            self.stack.close()

    def everything_comes_to_rest(self) -> None:
        while self.slips:
            self.the_slip_is_noticed(0, 1)
        for device in self.devices:
            while device.outbox:
                before = len(device.outbox)
                self.hand_over(device, device.outbox[:100])
                assert len(device.outbox) < before
        for count in finished_counts():
            self.approve(count)
        while recalculate_due(POLICY).keys:
            pass
        while number_feed():
            pass

    def books_are_right(self) -> None:
        assert self.told() == self.made | self.asked, "a command was lost"
        books = contents_of_books()
        assert seen_by_counters(books) == self.world.stands()
        assert self.world.all_told(books) == self.world.all_told(self.world.true_contents())
        assert promised_in_books() == self.still_promised()
        assert looks_for_nothing() == []
        broken = verify_books().broken
        assert broken == (), broken

    def still_promised(self) -> Counter[str]:
        """What the picks that stand have left of each promise, by item."""
        left = {uid: quantity for uid, (_, quantity) in self.promises.items()}
        for uid, quantity in self.promised_picks.values():
            left[uid] -= quantity
        still: Counter[str] = Counter()
        for uid, quantity in left.items():
            still[self.promises[uid][0]] += max(quantity, 0)
        return +still

    # Helpers of the rules -------------------------------------------------------------------------

    def say(self, who: int, wait: int, kind: str, **body: Any) -> dict[str, Any]:
        self.floor.wait(wait)
        command = self.devices[who].make(kind, **body)
        self.made.add(command["id"])
        return command

    def take(self, holder: Holder, which: int, part: int) -> tuple[Stuff, int] | None:
        there = self.world.held(holder)
        if not there:
            return None
        stuff, quantity = there[which % len(there)]
        return stuff, min(part, quantity)

    def unit_is_known_to(self, who: int, unit: Holder) -> bool:
        """Whether the server knows the unit by the time it hears of this: a unit nobody has told
        of cannot be moved as a whole (`unknown_unit`)."""
        made = [raw for raw in self.devices[who].outbox if raw["body"].get("unit") == unit[2:]]
        elsewhere = [
            raw
            for device in self.devices
            for raw in device.outbox
            if raw["type"] == "pack_unit" and raw["body"]["unit"] == unit[2:]
        ]
        return bool(made) or not elsewhere

    def hand_over(self, device: Handheld, commands: list[dict[str, Any]]) -> None:
        answers = device.deliver(device.envelope(commands))
        statuses = {str(a.id): a for a in answers}
        assert not [a for a in answers if a.status in ("rejected", "conflict")], answers
        final = {i for i, a in statuses.items() if a.status != "held"}
        device.outbox = [raw for raw in device.outbox if raw["id"] not in final]

    def approve(self, count: Any) -> None:
        self.floor.wait(1)
        actor = self.floor.desk("sam")
        silent = [d.id for d in reconcile_count(count.id, actor).silent_devices]
        if any(device.outbox for device in self.devices):
            self.world.approve_unheard()
        try:
            approve_count(count.id, count.version, silent, actor)
        except RuleViolated as refusal:
            raise AssertionError(f"no movement was inside the window: {refusal}") from refusal

    def told(self) -> set[str]:
        with reading() as session:
            asked = select(Command.id).where(Command.type != "count_adjustment")
            return {str(command_id) for command_id in session.scalars(asked)}


def finished_counts() -> list[Any]:
    """Those that wait for a decision."""
    with reading() as session:
        return list(counts_page(session, None, ["finished"], None, 500))


def goods(stuff: Stuff, quantity: int) -> dict[str, Any]:
    """How a command names it."""
    thing, status = stuff
    body = {"item": thing.item, "quantity": str(quantity)}
    body |= {"lot": thing.lot} if thing.lot else {}
    body |= {"serial": thing.serial} if thing.serial else {}
    return body | ({"status": status} if status != "GOOD" else {})
