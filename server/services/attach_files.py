"""Files with documents: photographs (drawn again, like those of items), PDFs, Excel tables."""

from typing import Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.domain.errors import InvalidInput, NotFound, RuleViolated
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.keep_records import Edit
from server.services.take_picture import MEDIA_TYPE, redrawn
from server.services.write_documents import locked_document, tell, touch
from server.store.db import reading, unit_of_work
from server.store.models import Document, DocumentAttachment

BYTES_MOST: Final = 2 * 1024 * 1024
FILES_MOST: Final = 20
_KEPT_AS_IT_IS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)


class AttachedFile(NamedTuple):
    """What is kept of it."""

    file_name: str
    media_type: str
    content: bytes


def attach_file(document_id: int, file_name: str, content: bytes, actor: Actor) -> UUID:
    """Keep a picture (JPEG, PNG, WebP), a PDF or an XLSX file of at most 2 MiB with a document.

    Raises NotFound `unknown_document`, InvalidInput `file_too_large`, `no_picture`,
    `picture_too_large`, RuleViolated `too_many_files`.
    """
    kept = _kept(file_name, content)
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        document = locked_document(session, document_id, actor)
        if _count(session, document_id) >= FILES_MOST:
            raise RuleViolated("too_many_files", most=FILES_MOST)
        row = DocumentAttachment(
            document_id=document_id,
            uid=uuid4(),
            size_bytes=len(kept.content),
            user_id=actor.user_id,
            at=edit.at,
            **kept._asdict(),
        )
        session.add(row)
        touch(edit, document)
        tell(edit, document, "changed")
    return row.uid


def detach_file(document_id: int, uid: UUID, actor: Actor) -> None:
    """Put a file away. Raises NotFound `unknown_document`, `unknown_attachment`."""
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        document = locked_document(session, document_id, actor)
        row = session.scalar(_of(document_id, uid))
        if row is None:
            raise NotFound("unknown_attachment", attachment=str(uid))
        row.retired_at = edit.at
        touch(edit, document)
        tell(edit, document, "changed")


def attached_file(document_id: int, uid: UUID, actor: Actor) -> AttachedFile:
    """A file. Raises NotFound `unknown_document`, `unknown_attachment`."""
    with reading() as session:
        document = session.get(Document, document_id)
        if document is None or not (
            actor.sees_site(document.site_id)
            or (document.to_site_id is not None and actor.sees_site(document.to_site_id))
        ):
            raise NotFound("unknown_document", document=str(document_id))
        row = session.scalar(_of(document_id, uid))
        if row is None:
            raise NotFound("unknown_attachment", attachment=str(uid))
        return AttachedFile(row.file_name, row.media_type, row.content)


def _kept(file_name: str, content: bytes) -> AttachedFile:
    last = file_name.replace("\\", "/").rpartition("/")[2].lstrip(".")
    name = checked_text(last, "file_name") or "file"
    known = next((kind for mark, kind in _KEPT_AS_IT_IS if content.startswith(mark)), None)
    if known is None:
        return AttachedFile(name, MEDIA_TYPE, redrawn(content))
    if len(content) > BYTES_MOST:
        raise InvalidInput("file_too_large", most=BYTES_MOST)
    return AttachedFile(name, known, content)


def _count(session: Session, document_id: int) -> int:
    asked = select(func.count()).where(
        DocumentAttachment.document_id == document_id, DocumentAttachment.retired_at.is_(None)
    )
    return session.scalar(asked) or 0


def _of(document_id: int, uid: UUID) -> Select[DocumentAttachment]:
    return select(DocumentAttachment).where(
        DocumentAttachment.document_id == document_id,
        DocumentAttachment.uid == uid,
        DocumentAttachment.retired_at.is_(None),
    )
