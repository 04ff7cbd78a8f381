"""A file before it is checked: its columns, the fields they would be, and its first rows; and the
wrong rows of one that was."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.errors import NotPermitted
from server.domain.imports import Kind, kind_named, propose_columns
from server.domain.people import Actor
from server.services.read_table import read_table

SAMPLE_ROWS: Final = 5
CELL_SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class Preview:
    """headers: of the file. columns: {header: field or ""}. rows: how many it has below them."""

    kind: Kind
    headers: Sequence[str]
    columns: dict[str, str]
    samples: list[list[str]]
    rows: int


@dataclass(frozen=True, slots=True)
class WrongRows:
    """The wrong rows of a dry run; the reason stands last. all: how many there are."""

    headers: list[str]
    rows: list[list[str]]
    all: int


def preview_import(kind_name: str, content: bytes, *, actor: Actor) -> Preview:
    """Look into a file. Raises what read_table raises, and NotPermitted."""
    kind = kind_named(kind_name)
    if not actor.may(kind.permission):
        raise NotPermitted("not_permitted", permission=kind.permission)
    table = read_table(content)
    samples = [[cell[:CELL_SHOWN] for cell in row] for row in table[1 : SAMPLE_ROWS + 1]]
    headers = [header.strip()[:CELL_SHOWN] for header in table[0]]
    return Preview(kind, headers, propose_columns(kind, headers), samples, len(table) - 1)


def wrong_rows(content: bytes, limit: int) -> WrongRows:
    """The kept file of wrong rows, read back; at most `limit` of them."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    headers, rows = lines[0], lines[1:]
    shown = [[cell[:CELL_SHOWN] for cell in row] for row in rows[:limit]]
    return WrongRows(headers, shown, len(rows))
