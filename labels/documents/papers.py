"""The papers of a warehouse office."""

from dataclasses import dataclass

from labels.errors import LabelError


@dataclass(frozen=True, slots=True)
class Paper:
    """Size and margins in mm. dpi: the dots of the printer that takes it."""

    name: str
    width_mm: float
    height_mm: float
    side_mm: float
    edge_mm: float
    dpi: int


_PINS = 180
"""Dots per inch of a 24-pin printer: what is drawn in them is not blurred by its driver."""
_HOLES_MM = 15.5
"""12.7 mm of tractor holes on either side, and what the perforation needs."""

PAPERS = {
    paper.name: paper
    for paper in (
        Paper("a4", 210, 297, 10, 10, 300),
        # Continuous forms of 9½ inches, usually three-part: whole, half and a third of 11 inches.
        Paper("241x279", 241.3, 279.4, _HOLES_MM, 6, _PINS),
        Paper("241x140", 241.3, 139.7, _HOLES_MM, 5, _PINS),
        Paper("241x93", 241.3, 93.13, _HOLES_MM, 4, _PINS),
    )
}
"""Papers by name."""


def paper_of(name: str) -> Paper:
    """Raises LabelError paper_unknown."""
    if name not in PAPERS:
        raise LabelError("paper_unknown", value=name[:60], allowed=", ".join(PAPERS))
    return PAPERS[name]
