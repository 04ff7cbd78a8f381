"""Templates of messages: shipped ones, and what people made of them; text with places, no code."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.errors import Conflict, NotFound
from server.domain.message_templates import (
    BODY_LENGTH_MOST,
    KINDS,
    LANGUAGES,
    TITLE_LENGTH_MOST,
    checked_template,
)
from server.domain.people import Actor
from server.services.clock import now_ms
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.models import MessageTemplate
from server.text import MESSAGES


@dataclass(frozen=True, slots=True)
class Template:
    """One template in force. version 0: the shipped one."""

    kind: str
    language: str
    title: str
    body: str
    version: int
    shipped: bool


def template_in_force(session: Session, kind: str, language: str) -> Template:
    """The template people made, else the shipped one. Raises NotFound `unknown_template`."""
    require_template(kind, language)
    row = session.get(MessageTemplate, (kind, language))
    if row is not None and row.retired_at is None:
        return Template(kind, language, row.title, row.body, row.version, shipped=False)
    shipped = MESSAGES["templates"][kind][language]
    version = 0 if row is None else row.version
    return Template(kind, language, shipped["title"], shipped["body"], version, shipped=True)


def every_template(session: Session) -> list[Template]:
    """All of them, by kind and language."""
    return [template_in_force(session, kind, language) for kind in KINDS for language in LANGUAGES]


def checked(kind: str, language: str, title: str, body: str) -> Template:
    """A template as it would be kept.

    Raises NotFound `unknown_template`, InvalidInput as message_templates.checked_template.
    """
    require_template(kind, language)
    title = checked_template(kind, title, TITLE_LENGTH_MOST, one_line=True)
    return Template(
        kind, language, title, checked_template(kind, body, BODY_LENGTH_MOST), 0, shipped=False
    )


def save_template(
    kind: str, language: str, title: str, body: str, *, version: int, actor: Actor
) -> None:
    """Keep it, if it still is at `version`. Raises as `checked`, Conflict `stale_version`."""
    new, now = checked(kind, language, title, body), now_ms()
    with unit_of_work() as session:
        row = _locked(session, kind, language, version)
        if row is None:
            row = MessageTemplate(kind=kind, language=language, version=0)
            session.add(row)
        row.title, row.body, row.retired_at = new.title, new.body, None
        _changed(session, row, actor, now)


def restore_template(kind: str, language: str, *, version: int, actor: Actor) -> None:
    """The shipped one again. Raises NotFound `unknown_template`, Conflict `stale_version`."""
    require_template(kind, language)
    now = now_ms()
    with unit_of_work() as session:
        row = _locked(session, kind, language, version)
        if row is not None and row.retired_at is None:
            row.retired_at = now
            _changed(session, row, actor, now)


def require_template(kind: str, language: str) -> None:
    """Raises NotFound `unknown_template`."""
    if kind not in KINDS or language not in LANGUAGES:
        raise NotFound("unknown_template", kind=kind[:40], language=language[:10])


def _locked(session: Session, kind: str, language: str, version: int) -> MessageTemplate | None:
    row = session.get(MessageTemplate, (kind, language), with_for_update=True)
    at = 0 if row is None else row.version
    if at != version:
        raise Conflict("stale_version", version=at)
    return row


def _changed(session: Session, row: MessageTemplate, actor: Actor, now: int) -> None:
    row.version += 1
    row.changed_at, row.changed_by = now, actor.user_id
    session.flush()
    facts = {"kind": row.kind, "language": row.language, "shipped": row.retired_at is not None}
    announce(session, "message_template.changed", facts, actor=actor, at=now)
