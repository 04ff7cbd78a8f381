"""Documents are made as drafts and changed while they are; what was approved stays as it is.

make_document(values, actor)                 a draft with its number
change_document(id, values, version, actor)  fields of the head; `lines` replaces them all
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.domain.codes import checked_code, code_key
from server.domain.days import day_of
from server.domain.document_numbers import number_in, series_of
from server.domain.document_rules import percent
from server.domain.documents import (
    LINES_MOST,
    REMARKS_MOST,
    TRANSFER_MODES,
    Kind,
    kind_of,
    require_state,
)
from server.domain.errors import Conflict, InvalidInput, NotFound, RuleViolated
from server.domain.fields import cost, one_of, positive
from server.domain.numbers import EXACT, quantity
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.document_rules import number_pattern_of
from server.services.find_document_references import References
from server.services.keep_records import Edit
from server.store.db import table_of, unit_of_work, upsert
from server.store.feed import announce
from server.store.models import Document, DocumentLine, DocumentNumber
from server.store.queries.catalogue import SiteRow, sites_by_id

Values = Mapping[str, Any]
CHANGEABLE: Final = frozenset(
    {
        "supplier", "customer", "external_number", "document_date", "due_date", "reason", "mode",
        "to_site", "remarks", "lines",
    }
)  # fmt: skip


def make_document(values: Values, *, actor: Actor) -> int:
    """Make a draft and answer its id.

    Raises InvalidInput, NotFound or RuleViolated naming what cannot be, Conflict
    `external_number_taken`, NotPermitted for prices.
    """
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        references = References(session, actor)
        references.load([values])
        return add_document(edit, references, values).id


def add_document(edit: Edit, references: References, values: Values) -> Document:
    """The same inside an open unit of work; `references` have been loaded with the values."""
    kind = kind_of(values["kind"])
    site = references.site(values["site"], own=True)
    row = Document(
        kind=kind.name,
        site_id=site.id,
        created_by=edit.actor.user_id,
        created_at=edit.at,
        changed_at=edit.at,
        document_date=day_of(edit.at, site.time_zone),
        **_origin(references, kind, site, values),
    )
    _fill(edit, references, kind, site, row, values)
    row.number = _next_number(edit, kind, site, row.document_date)
    row.number_key = code_key(row.number)
    edit.session.add(row)
    flush_document(edit.session, row)
    _write_lines(edit, references, row, values.get("lines", ()))
    tell(edit, row, "made")
    return row


def change_document(document_id: int, values: Values, *, version: int, actor: Actor) -> None:
    """Change a draft that still is at `version`.

    Raises NotFound `unknown_document`, Conflict `stale_version`, RuleViolated `document_state`,
    and what make_document raises.
    """
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        row = locked_document(session, document_id, actor, version)
        require_state(row.state, "draft")
        kind = kind_of(row.kind)
        site = sites_by_id(session, [row.site_id])[row.site_id]
        references = References(session, actor)
        references.load([values, {"site": site.code, **_site_of_arrival(session, row)}])
        _fill(edit, references, kind, site, row, values)
        flush_document(session, row)
        if "lines" in values:
            lines = _with_hidden_prices(edit, row, references, values["lines"])
            of_document = DocumentLine.document_id == row.id
            session.execute(delete(table_of(DocumentLine)).where(of_document))
            _write_lines(edit, references, row, lines)
        touch(edit, row)
        tell(edit, row, "changed")


def locked_document(
    session: Session,
    document_id: int,
    actor: Actor,
    version: int | None = None,
    *,
    arriving: bool = False,
) -> Document:
    """The head, locked; `arriving`: also for those of the site where it arrives.

    Raises NotFound `unknown_document`, Conflict `stale_version`.
    """
    row = session.get(Document, document_id, with_for_update=True)
    there = row.to_site_id if row is not None and arriving else None
    if row is None or not (
        actor.sees_site(row.site_id) or (there is not None and actor.sees_site(there))
    ):
        raise NotFound("unknown_document", document=str(document_id))
    if version is not None and row.version != version:
        raise Conflict("stale_version", version=row.version)
    return row


def touch(edit: Edit, row: Document) -> None:
    """It changed: a new version, and the instant."""
    row.version += 1
    row.changed_at = edit.at
    edit.session.flush()


def tell(edit: Edit, row: Document, what: str, **facts: Any) -> None:
    """Announce "document.<what>" to everybody at its site, and where a transfer arrives."""
    payload = {"id": row.id, "number": row.number, "kind": row.kind, "state": row.state, **facts}
    for site_id in {row.site_id, row.to_site_id or row.site_id}:
        announce(
            edit.session,
            f"document.{what}",
            payload,
            actor=edit.actor,
            at=edit.at,
            site_id=site_id,
        )


def _site_of_arrival(session: Session, row: Document) -> Values:
    if row.to_site_id is None:
        return {}
    return {"to_site": sites_by_id(session, [row.to_site_id])[row.to_site_id].code}


# The head ----------------------------------------------------------------------------------------


def _fill(
    edit: Edit, references: References, kind: Kind, site: SiteRow, row: Document, values: Values
) -> None:
    """Give the row the fields that are named, and check that it is whole."""
    _refuse_foreign_fields(kind, values)
    if kind.partner and values.get(kind.partner):
        partner = references.partner(kind.partner, values[kind.partner])
        setattr(row, f"{kind.partner}_id", partner.id)
        row.partner_id = partner.id
    if "external_number" in values:
        row.external_number = checked_text(values["external_number"], "external_number")
        row.external_key = code_key(row.external_number)
    for name in ("document_date", "due_date"):
        if name in values:
            setattr(row, name, values[name])
    if "remarks" in values:
        row.remarks = checked_text(values["remarks"], "remarks", REMARKS_MOST)
    if kind.reasons and "reason" in values:
        row.reason = one_of(values["reason"], "reason", kind.reasons)
    elif "reason" in values:
        row.reason = checked_text(values["reason"], "reason")
    if kind.moves:
        _fill_transfer(references, site, row, values)
    _require_whole(kind, row)


def _fill_transfer(references: References, site: SiteRow, row: Document, values: Values) -> None:
    if values.get("to_site"):
        row.to_site_id = references.site(values["to_site"], own=False).id
    row.mode = one_of(values.get("mode", row.mode or "stepwise"), "mode", TRANSFER_MODES)
    if row.to_site_id == site.id:
        raise InvalidInput("same_site", site=site.code)


def _refuse_foreign_fields(kind: Kind, values: Values) -> None:
    """Fields that mean nothing on this kind are a mistake, not a remark."""
    foreign = {"supplier", "customer"} - {kind.partner}
    if not kind.moves:
        foreign |= {"to_site", "mode"}
    named = sorted(name for name in foreign if values.get(name))
    if named:
        raise InvalidInput("not_on_this_kind", kind=kind.name, fields=named)


def _require_whole(kind: Kind, row: Document) -> None:
    if kind.partner and not row.partner_id:
        raise InvalidInput("field_required", field=kind.partner)
    if kind.moves and row.to_site_id is None:
        raise InvalidInput("field_required", field="to_site")
    if kind.reasons and not row.reason:
        raise InvalidInput("field_required", field="reason")
    if row.due_date is not None and row.due_date < row.document_date:
        raise InvalidInput("due_before_document", due=str(row.due_date))


def _origin(
    references: References, kind: Kind, site: SiteRow, values: Values
) -> dict[str, int | None]:
    """What it comes from: a document of a fitting kind at the same site."""
    if not values.get("origin"):
        return {"origin_id": None}
    origin = references.document(values["origin"])
    if origin.kind not in kind.origins or origin.site_id != site.id:
        raise RuleViolated("wrong_origin", document=origin.number, kind=kind.name)
    require_state(origin.state, "approved", "in_progress", "done")
    return {"origin_id": origin.id}


def _next_number(edit: Edit, kind: Kind, site: SiteRow, day: date) -> str:
    """A number nobody has; the series' row is locked until we commit."""
    series = series_of(number_pattern_of(edit.session, kind.name, site.id), day, site.code)
    while True:
        statement = upsert(edit.session, DocumentNumber).values(series=series, last=1)
        statement = statement.on_conflict_do_update(
            index_elements=["series"], set_={"last": DocumentNumber.last + 1}
        )
        edit.session.execute(statement)
        last = select(DocumentNumber.last).where(DocumentNumber.series == series)
        number = checked_code(number_in(series, edit.session.scalars(last).one()), "number")
        taken = select(Document.id).where(Document.number_key == code_key(number))
        if edit.session.scalar(taken) is None:
            return number


def flush_document(session: Session, row: Document) -> None:
    """Save the head. Raises Conflict `external_number_taken`."""
    try:
        session.flush()
    except IntegrityError as problem:
        raise Conflict("external_number_taken", value=row.external_number) from problem


# The lines ---------------------------------------------------------------------------------------


def _write_lines(
    edit: Edit, references: References, row: Document, lines: Sequence[Values]
) -> None:
    if len(lines) > LINES_MOST:
        raise InvalidInput("too_many_lines", most=LINES_MOST)
    origin_lines = references.lines_of(row.origin_id) if row.origin_id else {}
    for number, values in enumerate(lines, 1):
        try:
            columns = _line_columns(edit, references, row, values, origin_lines)
        except (InvalidInput, NotFound, RuleViolated) as problem:
            raise type(problem)(problem.code, **{**problem.fields, "line": number}) from problem
        edit.session.add(DocumentLine(document_id=row.id, line=number, **columns))
    edit.session.flush()


def _with_hidden_prices(
    edit: Edit, row: Document, references: References, lines: Sequence[Values]
) -> Sequence[Values]:
    """Who may not set prices sends lines without them: each item keeps the one it had."""
    if edit.actor.may("cost.write"):
        return lines
    known = {line.item_id: line.price for line in references.lines_of(row.id).values()}
    kept = []
    for line in lines:
        item = references.items.get(code_key(line["item"]))
        has = item is not None and item.id in known and "price" not in line
        kept.append({**line, "kept_price": known[item.id]} if has and item else line)
    return kept


def _line_columns(
    edit: Edit,
    references: References,
    row: Document,
    values: Values,
    origin_lines: Mapping[int, Any],
) -> dict[str, Any]:
    item = references.item(values["item"])
    count = positive(values["quantity"], "quantity")
    pack = references.packaging(item, values["unit"]) if values.get("unit") else None
    columns: dict[str, Any] = {
        "item_id": item.id,
        "quantity": count if pack is None else quantity(EXACT.multiply(count, pack.quantity)),
        "packaging_id": None if pack is None else pack.id,
        "lot": checked_code(values["lot"], "lot") if values.get("lot") else "",
        "expires_on": values.get("expires_on"),
        "remarks": checked_text(values.get("remarks", ""), "remarks"),
        "origin_line_id": _origin_line(item.id, values, origin_lines),
    }
    if "kept_price" in values:
        columns["price"] = values["kept_price"]
    elif values.get("price") is not None:
        edit.actor.require("cost.write")
        columns["price"] = cost(values["price"], "price")
    for name in ("over_percent", "under_percent"):
        if values.get(name) is not None:
            columns[name] = percent(values[name], name)
    if values.get("location"):
        columns["location_id"] = references.location(row.site_id, values["location"]).id
    if values.get("to_location"):
        arrival = row.to_site_id or row.site_id
        columns["to_location_id"] = references.location(arrival, values["to_location"]).id
    return columns


def _origin_line(item_id: int, values: Values, origin_lines: Mapping[int, Any]) -> int | None:
    """The line it fulfils: the one it names, else the first of the same item."""
    number = values.get("origin_line")
    if number is None:
        same = (line.id for line in origin_lines.values() if line.item_id == item_id)
        return next(same, None)
    found = origin_lines.get(number)
    if found is None or found.item_id != item_id:
        raise InvalidInput("unknown_line", origin_line=number)
    return int(found.id)
