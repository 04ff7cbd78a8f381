"""What a digest says: the site's figures since the last one, in both languages, as facts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from server.domain.days import DAY_MS, day_of, start_of_day
from server.domain.due_times import time_of_day
from server.domain.message_templates import LANGUAGES, in_markdown
from server.domain.numbers import plain
from server.services.deep_links import count_link
from server.services.queue_messages import Composed, Draft, Fact
from server.services.say_phrases import phrase, phrases
from server.store.installation import settings
from server.store.models import Site
from server.store.queries import site_day
from server.store.queries.site_day import AlertRow, CountRow, DeviceRow

ROWS_SHOWN = 8
SILENT_MS = DAY_MS
COSTLY = frozenset({"stock_value"})

Line = Callable[[Any, str], str]


@dataclass(frozen=True, slots=True)
class Span:
    """From when on things are new, and when it is told."""

    since: int
    until: int


def digest_draft(session: Session, site: Site, span: Span, key: str) -> Draft:
    """The digest of one site."""
    zone = site.time_zone
    return Draft(
        key=key,
        about="digest",
        site_id=site.id,
        facts={
            "day": str(day_of(span.until, zone)),
            "time": time_of_day(span.until, zone),
            "since": f"{day_of(span.since, zone)} {time_of_day(span.since, zone)}",
            **_movement_facts(session, site, span),
            **_waiting_facts(session, site, span),
            **_money_facts(session, site),
        },
        link="/stock",
        costly=COSTLY,
    )


def alert_line(row: AlertRow, language: str) -> str:
    """One alert with a link that opens its item."""
    name = (row.name_zh if language == "zh" else row.name_en) or row.name_zh or row.name_en
    return phrase(
        "alert" if row.kind == "reorder" else f"alert_{row.kind}",
        language,
        quantity=plain(abs(row.position)),
        item=linked(f"{row.sku} {name}".strip(), f"/stock?item={quote(row.sku, safe='')}"),
        position=_minus(row.position),
        point=plain(row.point),
        unit=row.unit,
    )


def count_line(row: CountRow, language: str, now: int) -> str:
    """One count that waits, with a signed link that opens it on a phone."""
    return phrase(
        "count",
        language,
        location=linked(row.location, count_link(row.id)[0]),
        lines=row.lines,
        waited=duration(now - row.finished_at, language),
    )


def linked(name: str, path: str) -> Composed:
    """A name that opens the thing."""
    return Composed(f"[{in_markdown(name)}]({settings().base_url}{path})")


def bullets(rows: Sequence[Any], line: Line, total: int) -> dict[str, Composed]:
    """A list in both languages, what does not fit counted at its end."""
    told = {}
    for language in LANGUAGES:
        lines = [line(row, language) for row in rows]
        if total > len(rows):
            lines.append(phrase("more", language, number=total - len(rows)))
        told[language] = Composed("\n".join(f"- {text}" for text in lines))
    return told


def duration(ms: int, language: str) -> Composed:
    """ "2 h 5 min" """
    hours, minutes = divmod(max(ms, 0) // 60_000, 60)
    if not hours:
        return phrase("minutes", language, minutes=minutes)
    return phrase("hours", language, hours=hours, minutes=minutes)


def late_devices(rows: Iterable[DeviceRow], now: int) -> list[DeviceRow]:
    """Handhelds that hold commands we know of, or were silent for a day."""
    return [row for row in rows if row.unsent > 0 or (row.last_seen_at or 0) < now - SILENT_MS]


def _movement_facts(session: Session, site: Site, span: Span) -> dict[str, Fact]:
    new = site_day.day_counts(session, site.id, span.since, span.until)
    today = start_of_day(day_of(span.until, site.time_zone), site.time_zone)
    before = start_of_day(day_of(today - 1, site.time_zone), site.time_zone)
    past = site_day.day_counts(session, site.id, before, today)
    return {
        "receipts": phrases("receipts", number=new.receipts),
        "picks": phrases("picks", number=new.picks),
        "movements": phrases("movements", number=new.movements),
        "yesterday": phrases("yesterday", **past._asdict()),
        "documents": _document_fact(session, site, today),
    }


def _document_fact(session: Session, site: Site, today: int) -> Fact:
    coming = site_day.document_progress(session, site.id, site_day.INCOMING, today)
    going = site_day.document_progress(session, site.id, site_day.OUTGOING, today)
    waiting = (coming.all - coming.done, going.all - going.done)
    if not any(waiting):
        return ""
    return phrases("documents", receipts=waiting[0], issues=waiting[1])


def _waiting_facts(session: Session, site: Site, span: Span) -> dict[str, Fact]:
    now = span.until
    alerts = site_day.open_alerts(session, site.id, ROWS_SHOWN)
    alert_count = site_day.open_alert_count(session, site.id)
    counts = site_day.waiting_counts(session, site.id, None)
    late = late_devices(site_day.devices(session, site.id), now)
    return {
        "alert_count": str(alert_count),
        "alerts": bullets(alerts, alert_line, alert_count),
        "counts_waiting": str(len(counts)),
        "counts": bullets(
            counts[:ROWS_SHOWN], lambda row, words: count_line(row, words, now), len(counts)
        ),
        "device_count": str(len(late)),
        "devices": bullets(late[:ROWS_SHOWN], _device_line(site.time_zone), len(late)),
        **_exception_facts(session, site, span),
    }


def _exception_facts(session: Session, site: Site, span: Span) -> dict[str, Fact]:
    found = site_day.exceptions(session, site.id, span.since)
    there = [(name, number) for name, number in found._asdict().items() if number]
    return {
        "exception_count": str(found.total),
        "exceptions": bullets(
            there,
            lambda row, words: phrase(f"exceptions_{row[0]}", words, number=row[1]),
            len(there),
        ),
    }


def _money_facts(session: Session, site: Site) -> dict[str, Fact]:
    cogs, average = site_day.site_turnover(session, site.id)
    facts: dict[str, Fact] = {
        "stock_value": phrases(
            "stock_value", value=f"{site_day.stock_value(session, site.id):,.2f}"
        )
    }
    yearly = yearly_turnover(cogs, average)
    if yearly is not None:
        days = round(settings().year_days / yearly) if yearly else "–"
        facts["turnover"] = phrases("turnover", ratio=f"{yearly:.1f}", days=days)
    return facts


def yearly_turnover(cogs: Decimal, average: Decimal) -> Decimal | None:
    """The ratio of a whole year at this pace; None while nothing is in stock."""
    if average <= 0:
        return None
    return cogs * settings().year_days / (average * settings().turnover_days)


def _device_line(zone: str) -> Line:
    def line(row: DeviceRow, language: str) -> str:
        device = linked(row.name or str(row.id), "/devices")
        if row.last_seen_at is None:
            return phrase("device_never", language, device=device)
        seen = f"{day_of(row.last_seen_at, zone)} {time_of_day(row.last_seen_at, zone)}"
        return phrase("device", language, device=device, seen=seen)

    return line


def _minus(number: Decimal) -> str:
    return plain(number).replace("-", "−")
