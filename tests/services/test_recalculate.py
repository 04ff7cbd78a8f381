"""From the ledger to roll-ups, turnover and alerts: once, twice, late, together, never lost."""

import itertools
import random
import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from server.domain.errors import Unavailable
from server.services.clock import use_clock
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.store.db import reading, unit_of_work
from server.store.feed import PendingFeed
from server.store.models import DayRollup, Recalculation, ReorderAlert, Turnover
from server.store.recalculations import backlog, claim, due, finish, mark
from server.store.rollups import DayKey, differing_rollups
from tests.factories_ledger import Warehouse, make_owner, make_warehouse

pytestmark = pytest.mark.usefixtures("app")

DAY = date(2026, 11, 2)
NEXT = date(2026, 11, 3)
TODAY = date(2026, 11, 10)
NOW = 1_794_300_000_000  # 2026-11-10 08:00 in Shanghai
POLICY = TurnoverPolicy(days=30)


@pytest.fixture
def here() -> Warehouse:
    return make_warehouse(items=3)


def test_a_receipt_and_a_sale_become_quantities_cost_of_goods_and_value(here: Warehouse) -> None:
    here.move("supplier", "dock", 10, here.at(DAY, 8), value="100")
    here.move("dock", "bin", 10, here.at(DAY, 9))
    here.move("bin", "customer", 4, here.at(NEXT, 9), value="40", cogs="40")
    assert _drain() == 2
    first, second = _rollups()
    assert (first.in_quantity, first.out_quantity, first.sold_quantity) == (10, 0, 0)
    assert (first.value_change, first.cogs) == (100, 0)
    assert first.value_change_rest == str(1_000_000 * 16 * 3_600_000)
    assert (second.in_quantity, second.out_quantity, second.sold_quantity) == (0, 4, 4)
    assert (second.value_change, second.cogs) == (-40, 40)


def test_a_return_from_a_customer_takes_back_quantity_and_cost(here: Warehouse) -> None:
    here.move("customer", "dock", 3, here.at(DAY), value="30", cogs="-30")
    _drain()
    (row,) = _rollups()
    assert (row.in_quantity, row.sold_quantity, row.cogs) == (3, -3, -30)
    assert row.value_change == 30


def test_moves_within_our_stock_count_nothing_and_a_change_of_owner_counts(
    here: Warehouse,
) -> None:
    other = make_owner("ACME")
    here.move("bin", "mobile", 5, here.at(DAY), statuses=(1, 3))
    here.move("bin", "bin", 2, here.at(DAY), owners=(other, 1), value="20")
    here.move("supplier", "bin", 9, here.at(DAY), owners=(other, other))
    _drain()
    (row,) = _rollups()
    assert (row.in_quantity, row.out_quantity, row.value_change) == (2, 0, 20)


def test_transit_keeps_value_in_the_pool_but_leaves_the_shelf(here: Warehouse) -> None:
    here.move("bin", "transit", 5, here.at(DAY))
    _drain()
    (row,) = _rollups()
    assert (row.out_quantity, row.value_change) == (5, 0)


def test_a_transfer_changes_both_sites_each_on_its_own_day(here: Warehouse) -> None:
    there = make_warehouse("S2", time_zone="America/New_York", of=here)
    at = here.at(DAY, 6)
    here.move("bin", "bin", 5, at, value="50", to=there)
    _drain()
    rows = {
        (row.site_id, row.day): row
        for row in _rollups()
        if row.value_change or row.in_quantity or row.out_quantity
    }
    assert rows[here.site_id, DAY].out_quantity == 5
    assert rows[here.site_id, DAY].value_change == -50
    assert rows[there.site_id, date(2026, 11, 1)].in_quantity == 5
    assert rows[there.site_id, DAY].value_change == 50
    assert _differing() == []


def test_quantity_counts_when_it_happened_and_money_on_its_value_date(here: Warehouse) -> None:
    here.move("supplier", "bin", 10, here.at(DAY, 8), value="100", value_date=NEXT)
    _drain()
    first, second = _rollups()
    assert (first.day, first.in_quantity, first.value_change) == (DAY, 10, 0)
    assert (second.day, second.in_quantity, second.value_change) == (NEXT, 0, 100)
    assert second.value_change_rest == str(1_000_000 * 86_400_000)


def test_a_revaluation_changes_value_and_cost_of_goods(here: Warehouse) -> None:
    here.revalue("7.5", "2.25", here.at(DAY, 12))
    _drain()
    (row,) = _rollups()
    assert (row.value_change, row.cogs) == (Decimal("7.5"), Decimal("2.25"))


def test_turnover_is_cost_of_goods_over_average_inventory(here: Warehouse) -> None:
    here.move("supplier", "bin", 100, here.at(date(2026, 9, 1)), value="100")
    here.move("supplier", "bin", 640, here.at(DAY, 1), value="640")
    here.move("bin", "customer", 600, here.at(NEXT, 1), value="600", cogs="600")
    _drain(TurnoverPolicy(days=30, method="end_points"))
    row = _turnover()
    assert (row.cogs, row.average_inventory, row.ratio) == (600, 120, "5")
    assert (row.first_day, row.last_day) == (date(2026, 10, 12), TODAY)
    assert (row.on_hand, row.available, row.stock_value) == (140, 140, 140)
    assert row.days_of_stock == "6"


def test_blocked_stock_is_on_hand_but_neither_available_nor_in_the_position(
    here: Warehouse,
) -> None:
    here.move("supplier", "bin", 8, here.at(DAY), statuses=(1, 2))
    here.move("supplier", "bin", 5, here.at(DAY))
    here.plan("1", on_order=Decimal(20), backorder=Decimal(2))
    with unit_of_work() as session:
        session.execute(text("update balance set reserved = 3000000 where on_hand = 5000000"))
    _drain()
    row = _turnover()
    assert (row.on_hand, row.available, row.inventory_position) == (13, 2, 20)


def test_an_alert_opens_at_the_reorder_point_and_closes_above_hysteresis(here: Warehouse) -> None:
    here.plan("10", reorder_hysteresis=Decimal(5))
    here.move("supplier", "bin", 16, here.at(DAY))
    _drain()
    assert _alerts() == []
    here.move("bin", "customer", 6, here.at(DAY))
    _drain()
    assert [(a.state, a.inventory_position) for a in _alerts()] == [("triggered", 10)]
    here.move("supplier", "bin", 5, here.at(DAY))
    _drain()
    assert [a.state for a in _alerts()] == ["triggered"]
    here.move("supplier", "bin", 1, here.at(DAY))
    _drain()
    assert [a.state for a in _alerts()] == ["resolved"]
    assert _topics("alert.") == ["alert.triggered", "alert.resolved"]


def test_a_site_that_is_not_live_yet_raises_no_alert() -> None:
    quiet = make_warehouse("Q", live_at=None)
    quiet.plan("10")
    _drain()
    assert _alerts() == []


def test_the_order_in_which_movements_arrive_changes_nothing(here: Warehouse) -> None:
    steps: list[tuple[Any, ...]] = [
        ("supplier", "bin", 20, here.at(DAY, 8), "200", "0"),
        ("bin", "customer", 15, here.at(DAY, 9), "150", "150"),
        ("customer", "bin", 2, here.at(NEXT, 9), "20", "-20"),
        ("bin", "scrap", 1, here.at(NEXT, 10), "10", "0"),
    ]
    for item in range(3):
        here.plan("8", item=item)
    seen = set()
    for item, order in enumerate(itertools.islice(itertools.permutations(steps), 0, 24, 9)):
        for source, target, quantity, at, value, cogs in order:
            here.move(source, target, quantity, at, item=item, value=value, cogs=cogs)
            _drain()
        seen.add(_figures_of(here.item_ids[item]))
    assert len(seen) == 1


def test_recalculating_twice_gives_the_same_row_and_nothing_new_in_the_feed(
    here: Warehouse,
) -> None:
    here.move("supplier", "bin", 20, here.at(DAY), value="200")
    _drain()
    before, feed = _figures_of(here.item_ids[0]), _topics("")
    with unit_of_work() as session:
        mark(session, [(here.item_ids[0], here.site_id, DAY)], NOW)
    assert _drain() == 1
    assert (_figures_of(here.item_ids[0]), _topics("")) == (before, feed)


def test_a_mark_made_while_the_job_computes_stays_due(here: Warehouse) -> None:
    key = (here.item_ids[0], here.site_id, DAY)
    with unit_of_work() as session:
        mark(session, [key], 5)
    with reading() as session:
        read = due(session, 10)
    with unit_of_work() as session:
        mark(session, [key, key], 9)
    with unit_of_work() as session:
        finish(session, read)
    with reading() as session:
        assert [(row[:3], row.wanted) for row in due(session, 10)] == [(key, 2)]
        assert backlog(session) == (1, 5)


def test_done_never_goes_back(here: Warehouse) -> None:
    key = (here.item_ids[0], here.site_id, DAY)
    with unit_of_work() as session:
        mark(session, [key], 5)
        older = due(session, 10)
        mark(session, [key], 5)
        newer = due(session, 10)
        finish(session, newer)
        finish(session, older)
        assert session.execute(select(Recalculation.wanted, Recalculation.done)).one() == (2, 2)


def test_the_job_knows_which_requests_it_worked_for(here: Warehouse) -> None:
    here.move("supplier", "bin", 1, here.at(DAY), request_id="scan-1")
    here.move("supplier", "bin", 1, here.at(NEXT), request_id="scan-2")
    assert recalculate_due(POLICY).request_ids == ("scan-1", "scan-2")


def test_many_writers_and_workers_end_with_what_the_ledger_says(app: Flask) -> None:
    here = make_warehouse("BUSY", items=4)
    for item in range(4):
        here.plan("5", item=item)
        here.move("supplier", "bin", 1, here.at(DAY), item=item)  # interns the positions
        here.move("bin", "customer", 1, here.at(DAY), item=item)
    written = threading.Event()

    def write(seed: int) -> None:
        pick = random.Random(seed)
        with app.app_context():
            for _ in range(20):
                item, hour = pick.randrange(4), pick.randrange(24)
                here.move("supplier", "bin", 2, here.at(DAY, hour), item=item, value="2.5")
                here.move(
                    "bin", "customer", 1, here.at(NEXT, hour), item=item, value="1.25", cogs="1.25"
                )

    def work() -> None:
        with app.app_context():
            while not written.is_set():
                _drain()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    workers = [threading.Thread(target=work) for _ in range(3)]
    for thread in (*threads, *workers):
        thread.start()
    for thread in threads:
        thread.join()
    written.set()
    for thread in workers:
        thread.join()
    _drain()
    with reading() as session:
        assert backlog(session).keys == 0
        rows = session.scalars(select(Turnover.on_hand)).all()
    assert sum(rows) == 60
    assert _differing() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_share_the_backlog_on_postgresql(app: Flask, here: Warehouse) -> None:
    with unit_of_work() as session:
        mark(session, [(item, here.site_id, DAY) for item in here.item_ids], 1)
    other: list[Any] = []

    def second() -> None:
        with app.app_context(), unit_of_work() as session:
            other.extend(claim(session, 2))

    with unit_of_work() as session:
        ours = claim(session, 2)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert len(ours) == 2
    assert {row.item_id for row in other} == set(here.item_ids) - {row.item_id for row in ours}


def test_a_roll_up_somebody_tampered_with_is_named(here: Warehouse) -> None:
    here.move("supplier", "bin", 20, here.at(DAY), value="200")
    here.move("supplier", "bin", 20, here.at(NEXT), value="200", item=1)
    _drain()
    assert _differing() == []
    with unit_of_work() as session:
        session.execute(text("update day_rollup set cogs = cogs + 1 where day = '2026-11-02'"))
        session.execute(text("delete from day_rollup where day = '2026-11-03'"))
    assert _differing() == [
        DayKey(here.item_ids[0], here.site_id, DAY),
        DayKey(here.item_ids[1], here.site_id, NEXT),
    ]


def _drain(policy: TurnoverPolicy = POLICY) -> int:
    keys = 0
    with use_clock(lambda: NOW):
        while (done := _some(policy)) > 0:
            keys += done
    return keys


def _some(policy: TurnoverPolicy) -> int:
    try:
        return recalculate_due(policy).keys
    except Unavailable:  # the tests' own writers may keep SQLite busy
        return 0


def _rollups() -> list[Any]:
    with reading() as session:
        rows = select(DayRollup.__table__).order_by(DayRollup.day, DayRollup.site_id)
        return list(session.execute(rows))


def _turnover() -> Any:
    with reading() as session:
        return session.execute(select(Turnover.__table__)).one()


def _figures_of(item_id: int) -> tuple[Any, ...]:
    with reading() as session:
        turnover = session.execute(
            select(
                *[c for c in Turnover.__table__.c if c.name not in ("item_id", "computed_at")]
            ).where(Turnover.item_id == item_id)
        ).one()
        days = session.execute(
            select(*[c for c in DayRollup.__table__.c if c.name != "item_id"])
            .where(DayRollup.item_id == item_id)
            .order_by(DayRollup.day)
        ).all()
        alerts = session.scalars(
            select(ReorderAlert.state).where(
                ReorderAlert.item_id == item_id, ReorderAlert.state != "resolved"
            )
        ).all()
        return (*turnover, *days, *sorted(alerts))


def _alerts() -> list[Any]:
    with reading() as session:
        return list(session.execute(select(ReorderAlert.__table__).order_by(ReorderAlert.id)))


def _topics(prefix: str) -> list[str]:
    with reading() as session:
        topics = session.scalars(select(PendingFeed.topic).order_by(PendingFeed.id))
        return [topic for topic in topics if topic.startswith(prefix)]


def _differing() -> list[DayKey]:
    with reading() as session:
        return differing_rollups(session)
