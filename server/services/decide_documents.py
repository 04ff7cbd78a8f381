"""Approving, closing and reopening documents: whoever comes second is told so by the version."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.document_rules import DocumentRules
from server.domain.documents import Progress, Tolerances, kind_of, require_state, state_after
from server.domain.errors import RuleViolated
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.document_rules import document_rules_of
from server.services.keep_records import Edit
from server.services.reserve_documents import RESERVING, release_document, reserve_document
from server.services.retry_transactions import retried
from server.services.write_documents import flush_document, locked_document, tell, touch
from server.store.db import unit_of_work
from server.store.models import Document, DocumentLine


def approve_document(
    document_id: int, version: int, actor: Actor, *, reserve: bool | None = None
) -> None:
    """From now on the floor may work on it. reserve: promise it the stock it asks for (None: as
    the site's rules say); what is not there stays open.

    Raises NotFound `unknown_document`, Conflict `stale_version`, RuleViolated `document_state`,
    `document_empty`, `own_document`, Unavailable `database_busy`.
    """
    retried(lambda: _approve(document_id, version, actor, reserve))


def _approve(document_id: int, version: int, actor: Actor, reserve: bool | None) -> None:
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        row = locked_document(session, document_id, actor, version)
        rules = document_rules_of(session, row.site_id)
        _require_approvable(session, row, rules, actor)
        row.state = "approved"
        row.approved_by, row.approved_at = actor.user_id, edit.at
        if row.kind in RESERVING and (rules.reserve_on_approval if reserve is None else reserve):
            reserve_document(edit, row)
        touch(edit, row)
        tell(edit, row, "approved")


def _require_approvable(
    session: Session, row: Document, rules: DocumentRules, actor: Actor
) -> None:
    require_state(row.state, "draft")
    if rules.four_eyes and row.created_by is not None and row.created_by == actor.user_id:
        raise RuleViolated("own_document", document=row.number)
    any_line = select(DocumentLine.id).where(DocumentLine.document_id == row.id).limit(1)
    if session.scalar(any_line) is None:
        raise RuleViolated("document_empty", document=row.number)


def close_document(document_id: int, version: int, reason: str, actor: Actor) -> None:
    """Nothing more is to come: what was promised to it is free again, late facts are flagged.

    Raises NotFound `unknown_document`, Conflict `stale_version`, RuleViolated `document_state`.
    """
    retried(lambda: _close(document_id, version, checked_text(reason, "reason"), actor))


def _close(document_id: int, version: int, reason: str, actor: Actor) -> None:
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        row = locked_document(session, document_id, actor, version)
        require_state(row.state, "draft", "approved", "in_progress", "done")
        if not any(progress.begun for progress, _ in progress_of(session, row)):
            row.external_key = ""  # whoever enters it anew may use the partner's number again
        release_document(edit, row)
        row.state, row.close_reason = "closed", reason
        row.closed_by, row.closed_at = actor.user_id, edit.at
        touch(edit, row)
        tell(edit, row, "closed", reason=reason)


def reopen_document(document_id: int, version: int, actor: Actor) -> None:
    """A closed document is again as far as its lines say; one never approved is a draft.

    Raises NotFound `unknown_document`, Conflict `stale_version`, `external_number_taken`,
    RuleViolated `document_state`.
    """
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        row = locked_document(session, document_id, actor, version)
        require_state(row.state, "closed")
        row.external_key = code_key(row.external_number)
        row.closed_by = row.closed_at = None
        row.close_reason = ""
        row.state = "draft"
        if row.approved_at is not None:
            row.state = state_after("approved", progress_of(session, row), must_arrive(row))
        flush_document(session, row)
        touch(edit, row)
        tell(edit, row, "reopened")


def progress_of(session: Session, row: Document) -> list[tuple[Progress, Tolerances]]:
    """How far each line has come, and what it tolerates."""
    rules = document_rules_of(session, row.site_id)
    asked = select(DocumentLine).where(DocumentLine.document_id == row.id)
    return [
        (
            Progress(line.quantity, line.done, line.arrived, line.rejected, line.short),
            rules.tolerances(line.over_percent, line.under_percent),
        )
        for line in session.scalars(asked.order_by(DocumentLine.line))
    ]


def must_arrive(row: Document) -> bool:
    """Whether what was done is complete only when it has reached the other side."""
    return kind_of(row.kind).moves
