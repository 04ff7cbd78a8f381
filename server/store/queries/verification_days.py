"""The day on which each movement and revaluation counts in money (RULES 20)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.days import day_of, start_of_day, value_date
from server.store.models import Movement, Period, Position, Revaluation, Site
from server.store.queries.verification import FINDINGS_MOST, Finding, first_rows

_source = aliased(Position, name="source")
_target = aliased(Position, name="target")
CLOCKS_DIFFER_MS = 60_000


class _Book(NamedTuple):
    """A site's days: its zone, and what was closed when (ms → closed through)."""

    time_zone: str
    closings: Sequence[tuple[int, date]]

    def may_be(self, occurred_at: int, recorded_at: int) -> set[date]:
        """The days a fact may count for: a closing may be taken back meanwhile, or come with it."""
        day = day_of(occurred_at, self.time_zone)
        known = [through for at, through in self.closings if at <= recorded_at + CLOCKS_DIFFER_MS]
        return {day, *(value_date(day, through) for through in known)}


def money_has_its_day(session: Session) -> Iterable[Finding]:
    """value_date is the day it happened (of two sites the later), or the first open day when that
    one was closed already."""
    books = _books(session)
    grouped = select(
        _source.site_id,
        _target.site_id,
        Movement.value_date,
        func.min(Movement.occurred_at),
        func.max(Movement.occurred_at),
    ).group_by(_source.site_id, _target.site_id, Movement.value_date)
    for row in session.execute(_with_places(grouped)).all():
        here, there, day = row[:3]
        start, stop = _hours(day, books[here], books[there])
        if row[3] < start or row[4] >= stop:
            asked = _with_places(
                select(Movement.id, Movement.occurred_at, Movement.recorded_at)
            ).where(
                _source.site_id == here,
                _target.site_id == there,
                Movement.value_date == day,
                or_(Movement.occurred_at < start, Movement.occurred_at >= stop),
            )
            yield from _misdated(session, "movement", asked, day, (books[here], books[there]))


def revaluations_have_their_day(session: Session) -> Iterable[Finding]:
    """The same for corrections of value."""
    books = _books(session)
    row = Revaluation
    grouped = select(
        row.site_id, row.value_date, func.min(row.occurred_at), func.max(row.occurred_at)
    ).group_by(row.site_id, row.value_date)
    for site_id, day, first, last in session.execute(grouped).all():
        start, stop = _hours(day, books[site_id], books[site_id])
        if first < start or last >= stop:
            asked = select(row.id, row.occurred_at, row.recorded_at).where(
                row.site_id == site_id,
                row.value_date == day,
                or_(row.occurred_at < start, row.occurred_at >= stop),
            )
            yield from _misdated(session, "revaluation", asked, day, (books[site_id],))


def closed_periods_stay_closed(session: Session) -> Iterable[Finding]:
    """Nothing is recorded on a day whose period was closed by then."""
    for closing in _closings_in_force(session):
        asked = _with_places(select(Movement.id, Movement.value_date)).where(
            or_(_source.site_id == closing.site_id, _target.site_id == closing.site_id),
            Movement.value_date <= closing.through,
            Movement.recorded_at > closing.since,
            *([Movement.recorded_at < closing.until] if closing.until else []),
        )
        for row in first_rows(session, asked):
            yield Finding(
                "closed_periods_stay_closed",
                "movement",
                {"id": row[0]},
                f"was recorded on a day that site {closing.site_id} had closed",
                f"after {closing.through}",
                str(row[1]),
            )


class _Closing(NamedTuple):
    site_id: int
    through: date
    since: int
    until: int | None


def _closings_in_force(session: Session) -> Iterator[_Closing]:
    rows = session.execute(
        select(Period.site_id, Period.at, Period.closed_through).order_by(
            Period.site_id, Period.at, Period.id
        )
    ).all()
    for index, (site_id, at, through) in enumerate(rows):
        following = rows[index + 1] if index + 1 < len(rows) else None
        until = following[1] if following and following[0] == site_id else None
        if through is not None:
            yield _Closing(site_id, through, at, until)


def _books(session: Session) -> Mapping[int, _Book]:
    closings: dict[int, list[tuple[int, date]]] = {}
    for site_id, at, through in session.execute(
        select(Period.site_id, Period.at, Period.closed_through).where(
            Period.closed_through.is_not(None)
        )
    ):
        closings.setdefault(site_id, []).append((at, through))
    sites = session.execute(select(Site.id, Site.time_zone))
    return {row[0]: _Book(row[1], closings.get(row[0], [])) for row in sites}


def _hours(day: date, *books: _Book) -> tuple[int, int]:
    """The instants whose latest day, over these sites, is `day`."""
    starts = [start_of_day(day, book.time_zone) for book in books]
    stops = [start_of_day(day + timedelta(days=1), book.time_zone) for book in books]
    return min(starts), min(stops)


def _misdated(
    session: Session, table: str, asked: Select[*tuple[Any, ...]], day: date, books: Sequence[_Book]
) -> Iterator[Finding]:
    name = "money_has_its_day" if table == "movement" else "revaluations_have_their_day"
    left = FINDINGS_MOST
    for row_id, occurred_at, recorded_at in session.execute(asked):
        possible = {
            max(days) for days in product(*(b.may_be(occurred_at, recorded_at) for b in books))
        }
        if day not in possible and left:
            left -= 1
            expected = " or ".join(sorted(map(str, possible)))
            what = "counts in money on a day that is not its own"
            yield Finding(name, table, {"id": row_id}, what, expected, str(day))


def _with_places(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(Movement)
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
    )
