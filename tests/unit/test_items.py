"""Search texts, pinyin initials and attributes of items."""

import pytest

from server.domain.errors import InvalidInput, RuleViolated
from server.domain.items import check_changes, checked_attributes, initials, search_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不锈钢螺栓", "bxgls"),
        ("重庆啤酒", "cqpj"),
        ("M8螺栓 A型", "M8ls Ax"),
        ("bolt M8×40", ""),
        ("", ""),
    ],
)
def test_initials_are_of_chinese_signs_in_their_words(text, expected):
    assert initials(text) == expected


def test_a_search_text_holds_each_word_once_in_one_width_and_case():
    assert search_text("Ｂ-1", "螺母", "NUT", "nut") == "b-1 螺母 nut lm"


@pytest.mark.parametrize(
    "attributes",
    [{"a": 1}, {"a": None}, {" ": "x"}, {str(n): "x" for n in range(51)}],
)
def test_attributes_are_named_texts_and_not_too_many(attributes):
    with pytest.raises(InvalidInput, match="bad_attributes"):
        checked_attributes(attributes)


def test_units_and_tracking_are_frozen_once_moved_and_names_never():
    check_changes(["name_zh", "sku"], moved=True)
    check_changes(["base_unit"], moved=False)
    for name in ("base_unit", "second_unit", "tracking", "costing"):
        with pytest.raises(RuleViolated, match="frozen_once_moved"):
            check_changes([name], moved=True)
