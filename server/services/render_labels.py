"""Rows of a print job into what its printer takes; every symbol read back on the way."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

import labels
from server.domain.errors import InvalidInput, RuleViolated
from server.services.keep_designs import design_in_force, refusals
from server.store.models import Printer, PrintJob

if TYPE_CHECKING:
    from labels import Design, Media

Row = Mapping[str, Any]
"""{"data": {field: text}}, and "design" where it is not the job's own."""

CALIBRATION = "calibration"
"""The name a test print has as a design; nobody else may take it."""
CHECKED_AT_ONCE = 20
"""So many labels are read back before the request is answered; the rest by a job."""
DOCUMENT_LABELS_MOST = 500
"""A PDF is one piece of work: it must be ready before its station gives up waiting."""
SIZE_TOLERANCE_MM = 1.0
MEDIA_KEYS = (
    "across",
    "across_gap_mm",
    "gap_mm",
    "tracking",
    "darkness",
    "offset_x_mm",
    "offset_y_mm",
    "direction",
)


@dataclass(frozen=True, slots=True)
class Sheaf:
    """Everything that decides how a job's labels look. labels: (design, data), copies apart."""

    labels: Sequence[tuple["Design", Mapping[str, Any]]]
    to: str
    dpi: int
    text_language: str
    media: "Media"
    copies: int = 1
    sheet: str = ""
    first_cell: int = 1

    @property
    def pieces(self) -> int:
        """How many formats the printer gets: rows of a roll; a PDF is one."""
        if self.to == "pdf":
            return 1
        return ceil(len(self.labels) * self.copies / self.media.across)


@dataclass(frozen=True, slots=True)
class Piece:
    """One format, by its number from 1."""

    number: int
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def sheaf_of(session: Session, job: PrintJob, printer: Printer) -> Sheaf:
    """A job's labels on its printer's media. Raises NotFound `design_unknown`."""
    own = _design(session, job, printer)
    others = {row["design"] for row in job.rows if row.get("design")}
    designs = {name: design_in_force(session, name).parsed for name in others}
    marked = {"mark": job.mark} if job.mark else {}
    each = [
        (designs.get(row.get("design", ""), own), {**row["data"], **marked}) for row in job.rows
    ]
    return Sheaf(
        each,
        printer.language,
        printer.dpi,
        job.text_language,
        replace(media_settings(printer.media or {}), across=job.media["across"] or 1),
        job.copies,
        job.sheet,
        job.first_cell,
    )


def _design(session: Session, job: PrintJob, printer: Printer) -> "Design":
    """A test print is as large as whatever its printer holds now."""
    if job.design != CALIBRATION:
        return design_in_force(session, job.design, job.design_version).parsed
    media = printer.media or job.media
    with refusals():
        return labels.calibration_design(media["width_mm"], media["height_mm"])


def media_settings(media: Mapping[str, Any]) -> "Media":
    """What labels/ must know of a printer's media. Raises InvalidInput `bad_media`."""
    known = {key: media[key] for key in MEDIA_KEYS if media.get(key) is not None}
    with refusals():
        return labels.Media(**known, speed_inch_s=media.get("speed"))


def made_for(printer: Printer) -> dict[str, Any]:
    """What a job made for this printer depends on: when it changes, the job no longer fits."""
    media = printer.media or {}
    sizes = {key: media.get(key) for key in ("name", "width_mm", "height_mm", "across")}
    return {"language": printer.language, "dpi": printer.dpi, **sizes}


def pieces_of(sheaf: Sheaf, first: int, most: int) -> Iterator[Piece]:
    """Formats `first` and on, each read back before it is given.

    Raises InvalidInput with a code of labels/ and the number of the row.
    """
    if sheaf.to == "pdf":
        if first == 1 and most:
            yield Piece(1, _whole(sheaf))
        return
    for number in range(first, min(first + most, sheaf.pieces + 1)):
        yield Piece(number, _one(sheaf, number))


def check_pieces(sheaf: Sheaf, first: int, most: int) -> int:
    """Render and read back, and forget; the number of formats found right from the beginning on.

    Raises as pieces_of.
    """
    if sheaf.to == "pdf" and len(sheaf.labels) * sheaf.copies > most:
        return 0
    done = first - 1
    for piece in pieces_of(sheaf, first, most):
        done = piece.number
    return done


def check_fit(
    design: "Design", printer: Printer, sheet: str, *, media: str = "", dpi: int | None = None
) -> None:
    """Whether this design may be printed there.

    Raises RuleViolated `printer_without_media`, `wrong_media`, `wrong_resolution`; InvalidInput
    `sheet_unknown`, `sheet_needs_pdf`.
    """
    if printer.media is None or printer.retired_at is not None:
        raise RuleViolated("printer_without_media", printer=printer.name)
    if dpi not in (None, printer.dpi):
        raise RuleViolated("wrong_resolution", wanted=dpi, there=printer.dpi, printer=printer.name)
    if sheet and printer.language != "pdf":
        raise InvalidInput("sheet_needs_pdf", printer=printer.name)
    there = (float(printer.media["width_mm"]), float(printer.media["height_mm"]))
    wanted = _size(design, sheet)
    fits = all(abs(a - b) <= SIZE_TOLERANCE_MM for a, b in zip(wanted, there, strict=True))
    if not fits or media not in ("", printer.media["name"]):
        raise RuleViolated(
            "wrong_media",
            wanted=media or "{:g} × {:g} mm".format(*wanted),
            there=f"{printer.media['name']} ({there[0]:g} × {there[1]:g} mm)",
            printer=printer.name,
        )


def _size(design: "Design", sheet: str) -> tuple[float, float]:
    if not sheet:
        return design.size_mm
    if sheet not in labels.PAGES:
        raise InvalidInput("sheet_unknown", value=sheet[:60], allowed=", ".join(labels.PAGES))
    return labels.PAGES[sheet].width_mm, labels.PAGES[sheet].height_mm


def _one(sheaf: Sheaf, number: int) -> bytes:
    across = sheaf.media.across
    copies = range((number - 1) * across, min(number * across, len(sheaf.labels) * sheaf.copies))
    rows = [at // sheaf.copies for at in copies]
    with refusals(row=rows[0] + 1):
        return labels.render_labels(
            [sheaf.labels[row] for row in rows],
            to=sheaf.to,
            language=sheaf.text_language,
            dpi=sheaf.dpi,
            media=sheaf.media,
        ).content


def _whole(sheaf: Sheaf) -> bytes:
    """All labels as one document; when one is refused, say which."""
    try:
        with refusals():
            return labels.render_labels(
                sheaf.labels,
                to=sheaf.to,
                language=sheaf.text_language,
                dpi=sheaf.dpi,
                media=sheaf.media,
                sheet=sheaf.sheet or None,
                first_cell=sheaf.first_cell,
                copies=sheaf.copies,
            ).content
    except InvalidInput:
        alone = replace(sheaf, to="zpl", copies=1, media=replace(sheaf.media, across=1))
        for number in range(1, len(alone.labels) + 1):
            _one(alone, number)
        raise
