"""Day roll-ups: derived from the ledger for a few keys at a time, or for all of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from server.domain.days import day_of
from server.domain.places import PHYSICAL_KINDS
from server.domain.rollups import DaySums, Moved, Revalued, Side, day_bounds, touched_sites
from server.store.db import upsert
from server.store.founding import OWN_OWNER_ID
from server.store.models import DayRollup, Movement, Position, Revaluation, Site
from server.store.wanted_rows import DAY, ID, wanted_rows

ROWS_PER_FETCH = 5_000


class DayKey(NamedTuple):
    """One item at one site on one of the site's days."""

    item_id: int
    site_id: int
    day: date


Sums = dict[DayKey, DaySums]

_source = aliased(Position, name="source")
_target = aliased(Position, name="target")
_MOVED: Sequence[Any] = (
    Movement.item_id,
    Movement.quantity,
    Movement.value,
    Movement.cogs,
    Movement.occurred_at,
    Movement.value_date,
    _source.site_id,
    _source.kind,
    _source.owner_id,
    _target.site_id,
    _target.kind,
    _target.owner_id,
)
_REVALUED: Sequence[Any] = (
    Revaluation.item_id,
    Revaluation.site_id,
    Revaluation.value,
    Revaluation.cogs,
    Revaluation.occurred_at,
    Revaluation.value_date,
)


def time_zones(session: Session) -> dict[int, str]:
    """The time zone of every site, by its id."""
    return {row.id: row.time_zone for row in session.execute(select(Site.id, Site.time_zone))}


def derive_days(session: Session, keys: Iterable[DayKey], zones: Mapping[int, str]) -> Sums:
    """The roll-ups of these keys from the ledger, all of them, also those with nothing on them."""
    sums: Sums = {key: DaySums() for key in sorted(set(keys))}
    if not sums:
        return sums
    wanted = _wanted(session, sums, zones)
    row: Any
    for row in session.execute(_happened(wanted)):
        key = DayKey(row[0], row.wanted_site, row.wanted_day)
        moved = _moved(row)
        sums[key].add_quantities(moved, key.site_id)
        if moved.value_date == key.day:
            sums[key].add_money(moved, key.site_id, zones[key.site_id])
    for row in session.execute(_booked_later(wanted)):
        key = DayKey(row[0], row.wanted_site, row.wanted_day)
        sums[key].add_money(_moved(row), key.site_id, zones[key.site_id])
    for row in session.execute(_revalued_on(wanted)):
        sums[DayKey(row[0], row[1], row[5])].add_revaluation(Revalued(*row), zones[row[1]])
    return sums


def derive_all_days(session: Session, zones: Mapping[int, str]) -> Sums:
    """Every roll-up there should be, in one pass over the whole ledger; memory: one entry a key."""
    sums: Sums = {}
    for row in _stream(session, _crossing()):
        _add_movement(sums, _moved(row), zones)
    for row in _stream(session, select(*_REVALUED).where(Revaluation.owner_id == OWN_OWNER_ID)):
        key = DayKey(row[0], row[1], row[5])
        sums.setdefault(key, DaySums()).add_revaluation(Revalued(*row), zones[row[1]])
    return sums


def write_days(session: Session, sums: Mapping[DayKey, DaySums]) -> None:
    """Store these roll-ups in place of what was there."""
    rows = [_row(key, sums[key]) for key in sorted(sums)]
    if not rows:
        return
    statement = upsert(session, DayRollup)
    changing = sorted(set(rows[0]) - set(DayKey._fields))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(DayKey._fields),
            set_={name: statement.excluded[name] for name in changing},
        ),
        rows,
    )


def stored_days(session: Session) -> Iterator[tuple[DayKey, DaySums]]:
    """Every stored roll-up."""
    for row in _stream(session, select(DayRollup.__table__)):
        yield (
            DayKey(row.item_id, row.site_id, row.day),
            DaySums(
                row.in_quantity,
                row.out_quantity,
                row.sold_quantity,
                row.cogs,
                row.value_change,
                int(row.value_change_rest),
            ),
        )


def differing_rollups(session: Session) -> list[DayKey]:
    """The keys whose stored roll-up is not what the ledger says, to the last digit.

    A key without anything on it and a key without a row are the same. Keys that are due just now
    may differ rightly; `recalculations.due` names them.
    """
    derived = derive_all_days(session, time_zones(session))
    differing = [key for key, sums in stored_days(session) if sums != derived.pop(key, DaySums())]
    return sorted(differing + [key for key, sums in derived.items() if sums != DaySums()])


def _add_movement(sums: Sums, moved: Moved, zones: Mapping[int, str]) -> None:
    for site_id in touched_sites(moved):
        zone = zones[site_id]
        happened = DayKey(moved.item_id, site_id, day_of(moved.occurred_at, zone))
        sums.setdefault(happened, DaySums()).add_quantities(moved, site_id)
        booked = DayKey(moved.item_id, site_id, moved.value_date)
        sums.setdefault(booked, DaySums()).add_money(moved, site_id, zone)


def _wanted(session: Session, keys: Iterable[DayKey], zones: Mapping[int, str]) -> CTE:
    columns = {"item_id": ID, "site_id": ID, "day": DAY, "start": ID, "stop": ID}
    return wanted_rows(
        session,
        columns,
        ((*key, *day_bounds(key.day, zones[key.site_id])) for key in keys),
    )


def _crossing() -> Select[Any]:
    """Movements that do not stay in the same owner's stock at the same site."""
    stays = and_(
        _source.site_id == _target.site_id,
        _source.owner_id == _target.owner_id,
        _source.kind.in_(PHYSICAL_KINDS),
        _target.kind.in_(PHYSICAL_KINDS),
    )
    return (
        select(*_MOVED)
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
        .where(not_(stays))
    )


def _within(wanted: CTE) -> ColumnElement[bool]:
    return and_(Movement.occurred_at >= wanted.c.start, Movement.occurred_at < wanted.c.stop)


def _happened(wanted: CTE) -> Select[Any]:
    return _of_wanted(wanted, _within(wanted))


def _booked_later(wanted: CTE) -> Select[Any]:
    """Facts of a closed period, or of another site's day: what `_happened` has not read yet."""
    booked = Movement.value_date == wanted.c.day
    return _of_wanted(wanted, booked).where(not_(_within(wanted)))


def _of_wanted(wanted: CTE, on_the_day: ColumnElement[bool]) -> Select[Any]:
    return (
        _crossing()
        .add_columns(wanted.c.site_id.label("wanted_site"), wanted.c.day.label("wanted_day"))
        .join(wanted, and_(Movement.item_id == wanted.c.item_id, on_the_day))
        .where(or_(_source.site_id == wanted.c.site_id, _target.site_id == wanted.c.site_id))
    )


def _revalued_on(wanted: CTE) -> Select[Any]:
    return (
        select(*_REVALUED)
        .join(
            wanted,
            and_(
                Revaluation.item_id == wanted.c.item_id,
                Revaluation.site_id == wanted.c.site_id,
                Revaluation.value_date == wanted.c.day,
            ),
        )
        .where(Revaluation.owner_id == OWN_OWNER_ID)
    )


def _moved(row: Any) -> Moved:
    return _as_moved(*row[:12])


def _as_moved(*cells: Any) -> Moved:
    source, target = _side(*cells[6:9]), _side(*cells[9:12])
    return Moved(*(*cells[:6], source, target))


@lru_cache(maxsize=4096)
def _side(site_id: int, kind: str, owner_id: int) -> Side:
    return Side(site_id, kind, owner_id == OWN_OWNER_ID)


def _stream(session: Session, statement: Select[Any]) -> Iterator[Any]:
    yield from session.execute(statement, execution_options={"yield_per": ROWS_PER_FETCH})


def _row(key: DayKey, sums: DaySums) -> dict[str, Any]:
    return {
        **key._asdict(),
        "in_quantity": sums.in_quantity,
        "out_quantity": sums.out_quantity,
        "sold_quantity": sums.sold_quantity,
        "cogs": sums.cogs,
        "value_change": sums.value_change,
        "value_change_rest": str(sums.value_change_rest),
    }
