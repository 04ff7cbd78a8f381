"""Stock flows: opening + in − out = closing, the same from the sums, from what is due and from the
ledger itself."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from server.domain.stock_flows import Flow, month_end, parts_of, parts_through
from server.services.refresh_stock_flows import refresh_stock_flows
from server.services.verify_ledger import verify_ledger
from server.store.db import reading, unit_of_work
from server.store.models import Movement, Position, StockFlowDay, StockFlowMonth
from server.store.queries.flow_sums import flow_groups
from server.store.stock_flows import STOCK_KINDS, differing_flows
from tests.factories_ledger import make_owner, make_warehouse

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(first=days, length=st.integers(0, 200), day=days)
@settings(max_examples=200)
def test_every_day_lies_in_exactly_the_part_it_belongs_to(first, length, day):
    last = first + timedelta(days=length)
    found = [part.opening for part in parts_of(first, last) if _covers(part, day)]
    assert found == ([True] if day < first else [False] if day <= last else [])
    assert len([p for p in parts_through(last) if _covers(p, day)]) == (day <= last)


def _covers(part, day):
    if part.grain == "day":
        return part.first <= day <= part.last
    first = day.replace(day=1)
    return part.first <= first <= part.last and month_end(first) >= day


@pytest.fixture
def trade(app):
    """Two sites and another owner; receipts, sales, a transfer, a late fact, a revaluation."""
    here = make_warehouse("S1", items=2)
    there = make_warehouse("S2", of=here)
    other = make_owner("ACME")
    oct5, oct20, nov3 = (
        here.at(day, 9) for day in (date(2026, 10, 5), date(2026, 10, 20), date(2026, 11, 3))
    )
    here.move("supplier", "dock", 100, oct5, value="250")
    here.move("dock", "bin", 100, oct5)
    here.move("bin", "customer", 30, oct20, value="75", cogs="75")
    here.move("bin", "bin", 20, nov3, value="50", to=there)
    here.move("supplier", "bin", 7, nov3, item=1, value="7.7")
    here.move("supplier", "bin", 5, nov3, owners=(other, other))
    here.move("bin", "customer", 1, oct20, value="2.5", value_date=date(2026, 11, 1))
    here.revalue("12.5", "0", nov3)
    return here


def sums(first, last, group="item_site", **filters):
    with reading() as session:
        return list(flow_groups(session, group, parts_of(first, last), None, filters))


def naive(until):
    """{(item, site, owner): (quantity, value)} of the ledger until the end of that book day."""
    found = defaultdict(lambda: [Decimal(0), Decimal(0)])
    with reading() as session:
        places = {p.id: p for p in session.scalars(select(Position))}
        for m in session.scalars(select(Movement).where(Movement.value_date <= until)):
            for place_id, sign in ((m.from_position_id, -1), (m.to_position_id, 1)):
                place = places[place_id]
                if place.kind in STOCK_KINDS:
                    pool = found[m.item_id, place.site_id, place.owner_id]
                    pool[0] += sign * m.quantity
                    pool[1] += sign * m.value
    return found


def test_sums_are_the_ledger_s_before_during_and_after_the_job(trade):
    october = date(2026, 10, 1), date(2026, 10, 31)
    november = date(2026, 11, 1), date(2026, 11, 30)
    before = [sums(*october), sums(*november), sums(date(2026, 10, 6), date(2026, 11, 2))]
    assert refresh_stock_flows(2) == 2
    during = [sums(*october), sums(*november), sums(date(2026, 10, 6), date(2026, 11, 2))]
    while refresh_stock_flows():
        pass
    after = [sums(*october), sums(*november), sums(date(2026, 10, 6), date(2026, 11, 2))]
    assert before == during == after
    assert before[0][0].closing == before[1][0].opening
    with reading() as session:
        assert session.scalars(select(StockFlowMonth)).all()
        assert differing_flows(session) == []


def test_opening_plus_in_less_out_is_closing_and_closing_is_the_ledger(trade):
    for last in (date(2026, 10, 31), date(2026, 11, 2), date(2026, 11, 30)):
        ledger = naive(last)
        for row in sums(last.replace(day=1), last, "all"):
            assert row.closing.quantity == sum(pool[0] for pool in ledger.values())
            moved = sum(pool[1] for pool in ledger.values())
            revalued = Decimal("12.5") if last >= date(2026, 11, 3) else 0
            assert row.closing.value == moved + revalued


def test_kinds_sites_owners_and_late_facts_each_have_their_place(trade):
    october, november = (date(2026, 10, 1), date(2026, 10, 31)), (date(2026, 11, 1),) * 2
    (one,) = sums(*october, item="S1-0")
    assert one.flows["test"] == Flow(*map(Decimal, ("100", "250", "30", "75")))
    (late,) = sums(*november, item="S1-0")
    assert late.opening.quantity == 70
    assert late.flows["test"] == Flow(*map(Decimal, ("0", "0", "1", "2.5")))
    whole = sums(date(2026, 11, 1), date(2026, 11, 30), "owner")
    assert [row.names["owner"] for row in whole] == ["OWN", "ACME"]
    assert whole[1].closing == Flow(in_quantity=Decimal(5))
    sites = sums(date(2026, 11, 1), date(2026, 11, 30), "site")
    assert [(r.names["site"], r.closing.quantity) for r in sites] == [("S1", 61), ("S2", 20)]
    assert sites[0].flows["revaluation"].value == Decimal("12.5")


def test_verify_names_a_flow_that_is_not_what_the_ledger_says(trade):
    while refresh_stock_flows():
        pass
    with unit_of_work() as session:
        session.execute(update(StockFlowDay).values(in_quantity=StockFlowDay.in_quantity + 1))
    with reading() as session:
        broken = {finding.invariant for finding in verify_ledger(session)}
    assert "stock_flows_are_rebuilt_the_same" in broken
