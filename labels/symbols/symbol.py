"""What a symbol is: modules, and what a scanner must get back from them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbol:
    """One barcode as modules, without size or place.

    data: what a scanner returns (FNC1 as GS, 0x1D). text: the same for people, e.g. "(00)3...".
    rows: modules, True = dark, without quiet zone; a linear symbol has one row. quiet_x, quiet_y:
    light modules wanted on each side. min_module_mm: smallest module width that may be printed.
    """

    kind: str
    data: str
    text: str
    rows: tuple[tuple[bool, ...], ...]
    quiet_x: int
    quiet_y: int
    min_module_mm: float
    linear: bool
