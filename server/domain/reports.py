"""What reports there are: their filters, groups, columns and who may read them, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

ColumnKind = Literal["text", "quantity", "money", "number", "integer", "date", "instant"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a report. Money is only for who may read cost.

    flow: "in" or "out" where the column is of one kind of movement (`of_kind`)."""

    name: str
    kind: ColumnKind = "text"
    flow: str = ""
    of_kind: str = ""

    @property
    def is_money(self) -> bool:
        """Whether it tells what something costs or is worth."""
        return self.kind == "money"


@dataclass(frozen=True, slots=True)
class Report:
    """One report: what it may be asked, and what of it is told to whom."""

    name: str
    filters: frozenset[str]
    groups: tuple[str, ...] = ()
    permission: str = "reports.read"
    is_chart: bool = False

    def allows(self, name: str) -> bool:
        """Whether it knows this filter."""
        return name in self.filters or (name == "group" and bool(self.groups))


_DAYS: Final = frozenset({"period", "from", "to"})
_WHAT: Final = frozenset({"site", "category", "item", "q"})
_GROUPS: Final = ("item", "item_site", "category", "site", "owner")

REPORTS: Final[Mapping[str, Report]] = {
    report.name: report
    for report in (
        Report("stock_summary", _DAYS | _WHAT | {"owner"}, _GROUPS, is_chart=True),
        Report("item_ledger", _DAYS | {"item", "site", "owner", "kind"}),
        Report("valuation", _WHAT | {"owner", "as_of"}, _GROUPS, is_chart=True),
        Report("ageing", _WHAT | {"owner", "as_of", "by", "buckets"}, _GROUPS, is_chart=True),
        Report(
            "turnover",
            _DAYS | {"site", "category", "item", "method"},
            ("item", "category", "site", "all"),
            "turnover.read",
            is_chart=True,
        ),
        Report("below_minimum", _WHAT | {"by"}),
        Report("expiry", _WHAT | {"owner", "days"}),
    )
}

FILTERS: Final = frozenset[str]().union(*(report.filters for report in REPORTS.values())) | {
    "group"
}
ITEM_COLUMNS: Final = (
    Column("item"),
    Column("name_zh"),
    Column("name_en"),
    Column("specification"),
    Column("base_unit"),
    Column("category"),
)
GROUP_COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {
    "item": ITEM_COLUMNS,
    "item_site": (*ITEM_COLUMNS, Column("site")),
    "category": (Column("category"), Column("name_zh"), Column("name_en")),
    "site": (Column("site"), Column("name_zh"), Column("name_en")),
    "owner": (Column("owner"), Column("name")),
    "all": (),
}
