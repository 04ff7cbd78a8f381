"""JSON -> Design, checked: what is wrong is named by its place."""

from collections.abc import Callable
from typing import Any, Literal, cast

from labels.designs import reading
from labels.designs.model import (
    ALIGNS,
    FIELD_TYPES,
    LANGUAGES,
    MEDIA,
    VALIGNS,
    AnyElement,
    ArrowElement,
    BarElement,
    Design,
    Field,
    FrameElement,
    PictureElement,
    SymbolElement,
    Template,
    TextElement,
)
from labels.designs.reading import Node
from labels.errors import LabelError
from labels.symbols.kinds import KINDS

MOST_MM = 420.0
_DESIGN = {"name", "version", "title", "size_mm", "media", "fields", "elements"}
_FIELD = {
    "name", "type", "title", "sample", "required", "max_length", "lengths", "check", "choices",
}  # fmt: skip
_ANY = {"kind", "box_mm", "when"}
_NAME = "abcdefghijklmnopqrstuvwxyz0123456789_"


def parse_design(document: Any) -> Design:
    """The design a JSON document describes.

    Raises LabelError design_incomplete, design_unknown_key, design_value, design_outside,
    design_unknown_field, design_twice; `field` is the place, like "elements[3].box_mm".
    """
    node = reading.node_of(document, "")
    reading.refuse_unknown(node, _DESIGN)
    fields = tuple(
        _field(reading.node_of(each, f"fields[{at}]"))
        for at, each in enumerate(reading.list_of(node, "fields", 60))
    )
    elements = tuple(
        _element(reading.node_of(each, f"elements[{at}]"))
        for at, each in enumerate(reading.list_of(node, "elements", 200))
    )
    design = Design(
        name=_design_name(node),
        version=reading.whole(node, "version", 1, 1_000_000),
        title=reading.words(node, "title"),
        size_mm=_size(node),
        media=cast(Literal["label", "card", "page"], reading.choice(node, "media", MEDIA, "label")),
        fields=fields,
        elements=elements,
    )
    _check_whole(design)
    return design


def _design_name(node: Node) -> str:
    name = reading.text(node, "name")
    if not 1 <= len(name) <= 60 or set(name) - set(_NAME + "-"):
        raise node.refuse("name", "a-z 0-9 - _")
    return name


def _size(node: Node) -> tuple[float, float]:
    value = node.need("size_mm")
    if not isinstance(value, list) or len(value) != 2:
        raise node.refuse("size_mm", "[width, height]")
    held = Node("size_mm", {"0": value[0], "1": value[1]})
    return reading.number(held, "0", 5, MOST_MM), reading.number(held, "1", 5, MOST_MM)


def _field(node: Node) -> Field:
    reading.refuse_unknown(node, _FIELD)
    name = reading.text(node, "name")
    if not name or not name[0].isalpha() or set(name) - set(_NAME):
        raise node.refuse("name", "a-z 0-9 _")
    kind = reading.choice(node, "type", FIELD_TYPES, "text")
    return Field(
        name=name,
        type=kind,
        title=reading.words(node, "title", name),
        sample=reading.words(node, "sample", ""),
        required=reading.flag(node, "required", False),
        max_length=reading.whole(node, "max_length", 1, 2000, 400 if kind == "text" else 60),
        lengths=_lengths(node),
        check=reading.choice(node, "check", ("", "mod10"), ""),
        choices=tuple(str(each) for each in reading.list_of(node, "choices", 20)),
    )


def _lengths(node: Node) -> tuple[int, ...]:
    lengths = reading.list_of(node, "lengths", 10)
    if not all(isinstance(each, int) and each > 0 for each in lengths):
        raise node.refuse("lengths", "[1, ...]")
    return tuple(lengths)


def _element(node: Node) -> AnyElement:
    kind = reading.choice(node, "kind", tuple(_ELEMENTS))
    known, build = _ELEMENTS[kind]
    reading.refuse_unknown(node, _ANY | known)
    shared = {
        "place": node.place,
        "box_mm": reading.box(node),
        "when": reading.text(node, "when", ""),
    }
    return build(node, shared)


def _text_element(node: Node, shared: dict[str, Any]) -> TextElement:
    size_mm = reading.number(node, "size_mm", 1, 200)
    return TextElement(
        **shared,
        text=reading.template(node, "text"),
        size_mm=size_mm,
        min_size_mm=reading.number(node, "min_size_mm", 1, size_mm, size_mm),
        lines=reading.whole(node, "lines", 1, 40, 1),
        bold=reading.flag(node, "bold", True),
        align=reading.choice(node, "align", ALIGNS, "left"),
        valign=reading.choice(node, "valign", VALIGNS, "top"),
        rotation=reading.rotation(node),
        overflow=reading.choice(node, "overflow", ("cut", "refuse"), "cut"),
    )


def _symbol_element(node: Node, shared: dict[str, Any]) -> SymbolElement:
    return SymbolElement(
        **shared,
        symbol=reading.choice(node, "symbol", tuple(KINDS)),
        content=reading.template(node, "content"),
        module_mm=reading.number(node, "module_mm", 0.1, 20, 2.0),
        min_module_mm=reading.number(node, "min_module_mm", 0, 20, 0),
        min_dots=reading.whole(node, "min_dots", 1, 100, 2),
        human_mm=reading.number(node, "human_mm", 0, 50, 0),
        align=reading.choice(node, "align", ALIGNS, "center"),
        valign=reading.choice(node, "valign", VALIGNS, "middle"),
        rotation=reading.rotation(node),
        options=_options(node),
    )


def _options(node: Node) -> dict[str, str]:
    options: dict[str, str] = {}
    if "ec" in node.value:
        options["ec"] = reading.choice(node, "ec", ("L", "M", "Q", "H"))
    if "resolver" in node.value:
        options["resolver"] = reading.text(node, "resolver")
    return options


def _bar_element(node: Node, shared: dict[str, Any]) -> BarElement:
    return BarElement(**shared)


def _frame_element(node: Node, shared: dict[str, Any]) -> FrameElement:
    return FrameElement(**shared, thickness_mm=reading.number(node, "thickness_mm", 0.05, 20, 0.25))


def _arrow_element(node: Node, shared: dict[str, Any]) -> ArrowElement:
    return ArrowElement(**shared, direction=reading.template(node, "direction"))


def _picture_element(node: Node, shared: dict[str, Any]) -> PictureElement:
    return PictureElement(**shared, png=reading.picture(node, "png"))


_ELEMENTS: dict[str, tuple[set[str], Callable[[Node, dict[str, Any]], AnyElement]]] = {
    "text": (
        {"text", "size_mm", "min_size_mm", "lines", "bold", "align", "valign", "rotation",
         "overflow"},
        _text_element,
    ),
    "symbol": (
        {"symbol", "content", "module_mm", "min_module_mm", "min_dots", "human_mm", "align",
         "valign", "rotation", "ec", "resolver"},
        _symbol_element,
    ),
    "bar": (set(), _bar_element),
    "frame": ({"thickness_mm"}, _frame_element),
    "arrow": ({"direction"}, _arrow_element),
    "picture": ({"png"}, _picture_element),
}  # fmt: skip


def _check_whole(design: Design) -> None:
    names = [field.name for field in design.fields]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise LabelError("design_twice", f"fields[{at}].name", value=name)
    for element in design.elements:
        _check_inside(design, element)
        _check_fields(design, element)


def _check_inside(design: Design, element: AnyElement) -> None:
    x, y, width, height = element.box_mm
    if x + width > design.size_mm[0] + 0.01 or y + height > design.size_mm[1] + 0.01:
        raise LabelError(
            "design_outside",
            f"{element.place}.box_mm",
            width_mm=design.size_mm[0],
            height_mm=design.size_mm[1],
        )


def _check_fields(design: Design, element: AnyElement) -> None:
    used = [name for template in _templates(element) for name in template.fields]
    for name in (*used, *filter(None, [element.when.removeprefix("!")])):
        if design.field(name) is None:
            raise LabelError("design_unknown_field", element.place, name=name)


def _templates(element: AnyElement) -> list[Template]:
    match element:
        case TextElement():
            return [element.text]
        case SymbolElement():
            return [element.content]
        case ArrowElement():
            return [element.direction]
    return []


__all__ = ["LANGUAGES", "parse_design"]
