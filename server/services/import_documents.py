"""Documents from a file or from pasted rows: each row is a line, rows of one document stand
together by its mark, its external number, or simply by kind, site and partner.

A document is made whole or not at all: one wrong line keeps the others of its document out. Made
they are drafts; rolling back closes those that nobody has touched since.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select

from server.domain.codes import code_key
from server.domain.documents import LINES_MOST, kind_of
from server.domain.errors import InvalidInput, RuleViolated, StockturnError
from server.domain.fields import positive
from server.services.find_document_references import References
from server.services.plan_import import Ground, PlannedRow
from server.services.write_documents import add_document, touch
from server.services.write_documents import tell as tell_document
from server.store.bulk import insert_rows, rows_where
from server.store.models import Document, ImportBatch, ImportChange

TABLE: Final = "document"
_HEAD: tuple[str, ...] = (
    "kind", "site", "to_site", "supplier", "customer", "external_number", "document_date",
    "due_date", "mode", "reason", "remarks", "origin",
)  # fmt: skip
_LINE: tuple[str, ...] = (
    "item", "quantity", "unit", "price", "lot", "expires_on", "location", "to_location",
    "over_percent", "under_percent",
)  # fmt: skip


@dataclass
class Paper:
    """One document of the file: the rows it is made of."""

    rows: list[PlannedRow] = field(default_factory=list)

    @property
    def values(self) -> dict[str, Any]:
        """As `make_document` takes it: the head from the first row that says each field."""
        head: dict[str, Any] = {}
        for row in self.rows:
            head = {n: row.values[n] for n in _HEAD if n in row.values} | head
        right = [row for row in self.rows if row.wrong is None]
        lines = [{n: row.values[n] for n in _LINE if n in row.values} for row in right]
        for row, line in zip(right, lines, strict=True):
            line["remarks"] = row.values.get("line_remarks", "")
        return {**head, "lines": lines}


def plan_documents(ground: Ground, rows: list[PlannedRow]) -> None:
    """Find what is wrong without writing anything; the right rows are all new."""
    for row in rows:
        row.values.setdefault("site", ground.site or "")
    papers = _papers(rows)
    references = References(ground.session, ground.actor)
    references.load([paper.values for paper in papers])
    taken = _external_numbers(ground, papers)
    for paper in papers:
        for row in paper.rows:
            if row.wrong is None:
                row.wrong = _problem(references, paper, row, taken)
        _keep_whole(paper)


def write_documents(ground: Ground, rows: list[PlannedRow], batch: ImportBatch) -> None:
    """Make the documents whose first row is among these."""
    first = [row for row in rows if row.posts and row.values["paper"].rows[0] is row]
    papers: list[Paper] = [row.values["paper"] for row in first]
    references = References(ground.session, ground.actor)
    references.load([paper.values for paper in papers])
    made = [add_document(ground.edit, references, paper.values) for paper in papers]
    changes = [
        {
            "batch_id": batch.id,
            "table_name": TABLE,
            "row_id": str(document.id),
            "before": None,
            "after": str(document.version),
        }
        for document in made
    ]
    insert_rows(ground.session, ImportChange, changes)


def check_documents(ground: Ground, changes: Sequence[ImportChange]) -> None:
    """Raises RuleViolated `changed_since_import` naming a document somebody has touched."""
    ids = [int(change.row_id) for change in changes]
    for row in rows_where(ground.session, Document.id, ids):
        if row.state not in ("draft", "closed") or row.version != 1:
            raise RuleViolated("changed_since_import", kind=TABLE, value=row.number)


def close_documents(ground: Ground, changes: Sequence[ImportChange]) -> None:
    """Close what an import made. Raises RuleViolated `changed_since_import`."""
    check_documents(ground, changes)
    ids = [int(change.row_id) for change in changes]
    asked = select(Document).where(Document.id.in_(ids)).order_by(Document.id).with_for_update()
    for document in ground.session.scalars(asked):
        document.state, document.external_key = "closed", ""
        document.closed_by, document.closed_at = ground.actor.user_id, ground.at
        touch(ground.edit, document)
        tell_document(ground.edit, document, "closed", reason="import")


def _papers(rows: Sequence[PlannedRow]) -> list[Paper]:
    """The documents of a file; rows planned before stay with theirs."""
    papers: dict[tuple[str, ...], Paper] = {}
    for row in rows:
        if "paper" in row.values:
            continue
        values = row.values
        mark, partner = values.get("document") or "", ""
        if not mark:
            mark = values.get("external_number") or ""
            partner = values.get("supplier") or values.get("customer") or ""
        parts = (mark, values.get("kind", ""), values["site"], partner)
        key = tuple(code_key(str(part)) for part in parts)
        paper = papers.setdefault(key, Paper())
        paper.rows.append(row)
        values["paper"] = paper
    return list(papers.values())


def _external_numbers(ground: Ground, papers: Sequence[Paper]) -> set[tuple[str, str, int]]:
    """(key, kind, partner id) of partners' numbers that stand on documents already."""
    numbers = [paper.values.get("external_number", "") for paper in papers]
    keys = [code_key(number) for number in numbers if number]
    found = rows_where(ground.session, Document.external_key, keys)
    return {(row.external_key, row.kind, row.partner_id) for row in found}


def _problem(
    references: References, paper: Paper, row: PlannedRow, taken: set[tuple[str, str, int]]
) -> StockturnError | None:
    try:
        _check(references, paper, row, taken)
    except StockturnError as problem:
        return problem
    return None


def _check(
    references: References, paper: Paper, row: PlannedRow, taken: set[tuple[str, str, int]]
) -> None:
    values = paper.values
    kind = kind_of(values["kind"])
    if not values["site"]:
        raise InvalidInput("site_missing")
    site = references.site(values["site"], own=True)
    partner_id = 0
    if kind.partner:
        if not values.get(kind.partner):
            raise InvalidInput("field_missing", field=kind.partner)
        partner_id = references.partner(kind.partner, values[kind.partner]).id
    if kind.moves:
        if not values.get("to_site"):
            raise InvalidInput("field_missing", field="to_site")
        references.site(values["to_site"], own=False)
    if kind.reasons and values.get("reason") not in kind.reasons:
        raise InvalidInput("field_missing", field="reason")
    number = code_key(values.get("external_number", ""))
    if number and (number, kind.name, partner_id) in taken:
        raise RuleViolated("external_number_taken", value=values["external_number"])
    if len(paper.rows) > LINES_MOST:
        raise InvalidInput("too_many_lines", most=LINES_MOST)
    item = references.item(row.values["item"])
    positive(row.values["quantity"], "quantity")
    if row.values.get("unit"):
        references.packaging(item, row.values["unit"])
    if row.values.get("location"):
        references.location(site.id, row.values["location"])


def _keep_whole(paper: Paper) -> None:
    """One wrong line keeps its document out."""
    wrong = next((row.number for row in paper.rows if row.wrong is not None), None)
    for row in paper.rows:
        if wrong is not None and row.wrong is None:
            row.wrong = InvalidInput("other_line_wrong", row=wrong)
        row.posts = row.wrong is None
