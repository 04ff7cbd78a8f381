"""Print jobs, printers, number ranges and scans of labels as people read them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from server.domain.codes import code_key
from server.store.models import (
    Item,
    LabelScan,
    NumberRange,
    Owner,
    Printer,
    PrintJob,
    Site,
    User,
)
from server.store.queries.records import Listing, Record, Sites

_Original = aliased(PrintJob)
_Station = aliased(User)

PRINTER_LIST = Listing(
    select(
        Printer.id,
        Site.code.label("site"),
        _Station.name.label("station"),
        Printer.name,
        Printer.language,
        Printer.dpi,
        Printer.media,
        Printer.state,
        Printer.reason,
        Printer.agent_version,
        Printer.seen_at,
        Printer.version,
        Printer.retired_at.is_not(None).label("retired"),
        select(func.count())
        .where(PrintJob.printer_id == Printer.id, PrintJob.ended_at.is_(None))
        .scalar_subquery()
        .label("open_jobs"),
    )
    .join(Site, Site.id == Printer.site_id)
    .join(_Station, _Station.id == Printer.user_id),
    (Printer.id,),
    site=Printer.site_id,
    filters={
        "site": lambda code: Site.code_key == code_key(code),
        "retired": lambda retired: Printer.retired_at.is_not(None) == retired,
    },
)

RANGE_LIST = Listing(
    select(
        NumberRange.id,
        NumberRange.kind,
        Owner.code.label("owner"),
        Item.sku.label("item"),
        NumberRange.prefix,
        NumberRange.extension,
        NumberRange.digits,
        NumberRange.next,
        NumberRange.last,
        (NumberRange.last - NumberRange.next + 1).label("left"),
        NumberRange.version,
        NumberRange.retired_at.is_not(None).label("retired"),
    )
    .join(Owner, Owner.id == NumberRange.owner_id)
    .outerjoin(Item, Item.id == NumberRange.item_id),
    (NumberRange.id,),
    filters={
        "kind": lambda kind: NumberRange.kind == kind,
        "retired": lambda retired: NumberRange.retired_at.is_not(None) == retired,
    },
)

_JOB_FILTERS: dict[str, Any] = {
    "site": lambda code: Site.code_key == code_key(code),
    "printer": lambda printer_id: PrintJob.printer_id == printer_id,
    "state": lambda state: PrintJob.state == state,
    "open": lambda is_open: PrintJob.ended_at.is_(None) == is_open,
}


def print_jobs_page(
    session: Session, sites: Sites, filters: dict[str, Any], before: int | None, limit: int
) -> list[Record]:
    """Jobs with ids below `before`, newest first; without their rows."""
    asked = _jobs(sites).where(*(_JOB_FILTERS[name](value) for name, value in filters.items()))
    if before is not None:
        asked = asked.where(PrintJob.id < before)
    rows = session.execute(asked.order_by(PrintJob.id.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


def one_print_job(session: Session, sites: Sites, uid: UUID) -> Record | None:
    """One job with its rows; None if there is none or it is of another site."""
    asked = _jobs(sites).add_columns(PrintJob.rows).where(PrintJob.uid == uid)
    row = session.execute(asked).one_or_none()
    return None if row is None else dict(row._mapping)


def label_quality(session: Session, sites: Sites, least_scans: int, limit: int) -> list[Record]:
    """How labels scan, the worst first: by tries per scan, of codes scanned often enough."""
    tries = func.sum(LabelScan.attempts)
    scans = func.count()
    per_scan = tries * 100 / scans
    asked = (
        select(
            Site.code.label("site"),
            LabelScan.code,
            scans.label("scans"),
            tries.label("attempts"),
            per_scan.label("attempts_per_100"),
            func.max(LabelScan.grade).label("worst_grade"),
            func.max(LabelScan.at).label("last_at"),
        )
        .join(Site, Site.id == LabelScan.site_id)
        .group_by(Site.code, LabelScan.code)
        .having(scans >= least_scans)
        .order_by(per_scan.desc(), func.max(LabelScan.grade).desc(), LabelScan.code)
        .limit(limit)
    )
    if sites is not None:
        asked = asked.where(LabelScan.site_id.in_(sites))
    rows = [dict(row._mapping) for row in session.execute(asked)]
    for row in rows:
        row["attempts"] = int(row["attempts"])
        row["attempts_per_100"] = int(row["attempts_per_100"])
    return rows


def scans_of_job(session: Session, job_id: int) -> set[str]:
    """The codes that were read back off this job's labels."""
    asked = select(LabelScan.code).where(LabelScan.job_id == job_id, LabelScan.row.is_not(None))
    return set(session.scalars(asked))


def _jobs(sites: Sites) -> Select[*tuple[Any, ...]]:
    asked = (
        select(
            PrintJob.id.label("key"),
            PrintJob.uid.label("id"),
            Site.code.label("site"),
            PrintJob.printer_id.label("printer"),
            Printer.name.label("printer_name"),
            _Station.name.label("station"),
            PrintJob.design,
            PrintJob.design_version,
            PrintJob.copies,
            PrintJob.labels,
            PrintJob.checked,
            PrintJob.priority,
            PrintJob.media,
            PrintJob.numbered,
            PrintJob.state,
            PrintJob.reason,
            PrintJob.problem,
            PrintJob.sent,
            PrintJob.confirmed,
            PrintJob.doubtful,
            PrintJob.expires_at,
            PrintJob.leased_until,
            _Original.uid.label("reprint_of"),
            PrintJob.reprint_reason,
            PrintJob.mark,
            PrintJob.source,
            User.name.label("user"),
            PrintJob.created_at,
            PrintJob.ended_at,
            PrintJob.request_id,
        )
        .join(Site, Site.id == PrintJob.site_id)
        .join(Printer, Printer.id == PrintJob.printer_id)
        .join(_Station, _Station.id == Printer.user_id)
        .outerjoin(User, User.id == PrintJob.created_by)
        .outerjoin(_Original, _Original.id == PrintJob.reprint_of)
    )
    return asked if sites is None else asked.where(PrintJob.site_id.in_(sites))
