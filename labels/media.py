"""What labels are printed on: rolls with their printer's settings, and sheets of paper."""

from dataclasses import dataclass, fields
from typing import Literal

from labels.errors import LabelError

MAX_OFFSET_MM = 10.0


@dataclass(frozen=True, slots=True)
class Media:
    """A roll in a printer, and how it prints.

    across: labels side by side (1-3), across_gap_mm apart. gap_mm: between labels along the feed.
    tracking: what the printer's sensor looks for. darkness: 0-30 (ZPL's scale), speed_inch_s:
    1-14; None leaves the printer's own. offset_x_mm, offset_y_mm: moves everything right and down.
    direction: 0 or 1, 1 turns labels by 180 degrees.
    """

    across: int = 1
    across_gap_mm: float = 2.0
    gap_mm: float = 2.0
    tracking: Literal["gap", "mark", "none"] = "gap"
    darkness: int | None = None
    speed_inch_s: int | None = None
    offset_x_mm: float = 0.0
    offset_y_mm: float = 0.0
    direction: int = 0

    def __post_init__(self) -> None:
        """Raises LabelError bad_media."""
        for name, (least, most) in _LIMITS.items():
            _check(name, getattr(self, name), least, most)
        if self.tracking not in ("gap", "mark", "none"):
            raise LabelError("bad_media", "tracking", wanted="gap, mark, none")


_LIMITS: dict[str, tuple[float, float]] = {
    "across": (1, 3),
    "across_gap_mm": (0, 30),
    "gap_mm": (0, 30),
    "darkness": (0, 30),
    "speed_inch_s": (1, 14),
    "offset_x_mm": (-MAX_OFFSET_MM, MAX_OFFSET_MM),
    "offset_y_mm": (-MAX_OFFSET_MM, MAX_OFFSET_MM),
    "direction": (0, 1),
}
_TYPES = {field.name: str(field.type) for field in fields(Media)}


def _check(name: str, value: object, least: float, most: float) -> None:
    if value is None and "None" in _TYPES[name]:
        return
    wanted: type | tuple[type, ...] = (int, float) if "float" in _TYPES[name] else int
    right = isinstance(value, wanted) and not isinstance(value, bool)
    if not right or not least <= value <= most:  # type: ignore[operator]
        raise LabelError("bad_media", name, wanted=f"{least:g}-{most:g}")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of sticky labels, filled row by row. left, top: of the first; pitch: to the next."""

    name: str
    width_mm: float
    height_mm: float
    columns: int
    rows: int
    cell_mm: tuple[float, float]
    left_mm: float
    top_mm: float
    pitch_mm: tuple[float, float]

    @property
    def cells(self) -> int:
        return self.columns * self.rows


PAGES = {
    page.name: page
    for page in (
        # The common A4 stocks: 24 of 63.5 x 33.9 mm, 65 of 38.1 x 21.2 mm.
        Page("a4-24", 210, 297, 3, 8, (63.5, 33.9), 7.25, 12.9, (66.0, 33.9)),
        Page("a4-65", 210, 297, 5, 13, (38.1, 21.2), 4.65, 10.7, (40.6, 21.2)),
    )
}
"""Sheets by name."""


def page_of(name: str) -> Page:
    """Raises LabelError sheet_unknown."""
    if name not in PAGES:
        raise LabelError("sheet_unknown", value=name[:60], allowed=", ".join(PAGES))
    return PAGES[name]
