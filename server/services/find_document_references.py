"""What documents name by code: sites, partners, items, units, places, and other documents.

Everything is read set-based for many documents at once (an import), and asked one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import InvalidInput, NotFound, RuleViolated
from server.domain.people import Actor
from server.store.bulk import rows_where
from server.store.models import Customer, Document, DocumentLine, Packaging, Supplier
from server.store.queries.catalogue import (
    ItemRow,
    LocationRow,
    SiteRow,
    items_by_key,
    locations_by_key,
    sites_by_key,
)

Values = Mapping[str, Any]


class _Retirable(Protocol):
    @property
    def retired(self) -> bool: ...


Row = TypeVar("Row", bound=_Retirable)


class Named(NamedTuple):
    """A supplier or a customer."""

    id: int
    code: str
    retired: bool


class Pack(NamedTuple):
    """A packaging: its id, how many base units, whether it is still used."""

    id: int
    quantity: Decimal
    retired: bool


@dataclass
class References:
    """Rows that some documents name; `load` first."""

    session: Session
    actor: Actor
    sites: dict[str, SiteRow] = field(default_factory=dict)
    items: dict[str, ItemRow] = field(default_factory=dict)
    suppliers: dict[str, Named] = field(default_factory=dict)
    customers: dict[str, Named] = field(default_factory=dict)
    packagings: dict[tuple[int, str], Pack] = field(default_factory=dict)
    locations: dict[tuple[int, str], LocationRow] = field(default_factory=dict)

    def load(self, documents: Sequence[Values]) -> None:
        """Read all that these documents (with their `lines`) name."""
        lines = [line for document in documents for line in document.get("lines", ())]
        self.sites |= sites_by_key(self.session, _keys(documents, "site", "to_site"))
        self.items |= items_by_key(self.session, _keys(lines, "item"))
        for model, found, name in (
            (Supplier, self.suppliers, "supplier"),
            (Customer, self.customers, "customer"),
        ):
            rows = rows_where(self.session, model.code_key, sorted(_keys(documents, name)))
            found |= {r.code_key: Named(r.id, r.code, r.retired_at is not None) for r in rows}
        ids = sorted({item.id for item in self.items.values()})
        self.packagings |= {
            (row.item_id, code_key(row.name)): Pack(
                row.id, row.quantity, row.retired_at is not None
            )
            for row in rows_where(self.session, Packaging.item_id, ids)
        }
        for site in list(self.sites.values()):
            keys = _keys(lines, "location", "to_location")
            found_here = locations_by_key(self.session, site.id, keys) if keys else {}
            self.locations |= {(site.id, key): row for key, row in found_here.items()}

    def site(self, code: str, *, own: bool) -> SiteRow:
        """A site in use; `own`: one of the actor's. Raises NotFound `unknown_site`, RuleViolated
        `retired`."""
        found = self.sites.get(code_key(code))
        if found is None or (own and not self.actor.sees_site(found.id)):
            raise NotFound("unknown_site", site=code[:40])
        return _in_use(found, found.code)

    def partner(self, what: str, code: str) -> Named:
        """Raises InvalidInput `unknown_supplier`, `unknown_customer`, RuleViolated `retired`."""
        known = self.suppliers if what == "supplier" else self.customers
        found = known.get(code_key(code))
        if found is None:
            facts: dict[str, Any] = {what: code[:40]}
            raise InvalidInput(f"unknown_{what}", **facts)
        return _in_use(found, found.code)

    def item(self, sku: str) -> ItemRow:
        """Raises InvalidInput `unknown_item`, RuleViolated `retired`."""
        found = self.items.get(code_key(sku))
        if found is None:
            raise InvalidInput("unknown_item", item=sku[:40])
        return _in_use(found, found.sku)

    def packaging(self, item: ItemRow, unit: str) -> Pack | None:
        """The packaging of this name; None for the base unit itself. Raises InvalidInput
        `wrong_unit` for what is neither."""
        if code_key(unit) == code_key(item.base_unit):
            return None
        found = self.packagings.get((item.id, code_key(unit)))
        if found is None or found.retired:
            names = [key[1] for key, pack in self.packagings.items() if key[0] == item.id]
            allowed = [item.base_unit, *sorted(names)]
            raise InvalidInput("wrong_unit", item=item.sku, unit=unit[:40], allowed=allowed)
        return found

    def location(self, site_id: int, code: str) -> LocationRow:
        """A place of a site. Raises InvalidInput `unknown_location`, RuleViolated `retired`."""
        found = self.locations.get((site_id, code_key(code)))
        if found is None or found.code.startswith("@"):
            raise InvalidInput("unknown_location", location=code[:40])
        return _in_use(found, found.code)

    def document(self, number: str) -> Any:
        """A document by its own number, where the actor may look. Raises NotFound
        `unknown_document`."""
        asked = select(Document).where(Document.number_key == code_key(number))
        found = self.session.scalars(asked).one_or_none()
        if found is None or not self.actor.sees_site(found.site_id):
            raise NotFound("unknown_document", document=number[:40])
        return found

    def lines_of(self, document_id: int) -> dict[int, Any]:
        """The lines of a document by number."""
        asked = select(DocumentLine).where(DocumentLine.document_id == document_id)
        return {row.line: row for row in self.session.scalars(asked)}


def _keys(rows: Iterable[Values], *names: str) -> set[str]:
    return {code_key(row[name]) for row in rows for name in names if row.get(name)}


def _in_use(row: Row, code: str) -> Row:
    if row.retired:
        raise RuleViolated("retired", code=code)
    return row
