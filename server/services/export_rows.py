"""Exports: every kind of record as a file, a page of rows in memory at a time.

Columns bear the names of the API's fields, which imports know as headers: what was exported can be
imported again. Cost leaves only with who may read it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from sqlalchemy.orm import Session

from server.domain.days import rfc3339
from server.domain.errors import NotFound
from server.domain.imports import ATTRIBUTE_MARKS
from server.domain.numbers import plain
from server.domain.people import Actor
from server.services.write_table import csv_file, xlsx_file
from server.store.db import reading
from server.store.queries import exports, items, places
from server.store.queries.records import Listing, Record, every

FORMATS: Final = ("csv", "xlsx")
PAGE: Final = 1_000
COST_FIELDS: Final = frozenset({"standard_cost", "price", "unit_cost", "value", "cogs"})
_INSTANTS: Final = frozenset({"changed_at", "live_at", "occurred_at", "recorded_at"})
_HIDDEN: Final = frozenset({"attributes", "has_picture", "moved", "target_id"})

Pages = Callable[[Session, list[Record]], list[Record]]


def _as_it_is(_session: Session, records: list[Record]) -> list[Record]:
    return records


def _no_more(_session: Session) -> list[str]:
    return []


def _with_parts(session: Session, records: list[Record]) -> list[Record]:
    """Packagings and barcodes as imports read them, and a column for each attribute."""
    barcodes = exports.barcodes_of(session, [record["id"] for record in records])
    return [
        record
        | {f"{ATTRIBUTE_MARKS[0]}{name}": text for name, text in record["attributes"].items()}
        | {
            "packagings": "; ".join(
                f"{part['name']}={plain(part['quantity'])}" for part in record["packagings"]
            ),
            "barcodes": "; ".join(
                f"{code}@{packaging}" if packaging else code
                for code, packaging in barcodes.get(record["id"], [])
            ),
        }
        for record in records
    ]


def _item_columns(session: Session) -> list[str]:
    names = exports.attribute_names(session)
    return ["packagings", "barcodes", *(f"{ATTRIBUTE_MARKS[0]}{name}" for name in names)]


@dataclass(frozen=True)
class _Export:
    """A list that leaves as a file: what is added to its rows, and the columns of that."""

    listing: Listing
    filters: dict[str, Any] = field(default_factory=dict)
    added: Pages = _as_it_is
    added_columns: Callable[[Session], list[str]] = _no_more

    def header(self, session: Session, actor: Actor) -> list[str]:
        """The columns this actor may have."""
        own = [column.name for column in self.listing.select.selected_columns]
        hidden = _HIDDEN if actor.may("cost.read") else _HIDDEN | COST_FIELDS
        return [name for name in (*own, *self.added_columns(session)) if name not in hidden]


EXPORTS: Final = {
    "items": _Export(items.ITEM_LIST, added=_with_parts, added_columns=_item_columns),
    "categories": _Export(items.CATEGORY_LIST),
    "packagings": _Export(items.PACKAGING_LIST),
    "barcodes": _Export(items.BARCODE_LIST),
    "lots": _Export(items.LOT_LIST),
    "item_sites": _Export(items.ITEM_SITE_LIST),
    "sites": _Export(places.SITE_LIST),
    "zones": _Export(places.ZONE_LIST),
    "locations": _Export(places.LOCATION_LIST, filters={"physical": True}),
    "statuses": _Export(places.STATUS_LIST),
    "owners": _Export(places.OWNER_LIST),
    "suppliers": _Export(places.SUPPLIER_LIST),
    "supplier_items": _Export(places.SUPPLIER_ITEM_LIST),
    "stock": _Export(exports.STOCK_EXPORT),
    "movements": _Export(exports.MOVEMENT_EXPORT),
}


def export_rows(kind: str, file_format: str, *, actor: Actor) -> Iterator[bytes]:
    """The file in pieces; begin to read it at once, for it holds a database session.

    Raises NotFound `unknown_export`.
    """
    if kind not in EXPORTS or file_format not in FORMATS:
        raise NotFound("unknown_export", kind=kind[:40], known=list(EXPORTS))
    return _pieces(EXPORTS[kind], file_format, actor)


def _pieces(export: _Export, file_format: str, actor: Actor) -> Iterator[bytes]:
    with reading() as session:
        header = export.header(session, actor)
        rows = _rows(session, export, header, actor)
        write = csv_file if file_format == "csv" else xlsx_file
        yield from write(header, rows)


def _rows(
    session: Session, export: _Export, header: Sequence[str], actor: Actor
) -> Iterator[list[Any]]:
    records = every(session, export.listing, sites=actor.site_ids, filters=export.filters)
    for page in _pages(records):
        for record in export.added(session, page):
            yield [_cell(name, record.get(name)) for name in header]


def _pages(records: Iterator[Record]) -> Iterator[list[Record]]:
    while page := list(islice(records, PAGE)):
        yield page


def _cell(name: str, value: Any) -> Any:
    return rfc3339(value) if name in _INSTANTS and value is not None else value
