"""(design, data, dpi, language) -> drawing: millimetres become whole dots, text is made to fit."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, cast

from PIL import Image

from labels.designs.model import (
    AnyElement,
    ArrowElement,
    BarElement,
    Design,
    FrameElement,
    PictureElement,
    SymbolElement,
    Template,
    TextElement,
)
from labels.drawing import (
    DOTS_PER_INCH,
    Arrow,
    Bar,
    Bitmap,
    Direction,
    Drawing,
    Drawn,
    Frame,
    dots_per_mm,
)
from labels.errors import LabelError
from labels.filling import Value, check_choice, check_language, checked_values, fill
from labels.placing import Area
from labels.quiet_zones import check_quiet_zones
from labels.symbol_places import SymbolPlace, placed_symbol
from labels.symbols import make_symbol
from labels.text_places import TextPlace, text_lines

MOST_PICTURE_DOTS = 4_000_000
DIRECTIONS = ("up", "down", "left", "right")
_CODES = {"code", "gs1", "number", "date"}


class _Box(TypedDict):
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Form:
    """What every element needs to know: the values, the language, the dots."""

    design: Design
    values: Mapping[str, str]
    language: str
    dpi: int

    @property
    def per_mm(self) -> float:
        return dots_per_mm(self.dpi)

    def area(self, element: AnyElement) -> Area:
        """The element's box in dots; edges are rounded, so that neighbours stay neighbours."""
        x, y, width, height = element.box_mm
        left, top = round(x * self.per_mm), round(y * self.per_mm)
        right, bottom = round((x + width) * self.per_mm), round((y + height) * self.per_mm)
        return Area(left, top, max(right - left, 1), max(bottom - top, 1))

    def dots(self, mm: float) -> int:
        return max(1, round(mm * self.per_mm))

    def text(self, template: Template) -> str:
        return fill(template, self.values, self.language)

    def field_of(self, template: Template) -> str:
        """The field to blame: the first one that is filled in."""
        names = [name for name in template.fields if self.values[name]]
        field = self.design.field(names[0]) if names else None
        return field.name if field else ""


def lay_out(design: Design, data: Mapping[str, Value], *, dpi: int, language: str) -> Drawing:
    """The label with this data, at 203, 300 or 600 dpi.

    Raises LabelError: dpi_unknown, language_unknown, what checked_values and make_symbol say,
    text_does_not_fit, no_glyph, symbol_too_small, quiet_zone_covered.
    """
    if dpi not in DOTS_PER_INCH:
        raise LabelError("dpi_unknown", value=dpi, allowed=", ".join(map(str, DOTS_PER_INCH)))
    check_language(language)
    form = Form(design, checked_values(design, data), language, dpi)
    shown = [element for element in design.elements if _is_shown(element, form.values)]
    things = tuple(thing for element in shown for thing in _PLACE[type(element)](form, element))
    drawing = Drawing(*design.size_mm, dpi, things)
    check_quiet_zones(drawing)
    return drawing


def _is_shown(element: AnyElement, values: Mapping[str, str]) -> bool:
    if not element.when:
        return True
    return bool(values[element.when.removeprefix("!")]) != element.when.startswith("!")


def _place_text(form: Form, element: TextElement) -> Iterator[Drawn]:
    text = form.text(element.text)
    if text:
        yield from text_lines(
            TextPlace(
                text=text,
                area=form.area(element),
                field=form.field_of(element.text),
                size=form.dots(element.size_mm),
                least=form.dots(element.min_size_mm),
                most_lines=element.lines,
                bold=element.bold,
                align=element.align,
                valign=element.valign,
                rotation=element.rotation,
                whole=_must_be_whole(form, element),
            )
        )


def _must_be_whole(form: Form, element: TextElement) -> bool:
    """Half a code is a wrong code."""
    fields = (form.design.field(name) for name in element.text.fields)
    return element.overflow == "refuse" or any(each and each.type in _CODES for each in fields)


def _place_symbol(form: Form, element: SymbolElement) -> Iterator[Drawn]:
    content = form.text(element.content)
    if content:
        field = form.field_of(element.content)
        symbol = make_symbol(element.symbol, content, options={**element.options, "field": field})
        place = SymbolPlace(symbol, element, form.area(element), form.per_mm, field)
        yield from placed_symbol(place)


def _place_bar(form: Form, element: BarElement) -> Iterator[Drawn]:
    yield Bar(**_box(form, element))


def _place_frame(form: Form, element: FrameElement) -> Iterator[Drawn]:
    yield Frame(**_box(form, element), thickness=form.dots(element.thickness_mm))


def _place_arrow(form: Form, element: ArrowElement) -> Iterator[Drawn]:
    direction = form.text(element.direction)
    if direction:
        field = form.field_of(element.direction)
        check_choice(field, direction, DIRECTIONS)
        yield Arrow(**_box(form, element), direction=cast(Direction, direction), field=field)


def _place_picture(form: Form, element: PictureElement) -> Iterator[Drawn]:
    box = _box(form, element)
    grey = _opened(element).resize((box["width"], box["height"]))
    yield Bitmap(**box, bits=grey.point(lambda value: 255 * (value < 128)).convert("1").tobytes())


def _opened(element: PictureElement) -> Image.Image:
    """The picture in grey on white paper."""
    refused = LabelError("design_value", f"{element.place}.png", value="", wanted="PNG, < 4 Mpx")
    try:
        with Image.open(io.BytesIO(element.png), formats=["PNG"]) as picture:
            if picture.width * picture.height > MOST_PICTURE_DOTS:
                raise refused
            paper = Image.new("RGBA", picture.size, "white")
            return Image.alpha_composite(paper, picture.convert("RGBA")).convert("L")
    except (OSError, SyntaxError, ValueError):
        raise refused from None


def _box(form: Form, element: AnyElement) -> _Box:
    area = form.area(element)
    return {"x": area.x, "y": area.y, "width": area.width, "height": area.height}


_PLACE: dict[type, Callable[[Form, Any], Iterator[Drawn]]] = {
    TextElement: _place_text,
    SymbolElement: _place_symbol,
    BarElement: _place_bar,
    FrameElement: _place_frame,
    ArrowElement: _place_arrow,
    PictureElement: _place_picture,
}
