"""Channels and what they are told: chats of three kinds, and mail.

A bot's address is its key, so all of it is sealed; people see its host and its last four letters.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from server.domain.bots import BOTS
from server.domain.codes import code_key
from server.domain.due_times import TIMES_USUAL, checked_times, next_due
from server.domain.errors import InvalidInput, NotPermitted, RuleViolated
from server.domain.fields import one_of
from server.domain.message_templates import KINDS, LANGUAGES
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.call_outside import addresses_of, check_url
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
)
from server.services.manage_webhooks import shown_host, site_of_words
from server.services.seal_secrets import seal, unseal
from server.store.db import reading
from server.store.models import Channel, ChannelSubscription, Site
from server.store.outbox import cancel_messages, retire_subscriptions

SEALED = "channel secrets"
CHANNEL_KINDS = (*BOTS, "email")
SECURITY = ("tls", "starttls", "none")
STATES = ("active", "paused")
RECIPIENTS_MOST = 50
SCHEDULED = ("digest",)
WATCHED = ("red_line", "approval_overdue")
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_BOT_FIELDS = ("url", "secret")
_MAIL_USUAL: Values = {"port": 465, "security": "tls", "login": "", "password": ""}
_MAIL_FIELDS = ("host", "port", "security", "login", "sender", "recipients")


def make_channel(values: Values, *, actor: Actor) -> Identity:
    """A new channel.

    Raises InvalidInput `missing_field`, `bad_mail_address`, `field_of_other_kind` and as
    call_outside.check_url, NotPermitted `site_required`, Conflict `already_exists`.
    """
    mail = values["kind"] == "email"
    for name in ("host", "sender", "recipients") if mail else ("url",):
        if not values.get(name):
            raise InvalidInput("missing_field", field=name)
    usual = _MAIL_USUAL if mail else {"secret": ""}
    whole = {"site": None, "language": "zh", **usual, **values}
    _check_reach(whole)
    return create_record(CHANNELS, whole, actor=actor)


def change_channel(channel_id: int, values: Values, *, version: int, actor: Actor) -> None:
    """Change the given fields; secrets not given stay. Raises as make_channel, NotFound
    `unknown_channel`, Conflict `stale_version`."""
    if {"url", "host", "port", "security"} & set(values):
        with reading() as session:
            row = session.get(Channel, channel_id)
            before = {} if row is None else {"kind": row.kind, **row.options}
        _check_reach({**before, **values})
    change_record(CHANNELS, (channel_id,), values, version=version, actor=actor)


def secrets_of(channel: Channel) -> dict[str, str]:
    """A bot's url and secret, or the mail's password. Raises RuleViolated `secret_unreadable`."""
    opened: dict[str, str] = json.loads(unseal(channel.sealed, SEALED))
    return opened


def subscribe(values: Values, *, actor: Actor) -> Identity:
    """Let a channel be told something of a site.

    Raises InvalidInput `unknown_site`, `bad_time_of_day`, NotFound `unknown_channel`,
    `unknown_site`, NotPermitted `needs_administrator`, Conflict `already_exists`.
    """
    return create_record(SUBSCRIPTIONS, values, actor=actor)


def change_subscription(
    subscription_id: int, values: Values, *, version: int, actor: Actor
) -> None:
    """Change its times or grant, or retire it. Raises as subscribe, NotFound
    `unknown_channel_subscription`, Conflict `stale_version`."""
    change_record(SUBSCRIPTIONS, (subscription_id,), values, version=version, actor=actor)


def _check_reach(values: Mapping[str, Any]) -> None:
    if values.get("kind") == "email":
        secure = values.get("security") != "none"
        addresses_of(values["host"], values["port"], secure=secure)
    elif "url" in values:
        check_url(values["url"])


def _channel_columns(edit: Edit, values: Values, row: Channel | None) -> Columns:
    columns: Columns = {}
    kind = row.kind if row is not None else one_of(values["kind"], "kind", CHANNEL_KINDS)
    if row is None:
        columns["kind"] = kind
    if "name" in values:
        columns["name"] = checked_text(values["name"], "name")
        columns["name_key"] = code_key(columns["name"])
    if "site" in values:
        columns["site_id"] = site_of_words(edit, values["site"])
    for name, allowed in (("language", LANGUAGES), ("state", STATES)):
        if name in values:
            columns[name] = one_of(values[name], name, allowed)
    if columns.get("state") == "active":
        columns |= {"failing_since": None, "silent_until": 0}
    if row is not None and row.site_id is None and edit.actor.site_ids is not None:
        raise NotPermitted("site_required")
    return columns | _way(kind, values, row)


def _way(kind: str, values: Values, row: Channel | None) -> Columns:
    """How to get there: what may be seen of it, and what is sealed."""
    own, other = (_MAIL_FIELDS, _BOT_FIELDS) if kind == "email" else (_BOT_FIELDS, _MAIL_FIELDS)
    for name in other:
        if values.get(name):
            raise InvalidInput("field_of_other_kind", field=name, kind=kind)
    secret_names = ("password",) if kind == "email" else own
    sealed: dict[str, str] = {}
    if row is not None:
        sealed = _sealed_before(row)
    given = {name: values[name] for name in secret_names if name in values}
    columns: Columns = {"sealed": seal(json.dumps(sealed | given), SEALED)} if given else {}
    if kind != "email":
        return columns | ({"address": _hint(values["url"])} if "url" in values else {})
    options = dict(row.options) if row is not None else {}
    options |= {name: values[name] for name in own if name in values}
    _check_mail(options)
    return columns | {"options": options, "address": f"{options['host']}:{options['port']}"}


def _sealed_before(row: Channel) -> dict[str, str]:
    """What was sealed before; nothing when the installation's secret has changed since."""
    try:
        return secrets_of(row)
    except RuleViolated:
        return {}


def _check_mail(options: Mapping[str, Any]) -> None:
    one_of(options["security"], "security", SECURITY)
    people = options["recipients"]
    if not 1 <= len(people) <= RECIPIENTS_MOST:
        raise InvalidInput("out_of_range", field="recipients", least=1, most=RECIPIENTS_MOST)
    for address in (options["sender"], *people):
        if not _MAIL.fullmatch(address):
            raise InvalidInput("bad_mail_address", address=address[:60])


def _hint(url: str) -> str:
    return f"{shown_host(url)} …{url[-4:]}"


def _channel_settled(edit: Edit, row: Channel, changed: frozenset[str]) -> None:
    if "retired_at" in changed and row.retired_at is not None:
        cancel_messages(edit.session, row.id, edit.at)
        retire_subscriptions(edit.session, row.id, edit.at)


def _subscription_columns(edit: Edit, values: Values, row: ChannelSubscription | None) -> Columns:
    columns: Columns = {}
    if row is None:
        channel = locked_record(edit, CHANNELS, (values["channel_id"],))
        columns["channel_id"] = channel.id
        columns["about"] = one_of(values["about"], "about", KINDS)
        columns["site_id"] = site_named(edit.session, values["site"]).id
        columns["looked_at"] = edit.at
        if channel.site_id not in (None, columns["site_id"]):
            raise InvalidInput("unknown_site", site=values["site"][:40])
    if values.get("include_cost") and edit.actor.role != "administrator":
        raise NotPermitted("needs_administrator")
    if "include_cost" in values:
        columns["include_cost"] = values["include_cost"]
    about = row.about if row is not None else columns["about"]
    if "times" in values or row is None:
        times = checked_times(values.get("times") or TIMES_USUAL) if about in SCHEDULED else []
        columns["times"] = times
        site_id = row.site_id if row is not None else columns["site_id"]
        columns["due_at"] = first_due(edit, about, times, site_id)
    return columns


def first_due(edit: Edit, about: str, times: list[str], site_id: int) -> int | None:
    """When a subscription must be looked at first; never, for what is only told as it happens."""
    if about in WATCHED:
        return edit.at
    if about not in SCHEDULED:
        return None
    site = edit.session.get(Site, site_id)
    assert site is not None
    return next_due(edit.at, times, site.time_zone)


def _site_of(row: Any) -> int | None:
    site_id: int | None = row.site_id
    return site_id


CHANNELS = RecordKind(
    "channel",
    Channel,
    ("id",),
    _channel_columns,
    facts=("name",),
    settled=_channel_settled,
    site_of=_site_of,
)
SUBSCRIPTIONS = RecordKind(
    "channel_subscription",
    ChannelSubscription,
    ("id",),
    _subscription_columns,
    facts=("channel_id", "about"),
    site_of=_site_of,
)
