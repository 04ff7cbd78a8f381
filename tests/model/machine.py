"""Handhelds, messages and supervisors in any order; the books must end up right all the same.

Every rule is one thing that may happen on a floor. Deliveries are duplicated, delayed, reordered
between devices and cut after the commit; the server restarts; jobs run twice; counts are approved
while others still have things to tell; wall clocks are days off and stepped.

Left out, because RULES leave them to people: movements inside a count's window, and boots that die
before any contact (tests/services has these).
"""

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import func, select

from server.bootstrap import make_base_app
from server.domain.errors import RuleViolated
from server.services.approve_counts import approve_count, reconcile_count
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.services.verify_ledger import verify_books
from server.settings import Settings
from server.store.db import db, reading
from server.store.models import Balance, Command, Item, Location, Position, Serial
from server.store.queries.counts import counts_page
from tests.floor import Floor, Handheld, handheld, open_floor
from tests.model.world import World

PLACES = ("A-1", "A-2", "B-1", "DOCK")
ITEMS = ("NUT", "BOLT")
SERIALS = ("S-1", "S-2", "S-3")
DAY_MS = 86_400_000


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
        items = [*ITEMS, {"sku": "SER", "tracking": "serial"}]
        self.floor: Floor = self.stack.enter_context(open_floor(items, PLACES[:3]))
        self.world = World()
        self.devices: list[Handheld] = []
        self.late: list[tuple[Handheld, Any]] = []
        self.made: dict[str, Handheld] = {}
        self.undoable: list[tuple[Handheld, dict[str, Any], Any]] = []
        self.serial_places: dict[str, str] = {}

    @initialize(skews=st.lists(st.integers(-3 * DAY_MS, 3 * DAY_MS), min_size=3, max_size=3))
    def shift_begins(self, skews: list[int]) -> None:
        """Each handheld is heard once at the start of its shift (sign-in is online)."""
        for number, (user, skew) in enumerate(zip(("olga", "otto", "olga"), skews, strict=True)):
            device = handheld(self.floor, f"H{number}", "CART-1", user)
            device.wall_skew_ms = skew
            device.deliver(device.envelope([]))
            self.devices.append(device)

    # What people do -------------------------------------------------------------------------------

    @rule(
        who=st.integers(0, 2),
        place=st.sampled_from(PLACES),
        item=st.sampled_from(ITEMS),
        quantity=st.integers(1, 20),
        wait=st.integers(1, 5000),
    )
    def receive(self, who: int, place: str, item: str, quantity: int, wait: int) -> None:
        self.say(
            who,
            wait,
            "receive_line",
            to=place,
            item=item,
            quantity=str(quantity),
            unit_cost=str(quantity),
        )
        self.world.arrive(place, item, quantity)

    @rule(
        who=st.integers(0, 2),
        place=st.sampled_from(PLACES),
        serial=st.sampled_from(SERIALS),
        wait=st.integers(1, 5000),
    )
    def receive_serial(self, who: int, place: str, serial: str, wait: int) -> None:
        if serial in self.serial_places:
            return
        self.say(who, wait, "receive_line", to=place, item="SER", serial=serial, quantity="1")
        self.serial_places[serial] = place
        self.world.arrive(place, f"SER:{serial}", 1)

    @rule(
        who=st.integers(0, 2),
        source=st.sampled_from(PLACES),
        goal=st.sampled_from(PLACES),
        pick=st.integers(0, 99),
        part=st.integers(1, 20),
        wait=st.integers(1, 5000),
    )
    def move(self, who: int, source: str, goal: str, pick: int, part: int, wait: int) -> None:
        taken = self.take(source, pick, part)
        if taken is None or source == goal:
            return
        thing, quantity = taken
        self.say(who, wait, "move_stock", from_=source, to=goal, **goods(thing, quantity))
        self.world.move(source, goal, thing, quantity)

    @rule(
        who=st.integers(0, 2),
        place=st.sampled_from(PLACES),
        pick=st.integers(0, 99),
        part=st.integers(1, 20),
        how=st.sampled_from(["pick_line", "scrap_stock", "issue_other"]),
        wait=st.integers(1, 5000),
    )
    def issue(self, who: int, place: str, pick: int, part: int, how: str, wait: int) -> None:
        taken = self.take(place, pick, part)
        if taken is None or taken[0].startswith("SER:"):
            return
        why = {} if how == "pick_line" else {"reason": "test"}
        self.say(who, wait, how, from_=place, **goods(*taken), **why)
        self.world.leave(place, *taken)

    @rule(place=st.sampled_from(PLACES), pick=st.integers(0, 99), part=st.integers(1, 5))
    def something_vanishes(self, place: str, pick: int, part: int) -> None:
        taken = self.take(place, pick, part)
        if taken is not None and not taken[0].startswith("SER:"):
            self.world.vanish(place, *taken)

    @rule(who=st.integers(0, 2), place=st.sampled_from(PLACES), wait=st.integers(1, 5000))
    def count(self, who: int, place: str, wait: int) -> None:
        """Counted while nobody moves anything there: the window holds no movement."""
        device = self.devices[who]
        uid = device.fresh_uuid()
        for thing, quantity in sorted(self.world.count(place).items()):
            body = goods(thing, quantity)
            body["counted"] = body.pop("quantity")
            self.say(who, 1, "count_line", count=uid, location=place, **body)
        self.say(who, wait, "finish_count", count=uid, location=place, whole=True)

    @rule(
        who=st.integers(0, 2),
        place=st.sampled_from(PLACES),
        item=st.sampled_from(ITEMS),
        quantity=st.integers(1, 9),
        wait=st.integers(1, 5000),
    )
    def a_slip_of_the_finger(
        self, who: int, place: str, item: str, quantity: int, wait: int
    ) -> None:
        """Something is reported that never happened, and taken back."""
        slip = self.say(who, wait, "receive_line", to=place, item=item, quantity=str(quantity))
        self.say(who, 1, "undo", command=slip["id"], how="never")

    # What the network, the server and supervisors do ----------------------------------------------

    @rule(who=st.integers(0, 2), upto=st.integers(1, 20))
    def deliver(self, who: int, upto: int) -> None:
        device = self.devices[who]
        if device.outbox:
            self.hand_over(device, device.outbox[:upto])

    @rule(who=st.integers(0, 2), upto=st.integers(1, 20))
    def deliver_but_lose_the_answer(self, who: int, upto: int) -> None:
        device = self.devices[who]
        if device.outbox:
            device.deliver(device.envelope(device.outbox[:upto]))

    @rule(who=st.integers(0, 2), skip=st.integers(1, 3))
    def deliver_out_of_order(self, who: int, skip: int) -> None:
        device = self.devices[who]
        if len(device.outbox) > skip:
            answers = device.deliver(device.envelope(device.outbox[skip:]))
            assert not [a for a in answers if a.status in ("rejected", "conflict")]

    @rule(who=st.integers(0, 2))
    def a_copy_is_delayed(self, who: int) -> None:
        device = self.devices[who]
        if device.outbox:
            self.late.append((device, device.envelope(device.outbox)))

    @precondition(lambda self: self.late)
    @rule(which=st.integers(0, 99))
    def a_late_copy_arrives(self, which: int) -> None:
        device, envelope = self.late[which % len(self.late)]
        contact = replace(envelope.contact, received_at=self.floor.now)
        device.deliver(replace(envelope, contact=contact))

    @rule(who=st.integers(0, 2), by=st.integers(-3 * DAY_MS, 3 * DAY_MS))
    def the_wall_clock_is_stepped(self, who: int, by: int) -> None:
        self.devices[who].wall_skew_ms = by

    @rule(who=st.integers(0, 2))
    def the_app_is_reloaded(self, who: int) -> None:
        """A new boot, online for a moment: its clocks are heard."""
        device = self.devices[who]
        device.reboot()
        device.deliver(device.envelope([]))

    @rule()
    def the_server_restarts(self) -> None:
        db.engine.dispose()

    @rule(limit=st.integers(1, 5))
    def jobs_run(self, limit: int) -> None:
        recalculate_due(TurnoverPolicy.of(90, "time_weighted", 365), limit)

    @rule(which=st.integers(0, 99))
    def a_count_is_approved(self, which: int) -> None:
        with reading() as session:
            waiting = counts_page(session, None, ["finished"], None, 100)
        if waiting:
            self.approve(waiting[which % len(waiting)])

    # What must hold -------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            if self.devices:
                self.everything_comes_to_rest()
                self.books_are_right()
        finally:
            db.engine.dispose()
            self.stack.close()

    def everything_comes_to_rest(self) -> None:
        for device in self.devices:
            while device.outbox:
                before = len(device.outbox)
                self.hand_over(device, device.outbox)
                assert len(device.outbox) < before
        with reading() as session:
            waiting = counts_page(session, None, ["finished"], None, 500)
        for count in waiting:
            self.approve(count)
        while recalculate_due(TurnoverPolicy.of(90, "time_weighted", 365)).keys:
            pass

    def books_are_right(self) -> None:
        assert self.told() == set(self.made), "a command was lost"
        assert self.books() == self.world.stands()
        findings = list(verify_books().broken)
        assert findings == [], findings

    # Helpers of the rules -------------------------------------------------------------------------

    def say(self, who: int, wait: int, kind: str, **body: Any) -> dict[str, Any]:
        device = self.devices[who]
        self.floor.wait(wait)
        command = device.make(kind, **body)
        self.made[command["id"]] = device
        return command

    def take(self, place: str, pick: int, part: int) -> tuple[str, int] | None:
        there = self.world.things_at(place)
        if not there:
            return None
        thing, quantity = there[pick % len(there)]
        return thing, min(part, quantity)

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
        try:
            approve_count(count.id, count.version, silent, actor)
        except RuleViolated as refusal:
            raise AssertionError(f"no movement was inside the window: {refusal}") from refusal

    def told(self) -> set[str]:
        with reading() as session:
            asked = select(Command.id).where(Command.device_id.is_not(None))
            return {str(command_id) for command_id in session.scalars(asked)}

    def books(self) -> dict[tuple[str, str], int]:
        with reading() as session:
            rows = session.execute(
                select(Location.code, Item.sku, Serial.code, func.sum(Balance.on_hand))
                .join(Position, Position.id == Balance.position_id)
                .join(Location, Location.id == Position.location_id)
                .join(Item, Item.id == Balance.item_id)
                .join(Serial, Serial.id == Balance.serial_id)
                .group_by(Location.code, Item.sku, Serial.code)
            ).all()
        return {
            (place, f"{sku}:{serial}" if serial else sku): int(quantity)
            for place, sku, serial, quantity in rows
            if quantity
        }


def goods(thing: str, quantity: int) -> dict[str, Any]:
    """How a command names it."""
    if thing.startswith("SER:"):
        return {"item": "SER", "serial": thing[4:], "quantity": "1"}
    return {"item": thing, "quantity": str(quantity)}
