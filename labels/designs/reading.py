"""Reading values of a design's JSON, with refusals that name the place."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from labels.designs.model import LANGUAGES, PLACEHOLDER, Template, Words
from labels.drawing import Rotation
from labels.errors import LabelError

MOST_TEXT = 400
MOST_PICTURE = 200_000


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object and where it stands, like "elements[3]"."""

    place: str
    value: Mapping[str, Any]

    def at(self, key: str) -> str:
        """The place of one of its values."""
        return f"{self.place}.{key}" if self.place else key

    def need(self, key: str) -> Any:
        """A value that must be there; raises LabelError design_incomplete."""
        if key not in self.value:
            raise LabelError("design_incomplete", self.at(key))
        return self.value[key]

    def refuse(self, key: str, wanted: str) -> LabelError:
        """What is said of a value that is not what it should be."""
        return LabelError(
            "design_value", self.at(key), value=str(self.value.get(key))[:60], wanted=wanted
        )


def node_of(value: Any, place: str) -> Node:
    """A JSON object; raises LabelError design_value."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise LabelError("design_value", place, value=str(value)[:60], wanted="{...}")
    return Node(place, value)


def list_of(node: Node, key: str, most: int) -> list[Any]:
    """A list of at most so many things, [] when it is missing."""
    value = node.value.get(key, [])
    if not isinstance(value, list) or len(value) > most:
        raise node.refuse(key, f"[...] (0-{most})")
    return value


def refuse_unknown(node: Node, known: set[str]) -> None:
    """Raises LabelError design_unknown_key: a misspelt key must not be silently without effect."""
    for key in node.value:
        if key not in known:
            raise LabelError("design_unknown_key", node.at(key), allowed=", ".join(sorted(known)))


def number(node: Node, key: str, least: float, most: float, default: float | None = None) -> float:
    value = node.need(key) if default is None else node.value.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise node.refuse(key, f"{least:g}-{most:g}")
    return float(value)


def whole(node: Node, key: str, least: int, most: int, default: int | None = None) -> int:
    value = number(node, key, least, most, default)
    if value != int(value):
        raise node.refuse(key, f"{least}-{most}")
    return int(value)


def flag(node: Node, key: str, default: bool) -> bool:
    value = node.value.get(key, default)
    if not isinstance(value, bool):
        raise node.refuse(key, "true, false")
    return value


def choice(node: Node, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = node.need(key) if default is None else node.value.get(key, default)
    if value not in allowed:
        raise node.refuse(key, ", ".join(allowed))
    return str(value)


def rotation(node: Node) -> Rotation:
    value = node.value.get("rotation", 0)
    if value not in (0, 90, 180, 270) or isinstance(value, bool):
        raise node.refuse("rotation", "0, 90, 180, 270")
    return cast(Rotation, int(value))


def text(node: Node, key: str, default: str | None = None) -> str:
    value = node.need(key) if default is None else node.value.get(key, default)
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise node.refuse(key, "text")
    return value


def words(node: Node, key: str, default: str | None = None) -> Words:
    """A text for all languages, or {"en": ..., "zh": ...}."""
    value = node.need(key) if default is None else node.value.get(key, default)
    return _words(node, key, value)


def template(node: Node, key: str) -> Template:
    """A text with {fields}, or a list of them."""
    value = node.need(key)
    parts = value if isinstance(value, list) else [value]
    if not 1 <= len(parts) <= 20:
        raise node.refuse(key, "1-20 texts")
    read = Template(tuple(_words(node, key, part) for part in parts))
    _check_braces(node, key, read)
    return read


def box(node: Node, key: str = "box_mm") -> tuple[float, float, float, float]:
    """[x, y, width, height] in mm."""
    value = node.need(key)
    if not isinstance(value, list) or len(value) != 4:
        raise node.refuse(key, "[x, y, width, height]")
    held = Node(node.at(key), {str(at): each for at, each in enumerate(value)})
    x, y = number(held, "0", 0, 1000), number(held, "1", 0, 1000)
    return x, y, number(held, "2", 0.05, 1000), number(held, "3", 0.05, 1000)


def picture(node: Node, key: str) -> bytes:
    """A PNG in base64."""
    value = text_of_any_length(node, key)
    try:
        content = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise node.refuse(key, "PNG, base64") from None
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise node.refuse(key, "PNG, base64")
    return content


def text_of_any_length(node: Node, key: str) -> str:
    value = node.need(key)
    if not isinstance(value, str) or len(value) > MOST_PICTURE:
        raise node.refuse(key, f"text, 0-{MOST_PICTURE}")
    return value


def _words(node: Node, key: str, value: Any) -> Words:
    spoken = dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else value
    if not isinstance(spoken, Mapping) or set(spoken) != set(LANGUAGES):
        raise node.refuse(key, '"..." / {"en": "...", "zh": "..."}')
    for said in spoken.values():
        if not isinstance(said, str) or len(said) > MOST_TEXT or not said.isprintable():
            raise node.refuse(key, "text")
    return dict(spoken)


def _check_braces(node: Node, key: str, read: Template) -> None:
    for part in read.parts:
        for said in part.values():
            if set("{}") & set(PLACEHOLDER.sub("", said)):
                raise node.refuse(key, "{field}")
