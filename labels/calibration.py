"""A test print: rulers along two edges, a frame, fine lines and a symbol to scan."""

from collections.abc import Iterator
from typing import Any

from labels.designs import Design
from labels.designs.parsing import parse_design

INSET_MM = 1.0
STEP_MM = 5
TICK_MM, LONG_TICK_MM = 1.5, 2.5
LINE_MM = 0.125
SYMBOL_MM = 18.0
# Lines and gaps of so many mm: where they run together, the printer is too hot or too fast.
FINE_MM = (0.125, 0.25, 0.375, 0.5)
Element = dict[str, Any]


def calibration_design(width_mm: float, height_mm: float) -> Design:
    """A test print of the size of these labels, at least 25 × 15 mm.

    Its frame lies 1 mm from the edges and its rulers count mm from the upper left corner: what is
    missing or askew shows by how much offset, size or media are wrong. Field `note`: the printer
    and its settings. Raises LabelError design_outside, design_value for labels that are too small.
    """
    elements = [
        _frame(width_mm, height_mm),
        *_ruler(width_mm, along=0),
        *_ruler(height_mm, along=1),
        *_fine_lines(),
        *_middle(width_mm, height_mm),
    ]
    note = {"name": "note", "title": {"en": "Note", "zh": "备注"}, "sample": "203 dpi"}
    return parse_design(
        {
            "name": f"calibration-{width_mm:.0f}x{height_mm:.0f}",
            "version": 1,
            "title": {"en": "Test print", "zh": "测试页"},
            "size_mm": [width_mm, height_mm],
            "fields": [note],
            "elements": elements,
        }
    )


def _frame(width_mm: float, height_mm: float) -> Element:
    box = [INSET_MM, INSET_MM, width_mm - 2 * INSET_MM, height_mm - 2 * INSET_MM]
    return {"kind": "frame", "box_mm": box, "thickness_mm": 2 * LINE_MM}


def _ruler(length_mm: float, along: int) -> Iterator[Element]:
    """Ticks inwards from the frame; longer ones and figures every 10 mm."""
    for mm in range(STEP_MM, int(length_mm - INSET_MM), STEP_MM):
        whole = mm % 10 == 0
        tick = LONG_TICK_MM if whole else TICK_MM
        box = [mm - LINE_MM / 2, INSET_MM, LINE_MM, tick]
        yield {"kind": "bar", "box_mm": _turned(box, along)}
        if whole and mm < length_mm - 4:
            figure = [mm - 2, 3.4, 4, 2] if along == 0 else [3.6, mm - 1, 4, 2]
            yield _text(figure, str(mm), 2, "center" if along == 0 else "left")


def _turned(box: list[float], along: int) -> list[float]:
    x, y, width, height = box
    return [y, x, height, width] if along else box


def _fine_lines() -> Iterator[Element]:
    """Below the upper ruler: five lines of each width, as far apart as they are wide."""
    x = 7.0
    for width in FINE_MM:
        for _ in range(5):
            yield {"kind": "bar", "box_mm": [x, 5.8, width, 1.6]}
            x += 2 * width
        x += 0.5


def _middle(width_mm: float, height_mm: float) -> Iterator[Element]:
    size = {"en": f"{width_mm:g} × {height_mm:g} mm", "zh": f"{width_mm:g} × {height_mm:g} 毫米"}
    left, room = 7.0, height_mm - 10
    if min(room, width_mm - 27) >= SYMBOL_MM:
        box = [7.0, 8.4, SYMBOL_MM, SYMBOL_MM]
        content = f"{width_mm:g}X{height_mm:g}"
        yield {"kind": "symbol", "box_mm": box, "symbol": "qr", "content": content}
        left += SYMBOL_MM + 1
    yield _text([left, 8.4, width_mm - left - 2, 3], size, 2.8)
    if room > 8:
        note = [left, 12, width_mm - left - 2, min(room - 4, 8)]
        yield {**_text(note, "{note}", 2.4), "lines": 3}


def _text(
    box: list[float], text: str | dict[str, str], size_mm: float, align: str = "left"
) -> Element:
    least = min(size_mm, 1.6)
    return {
        "kind": "text",
        "box_mm": box,
        "text": text,
        "size_mm": size_mm,
        "min_size_mm": least,
        "align": align,
    }
