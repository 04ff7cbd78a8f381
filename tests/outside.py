"""A house that may call this machine's loopback, with a site and a clock to turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask

from server.domain.people import SYSTEM, Actor
from server.services.clock import use_clock
from server.services.keep_records import create_record
from server.services.manage_channels import make_channel, subscribe
from server.services.manage_places import SITES
from server.services.manage_webhooks import WebhookMade, make_webhook
from server.services.number_feed import number_feed
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import Message, Webhook, WebhookDelivery

NOON = 1_795_000_000_000
TYPES = ["count.*", "alert.*", "period.*", "receipt.*", "user.*"]


@dataclass
class House:
    """Time stands still until it is turned."""

    app: Flask
    now: int = NOON
    sites: dict[str, int] = field(default_factory=dict)

    def turn(self, *, ms: int = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        self.now += ms + round(minutes * 60_000 + hours * 3_600_000 + days * 86_400_000)

    def tell(self, topic: str = "count.approved", site: str | None = "SH1", **facts: Any) -> None:
        """Something happens."""
        with unit_of_work() as session:
            site_id = self.sites[site] if site else None
            announce(session, topic, facts, actor=SYSTEM, at=self.now, site_id=site_id)

    def number(self) -> None:
        """The relay has been here."""
        while number_feed():
            pass

    def webhook(
        self, url: str, name: str = "erp", actor: Actor = SYSTEM, **more: Any
    ) -> WebhookMade:
        """A webhook from now on."""
        self.number()
        values = {"name": name, "url": url, "types": TYPES, **more}
        return make_webhook(values, actor=actor)

    def bot(self, url: str, kind: str = "wecom", name: str = "群", **more: Any) -> int:
        """A bot's channel."""
        return make_channel({"kind": kind, "name": name, "url": url, **more}, actor=SYSTEM)[0]

    def mail(self, port: int, **more: Any) -> int:
        """A channel of mail without TLS, on this machine."""
        values = {
            "kind": "email",
            "name": "邮件",
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "stock@example.test",
            "recipients": ["boss@example.test", "clerk@example.test"],
            **more,
        }
        return make_channel(values, actor=SYSTEM)[0]

    def subscribe(self, channel_id: int, about: str, site: str = "SH1", **more: Any) -> int:
        values = {"channel_id": channel_id, "about": about, "site": site, **more}
        return subscribe(values, actor=SYSTEM)[0]


@contextmanager
def open_house(app: Flask, allowed: str = "127.0.0.0/8") -> Iterator[House]:
    """Two sites, SH1 and BJ2; networks that may be called."""
    app.config["STOCKTURN"] = replace(
        app.config["STOCKTURN"], outbound_allowed=allowed, public_url="https://stock.example.test"
    )
    house = House(app)
    with use_clock(lambda: house.now):
        for code in ("SH1", "BJ2"):
            values = {"code": code, "name_zh": f"{code}仓", "name_en": f"{code} house"}
            house.sites[code] = create_record(SITES, values, actor=SYSTEM)[0]
        yield house


def one_webhook(webhook_id: int) -> Webhook:
    """The webhook as it is kept."""
    with reading() as session:
        row = session.get(Webhook, webhook_id)
        assert row is not None
        session.expunge(row)
        return row


def every_delivery() -> list[WebhookDelivery]:
    """All deliveries, oldest first."""
    with reading() as session:
        rows = session.query(WebhookDelivery).order_by(WebhookDelivery.id).all()
        session.expunge_all()
        return rows


def every_message() -> list[Message]:
    """All messages, oldest first."""
    with reading() as session:
        rows = session.query(Message).order_by(Message.id).all()
        session.expunge_all()
        return rows
