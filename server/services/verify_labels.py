"""Do the labels on the shelf scan? Printed labels scanned back, and how scanners fare with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert

import labels
from server.domain.errors import NotFound
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.find_in_scope import site_in_scope
from server.services.keep_designs import refusals
from server.services.render_labels import Sheaf, sheaf_of
from server.store.db import reading, table_of, unit_of_work
from server.store.models import LabelScan, Printer
from server.store.print_queue import job_of
from server.store.queries.print_lists import scans_of_job

if TYPE_CHECKING:
    from labels import Design

GS = "\x1d"


@dataclass(frozen=True, slots=True)
class Verdict:
    """rows: labels of the job. read: numbers of rows that scanned. failed: rows none of whose
    codes did, with those codes. strange: codes that are not of this job."""

    rows: int
    read: list[int]
    failed: list[dict[str, Any]]
    strange: list[str]


def verify_labels(uid: UUID, codes: Sequence[str], actor: Actor) -> Verdict:
    """Keep what was scanned off a job's labels, and say which labels do not scan (so far).

    Raises NotFound `unknown_print_job`.
    """
    now = now_ms()
    with reading() as session:
        job = job_of(session, uid)
        if job is None or not actor.sees_site(job.site_id):
            raise NotFound("unknown_print_job", print_job=str(uid))
        sheaf = sheaf_of(session, job, session.get_one(Printer, job.printer_id))
        known = scans_of_job(session, job.id)
        job_id, site_id = job.id, job.site_id
    expected = [_codes_of(sheaf, design, data) for design, data in sheaf.labels]
    rows_of = {code: row for row, own in enumerate(expected, 1) for code in own}
    scanned = list(dict.fromkeys(plain_code(code) for code in codes))
    new = [code for code in scanned if code not in known]
    if new:
        told = {"site_id": site_id, "job_id": job_id, "attempts": 1, "grade": "", "at": now}
        told |= {"user_id": actor.user_id, "device_id": actor.device_id}
        with unit_of_work() as session:
            rows = [{**told, "code": code, "row": rows_of.get(code)} for code in new]
            session.execute(insert(table_of(LabelScan)), rows)
    seen = known | set(scanned)
    return Verdict(
        rows=sum(bool(own) for own in expected),
        read=[row for row, own in enumerate(expected, 1) if own & seen],
        failed=[
            {"row": row, "codes": sorted(own)}
            for row, own in enumerate(expected, 1)
            if own and not own & seen
        ],
        strange=[code for code in scanned if code not in rows_of],
    )


def note_scans(site: str, scans: Sequence[Mapping[str, Any]], actor: Actor) -> int:
    """Keep how labels scanned: code, tries, grade; how many.

    Raises NotFound `unknown_site`.
    """
    now = now_ms()
    with unit_of_work() as session:
        site_id = site_in_scope(session, site, actor).id
        told = {"site_id": site_id, "at": now, "job_id": None, "row": None}
        told |= {"user_id": actor.user_id, "device_id": actor.device_id}
        rows = [{**told, **scan, "code": plain_code(scan["code"])} for scan in scans]
        session.execute(insert(table_of(LabelScan)), rows)
        return len(rows)


def plain_code(code: str) -> str:
    """A code as its label holds it: scanners may put an AIM identifier and FNC1 before it."""
    bare = code[3:] if code.startswith("]") and len(code) > 3 else code
    return bare.strip(GS)


def _codes_of(sheaf: Sheaf, design: "Design", data: Mapping[str, Any]) -> set[str]:
    """What the symbols of one label say; nothing for labels without any."""
    with refusals():
        drawing = labels.lay_out(design, data, dpi=sheaf.dpi, language=sheaf.text_language)
    return {plain_code(placed.symbol.data) for placed in drawing.symbols}
