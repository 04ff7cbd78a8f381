"""Messages into the outbox: in the transaction of what they tell, once per key and subscription.

    queue_message(session, Draft(key="report:7", about="report", site_id=1,
                                 facts={"title": "收发存", "summary": "…"},
                                 link="/reports/7", files=(File("pack.xlsx", XLSX, content),)), now)

goes to every channel that subscribed to reports of that site; `channel_id` sends it to that channel
alone. Facts are plain text, or {"zh": …, "en": …}; `Composed` text may hold markdown of our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.domain.bots import BYTES_MOST, split_text
from server.domain.days import day_of
from server.domain.due_times import time_of_day
from server.domain.message_templates import as_one_line, filled, in_markdown
from server.services.keep_templates import Template, template_in_force
from server.store.db import upsert
from server.store.installation import settings
from server.store.models import Channel, ChannelSubscription, Message, MessageFile, Site

TITLE_LENGTH_MOST = 120
FILES_BYTES_MOST = 20 * 1024 * 1024
ZONE_USUAL = "Asia/Shanghai"


class Composed(str):
    """Text whose markdown is ours: what came from elsewhere in it is already made harmless."""

    __slots__ = ()


Fact = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """What goes with a message by mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """Something to tell. key: makes it the only one; about: domain/message_templates.KINDS.

    site_id None: of no site, told to whoever subscribed to this anywhere. link: path of our pages.
    costly: names of facts only those subscriptions get that may know cost; needs_cost: the whole.
    """

    key: str
    about: str
    site_id: int | None
    facts: Mapping[str, Fact]
    link: str = "/"
    files: tuple[File, ...] = ()
    costly: frozenset[str] = frozenset()
    needs_cost: bool = False
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class _Reader:
    channel: Channel
    subscription_id: int
    include_cost: bool
    site: "SiteNames" = field()


@dataclass(frozen=True, slots=True)
class SiteNames:
    """What a site is called, and the zone its clock is in."""

    code: str = ""
    name_zh: str = ""
    name_en: str = ""
    time_zone: str = ZONE_USUAL

    def named(self, language: str) -> str:
        """Its name in that language, else in the other, else its code."""
        first, second = self.name_zh, self.name_en
        if language == "en":
            first, second = second, first
        return first or second or self.code


def queue_message(
    session: Session, draft: Draft, now: int, subscription_id: int | None = None
) -> int:
    """Queue it for everybody who subscribed, or the one channel or subscription named; how many
    messages are new.

    Within the caller's transaction: rolled back with it, and never twice for the same key.
    """
    made = 0
    for reader in _readers(session, draft, subscription_id):
        template = template_in_force(session, draft.about, reader.channel.language)
        rendered = render(
            template, draft, reader.channel.language, reader.site, now, reader.include_cost
        )
        made += _queue(session, reader, draft, rendered, now)
    return made


def render(
    template: Template, draft: Draft, language: str, site: SiteNames, now: int, with_cost: bool
) -> Rendered:
    """The message in words of one language."""
    facts = {
        name: _said(fact, language)
        for name, fact in draft.facts.items()
        if with_cost or name not in draft.costly
    }
    facts |= {
        "site": in_markdown(site.named(language)),
        "site_code": in_markdown(site.code),
        "day": str(day_of(now, site.time_zone)),
        "time": time_of_day(now, site.time_zone),
        "link": settings().base_url + draft.link,
    } | {name: facts[name] for name in ("day", "time") if name in facts}
    title = as_one_line(filled(template.title, facts))[:TITLE_LENGTH_MOST]
    return Rendered(title, filled(template.body, facts))


def _said(fact: Fact, language: str) -> str:
    text = fact if isinstance(fact, str) else fact.get(language, "")
    return text if isinstance(text, Composed) else in_markdown(text)


def _readers(session: Session, draft: Draft, subscription_id: int | None) -> list[_Reader]:
    if draft.channel_id is not None:
        return _one_reader(session, draft)
    asked = (
        select(Channel, ChannelSubscription, Site)
        .join(ChannelSubscription, ChannelSubscription.channel_id == Channel.id)
        .join(Site, Site.id == ChannelSubscription.site_id)
        .where(
            Channel.retired_at.is_(None),
            Channel.state == "active",
            ChannelSubscription.retired_at.is_(None),
            ChannelSubscription.about == draft.about,
        )
        .order_by(ChannelSubscription.id)
    )
    if subscription_id is not None:
        asked = asked.where(ChannelSubscription.id == subscription_id)
    if draft.site_id is not None:
        asked = asked.where(ChannelSubscription.site_id == draft.site_id)
    if draft.needs_cost:
        asked = asked.where(ChannelSubscription.include_cost)
    found: dict[int, _Reader] = {}
    for channel, subscription, site in session.execute(asked):
        names = _names(site if draft.site_id is not None else None)
        reader = _Reader(channel, subscription.id, subscription.include_cost, names)
        found.setdefault(channel.id if draft.site_id is None else subscription.id, reader)
    return list(found.values())


def _one_reader(session: Session, draft: Draft) -> list[_Reader]:
    """The caller named the channel and answers for who reads it."""
    channel = session.get(Channel, draft.channel_id)
    if channel is None or channel.retired_at is not None or channel.state != "active":
        return []
    site = session.get(Site, draft.site_id) if draft.site_id is not None else None
    return [_Reader(channel, 0, True, _names(site))]


def site_names(session: Session, site_id: int | None) -> SiteNames:
    """What a site is called; nothing for none."""
    return _names(session.get(Site, site_id) if site_id is not None else None)


def _names(site: Site | None) -> SiteNames:
    if site is None:
        return SiteNames()
    return SiteNames(site.code, site.name_zh, site.name_en, site.time_zone)


def _queue(session: Session, reader: _Reader, draft: Draft, rendered: Rendered, now: int) -> int:
    channel = reader.channel
    target = reader.subscription_id or f"c{channel.id}"
    values: dict[str, Any] = {
        "key": f"{draft.key}:{target}",
        "channel_id": channel.id,
        "about": draft.about,
        "site_id": draft.site_id,
        "title": rendered.title,
        "parts": parts_for(channel.kind, rendered.body),
        "due_at": now,
        "created_at": now,
    }
    statement = upsert(session, Message).values(_whole(values)).on_conflict_do_nothing()
    message_id = session.scalar(statement.returning(Message.id))
    if message_id is None:
        return 0
    if channel.kind == "email":
        for file in draft.files:
            facts = {"name": file.name, "media_type": file.media_type, "content": file.content}
            session.execute(insert(MessageFile).values(message_id=message_id, **facts))
    return 1


def _whole(values: Mapping[str, Any]) -> dict[str, Any]:
    """With the columns' own first values: an upsert writes only what it is given."""
    return {
        "sent_parts": 0,
        "state": "pending",
        "attempts": 0,
        "lease": "",
        "leased_until": 0,
        "status": 0,
        "code": "",
        "excerpt": "",
        "took_ms": 0,
        **values,
    }


def parts_for(kind: str, body: str) -> list[str]:
    """The text in parts this kind of channel takes; mail takes all of it."""
    return [body] if kind == "email" else split_text(body, BYTES_MOST[kind])
