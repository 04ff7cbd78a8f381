"""What a report is asked, and what it answers: the same for all of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from server.domain.days import day_of, rfc3339
from server.domain.errors import InvalidInput
from server.domain.numbers import plain
from server.domain.people import Actor
from server.domain.report_periods import Days, period_of
from server.domain.reports import Column
from server.domain.setting_kinds import Setting
from server.services.clock import now_ms
from server.services.find_in_scope import known_item, site_in_scope
from server.store.queries.records import Record, Sites
from server.store.settings import setting_of

SettingValue = TypeVar("SettingValue")
Keyed = tuple[list[Any], Record]
"""What the next page must come after, and the row."""


@dataclass(frozen=True)
class Asked:
    """A report as somebody asked for it.

    after: the key of the last row they have; page: about how many rows they want (None: all)."""

    session: Session
    actor: Actor
    filters: Mapping[str, Any]
    today: date
    after: Sequence[Any] = ()
    page: int | None = None

    @property
    def sites(self) -> Sites:
        """The sites it may tell of."""
        return self.actor.site_ids

    @property
    def group(self) -> str:
        """By what it is grouped."""
        return str(self.filters.get("group") or "item")

    @property
    def is_first_page(self) -> bool:
        """Whether totals and explanation are wanted."""
        return not self.after

    def key(self, *kinds: type) -> list[Any]:
        """The key of the last row they have, [] for none.

        Raises InvalidInput `bad_cursor` for one of another report or another grouping."""
        if self.after and [type(part) for part in self.after] != list(kinds):
            raise InvalidInput("bad_cursor")
        return list(self.after)

    def days(self) -> Days:
        """The days it is about. Raises InvalidInput `bad_period`."""
        get = self.filters.get
        return period_of(get("period"), get("from"), get("to"), self.today)

    def as_of(self) -> date:
        """The end of which day it is about; today unless asked otherwise."""
        day = self.filters.get("as_of")
        return self.today if day is None else day

    def setting(self, setting: Setting[SettingValue]) -> SettingValue:
        """How the site it names has this, or all sites."""
        code = self.filters.get("site")
        site_id = site_in_scope(self.session, code, self.actor).id if code else None
        return setting_of(self.session, setting, site_id)

    def narrowed(self, *names: str) -> dict[str, Any]:
        """Those of its filters that are codes of things."""
        return {name: self.filters[name] for name in names if self.filters.get(name)}


@dataclass(frozen=True)
class Answered:
    """A report: its columns, its rows as they are read, and over the first page what they add up
    to and how they were computed."""

    columns: tuple[Column, ...]
    rows: Iterator[Keyed]
    totals: Record | None = None
    how: Mapping[str, Any] = field(default_factory=dict)


Making = Callable[[Asked], Answered]


def asked_by(
    session: Session,
    actor: Actor,
    filters: Mapping[str, Any],
    *,
    after: Sequence[Any] = (),
    page: int | None = None,
) -> Asked:
    """The question with the day it is today: at the site it names, else where it is latest.

    Raises NotFound `unknown_site`, `unknown_item` for codes that name nothing in scope."""
    zone = "Asia/Shanghai"
    if filters.get("site"):
        zone = site_in_scope(session, filters["site"], actor).time_zone
    if filters.get("item"):
        known_item(session, filters["item"])
    return Asked(session, actor, filters, day_of(now_ms(), zone), after, page)


def shown_columns(columns: Iterable[Column], actor: Actor) -> tuple[Column, ...]:
    """The columns this one may see."""
    sees_cost = actor.may("cost.read")
    return tuple(column for column in columns if sees_cost or not column.is_money)


def shown_row(columns: Iterable[Column], row: Mapping[str, Any]) -> Record:
    """The row as JSON carries it, these columns only."""
    return {column.name: _text(column, row.get(column.name)) for column in columns}


def _text(column: Column, value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "instant" and value is not None:
        return rfc3339(value)
    return value
