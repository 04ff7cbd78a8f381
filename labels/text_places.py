"""Text in a box: fitted, aligned, turned."""

from collections.abc import Iterator
from dataclasses import dataclass

from labels import fitting, fonts
from labels.drawing import Rotation, TextLine
from labels.errors import LabelError
from labels.placing import Area, anchored

SHOWN = 60


@dataclass(frozen=True, slots=True)
class TextPlace:
    """What to write where. size, least: dots per em; whole: refuse rather than cut."""

    text: str
    area: Area
    field: str
    size: int
    least: int
    most_lines: int = 1
    bold: bool = False
    align: str = "left"
    valign: str = "top"
    rotation: Rotation = 0
    whole: bool = True

    def refused(self) -> LabelError:
        return LabelError("text_does_not_fit", self.field, value=self.text[:SHOWN])


def text_lines(place: TextPlace) -> Iterator[TextLine]:
    """The lines with their ink's boxes; raises LabelError text_does_not_fit, no_glyph."""
    fitted = _fitted(place)
    view = place.area.upright(place.rotation)
    pitch = fitted.size * fitting.LINE_PITCH
    height = round((len(fitted.lines) - 1) * pitch + fitted.size)
    top = anchored(view.height, height, place.valign)
    for number, text in enumerate(fitted.lines):
        baseline = top + round(number * pitch + fitted.size * fitting.ASCENT)
        yield from _line(place, text, fitted.size, baseline)


def _fitted(place: TextPlace) -> fitting.Fitted:
    view = place.area.upright(place.rotation)
    room = fitting.Room(
        view.width, view.height, place.most_lines, place.size, place.least, place.bold
    )
    try:
        fitted = (fitting.fit_code if place.whole else fitting.fit)(place.text, room)
    except LabelError as refused:
        raise LabelError(refused.code, **{**refused.fields, "field": place.field}) from None
    if place.whole and not fitted.whole:
        raise place.refused()
    return fitted


def _line(place: TextPlace, text: str, size: int, baseline: int) -> Iterator[TextLine]:
    shaped = fonts.shape(text, size, place.bold)
    width, height = shaped.right - shaped.left, shaped.bottom - shaped.top
    if width <= 0 or height <= 0:
        return
    view = place.area.upright(place.rotation)
    x = anchored(view.width, width, _side(place.align, text))
    ink = Area(x, baseline + shaped.top, width, height)
    if _sticks_out(ink, view, size):
        raise place.refused()
    lies = ink.turned(place.area, place.rotation)
    yield TextLine(
        x=lies.x,
        y=lies.y,
        width=lies.width,
        height=lies.height,
        field=place.field,
        text=text,
        size=size,
        bold=place.bold,
        rotation=place.rotation,
    )


def _side(align: str, text: str) -> str:
    """Text that runs right to left begins on the right."""
    return "right" if align == "left" and fonts.is_right_to_left(text) else align


def _sticks_out(ink: Area, view: Area, size: int) -> bool:
    """Whether ink leaves its box by more than an accent or a tail may."""
    margin = size // 3
    above, below = -ink.y, ink.y + ink.height - view.height
    return max(above, below, ink.width - view.width) > margin
