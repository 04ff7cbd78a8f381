"""Costing: published examples, every rule below zero, and what holds after any history."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.costing import (
    Layer,
    Method,
    Part,
    Pool,
    Revaluation,
    TrueUpKind,
    gain_cost,
    put,
    receipt_cost,
    return_cost,
    take,
    true_up,
    undo_issue,
    undo_receipt,
)
from server.domain.numbers import round_money

D = Decimal
METHODS: tuple[Method, ...] = get_args(Method)
both_methods = pytest.mark.parametrize("method", METHODS)


def receive(pool: Pool, quantity: str, unit_cost: str, movement: str = "receipt") -> Pool:
    return put(pool, D(quantity), D(quantity) * D(unit_cost), movement, False).pool


def sell(pool: Pool, quantity: str, movement: str = "sale") -> tuple[Pool, Decimal]:
    taken = take(pool, D(quantity), movement, True)
    return taken.pool, taken.value


def stocked(method: Method, *receipts: tuple[str, str]) -> Pool:
    pool = Pool(method)
    for number, (quantity, unit_cost) in enumerate(receipts):
        pool = receive(pool, quantity, unit_cost, f"receipt {number}")
    return pool


# --- published examples ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "cogs", "end"),
    [("fifo", "9912.00", "25142.00"), ("average", "10267.28", "24786.72")],
)
def test_wild_costs_of_goods_sold_and_closing_value(method: Method, cogs: str, end: str):
    pool, sold = Pool(method), D(0)
    trade = [("155", "12.20", "145"), ("305", "17.20", "195"), ("455", "22.20", "245")]
    for received, cost, issued in trade:
        pool, value = sell(receive(pool, received, cost), issued)
        sold += value
    pool = receive(pool, "655", "27.20")
    assert (round(sold, 2), round(pool.value, 2)) == (D(cogs), D(end))
    assert sold + pool.value == D("35054")


def test_instantcert_with_exact_moving_average():
    pool, first = sell(receive(Pool("average"), "500", "2.40"), "300")
    pool = receive(pool, "100", "3.50")
    assert round(gain_cost(pool)[0], 4) == D("2.7667")
    pool, second = sell(pool, "250")
    assert (first, round(second, 2)) == (720, D("691.67"))
    assert round(receive(pool, "300", "4").value, 2) == D("1338.33")


# --- on hand --------------------------------------------------------------------------------------


def test_fifo_takes_the_oldest_layers_and_names_the_parts():
    taken = take(stocked("fifo", ("10", "1"), ("10", "2")), D(15), "sale", True)
    assert taken.parts == (Part(D(10), D(10), False), Part(D(5), D(10), False))
    assert taken.value == 20
    assert [layer.movement for layer in taken.pool.layers] == ["receipt 1"]


def test_average_takes_one_part():
    taken = take(stocked("average", ("10", "1"), ("10", "2")), D(15), "sale", True)
    assert taken.parts == (Part(D(15), D("22.5"), False),)
    assert taken.pool.layers == ()


@both_methods
def test_the_last_unit_takes_the_residue(method: Method):
    pool = put(Pool(method), D(3), D(10), "receipt", False).pool
    values = []
    for _ in range(3):
        pool, value = sell(pool, "1")
        values.append(value)
    assert values == [D("3.3333"), D("3.3334"), D("3.3333")]
    assert (pool.quantity, pool.value, pool.layers) == (0, 0, ())


def test_a_layer_keeps_its_id_while_it_shrinks():
    pool = Pool("fifo", D(5), D(10), layers=(Layer(7, "receipt", D(5), D(10)),))
    assert sell(pool, "2")[0].layers == (Layer(7, "receipt", D(3), D(6)),)


def test_a_transfer_arrives_layer_by_layer():
    shipped = take(stocked("fifo", ("10", "1"), ("10", "2")), D(15), "transfer", False)
    arrived = put(Pool("fifo"), D(15), shipped.value, "transfer", False, shipped.parts).pool
    assert [(layer.quantity, layer.value) for layer in arrived.layers] == [(10, 10), (5, 10)]
    assert sell(arrived, "10")[1] == 10


def test_an_average_pool_takes_a_transfer_as_one():
    parts = [Part(D(10), D(10), False), Part(D(5), D(10), False)]
    assert put(Pool("average"), D(15), D(20), "transfer", False, parts).pool.value == 20


@pytest.mark.parametrize("part", [7, 899_999_999_999_998, 123_456_789_012_345])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_hair_beside_the_half_is_rounded_to_its_side(part: int, side: int):
    whole = 900_000_000_000_001
    value = side * pow(2 * part, -1, whole) % whole
    pool = Pool("average", D(whole).scaleb(-6), D(value).scaleb(-4))
    taken = take(pool, D(part).scaleb(-6), "sale", True)
    assert taken.value == D((2 * value * part + whole) // (2 * whole)).scaleb(-4)


# --- below zero -----------------------------------------------------------------------------------


@both_methods
def test_below_zero_goes_at_the_last_cost(method: Method):
    pool, _ = sell(stocked(method, ("10", "1"), ("10", "2")), "20")
    taken = take(pool, D(5), "short", True)
    assert taken.parts == (Part(D(5), D(10), True),)
    assert taken.pool.layers == (Layer(None, "short", D(-5), D(-10), True, True),)


@both_methods
@pytest.mark.parametrize(("standard", "value"), [(D(3), 15), (None, 0)])
def test_without_a_last_cost_below_zero_goes_at_standard_or_nothing(
    method: Method, standard: Decimal | None, value: int
):
    taken = take(Pool(method, standard_cost=standard), D(5), "short", True)
    assert (taken.value, taken.parts[0].estimated) == (value, True)


@both_methods
def test_an_issue_that_crosses_zero_is_split(method: Method):
    pool = replace(stocked(method, ("2", "10")), last_cost=D(11))
    taken = take(pool, D(5), "short", True)
    assert taken.parts == (Part(D(2), D(20), False), Part(D(3), D(33), True))
    assert (taken.pool.quantity, taken.pool.value, len(taken.pool.layers)) == (-3, -33, 1)


@both_methods
def test_a_receipt_covers_the_oldest_shortages_at_its_own_cost(method: Method):
    pool = Pool(method, standard_cost=D(2))
    pool = take(take(pool, D(4), "sale", True).pool, D(6), "sample", False).pool
    filled = put(pool, D(7), D(21), "receipt", False)
    assert filled.revaluations == (
        Revaluation("shortage_cover", D(-4), D(4), "sale"),
        Revaluation("shortage_cover", D(-3), D(0), "sample"),
    )
    assert filled.pool.layers == (Layer(None, "sample", D(-3), D(-6), False, True),)
    assert (filled.pool.quantity, filled.pool.value, filled.pool.last_cost) == (-3, -6, 3)


@both_methods
def test_what_a_receipt_has_left_after_covering_becomes_stock(method: Method):
    pool, _ = sell(Pool(method, standard_cost=D(2)), "4")
    filled = put(pool, D(10), D(25), "receipt", True)
    assert (filled.pool.quantity, filled.pool.value) == (6, 15)
    expected = (Layer(None, "receipt", D(6), D(15), False, True),)
    assert filled.pool.layers == (expected if method == "fifo" else ())


@both_methods
def test_a_receipt_at_the_very_cost_of_the_shortage_corrects_nothing(method: Method):
    pool, _ = sell(Pool(method, standard_cost=D(2)), "4")
    assert put(pool, D(4), D(8), "receipt", False).revaluations == ()


def test_a_transfer_covers_shortages_with_its_oldest_part():
    pool, _ = sell(Pool("fifo", standard_cost=D(2)), "4")
    parts = [Part(D(3), D(3), False), Part(D(3), D(30), True)]
    filled = put(pool, D(6), D(33), "transfer", False, parts)
    assert [change.cogs for change in filled.revaluations] == [-3, 8]
    assert filled.pool.layers == (Layer(None, "transfer", D(2), D(20), False, True),)


# --- gains, unpriced receipts, returns ------------------------------------------------------------


def test_a_gain_costs_the_average_while_there_is_stock():
    assert gain_cost(stocked("average", ("10", "1"), ("10", "2"))) == (D("1.5"), False)


def test_a_gain_costs_the_last_receipt_in_fifo():
    assert gain_cost(stocked("fifo", ("10", "1"), ("10", "2"))) == (2, False)


@both_methods
def test_a_gain_without_stock_costs_last_else_standard_else_nothing(method: Method):
    sold_out, _ = sell(stocked(method, ("10", "1")), "12")
    assert gain_cost(sold_out) == (1, False)
    assert gain_cost(Pool(method, standard_cost=D(3))) == (3, True)
    assert gain_cost(Pool(method)) == (0, True)


def test_gains_and_returns_leave_the_last_cost_alone():
    pool = put(stocked("fifo", ("1", "9")), D(1), D(1), "gain", False, sets_last_cost=False).pool
    assert pool.last_cost == 9


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ((D(0), D(2), D(3), D(4)), (0, False)),
        ((None, D(2), D(3), D(4)), (2, True)),
        ((None, None, D(3), D(4)), (3, True)),
        ((None, None, None, D(4)), (4, True)),
        ((None, None, None, None), (0, True)),
    ],
)
def test_an_unpriced_receipt_takes_order_then_supplier_then_standard_price(prices, expected):
    assert receipt_cost(*prices) == expected


def test_returns_come_at_the_cost_of_their_issue_and_the_last_takes_the_residue():
    first = return_cost(D(3), D(10), D(1))
    second = return_cost(D(3), D(10), D(2), D(1), first)
    assert (first, second) == (D("3.3333"), D("6.6667"))


def test_more_returned_than_issued_comes_at_the_unit_cost_of_the_issue():
    assert return_cost(D(4), D(10), D(6)) == 15
    assert return_cost(D(4), D(10), D(2), D(4), D(10)) == 5
    assert return_cost(D(4), D(10), D(2), D(6), D(20)) == 5


def test_a_return_is_the_newest_layer():
    pool = stocked("fifo", ("10", "1"), ("10", "2"))
    pool, value = sell(pool, "10")
    back = put(pool, D(10), return_cost(D(10), value, D(10)), "return", False).pool
    assert [layer.movement for layer in back.layers] == ["receipt 1", "return"]


# --- later prices ---------------------------------------------------------------------------------


@both_methods
def test_a_later_price_goes_to_stock_and_to_cogs_by_what_is_left(method: Method):
    pool, _ = sell(stocked(method, ("10", "1")), "4")
    trued, change = true_up(pool, "receipt 0", D(10), D(15), D(10))
    assert change == Revaluation("price", D(3), D(2), "receipt 0")
    assert (trued.quantity, trued.value) == (6, 9)


def test_fifo_gives_a_later_price_to_its_own_layer_only():
    pool, _ = sell(stocked("fifo", ("10", "1"), ("10", "2")), "10")
    trued, change = true_up(pool, "receipt 0", D(10), D(15), D(10))
    assert (trued, change) == (pool, Revaluation("price", D(0), D(5), "receipt 0"))


def test_average_gives_a_later_price_to_whatever_is_on_hand():
    pool, _ = sell(stocked("average", ("10", "1"), ("10", "1")), "10")
    _, change = true_up(pool, "receipt 0", D(10), D(15), D(10), "landed_cost")
    assert change == Revaluation("landed_cost", D(5), D(0), "receipt 0")


@both_methods
def test_a_later_price_of_stock_long_gone_is_cogs(method: Method):
    pool, _ = sell(stocked(method, ("10", "1")), "12")
    trued, change = true_up(pool, "receipt 0", D(10), D(15), D(10))
    assert (trued, change) == (pool, Revaluation("price", D(0), D(5), "receipt 0"))


def test_a_later_price_ends_the_estimate_and_reaches_every_layer_of_its_transfer():
    parts = [Part(D(1), D(1), True), Part(D(2), D(2), True)]
    pool = put(Pool("fifo"), D(3), D(3), "transfer", True, parts).pool
    trued, change = true_up(pool, "transfer", D(3), D(13), D(3))
    assert [layer.value for layer in trued.layers] == [D("4.3333"), D("8.6667")]
    assert not any(layer.estimated for layer in trued.layers)
    assert (change.value, change.cogs) == (10, 0)


@pytest.mark.parametrize("values", [(D(1), D(99)), (D(99), D(1)), (D(100), D(0))])
def test_a_lower_price_of_a_transfer_stays_in_its_layers(values: tuple[Decimal, Decimal]):
    parts = [Part(D(1), value, True) for value in values]
    pool = put(Pool("fifo"), D(2), D(100), "transfer", True, parts).pool
    trued, change = true_up(pool, "transfer", D(100), D(10), D(2))
    assert [layer.value for layer in trued.layers] == [value / 10 for value in values]
    assert (change.value, change.cogs) == (-90, 0)


def test_a_fifo_layer_never_becomes_worth_less_than_nothing():
    pool = Pool("fifo", D(2), D(1), layers=(Layer(1, "receipt", D(2), D(1)),))
    trued, change = true_up(pool, "receipt", D(10), D(0), D(5))
    assert (trued.value, change.value, change.cogs) == (0, -1, -9)


def test_a_lower_price_never_makes_stock_worth_less_than_nothing():
    pool, _ = sell(stocked("average", ("10", "0"), ("10", "100")), "10")
    trued, change = true_up(pool, "receipt 1", D(1000), D(0), D(10))
    assert (trued.value, change.value, change.cogs) == (0, -500, -500)


@both_methods
def test_a_return_trued_up_takes_from_cogs_what_it_gives_to_stock(method: Method):
    pool, _ = sell(put(Pool(method), D(4), D(4), "return", True).pool, "1")
    trued, change = true_up(pool, "return", D(4), D(8), D(4), "return")
    assert change == Revaluation("return", D(3), D(-3), "return")
    assert trued.value == 6


# --- undo -----------------------------------------------------------------------------------------


@both_methods
def test_undoing_a_receipt_that_is_all_there_corrects_nothing(method: Method):
    pool = stocked(method, ("10", "1"))
    left, change = undo_receipt(receive(pool, "5", "3"), D(5), D(15), "undo", "receipt")
    assert (left.quantity, left.value, left.layers) == (10, 10, pool.layers)
    assert change == Revaluation("undo", D(0), D(0), "receipt")


@both_methods
def test_undoing_a_consumed_receipt_leaves_nothing_worth_something(method: Method):
    pool, _ = sell(stocked(method, ("10", "1"), ("10", "3")), "10")
    left, change = undo_receipt(pool, D(10), D(10), "undo", "receipt 0")
    assert (left.quantity, left.value, left.layers) == (0, 0, ())
    assert (change.value, change.cogs) == (10 - pool.value, pool.value - 10)


@both_methods
def test_undoing_a_receipt_long_gone_goes_below_zero_at_its_own_cost(method: Method):
    pool, _ = sell(stocked(method, ("10", "3")), "8")
    left, change = undo_receipt(pool, D(10), D(30), "undo", "receipt 0")
    assert left.layers == (Layer(None, "undo", D(-8), D(-24), True, True),)
    assert (left.quantity, left.value, change.value) == (-8, -24, 0)


def test_undoing_a_dear_receipt_never_makes_stock_worth_less_than_nothing():
    pool, _ = sell(stocked("average", ("10", "1"), ("10", "9")), "8")
    left, change = undo_receipt(pool, D(10), D(90), "undo", "receipt 1")
    assert (left.quantity, left.value) == (2, 0)
    assert (change.value, change.cogs) == (30, -30)


def test_undoing_a_receipt_takes_its_own_layer_before_older_ones_and_keeps_their_order():
    pool = stocked("fifo", ("10", "1"), ("10", "2"), ("10", "3"))
    left, _ = undo_receipt(pool, D(4), D(8), "undo", "receipt 1")
    assert [layer.quantity for layer in left.layers] == [10, 6, 10]


@both_methods
def test_undoing_an_issue_puts_back_its_cost_as_the_newest_stock(method: Method):
    pool, value = sell(stocked(method, ("10", "1"), ("10", "2")), "10")
    back = undo_issue(pool, D(10), value, "undo", "sale")
    assert (back.pool.quantity, back.pool.value, back.revaluations) == (20, 30, ())
    assert back.pool.last_cost == 2


@both_methods
def test_undoing_an_issue_below_zero_covers_its_own_shortage_first(method: Method):
    pool = take(Pool(method, standard_cost=D(2)), D(4), "sale", True).pool
    taken = take(replace(pool, standard_cost=D(5)), D(4), "mistake", True)
    back = undo_issue(taken.pool, D(4), taken.value, "undo", "mistake")
    assert back.revaluations == ()
    assert back.pool.layers == pool.layers


# --- what holds after any history -----------------------------------------------------------------


class Books:
    """A pool and beside it, kept by addition alone, what accountants would have written."""

    def __init__(self, method: Method, random: Random) -> None:
        self.pool = Pool(method, standard_cost=random.choice([None, D("1.2345")]))
        self.random = random
        self.received = self.issued = self.revalued = self.cogs = self.paid = D(0)
        self.receipts: dict[str, tuple[Decimal, Decimal]] = {}
        self.issues: dict[str, tuple[Decimal, Decimal]] = {}
        self.step = 0

    def play(self, action: Callable[["Books"], None]) -> None:
        self.step += 1
        action(self)
        self.check()

    def quantity(self) -> Decimal:
        if self.random.random() < 0.25 and self.pool.quantity:
            return abs(self.pool.quantity)
        return D(self.random.choice([1, 3, 7, D("0.000001"), D("12.345678"), 1000]))

    def value(self) -> Decimal:
        return D(self.random.randrange(0, 10 ** self.random.randrange(1, 9))).scaleb(-4)

    def correct(self, *revaluations: Revaluation) -> None:
        self.revalued += sum(change.value for change in revaluations)
        self.cogs += sum(change.cogs for change in revaluations)

    def receive(self) -> None:
        quantity, value, key = self.quantity(), self.value(), f"in {self.step}"
        filled = put(self.pool, quantity, value, key, self.random.random() < 0.3)
        self.pool, self.receipts[key] = filled.pool, (quantity, value)
        self.received, self.paid = self.received + value, self.paid + value
        self.correct(*filled.revaluations)

    def sell(self) -> None:
        quantity, key = self.quantity(), f"out {self.step}"
        taken = take(self.pool, quantity, key, True)
        assert sum(part.quantity for part in taken.parts) == quantity
        assert sum(part.value for part in taken.parts) == taken.value
        self.pool, self.issues[key] = taken.pool, (quantity, taken.value)
        self.issued, self.cogs = self.issued + taken.value, self.cogs + taken.value

    def take_back(self) -> None:
        if self.issues:
            key = self.random.choice(list(self.issues))
            quantity, value = self.issues.pop(key)
            back = undo_issue(self.pool, quantity, value, f"back {self.step}", key)
            self.pool, self.received = back.pool, self.received + value
            self.cogs -= value
            self.correct(*back.revaluations)

    def price(self) -> None:
        if self.receipts:
            key = self.random.choice(list(self.receipts))
            quantity, old = self.receipts[key]
            new = self.value()
            self.pool, change = true_up(self.pool, key, old, new, quantity, "price")
            self.receipts[key] = quantity, new
            self.paid += new - old
            self.correct(change)

    def undo(self) -> None:
        if self.receipts:
            key = self.random.choice(list(self.receipts))
            quantity, value = self.receipts.pop(key)
            self.pool, change = undo_receipt(self.pool, quantity, value, f"undo {self.step}", key)
            self.issued, self.paid = self.issued + value, self.paid - value
            self.correct(change)

    def check(self) -> None:
        pool = self.pool
        assert pool.value == self.received - self.issued + self.revalued
        assert self.cogs + pool.value == self.paid
        assert pool.value * pool.quantity >= 0
        assert pool.quantity or (pool.value == 0 and pool.layers == ())
        signs = {layer.quantity > 0 for layer in pool.layers}
        assert len(signs) <= 1
        assert all(layer.quantity * layer.value >= 0 for layer in pool.layers)
        assert all(layer.quantity for layer in pool.layers)
        if pool.method == "fifo" or pool.quantity < 0:
            assert sum(layer.quantity for layer in pool.layers) == pool.quantity
            assert sum(layer.value for layer in pool.layers) == pool.value
        else:
            assert pool.layers == ()


ACTIONS = [Books.receive, Books.sell, Books.take_back, Books.price, Books.undo]


@both_methods
@settings(deadline=None)
@given(st.lists(st.sampled_from(ACTIONS), max_size=30), st.randoms(use_true_random=False))
def test_money_is_neither_made_nor_lost(method: Method, actions, random: Random):
    books = Books(method, random)
    for action in actions:
        books.play(action)


@both_methods
@pytest.mark.parametrize("seed", range(20))
def test_money_is_neither_made_nor_lost_in_500_steps(method: Method, seed: int):
    random = Random(seed)
    books = Books(method, random)
    for action in random.choices(ACTIONS, weights=[5, 6, 1, 1, 1], k=500):
        books.play(action)


@both_methods
@pytest.mark.parametrize("seed", range(5))
def test_a_pool_emptied_and_covered_is_worth_nothing(method: Method, seed: int):
    random = Random(seed)
    books = Books(method, random)
    for action in random.choices(ACTIONS, k=100):
        books.play(action)
    if books.pool.quantity > 0:
        books.pool = take(books.pool, books.pool.quantity, "last", True).pool
    elif books.pool.quantity < 0:
        books.pool = put(books.pool, -books.pool.quantity, D("0.0001"), "cover", False).pool
    assert (books.pool.quantity, books.pool.value, books.pool.layers) == (0, 0, ())


@both_methods
@pytest.mark.parametrize("kind", get_args(TrueUpKind))
@given(units=st.lists(st.integers(1, 50), min_size=1, max_size=20), new=st.integers(0, 10**9))
def test_a_true_up_is_split_and_never_lost(method: Method, kind: TrueUpKind, units, new):
    pool = put(Pool(method), D(500), D("123.4567"), "receipt", True).pool
    for issued in units:
        pool, _ = sell(pool, str(issued))
    target = round_money(D(new).scaleb(-4))
    trued, change = true_up(pool, "receipt", D("123.4567"), target, D(500), kind)
    assert trued.value == pool.value + change.value
    paid = D(0) if kind == "return" else target - D("123.4567")
    assert change.value + change.cogs == paid
