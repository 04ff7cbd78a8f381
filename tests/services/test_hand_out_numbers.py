"""SSCC, licence plates and serial numbers: each once, whoever asks and how many at a time."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import current_app

from labels.gs1 import has_check_digit
from server.domain.errors import Conflict, InvalidInput, NotFound, RuleViolated
from server.domain.people import SYSTEM
from server.services.hand_out_numbers import (
    RangeDraft,
    change_range,
    give_back,
    hand_out_numbers,
    make_range,
)
from server.services.manage_items import create_item
from server.store.db import unit_of_work
from server.store.models import HandlingUnit

SSCC = RangeDraft("sscc", "6901234", extension="3")
PLATES = RangeDraft("lpn", "LPN", digits=4, first=1, last=10)


def test_no_number_is_handed_out_twice_under_eight_threads(app):
    make_range(RangeDraft("sscc", "6901234", extension="3"), SYSTEM)
    application = current_app._get_current_object()

    def take(count):
        with application.app_context():
            return hand_out_numbers("sscc", count, actor=SYSTEM)

    with ThreadPoolExecutor(8) as pool:
        taken = [code for codes in pool.map(take, [7, 1, 3, 12] * 20) for code in codes]
    assert len(taken) == 23 * 20
    assert Counter(taken).most_common(1)[0][1] == 1


def test_an_sscc_is_built_by_the_rules(app):
    make_range(SSCC, SYSTEM)
    first, second = hand_out_numbers("sscc", 2, actor=SYSTEM)
    assert (first[:-1], second[:-1]) == ("36901234000000000", "36901234000000001")
    assert len(first) == 18
    assert has_check_digit(first)
    assert has_check_digit(second)


def test_ranges_are_used_up_in_turn_and_then_nothing_is_taken(app):
    make_range(RangeDraft("lpn", "A", digits=2, first=1, last=3), SYSTEM)
    second = make_range(RangeDraft("lpn", "B", digits=2, first=1, last=2), SYSTEM)
    assert hand_out_numbers("lpn", 4, actor=SYSTEM) == ["A01", "A02", "A03", "B01"]
    with pytest.raises(RuleViolated, match="numbers_used_up"):
        hand_out_numbers("lpn", 2, actor=SYSTEM)
    change_range(second, 3, None, 1, SYSTEM)
    assert hand_out_numbers("lpn", 2, actor=SYSTEM) == ["B02", "B03"]


def test_a_number_somebody_already_uses_is_left_out(app):
    make_range(PLATES, SYSTEM)
    with unit_of_work() as session:
        session.add(HandlingUnit(code="lpn0002", code_key="lpn0002", changed_at=0))
    assert hand_out_numbers("lpn", 2, actor=SYSTEM) == ["LPN0001", "LPN0003"]


def test_ranges_that_overlap_never_give_the_same_number(app):
    make_range(RangeDraft("lpn", "L", digits=3, first=100, last=101), SYSTEM)
    make_range(RangeDraft("lpn", "L1", digits=2, first=0, last=3), SYSTEM)
    assert hand_out_numbers("lpn", 4, actor=SYSTEM) == ["L100", "L101", "L102", "L103"]


def test_a_plate_may_be_used_again_once_its_unit_is_closed_an_sscc_never(app):
    make_range(RangeDraft("lpn", "P", digits=1, first=1, last=2), SYSTEM)
    make_range(SSCC, SYSTEM)
    assert hand_out_numbers("lpn", 2, actor=SYSTEM) == ["P1", "P2"]
    give_back(["P1"], SYSTEM)
    assert hand_out_numbers("lpn", 1, actor=SYSTEM) == ["P1"]
    with pytest.raises(RuleViolated, match="numbers_used_up"):
        hand_out_numbers("lpn", 1, actor=SYSTEM)
    (sscc,) = hand_out_numbers("sscc", 1, actor=SYSTEM)
    with pytest.raises(RuleViolated, match="sscc_not_reusable"):
        give_back([sscc], SYSTEM)
    with pytest.raises(NotFound, match="unknown_number"):
        give_back(["P9"], SYSTEM)


def test_serials_are_counted_per_item(app):
    for sku in ("PUMP", "FAN"):
        create_item({"sku": sku, "base_unit": "pcs", "tracking": "serial"}, actor=SYSTEM)
        make_range(RangeDraft("serial", "SN", digits=3, item=sku), SYSTEM)
    assert hand_out_numbers("serial", 1, item="PUMP", actor=SYSTEM) == ["SN000"]
    assert hand_out_numbers("serial", 1, item="FAN", actor=SYSTEM) == ["SN000"]
    with pytest.raises(InvalidInput, match="unknown_item"):
        hand_out_numbers("serial", 1, item="GHOST", actor=SYSTEM)


@pytest.mark.parametrize(
    "wrong",
    [
        RangeDraft("sscc", "69X1234", extension="3"),
        RangeDraft("sscc", "690", extension="3"),
        RangeDraft("sscc", "6901234", extension=""),
        RangeDraft("lpn", "LPN", digits=14),
        RangeDraft("lpn", "箱", digits=4),
        RangeDraft("lpn", "LPN", digits=2, first=5, last=4),
        RangeDraft("lpn", "LPN", digits=2, last=100),
    ],
)
def test_a_range_that_makes_no_numbers_is_refused(sqlite_app, wrong):
    with pytest.raises(InvalidInput, match="bad_number_range"):
        make_range(wrong, SYSTEM)


def test_one_prefix_has_one_range(app):
    make_range(SSCC, SYSTEM)
    with pytest.raises(Conflict, match="already_exists"):
        make_range(SSCC, SYSTEM)
