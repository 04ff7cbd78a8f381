"""Webhooks: who is told what happens here, and by which secret they know that it is us.

The secret is shown once, when it is made; the database keeps it sealed. A rotation makes a new one
and lets both sign for a day. What a webhook tells is bounded by the role of whoever changed it
last; facts of cost need an administrator's grant.
"""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from server.domain.codes import code_key
from server.domain.errors import Conflict, InvalidInput, NotPermitted
from server.domain.feed import PERMISSION_OF
from server.domain.fields import one_of
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.domain.webhooks import KEY_BYTES, ROTATION_MS, TYPES_MOST, make_secret
from server.services.call_outside import check_url
from server.services.clock import now_ms
from server.services.find_references import site_named
from server.services.keep_records import (
    Columns,
    Edit,
    Identity,
    RecordKind,
    Values,
    change_record,
    create_record,
    locked_record,
    tell,
)
from server.services.seal_secrets import seal
from server.store.db import unit_of_work
from server.store.models import Feed, Webhook
from server.store.webhook_turns import cancel_pending
from server.text import EVENTS

SECRET = "webhook secret"  # noqa: S105 (a purpose, not a secret)
STATES = ("active", "paused")


@dataclass(frozen=True, slots=True)
class WebhookMade:
    """The only moment the secret is shown."""

    identity: Identity
    secret: str


def make_webhook(values: Values, *, actor: Actor) -> WebhookMade:
    """A subscription to what happens from now on.

    Raises InvalidInput and NotPermitted as call_outside.check_url, InvalidInput `bad_code`,
    `unknown_event_type`, `unknown_site`, Conflict `already_exists`, NotPermitted `site_required`,
    `needs_administrator`.
    """
    check_url(values["url"])
    secret = make_secret(secrets.token_bytes(KEY_BYTES))
    whole = {"types": ["*"], "site": None, **values, "secret": secret}
    return WebhookMade(create_record(WEBHOOKS, whole, actor=actor), secret)


def change_webhook(webhook_id: int, values: Values, *, version: int, actor: Actor) -> None:
    """Change the given fields. Raises as make_webhook, NotFound `unknown_webhook`, Conflict
    `stale_version`."""
    if "url" in values:
        check_url(values["url"])
    change_record(WEBHOOKS, (webhook_id,), values, version=version, actor=actor)


def rotate_secret(webhook_id: int, *, version: int, actor: Actor) -> str:
    """A new secret; the old one goes on signing for a day.

    Raises NotFound `unknown_webhook`, Conflict `stale_version`, NotPermitted `needs_administrator`.
    """
    secret = make_secret(secrets.token_bytes(KEY_BYTES))
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        row = locked_record(edit, WEBHOOKS, (webhook_id,))
        if row.version != version:
            raise Conflict("stale_version", version=row.version)
        _require_rank(edit, row)
        row.old_secret, row.old_secret_until = row.secret, edit.at + ROTATION_MS
        row.secret = seal(secret, SECRET)
        row.version += 1
        row.changed_at = edit.at
        tell(edit, WEBHOOKS, row, frozenset({"secret"}))
    return secret


def _columns(edit: Edit, values: Values, row: Webhook | None) -> Columns:
    columns: Columns = {}
    if "name" in values:
        columns["name"] = checked_text(values["name"], "name")
        columns["name_key"] = code_key(columns["name"])
    if "url" in values:
        columns["url"] = values["url"]
    if "types" in values:
        columns["types"] = checked_types(values["types"])
    if "site" in values:
        columns["site_id"] = site_of_words(edit, values["site"])
    if "include_cost" in values:
        columns["include_cost"] = values["include_cost"]
        if values["include_cost"] and edit.actor.role != "administrator":
            raise NotPermitted("needs_administrator")
    if "state" in values:
        columns |= _state(edit, one_of(values["state"], "state", STATES), row)
    if row is None:
        columns["secret"] = seal(values["secret"], SECRET)
        columns["cursor"] = edit.session.scalar(select(func.max(Feed.seq))) or 0
        columns["created_by"] = edit.actor.user_id
        columns["role"] = edit.actor.role
    elif set(values) - {"state"}:
        _require_rank(edit, row)
        columns["role"] = edit.actor.role
    return columns


def _state(edit: Edit, state: str, row: Webhook | None) -> Columns:
    """Going on again after trouble means a fresh start: no waiting, no old failures."""
    if row is not None and row.state != state and state == "active":
        return {"state": state, "failures": 0, "failing_since": None, "waits_until": 0}
    return {"state": state}


def _settled(edit: Edit, row: Webhook, changed: frozenset[str]) -> None:
    if "retired_at" in changed and row.retired_at is not None:
        cancel_pending(edit.session, row.id, edit.at)


def _require_rank(edit: Edit, row: Webhook) -> None:
    """What an administrator made may tell more than others may: they may only pause it."""
    if row.role == "administrator" and edit.actor.role != "administrator":
        raise NotPermitted("needs_administrator")


def checked_types(types: list[str]) -> list[str]:
    """Event types, each once. Raises InvalidInput `unknown_event_type`, `out_of_range`."""
    found = sorted(set(types))
    if not 1 <= len(found) <= TYPES_MOST:
        raise InvalidInput("out_of_range", field="types", least=1, most=TYPES_MOST)
    for name in found:
        if not _is_known_type(name):
            raise InvalidInput("unknown_event_type", type=name[:60])
    return found


def _is_known_type(name: str) -> bool:
    """A topic, all topics of a kind ("count.*"), or all ("*")."""
    kinds = {*PERMISSION_OF, *(topic.partition(".")[0] for topic in EVENTS)}
    return name == "*" or name in EVENTS or (name.endswith(".*") and name[:-2] in kinds)


def site_of_words(edit: Edit, code: str | None) -> int | None:
    """The site's id; None for every site. Raises InvalidInput `unknown_site`, NotPermitted
    `site_required` when somebody of some sites asks for all."""
    if not code:
        if edit.actor.site_ids is not None:
            raise NotPermitted("site_required")
        return None
    return site_named(edit.session, code).id


def shown_host(url: str) -> str:
    """The host a URL leads to, without what may be secret in the rest of it."""
    return urlsplit(url).netloc


def _site_of(row: Any) -> int | None:
    site_id: int | None = row.site_id
    return site_id


WEBHOOKS = RecordKind(
    "webhook", Webhook, ("id",), _columns, facts=("name",), settled=_settled, site_of=_site_of
)
