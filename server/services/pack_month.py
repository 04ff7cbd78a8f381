"""The month-end pack: one workbook with everything of a month, kept with its close."""

import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import uuid4

from openpyxl import Workbook
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.domain.errors import NotFound, StockturnError
from server.domain.people import SYSTEM, Actor
from server.services.check_month import as_data, checklist, first_day_of
from server.services.clock import now_ms
from server.services.make_reports import report_rows
from server.services.write_table import typed_cell
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import MonthEndPack, Site, User
from server.store.queries.month_end import difference_rows, estimated_rows
from server.store.queries.records import Record
from server.store.queries.verification import begin_long_reading
from server.text import report_words

LEASE_MS: Final = 10 * 60_000


def order_pack(
    session: Session, site: Site, last: date, period_id: int | None, language: str, actor: Actor
) -> MonthEndPack:
    """Have the pack of the month made, in the transaction of the close or on its own."""
    pack = MonthEndPack(
        uid=uuid4(),
        site_id=site.id,
        first_day=first_day_of(site, last),
        last_day=last,
        period_id=period_id,
        language=language,
        checklist=as_data(checklist(session, site, last)),
        user_id=actor.user_id,
        at=now_ms(),
    )
    session.add(pack)
    session.flush()
    return pack


def ask_for_pack(site_id: int, last: date, language: str, *, actor: Actor) -> int:
    """A pack without closing anything. Raises NotFound `unknown_site`."""
    actor.require_site(site_id)
    with unit_of_work() as session:
        site = session.get(Site, site_id)
        if site is None:
            raise NotFound("unknown_site", site=str(site_id))
        return order_pack(session, site, last, None, language, actor).id


def is_any_pack_wanted(session: Session) -> bool:
    """Whether a pack waits to be made."""
    asked = select(MonthEndPack.id).where(MonthEndPack.state == "wanted").limit(1)
    return session.execute(asked).first() is not None


def make_wanted_pack() -> bool:
    """Make one pack that waits, if any does; whether one was."""
    with reading() as session:
        if not is_any_pack_wanted(session):
            return False
    claimed = _claim()
    if claimed is None:
        return False
    try:
        content, error = _workbook(claimed), ""
    except StockturnError as refusal:
        content, error = b"", refusal.code
    _keep(claimed, content, error)
    return True


def packs_of(site_id: int, actor: Actor) -> list[Record]:
    """The site's packs, newest first. Raises NotFound `unknown_site`."""
    actor.require_site(site_id)
    pack = MonthEndPack
    asked = (
        select(
            pack.id, pack.first_day, pack.last_day, pack.period_id, pack.state, pack.file_name,
            pack.error, pack.checklist, pack.at, User.name.label("user"),
        )
        .outerjoin(User, User.id == pack.user_id)
        .where(pack.site_id == site_id)
        .order_by(pack.id.desc())
        .limit(200)
    )  # fmt: skip
    with reading() as session:
        return [dict(row._mapping) for row in session.execute(asked)]


def pack_file(site_id: int, pack_id: int, actor: Actor) -> tuple[str, bytes]:
    """Name and content. Raises NotFound `unknown_pack`, `unknown_site`, NotPermitted."""
    actor.require_site(site_id)
    actor.require("cost.read")
    with reading() as session:
        pack = session.get(MonthEndPack, pack_id)
        if pack is None or pack.site_id != site_id or pack.content is None:
            raise NotFound("unknown_pack", pack=str(pack_id))
        return pack.file_name, zlib.decompress(pack.content)


def _claim() -> MonthEndPack | None:
    now, pack = now_ms(), MonthEndPack
    with unit_of_work() as session:
        free = or_(pack.started_at.is_(None), pack.started_at < now - LEASE_MS)
        asked = select(pack).where(pack.state == "wanted", free).order_by(pack.id).limit(1)
        found = session.scalars(asked.with_for_update(skip_locked=True)).one_or_none()
        if found is not None:
            found.started_at = now
    return found


def _keep(claimed: MonthEndPack, content: bytes, error: str) -> None:
    with unit_of_work() as session:
        pack = session.get_one(MonthEndPack, claimed.id, with_for_update=True)
        if pack.state != "wanted":
            return
        site = session.get_one(Site, pack.site_id)
        pack.state, pack.error = ("failed", error) if error else ("done", "")
        pack.content = None if error else zlib.compress(content)
        pack.file_name = f"{site.code}-{pack.last_day:%Y-%m}-{pack.id}.xlsx"
        session.flush()
        told = {"id": pack.id, "site_id": pack.site_id, "last_day": str(pack.last_day)}
        topic = "month_end_pack.failed" if error else "month_end_pack.made"
        announce(session, topic, told, actor=SYSTEM, at=now_ms(), site_id=pack.site_id)


def _workbook(pack: MonthEndPack) -> bytes:
    book = Workbook(write_only=True)
    with reading() as session:
        begin_long_reading(session)
        site = session.get_one(Site, pack.site_id)
        for name, titles, rows in _sheets(session, pack, site):
            sheet = book.create_sheet(name)
            sheet.append(list(titles))
            for row in rows:
                sheet.append([typed_cell(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheets(
    session: Session, pack: MonthEndPack, site: Site
) -> Iterator[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]:
    """Checklist, 收发存, valuation, ageing, 盘盈盘亏 and estimated prices, in this order."""
    language = pack.language

    def words(section: str, *names: str) -> list[str]:
        return [report_words(section, name, language) for name in names]

    checks = [
        [report_words("checks", check["name"], language), check["count"], check["blocking"]]
        for check in pack.checklist
    ]
    yield words("reports", "checklist")[0], words("columns", "check", "count", "blocking"), checks
    days: Record = {"from": pack.first_day, "to": pack.last_day}
    asked: tuple[tuple[str, Record], ...] = (
        ("stock_summary", days),
        ("valuation", {"as_of": pack.last_day}),
        ("ageing", {"as_of": pack.last_day}),
    )
    for name, filters in asked:
        whole = {**filters, "site": site.code, "group": "item"}
        titles, rows = report_rows(session, name, whole, actor=SYSTEM, language=language)
        yield words("reports", name)[0], titles, rows
    found = difference_rows(session, pack.site_id, pack.first_day, pack.last_day)
    yield (
        words("reports", "count_differences")[0],
        words(
            "columns", "movement_id", "value_date", "item", "name_zh", "in_quantity",
            "out_quantity", "value", "reason",
        ),
        ([*row[:4], *_either(row), row[5], row[7]] for row in found),
    )  # fmt: skip
    yield (
        words("reports", "estimated_prices")[0],
        words("columns", "movement_id", "value_date", "item", "name_zh", "quantity", "value"),
        estimated_rows(session, pack.site_id, pack.last_day),
    )


def _either(row: Any) -> tuple[Any, Any]:
    return (row[4], None) if row[6] == "adjustment" else (None, row[4])
