"""Nothing may reach into a symbol's quiet zone, nor leave the label."""

from collections.abc import Iterator

from labels.drawing import Drawing, Drawn, Frame, Placed
from labels.errors import LabelError
from labels.placing import Area


def check_quiet_zones(drawing: Drawing) -> None:
    """Raises LabelError quiet_zone_covered, naming the symbol's field and what covers it."""
    for placed in drawing.symbols:
        zone = _zone(placed)
        for thing in drawing.things:
            if thing is not placed and any(_meet(zone, ink) for ink in _ink(thing)):
                raise LabelError(
                    "quiet_zone_covered",
                    placed.field,
                    kind=placed.symbol.kind,
                    by=thing.field or type(thing).__name__.lower(),
                )


def _zone(placed: Placed) -> Area:
    across, along = placed.quiet
    return Area(
        placed.x - across,
        placed.y - along,
        placed.width + 2 * across,
        placed.height + 2 * along,
    )


def _ink(thing: Drawn) -> Iterator[Area]:
    """The boxes a thing blackens: a frame is empty inside."""
    whole = Area(thing.x, thing.y, thing.width, thing.height)
    if not isinstance(thing, Frame):
        yield whole
        return
    thick = thing.thickness
    yield Area(whole.x, whole.y, whole.width, thick)
    yield Area(whole.x, thing.bottom - thick, whole.width, thick)
    yield Area(whole.x, whole.y, thick, whole.height)
    yield Area(thing.right - thick, whole.y, thick, whole.height)


def _meet(one: Area, other: Area) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
