"""收发存汇总 and stock valuation: both are stock flows added up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from server.domain.numbers import EXACT, MONEY_UNIT, plain
from server.domain.reports import GROUP_COLUMNS, Column
from server.domain.stock_flows import Flow, Part, parts_of, parts_through
from server.services.report_asking import Answered, Asked
from server.store.queries.flow_sums import GroupSums, flow_groups, items_with_flows
from server.store.queries.records import Record

ITEMS_AT_ONCE: Final = 1_000
_THINGS: Final = ("site", "category", "item", "q", "owner")
GROUP_KEYS: Final[Mapping[str, tuple[type, ...]]] = {
    "item": (str,),
    "item_site": (str, int),
    "category": (str,),
    "site": (int,),
    "owner": (int,),
}
"""Of what a page's cursor is made."""
_BY_ITEM: Final = frozenset({"item", "item_site"})


def stock_summary(asked: Asked) -> Answered:
    """Opening, in by kind, out by kind and closing of each group in the days asked for."""
    first, last = asked.days()
    whole, groups = _summed(asked, parts_of(first, last))
    columns = (*GROUP_COLUMNS[asked.group], *_summary_columns(whole))
    rows = (
        (key, _summary_row(group) | {"drill": _drill(asked, group, first, last)})
        for key, group in groups
        if _has_any(group)
    )
    totals = _summary_row(whole) if asked.is_first_page else None
    return Answered(columns, rows, totals, _how(whole, first, last))


def valuation(asked: Asked) -> Answered:
    """Quantity, value and unit cost of each group at the end of a book day."""
    day = asked.as_of()
    whole, groups = _summed(asked, parts_through(day))
    columns = (
        *GROUP_COLUMNS[asked.group],
        Column("quantity", "quantity"),
        Column("unit_cost", "money"),
        Column("value", "money"),
    )
    rows = (
        (key, _worth(group) | {"drill": _drill(asked, group, None, day)})
        for key, group in groups
        if group.closing.quantity or group.closing.value
    )
    if not asked.is_first_page:
        return Answered(columns, rows)
    return Answered(columns, rows, _worth(whole), _how(whole, None, day))


def _summed(
    asked: Asked, parts: Sequence[Part]
) -> tuple[GroupSums, Iterator[tuple[list[Any], GroupSums]]]:
    """All in one, and its groups behind `asked.after`. Few groups are read once for both."""
    if asked.group in _BY_ITEM:
        return whole_of(asked, parts), _item_groups(asked, parts)
    filters, seen = asked.narrowed(*_THINGS), asked.key(*GROUP_KEYS[asked.group])
    groups = list(flow_groups(asked.session, asked.group, parts, asked.sites, filters))
    keyed = ((list(group.keys), group) for group in groups)
    return added_up(groups), ((key, group) for key, group in keyed if key > seen)


def added_up(groups: Iterable[GroupSums]) -> GroupSums:
    """These groups in one."""
    opening, flows = Flow(), dict[str, Flow]()
    for group in groups:
        opening += group.opening
        for kind, flow in group.flows.items():
            flows[kind] = flows.get(kind, Flow()) + flow
    return GroupSums((), {}, opening, flows)


def whole_of(asked: Asked, parts: Sequence[Part]) -> GroupSums:
    """All that is asked for in one group."""
    found = flow_groups(asked.session, "all", parts, asked.sites, asked.narrowed(*_THINGS))
    return next(found, GroupSums((), {}, Flow(), {}))


def _item_groups(asked: Asked, parts: Sequence[Part]) -> Iterator[tuple[list[Any], GroupSums]]:
    """The items behind `asked.after`, in order, a chunk at a time."""
    filters, seen = asked.narrowed(*_THINGS), asked.key(*GROUP_KEYS[asked.group])
    after = seen[0] if seen else None
    size = min((asked.page or ITEMS_AT_ONCE) + 1, ITEMS_AT_ONCE)
    while items := items_with_flows(asked.session, asked.sites, filters, after, size):
        ids = [item_id for _, item_id in items]
        for group in flow_groups(asked.session, asked.group, parts, asked.sites, filters, ids):
            yield list(group.keys), group
        after = items[-1][0]


def unit_cost(quantity: Decimal, value: Decimal) -> Decimal | None:
    """Value ÷ quantity to 4 decimals; nothing for nothing."""
    return EXACT.divide(value, quantity).quantize(MONEY_UNIT, context=EXACT) if quantity else None


def _has_any(group: GroupSums) -> bool:
    return group.opening != Flow() or any(flow != Flow() for flow in group.flows.values())


def _kinds(whole: GroupSums) -> tuple[list[str], list[str]]:
    """The kinds that came in, and those that went out, in this order."""
    flows = sorted(whole.flows.items())
    entered = [kind for kind, flow in flows if flow.in_quantity or flow.in_value]
    left = [kind for kind, flow in flows if flow.out_quantity or flow.out_value]
    return entered, left


def _summary_columns(whole: GroupSums) -> Iterator[Column]:
    entered, left = _kinds(whole)
    yield from _pair("opening")
    for way, kinds in (("in", entered), ("out", left)):
        for kind in kinds:
            yield from _pair(f"{way}_{kind}", way, kind)
        yield from _pair(way)
    yield from _pair("closing")


def _pair(name: str, flow: str = "", kind: str = "") -> tuple[Column, Column]:
    return (
        Column(f"{name}_quantity", "quantity", flow, kind),
        Column(f"{name}_value", "money", flow, kind),
    )


def _summary_row(group: GroupSums) -> Record:
    moved = sum(group.flows.values(), Flow())
    row: Record = dict(group.names)
    row |= _amounts("opening", group.opening.quantity, group.opening.value)
    for kind, flow in group.flows.items():
        row |= _amounts(f"in_{kind}", flow.in_quantity, flow.in_value)
        row |= _amounts(f"out_{kind}", flow.out_quantity, flow.out_value)
    row |= _amounts("in", moved.in_quantity, moved.in_value)
    row |= _amounts("out", moved.out_quantity, moved.out_value)
    return row | _amounts("closing", group.closing.quantity, group.closing.value)


def _amounts(name: str, quantity: Decimal, value: Decimal) -> Record:
    return {f"{name}_quantity": quantity, f"{name}_value": value}


def _worth(group: GroupSums) -> Record:
    quantity, value = group.closing.quantity, group.closing.value
    worth = {"quantity": quantity, "value": value, "unit_cost": unit_cost(quantity, value)}
    return {**group.names, **worth}


def _drill(asked: Asked, group: GroupSums, first: date | None, last: date) -> Record:
    """Which report shows what this row is made of: an item's ledger, or the group's items."""
    days: Record = {"to": last.isoformat()} | ({"from": first.isoformat()} if first else {})
    kept = asked.narrowed("site", "owner")
    if asked.group in _BY_ITEM:
        own: Record = {n: group.names[n] for n in ("item", "site") if n in group.names}
        return {"report": "item_ledger", **kept, **own, **days}
    own = {asked.group: group.names[asked.group]} if group.names.get(asked.group) else {}
    kept |= asked.narrowed("category", "q")
    if first is None:
        days = {"as_of": last.isoformat()}
    name = "stock_summary" if first else "valuation"
    return {"report": name, **kept, **own, **days, "group": "item"}


def _how(whole: GroupSums, first: date | None, last: date) -> Record:
    """opening + in − out = closing, with the very figures."""
    moved = sum(whole.flows.values(), Flow())
    entered = moved if first else _only_in(whole)
    figures = {
        "opening": _told(whole.opening) if first else None,
        "in": {"quantity": plain(entered.in_quantity), "value": plain(entered.in_value)},
        "out": {"quantity": plain(entered.out_quantity), "value": plain(entered.out_value)},
        "closing": _told(whole.closing),
    }
    days = {"from": first.isoformat() if first else None, "to": last.isoformat()}
    formula = "opening + in - out = closing" if first else "in - out = closing"
    return {"formula": formula, **days, "figures": {k: v for k, v in figures.items() if v}}


def _only_in(whole: GroupSums) -> Flow:
    return whole.opening


def _told(flow: Flow) -> Record:
    return {"quantity": plain(flow.quantity), "value": plain(flow.value)}


def without_value(how: Any) -> Any:
    """An explanation for somebody who may not read cost."""
    if isinstance(how, dict):
        hidden = ("value", "cogs", "unit_cost")
        return {name: without_value(part) for name, part in how.items() if name not in hidden}
    return how
