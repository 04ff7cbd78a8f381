"""库龄: how long what is in stock has been there, in buckets of days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from server.domain.ageing import Layer, Slice, bucket_names, bucket_of, slices_of
from server.domain.errors import InvalidInput
from server.domain.numbers import ZERO
from server.domain.reports import GROUP_COLUMNS, Column
from server.domain.settings import AGEING_DAYS
from server.domain.stock_flows import parts_through
from server.services.report_asking import Answered, Asked, Keyed
from server.services.report_stock import GROUP_KEYS
from server.store.queries.ageing_rows import PoolKey, fifo_items, layers_of, lots_of
from server.store.queries.flow_sums import PoolSums, items_with_flows, pool_sums
from server.store.queries.records import Record

ITEMS_AT_ONCE: Final = 500
BUCKETS_MOST: Final = 12
DAYS_MOST: Final = 36_500
_THINGS: Final = ("site", "category", "item", "q", "owner")


def ageing(asked: Asked) -> Answered:
    """Quantity and value of each group by age at the end of a book day.

    Raises InvalidInput `bad_buckets`."""
    text = asked.filters.get("buckets")
    buckets = asked.setting(AGEING_DAYS) if text is None else _buckets(text)
    columns = (*GROUP_COLUMNS[asked.group], *_columns(buckets))
    rows = _by_item(asked, buckets) if _is_by_item(asked) else iter(_grouped(asked, buckets))
    if not asked.is_first_page:
        return Answered(columns, rows)
    totals = _totals(asked, buckets)
    how = {
        "method": "lot_age" if asked.filters.get("by") == "lot" else "newest_receipts_first",
        "as_of": asked.as_of().isoformat(),
        "buckets": list(buckets),
    }
    return Answered(columns, rows, totals, how)


def _is_by_item(asked: Asked) -> bool:
    return asked.group in ("item", "item_site")


def _by_item(asked: Asked, buckets: Sequence[int]) -> Iterator[Keyed]:
    """Item by item, a chunk in memory at a time."""
    seen = asked.key(*GROUP_KEYS[asked.group])
    for chunk in _chunks(asked, seen[0] if seen else None):
        yield from _added_up(asked, chunk, buckets).values()


def _grouped(asked: Asked, buckets: Sequence[int]) -> list[Keyed]:
    """Few groups: all items are looked at before the first is told."""
    seen = asked.key(*GROUP_KEYS[asked.group])
    found: dict[tuple[Any, ...], Keyed] = {}
    for chunk in _chunks(asked, None):
        for key, (keys, row) in _added_up(asked, chunk, buckets).items():
            found[key] = (keys, _sum_of(found[key][1], row)) if key in found else (keys, row)
    rows = [found[key] for key in sorted(found)]
    return [row for row in rows if row[0] > seen]


def _totals(asked: Asked, buckets: Sequence[int]) -> Record:
    total: Record = {}
    for chunk in _chunks(asked, None):
        for pool, slices in chunk:
            total = _sum_of(total, _row(pool, slices, asked.as_of(), buckets))
    return total


def _chunks(asked: Asked, after: str | None) -> Iterator[list[tuple[PoolSums, list[Slice]]]]:
    size = min((asked.page or ITEMS_AT_ONCE) + 1, ITEMS_AT_ONCE)
    size = size if _is_by_item(asked) and asked.after else ITEMS_AT_ONCE
    filters = asked.narrowed(*_THINGS)
    while items := items_with_flows(asked.session, asked.sites, filters, after, size):
        yield _sliced(asked, [item_id for _, item_id in items])
        after = items[-1][0]


def _sliced(asked: Asked, item_ids: list[int]) -> list[tuple[PoolSums, list[Slice]]]:
    day, session = asked.as_of(), asked.session
    things = asked.narrowed(*_THINGS)
    pools = pool_sums(session, parts_through(day), asked.sites, things, item_ids)
    layers = layers_of(session, item_ids, day)
    if asked.filters.get("by") == "lot":  # what has no lots is as old as its receipts
        layers = {**layers, **lots_of(session, item_ids, asked.sites)}
    fifo = fifo_items(session, item_ids) if asked.filters.get("by") != "lot" else frozenset()
    return [(pool, _slices(pool, layers, fifo, day)) for pool in pools]


def _slices(
    pool: PoolSums, layers: Mapping[PoolKey, list[Layer]], fifo: frozenset[int], day: date
) -> list[Slice]:
    key = PoolKey(*pool.key)
    known = layers.get(key, ())
    return slices_of(
        pool.closing.quantity,
        pool.closing.value,
        known,
        fifo=key.item_id in fifo,
        today=day,
    )


def _added_up(
    asked: Asked, chunk: Sequence[tuple[PoolSums, list[Slice]]], buckets: Sequence[int]
) -> dict[tuple[Any, ...], Keyed]:
    found: dict[tuple[Any, ...], Keyed] = {}
    for pool, slices in chunk:
        if not slices:
            continue
        key, names = pool.group(asked.group)
        row = _row(pool, slices, asked.as_of(), buckets)
        before = found.get(key)
        found[key] = (list(key), {**names, **(_sum_of(before[1], row) if before else row)})
    for key, (keys, row) in found.items():
        found[key] = (keys, row | {"drill": _drill(asked, row)})
    return found


def _row(pool: PoolSums, slices: Sequence[Slice], day: date, buckets: Sequence[int]) -> Record:
    row: Record = {"quantity": pool.closing.quantity, "value": pool.closing.value}
    for name in bucket_names(buckets):
        row |= {f"{name}_quantity": ZERO, f"{name}_value": ZERO}
    names = bucket_names(buckets)
    for part in slices:
        name = names[bucket_of((day - part.day).days, buckets)]
        row[f"{name}_quantity"] += part.quantity
        row[f"{name}_value"] += part.value
    return row


def _sum_of(one: Record, other: Record) -> Record:
    both = dict(one)
    for name, number in other.items():
        if isinstance(number, Decimal):
            both[name] = both.get(name, ZERO) + number
    return {**other, **both} if not one else both


def _drill(asked: Asked, row: Record) -> Record:
    kept = asked.narrowed("site", "owner")
    if _is_by_item(asked):
        own = {name: row[name] for name in ("item", "site") if row.get(name)}
        return {"report": "item_ledger", **kept, **own, "to": asked.as_of().isoformat()}
    own = {asked.group: row[asked.group]} if row.get(asked.group) else {}
    kept |= asked.narrowed("category", "q", "by", "buckets")
    as_of = {"as_of": asked.as_of().isoformat()}
    return {"report": "ageing", **kept, **own, **as_of, "group": "item"}


def _columns(buckets: Sequence[int]) -> Iterator[Column]:
    yield Column("quantity", "quantity")
    yield Column("value", "money")
    for name in bucket_names(buckets):
        yield Column(f"{name}_quantity", "quantity", of_kind=name)
        yield Column(f"{name}_value", "money", of_kind=name)


def _buckets(text: str) -> tuple[int, ...]:
    """30,60,90: whole days, growing. Raises InvalidInput `bad_buckets`."""
    parts = text.replace("，", ",").split(",")
    days = [int(part) for part in parts if part.strip().isascii() and part.strip().isdigit()]
    grows = all(0 < a < b for a, b in zip([0, *days][1:], days[1:], strict=False))
    if len(days) != len(parts) or not grows or not 0 < len(days) <= BUCKETS_MOST:
        raise InvalidInput("bad_buckets", value=text[:60])
    if days[0] < 1 or days[-1] > DAYS_MOST:
        raise InvalidInput("bad_buckets", value=text[:60])
    return tuple(days)
