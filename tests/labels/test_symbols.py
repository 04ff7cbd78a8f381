"""Symbols: what goes in, what scanners must get back, what is refused and how."""

from typing import Any

import pytest

from labels.errors import LabelError
from labels.symbols import KINDS, make_symbol
from labels.symbols.making import Options

GS = "\x1d"
SSCC = "395011015300000011"
GTIN = "09501101530003"
CODES = {"ean13": "6901234567892", "ean8": "96385074", "upca": "012345678905", "itf14": GTIN}


def refusal(kind: str, data: str, **options: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(LabelError) as refused:
        make_symbol(kind, data, options={"field": "sku", **options})
    assert refused.value.field == "sku"
    return refused.value.code, dict(refused.value.fields)


def said(kind: str, data: str, **options: Any) -> tuple[str, str]:
    chosen: Options = options
    symbol = make_symbol(kind, data, options=chosen)
    return symbol.data, symbol.text


def test_gs1_128_says_its_elements_and_shows_them_in_brackets():
    assert said("gs1_128", f"(00){SSCC}") == (f"00{SSCC}", f"(00){SSCC}")


def test_fnc1_ends_only_values_whose_length_is_not_predefined():
    data, text = said("gs1_datamatrix", f"(01){GTIN}(10)AB-123(17)261231(21)9")
    assert data == f"01{GTIN}10AB-123{GS}17261231219"
    assert text == f"(01){GTIN}(10)AB-123(17)261231(21)9"


def test_element_strings_and_bracketed_text_make_the_same_symbol():
    element_string = f"01{GTIN}10AB(1{GS}217"
    written = rf"(01){GTIN}(10)AB\(1(21)7"
    assert make_symbol("gs1_qr", element_string) == make_symbol("gs1_qr", written)


def test_an_sscc_is_156_modules_and_fits_the_logistic_label():
    symbol = make_symbol("gs1_128", f"(00){SSCC}")
    assert (len(symbol.rows), len(symbol.rows[0])) == (1, 156)
    assert (len(symbol.rows[0]) + 2 * symbol.quiet_x) * 0.5 == 88


def test_linear_symbols_have_one_row_and_begin_and_end_dark():
    for name, kind in KINDS.items():
        if kind.linear:
            data = f"(00){SSCC}" if kind.gs1 else CODES.get(name, "A")
            symbol = make_symbol(name, data)
            assert (symbol.linear, symbol.quiet_y) == (True, 0)
            assert symbol.quiet_x >= 7
            (row,) = symbol.rows
            assert (row[0], row[-1]) == (True, True)


def test_matrices_are_square_and_have_quiet_zones_on_all_sides():
    for name in ("qr", "gs1_qr", "digital_link_qr", "datamatrix", "gs1_datamatrix"):
        symbol = make_symbol(name, f"(01){GTIN}" if KINDS[name].gs1 else "L:A-01-03")
        assert {len(row) for row in symbol.rows} == {len(symbol.rows)}
        assert symbol.quiet_x == symbol.quiet_y == KINDS[name].quiet


def test_more_error_correction_makes_a_larger_code():
    data = "L:A-01-03-02-B-XYZ"
    small, large = (make_symbol("qr", data, options={"ec": level}) for level in "MQ")
    assert len(small.rows) < len(large.rows)
    assert small == make_symbol("qr", data)


def test_a_design_may_want_larger_modules_never_smaller_ones():
    far = make_symbol("qr", "L:A-01-03", options={"min_module_mm": 1.2})
    near = make_symbol("qr", "L:A-01-03", options={"min_module_mm": 0.1})
    assert (far.min_module_mm, near.min_module_mm) == (1.2, KINDS["qr"].min_module_mm)


@pytest.mark.parametrize(("kind", "data"), CODES.items())
def test_a_wrong_check_digit_is_refused_with_the_right_one(kind: str, data: str):
    wrong = data[:-1] + str((int(data[-1]) + 1) % 10)
    code, facts = refusal(kind, wrong)
    assert (code, facts["expected"]) == ("bad_check_digit", data[-1])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("(00)395011015300000019", "1"),
        ("(01)09501101530009", "3"),
        ("(8003)09501101530009SERIAL", "3"),
        ("(253)9501101530002X", "3"),
    ],
)
def test_a_wrong_check_digit_inside_an_element_is_refused_with_the_right_one(
    data: str, expected: str
):
    code, facts = refusal("gs1_datamatrix", data)
    assert (code, facts["expected"]) == ("bad_check_digit", expected)


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("code128", "", "code_empty"),
        ("gs1_128", "", "code_empty"),
        ("gs1_128", GS, "code_empty"),
        ("qr", "中文", "code_not_ascii"),
        ("code128", "A\tB", "code_not_ascii"),
        ("datamatrix", "A\x00", "code_not_ascii"),
        ("datamatrix", "A\x7f", "code_not_ascii"),
        ("pdf417", "é", "code_not_ascii"),
        ("qr", "😀", "code_not_ascii"),
        ("qr", "א", "code_not_ascii"),
        ("gs1_qr", "(10)批号", "code_not_ascii"),
        ("ean13", "６９０１２３４５６７８９２", "code_not_ascii"),
        ("ean13", "690123456789X", "code_not_digits"),
        ("ean13", "690123456789", "code_wrong_length"),
        ("ean8", "6901234567892", "code_wrong_length"),
        ("upca", "12345", "code_wrong_length"),
        ("itf14", "950110153000", "code_wrong_length"),
        ("code128", "A" * 81, "code_too_long"),
        ("qr", "A" * 513, "code_too_long"),
        ("gs1_128", f"(01){GTIN}(10)12345678901234567890(21)1234567890123", "code_too_long"),
        ("gs1_128", "(9999)1", "unknown_ai"),
        ("gs1_128", "ABC", "unknown_ai"),
        ("gs1_128", "(00)39501101530000001", "bad_length"),
        ("gs1_128", "(10)123456789012345678901", "bad_length"),
        ("gs1_128", "(01)0950110153000A", "bad_charset"),
        ("gs1_qr", "(10)A^B", "bad_charset"),
        ("gs1_qr", "(17)261301", "bad_code_date"),
        ("gs1_qr", "(11)260230", "bad_code_date"),
        ("gs1_qr", f"(01){GTIN}(10)A(10)B", "conflicting_elements"),
        ("gs1_qr", "(4321)2", "bad_element"),
        ("digital_link_qr", "(10)AB", "not_digital_link"),
        ("digital_link_qr", f"(01){GTIN}(7040)1ABC", "not_digital_link"),
        ("aztec", "A", "unknown_symbol"),
    ],
)
def test_what_cannot_be_read_everywhere_is_refused(kind: str, data: str, code: str):
    assert refusal(kind, data)[0] == code


def test_characters_to_take_out_are_named():
    assert refusal("qr", "货A\x07架")[1]["characters"] == "U+0007 架 货"


@pytest.mark.parametrize(
    "options",
    [{"ec": "Z"}, {"colour": "red"}, {"min_module_mm": "1"}, {"min_module_mm": -1}],
)
def test_unknown_options_are_refused(options: dict[str, Any]):
    assert refusal("qr", "A", **options)[0] == "bad_option"


def test_digital_links_are_in_canonical_order_whatever_the_data():
    written = f"(17)261231(21)S/1(11)260101(10)LOT+2(01){GTIN}"
    data, text = said("digital_link_qr", written, resolver="https://id.example.com/p")
    assert data == (f"https://id.example.com/p/01/{GTIN}/10/LOT%2B2/21/S%2F1?11=260101&17=261231")
    assert text == written


@pytest.mark.parametrize(
    "resolver",
    ["http://id.gs1.org", "https://", "https://id.gs1.org/", "https://a/?b", "https://A", "//x"],
)
def test_digital_links_begin_with_an_https_address(resolver: str):
    assert refusal("digital_link_qr", f"(01){GTIN}", resolver=resolver)[0] == "bad_resolver"
