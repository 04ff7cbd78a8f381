"""Stock flows added up: exact at every moment, for what the jobs have not derived yet is derived
from the ledger here."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.stock_flows import Flow, Part, month_end
from server.store.models import Category, Item, Owner, Site, StockFlowDay, StockFlowMonth
from server.store.queries.records import Sites, contains
from server.store.stock_flows import SUMS, due_corrections, is_any_flow_due
from server.store.types import Money, Quantity

_NAMES = (Item.sku.label("item"), Item.name_zh, Item.name_en, Item.specification, Item.base_unit)
_CATEGORY = (Category.code.label("category"), Category.name_zh, Category.name_en)
_SITE = Site.code.label("site")
GROUPS: Mapping[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "item": ((Item.sku_key,), (*_NAMES, Category.code.label("category"))),
    "item_site": (
        (Item.sku_key, Site.id),
        (*_NAMES, Category.code.label("category"), _SITE),
    ),
    "category": ((func.coalesce(Category.code_key, ""),), _CATEGORY),
    "site": ((Site.id,), (_SITE, Site.name_zh, Site.name_en)),
    "owner": ((Owner.id,), (Owner.code.label("owner"), Owner.name)),
    "all": ((), ()),
}
"""What sums may be grouped by: the keys they are ordered by, and what people call a group."""

POOL = ("item_id", "site_id", "owner_id")
_TYPES: tuple[Any, ...] = (Quantity(), Money(), Quantity(), Money())


class GroupSums(NamedTuple):
    """One group: what it is called, its sums before the period, and by kind within it."""

    keys: tuple[Any, ...]
    names: dict[str, Any]
    opening: Flow
    flows: dict[str, Flow]

    @property
    def closing(self) -> Flow:
        """Everything until the end of the period."""
        return sum(self.flows.values(), self.opening)


def flow_groups(
    session: Session,
    group: str,
    parts: Sequence[Part],
    sites: Sites,
    filters: Mapping[str, Any],
    item_ids: Sequence[int] | None = None,
) -> Iterator[GroupSums]:
    """The groups in order, those without any sums left out. `item_ids` narrows to these items."""
    keys, names = GROUPS[group]
    if item_ids is None and "item" in filters:
        item_ids = _ids_of(session, filters["item"])
    row = _rows(session, parts, item_ids).subquery("flow")
    wanted = (row.c.opening, row.c.kind)
    sums = [func.sum(row.c[name], type_=kind) for name, kind in zip(SUMS, _TYPES, strict=True)]
    asked = (
        _named(select(*keys, *names, *wanted, *sums).select_from(row), row)
        .where(*things_where(session, filters), *_scope(sites))
        .group_by(*keys, *names, *wanted)
        .order_by(*keys, *wanted)
    )
    depth, width = len(keys), len(keys) + len(names)
    labels = [name.key for name in names]
    for key, rows in groupby(session.execute(asked), lambda one: tuple(one[:depth])):
        yield _folded(key, list(rows), labels, depth, width)


@dataclass(frozen=True, slots=True)
class PoolSums:
    """One item of one owner at one site at the end of the parts: its names, and what is there."""

    key: tuple[int, int, int]
    names: Mapping[str, Any]
    closing: Flow

    def group(self, by: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The key and the names of the group it belongs to, as GROUPS has them."""
        of = self.names
        item = {name: of[name] for name in _ITEM_NAMES}
        groups: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
            "item": ((of["sku_key"],), item),
            "item_site": ((of["sku_key"], self.key[1]), item | {"site": of["site"]}),
            "category": (
                (of["category_key"],),
                {
                    "category": of["category"],
                    "name_zh": of["category_zh"],
                    "name_en": of["category_en"],
                },
            ),
            "site": (
                (self.key[1],),
                {"site": of["site"], "name_zh": of["site_zh"], "name_en": of["site_en"]},
            ),
            "owner": ((self.key[2],), {"owner": of["owner"], "name": of["owner_name"]}),
        }
        return groups[by]


_ITEM_NAMES = ("item", "name_zh", "name_en", "specification", "base_unit", "category")
_POOL_NAMES: tuple[Any, ...] = (
    Item.sku_key,
    *_NAMES,
    Category.code.label("category"),
    func.coalesce(Category.code_key, "").label("category_key"),
    Category.name_zh.label("category_zh"),
    Category.name_en.label("category_en"),
    _SITE,
    Site.name_zh.label("site_zh"),
    Site.name_en.label("site_en"),
    Owner.code.label("owner"),
    Owner.name.label("owner_name"),
)


def pool_sums(
    session: Session,
    parts: Sequence[Part],
    sites: Sites,
    filters: Mapping[str, Any],
    item_ids: Sequence[int],
) -> list[PoolSums]:
    """What each pool of these items holds at the end of the parts, by sku, site and owner."""
    row = _rows(session, parts, item_ids).subquery("flow")
    keys = (row.c.item_id, row.c.site_id, row.c.owner_id)
    sums = [func.sum(row.c[name], type_=kind) for name, kind in zip(SUMS, _TYPES, strict=True)]
    asked = (
        _named(select(*keys, *_POOL_NAMES, *sums).select_from(row), row)
        .where(*things_where(session, filters), *_scope(sites))
        .group_by(*keys, *_POOL_NAMES)
        .order_by(Item.sku_key, *keys)
    )
    labels = [name.key for name in _POOL_NAMES]
    return [
        PoolSums(
            (one[0], one[1], one[2]),
            dict(zip(labels, one[3:-4], strict=True)),
            Flow(*one[-4:]),
        )
        for one in session.execute(asked)
    ]


def items_with_flows(
    session: Session, sites: Sites, filters: Mapping[str, Any], after: str | None, limit: int
) -> list[tuple[str, int]]:
    """(sku key, id) of items that have a history in scope, in order behind `after`."""
    flows, due = StockFlowDay, due_corrections().subquery("due")
    within = [] if sites is None else [flows.site_id.in_(sites)]
    known: ColumnElement[bool] = (
        select(literal(1)).where(flows.item_id == Item.id, *within).exists()
    )
    if is_any_flow_due(session):
        known = or_(known, Item.id.in_(select(due.c.item_id)))
    asked = (
        select(Item.sku_key, Item.id)
        .outerjoin(Category, Category.id == Item.category_id)
        .where(known, *things_where(session, filters, ("item", "category", "q")))
    )
    if after is not None:
        asked = asked.where(Item.sku_key > after)
    rows = session.execute(asked.order_by(Item.sku_key).limit(limit))
    return [(row[0], row[1]) for row in rows]


def category_tree(session: Session, code: str) -> list[int]:
    """The category of this code and all below it."""
    top = select(Category.id).where(Category.code_key == code_key(code)).cte("tree", recursive=True)
    below = select(Category.id).join(top, Category.parent_id == top.c.id)
    return list(session.scalars(select(top.union(below).c.id)))


def _folded(
    key: tuple[Any, ...], rows: list[Any], labels: list[str], depth: int, width: int
) -> GroupSums:
    opening, flows = Flow(), {}
    for row in rows:
        flow = Flow(*row[width + 2 :])
        if row[width]:
            opening += flow
        else:
            flows[row[width + 1]] = flow
    return GroupSums(key, dict(zip(labels, rows[0][depth:width], strict=True)), opening, flows)


def _ids_of(session: Session, sku: str) -> list[int]:
    """Known ids, not a join: only then are an item's own few rows read, not everybody's."""
    return list(session.scalars(select(Item.id).where(Item.sku_key == code_key(sku))))


def _rows(
    session: Session, parts: Sequence[Part], item_ids: Sequence[int] | None
) -> Select[Any] | Any:
    """Stored sums of these parts, and for the days that are due what is to be added to them.

    Each part is added up by pool before it is named: there are far fewer pools than days. Before
    the period the kinds are one, for nobody asks which they were."""
    tables: dict[str, Any] = {"day": StockFlowDay, "month": StockFlowMonth}
    found = [_part(tables[part.grain], part, item_ids) for part in parts]
    if is_any_flow_due(session):
        due = due_corrections().subquery("due")
        found += [_part_of_due(due.c, one, item_ids) for one in _whole(parts)]
    return union_all(*found)


def _part(table: Any, part: Part, item_ids: Sequence[int] | None) -> Select[Any]:
    return _cut(lambda name: getattr(table, name), part, item_ids)


def _part_of_due(columns: Any, part: Part, item_ids: Sequence[int] | None) -> Select[Any]:
    return _cut(lambda name: columns[name], part, item_ids)


def _cut(column: Callable[[str], Any], part: Part, item_ids: Sequence[int] | None) -> Select[Any]:
    pool = [column(name) for name in POOL]
    kind = literal("") if part.opening else column("kind")
    sums = [
        func.sum(column(name), type_=of).label(name) for name, of in zip(SUMS, _TYPES, strict=True)
    ]
    opening = literal(1 if part.opening else 0).label("opening")
    asked = (
        select(*pool, kind.label("kind"), *sums, opening)
        .where(_during(column("day"), part.first, part.last))
        .group_by(*pool, *([] if part.opening else [kind]))
    )
    return asked if item_ids is None else asked.where(pool[0].in_(item_ids))


def _during(day: Any, first: date, last: date) -> ColumnElement[bool]:
    return day <= last if first == date.min else and_(day >= first, day <= last)


def _whole(parts: Iterable[Part]) -> list[Part]:
    """What is opening and what is not, each as one stretch of days; months run to their ends."""
    found = []
    for opening in (True, False):
        own = [part for part in parts if part.opening is opening]
        if own:
            first = min(part.first for part in own)
            found.append(Part("day", first, max(_last_day(part) for part in own), opening))
    return found


def _last_day(part: Part) -> date:
    return month_end(part.last) if part.grain == "month" else part.last


def _named(asked: Select[Any], row: Any) -> Select[Any]:
    return (
        asked.join(Item, Item.id == row.c.item_id)
        .join(Site, Site.id == row.c.site_id)
        .join(Owner, Owner.id == row.c.owner_id)
        .outerjoin(Category, Category.id == Item.category_id)
    )


def _scope(sites: Sites) -> list[ColumnElement[bool]]:
    return [] if sites is None else [Site.id.in_(sites)]


def things_where(
    session: Session, filters: Mapping[str, Any], only: Sequence[str] | None = None
) -> list[ColumnElement[bool]]:
    """What these filters by code say of Item, Site and Owner; `only` some of them."""
    found: list[ColumnElement[bool]] = [true()]
    for name, value in filters.items():
        if only is not None and name not in only:
            continue
        if name == "category":
            found.append(Item.category_id.in_(category_tree(session, value)))
        elif name == "q":
            found.append(contains(Item.search, code_key(value)))
        else:
            found.append(_CODES[name] == code_key(value))
    return found


_CODES: Mapping[str, Any] = {
    "item": Item.sku_key,
    "site": Site.code_key,
    "owner": Owner.code_key,
}
