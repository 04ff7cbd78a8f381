"""Printers as people set them up: what media is in them, and test prints."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import labels
from server.domain.errors import Conflict, NotFound, RuleViolated
from server.domain.people import Actor
from server.domain.printing import HOURS_USUAL, PRIORITY_USUAL
from server.services.clock import now_ms
from server.services.keep_designs import refusals
from server.services.lease_labels import refit
from server.services.queue_labels import HOUR_MS, keep_job, printer_in_scope
from server.services.render_labels import CALIBRATION, made_for, media_settings
from server.services.wait_for_jobs import wake_stations
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.models import Printer, PrintJob


def set_up_printer(
    printer_id: int,
    actor: Actor,
    *,
    version: int,
    media: Mapping[str, Any] | None = None,
    retired: bool | None = None,
) -> None:
    """Say what media is in a printer, or retire it. What waits for it and does not fit is paused.

    Raises NotFound `unknown_printer`, Conflict `stale_version`, InvalidInput `bad_media`.
    """
    if media is not None:
        media_settings(media)
    now = now_ms()
    with unit_of_work() as session:
        row = session.get(Printer, printer_id, with_for_update=True)
        if row is None or not actor.sees_site(row.site_id):
            raise NotFound("unknown_printer", printer=str(printer_id))
        if row.version != version:
            raise Conflict("stale_version", version=row.version)
        if media is not None:
            row.media = dict(media)
        if retired is not None:
            row.retired_at = (row.retired_at or now) if retired else None
        row.version += 1
        session.flush()
        refit(session, row, actor, now)
        facts = {"id": row.id, "media": (row.media or {}).get("name"), "retired": retired}
        announce(session, "printer.changed", facts, actor=actor, at=now, site_id=row.site_id)
    wake_stations()


def print_test(printer_id: int, uid: UUID, language: str, actor: Actor) -> UUID:
    """A test print with rulers as large as the printer's labels.

    Raises NotFound `unknown_printer`, RuleViolated `printer_without_media`, InvalidInput
    `design_outside` (labels too small for rulers), Conflict `print_job_uid_reused`.
    """
    printer = printer_in_scope(printer_id, actor)
    if printer.media is None:
        raise RuleViolated("printer_without_media", printer=printer.name)
    with refusals():
        labels.calibration_design(printer.media["width_mm"], printer.media["height_mm"])
    now = now_ms()
    note = f"{printer.name} · {printer.dpi} dpi · {printer.media['name']}"
    job = PrintJob(
        uid=uid,
        content_hash=f"{CALIBRATION} {printer_id}",
        site_id=printer.site_id,
        printer_id=printer.id,
        design=CALIBRATION,
        design_version=1,
        text_language=language,
        rows=[{"data": {"note": note}}],
        copies=1,
        sheet="",
        first_cell=1,
        media=made_for(printer),
        priority=PRIORITY_USUAL,
        numbered=False,
        state="queued",
        expires_at=now + HOURS_USUAL * HOUR_MS,
        source="test",
        created_by=actor.user_id,
        created_at=now,
        request_id=actor.request_id,
    )
    return keep_job(job, printer, actor)
