"""Designs of labels as data: the shipped ones by name, others from their JSON."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from labels.designs.model import LANGUAGES, Design, Field
from labels.designs.parsing import parse_design
from labels.errors import LabelError

__all__ = ["LANGUAGES", "Design", "Field", "design_document", "design_names", "load_design"]

_FOLDER = Path(__file__).parent
MOST_BYTES = 1_000_000


def load_design(design: str | Mapping[str, Any] | Design) -> Design:
    """A shipped design by its name, or any by its JSON document.

    Raises LabelError design_unknown, or what parse_design says.
    """
    if isinstance(design, Design):
        return design
    return _shipped(design) if isinstance(design, str) else parse_design(design)


def design_names() -> tuple[str, ...]:
    """Names of the shipped designs, in order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def design_document(name: str) -> dict[str, Any]:
    """The JSON of a shipped design, to be exported or edited; raises LabelError design_unknown."""
    if name not in design_names():
        raise LabelError("design_unknown", value=name[:60], allowed=", ".join(design_names()))
    document: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def import_design(content: str | bytes) -> Design:
    """The design in a JSON file; raises LabelError design_not_json and as parse_design says."""
    if len(content) > MOST_BYTES:
        raise LabelError("design_not_json", reason=f"> {MOST_BYTES} bytes")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as broken:
        raise LabelError("design_not_json", reason=str(broken)[:100]) from None
    return parse_design(document)


@cache
def _shipped(name: str) -> Design:
    return parse_design(design_document(name))
