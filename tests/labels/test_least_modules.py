"""Narrower than its standard allows no symbol leaves, and the refusal says what box it needs."""

import pytest

from labels import LabelError, load_design
from labels.drawing import Drawing, dots_per_mm
from labels.layout import lay_out
from labels.symbols import KINDS

GTIN = "09501101530003"
SAID = {
    "gs1_128": "(00)395011015300000011",
    "ean13": "6901234567892",
    "ean8": "96385074",
    "upca": "012345678905",
    "itf14": GTIN,
    "gs1_qr": f"(01){GTIN}(10)AB-123",
    "digital_link_qr": f"(01){GTIN}(10)AB-123",
    "gs1_datamatrix": f"(01){GTIN}(10)AB-123",
}
# As GS1 General Specifications and the standards of ISO/IEC have them; the sources are in
# docs/symbols.md. Written down here once more, so that nobody changes the table unseen.
LEAST_MM = {
    "code128": 0.25,
    "gs1_128": 0.495,
    "ean13": 0.249,
    "ean8": 0.249,
    "upca": 0.249,
    "itf14": 0.495,
    "qr": 0.5,
    "gs1_qr": 0.396,
    "digital_link_qr": 0.396,
    "datamatrix": 0.375,
    "gs1_datamatrix": 0.396,
    "pdf417": 0.25,
}
# So much of a dot a printer cannot do: 0.249 mm are not quite two of its dots of 0.125 mm.
TOLERANCE_DOTS = 0.05


def drawn(kind: str, width_mm: float, height_mm: float, dpi: int) -> Drawing:
    """A label that is all symbol."""
    element = {
        "kind": "symbol",
        "box_mm": [0, 0, width_mm, height_mm],
        "symbol": kind,
        "content": "{code}",
        "module_mm": 0.1,
    }
    design = {
        "name": "least",
        "version": 1,
        "title": "Least",
        "size_mm": [max(width_mm, 5), max(height_mm, 5)],
        "fields": [{"name": "code", "type": "gs1" if KINDS[kind].gs1 else "code"}],
        "elements": [element],
    }
    data = {"code": SAID.get(kind, "A-01-03-02")}
    return lay_out(load_design(design), data, dpi=dpi, language="en")


def test_every_kind_has_its_least_module() -> None:
    assert {name: kind.min_module_mm for name, kind in KINDS.items()} == LEAST_MM


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("kind", KINDS)
def test_too_narrow_is_refused_with_the_box_it_needs_and_that_is_enough(
    kind: str, dpi: int
) -> None:
    with pytest.raises(LabelError) as refused:
        drawn(kind, 5, 5, dpi)
    assert (refused.value.code, refused.value.field) == ("symbol_too_small", "code")
    told = refused.value.fields
    needed = (told["needed_width_mm"], told["needed_height_mm"])
    (placed,) = drawn(kind, *needed, dpi).symbols
    assert placed.module >= LEAST_MM[kind] * dots_per_mm(dpi) - TOLERANCE_DOTS
    assert placed.module >= 2
    # A dot less for each of its modules, and it is too small again.
    columns = len(placed.symbol.rows[0]) + 2 * placed.symbol.quiet_x
    narrower = columns * (placed.module - 1) / dots_per_mm(dpi) + 0.05
    with pytest.raises(LabelError, match="symbol_too_small"):
        drawn(kind, narrower, needed[1], dpi)
