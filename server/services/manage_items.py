"""Items and what hangs on them: categories, packagings, lots, and their planning per site."""

from sqlalchemy import select

from server.domain.codes import checked_code, code_key
from server.domain.days import day_of
from server.domain.errors import InvalidInput, RuleViolated
from server.domain.fields import coded, cost, level, one_of, positive, texts, whole
from server.domain.items import (
    CHOICES,
    SEARCHED,
    SHELF_LIFE_MOST,
    check_changes,
    checked_attributes,
    search_text,
)
from server.domain.people import Actor
from server.services.bind_barcodes import bind_barcode
from server.services.clock import now_ms
from server.services.find_references import category_id, item_named, site_named
from server.services.keep_records import (
    Columns,
    Edit,
    Identity,
    RecordKind,
    Values,
    add_record,
    require_no_stock,
)
from server.services.name_things import expiry_of
from server.store.db import unit_of_work
from server.store.models import Balance, Category, Item, ItemSite, Lot, Packaging, Site
from server.store.queries.items import moved_items
from server.store.recalculations import mark

_TEXTS = ("name_zh", "name_en", "specification", "base_unit", "second_unit")


def item_fields(values: Values) -> Columns:
    """The columns of an item's own fields, checked; what it refers to is not among them.

    Raises InvalidInput naming the field.
    """
    columns: Columns = texts(values, *_TEXTS)
    columns |= {n: one_of(values[n], n, CHOICES[n]) for n in CHOICES if n in values}
    if "sku" in values:
        columns["sku"] = checked_code(values["sku"], "sku")
        columns["sku_key"] = code_key(columns["sku"])
    if "shelf_life" in values:
        columns["shelf_life"] = whole(values["shelf_life"], "shelf_life", 1, SHELF_LIFE_MOST)
    if "attributes" in values:
        columns["attributes"] = checked_attributes(values["attributes"])
    if "standard_cost" in values:
        columns["standard_cost"] = cost(values["standard_cost"], "standard_cost")
    if columns.get("base_unit") == "":
        raise InvalidInput("base_unit_required")
    return columns


def _item_columns(edit: Edit, values: Values, row: Item | None) -> Columns:
    columns = item_fields(values)
    if "standard_cost" in values:
        edit.actor.require("cost.write")
    if "category" in values:
        columns["category_id"] = category_id(edit.session, values["category"])
    _check_item(edit, values, columns, row)
    return columns | {"search": search_text(*_searched(columns, row))}


def _check_item(edit: Edit, values: Values, columns: Columns, row: Item | None) -> None:
    if row is None:
        return
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    check_changes(changed, moved=bool(moved_items(edit.session, [row.id])))
    if values.get("retired"):
        require_no_stock(edit.session, Balance.item_id == row.id)


def _searched(columns: Columns, row: Item | None) -> list[str]:
    return [columns.get(name, getattr(row, name, "")) for name in SEARCHED]


def _item_settled(edit: Edit, row: Item, changed: frozenset[str]) -> None:
    """What is retired raises no alert any more, and what comes back may."""
    if "retired_at" in changed:
        planned = select(ItemSite.site_id, Site.time_zone).join(Site, Site.id == ItemSite.site_id)
        sites = edit.session.execute(planned.where(ItemSite.item_id == row.id)).all()
        mark(edit.session, [(row.id, site, day_of(edit.at, zone)) for site, zone in sites], edit.at)


ITEMS = RecordKind("item", Item, ("id",), _item_columns, facts=("sku",), settled=_item_settled)


def create_item(values: Values, *, actor: Actor) -> Identity:
    """Make an item with its packagings and barcodes; raises as create_record does."""
    with unit_of_work() as session:
        return ITEMS.identity(add_item(Edit(session, actor, now_ms()), values))


def add_item(edit: Edit, values: Values) -> Item:
    """Make an item with its packagings ({name, quantity}) and barcodes ({code, packaging?})."""
    own = {name: value for name, value in values.items() if name not in ("packagings", "barcodes")}
    item: Item = add_record(edit, ITEMS, own)
    packagings: dict[str | None, int | None] = {None: None}
    for packaging in values.get("packagings", ()):
        made = add_record(edit, PACKAGINGS, {**packaging, "item": item.sku})
        packagings[made.name] = made.id
    for barcode in values.get("barcodes", ()):
        name = barcode.get("packaging")
        if name not in packagings:
            raise InvalidInput("unknown_packaging", packaging=name)
        bind_barcode(
            edit.session,
            barcode["code"],
            "item",
            item.id,
            packagings[name],
            actor=edit.actor,
            at=edit.at,
        )
    return item


def _category_columns(edit: Edit, values: Values, row: Category | None) -> Columns:
    columns = coded(values, "category") | texts(values, "name_zh", "name_en")
    if "parent" in values:
        columns["parent_id"] = parent = category_id(edit.session, values["parent"])
        _refuse_circle(edit, parent, row)
    return columns


def _refuse_circle(edit: Edit, parent: int | None, row: Category | None) -> None:
    seen = {row.id} if row is not None else set()
    while parent is not None:
        if parent in seen:
            raise RuleViolated("category_circle")
        seen.add(parent)
        parent = edit.session.scalar(select(Category.parent_id).where(Category.id == parent))


CATEGORIES = RecordKind("category", Category, ("id",), _category_columns)


def _packaging_columns(edit: Edit, values: Values, row: Packaging | None) -> Columns:
    columns: Columns = {}
    if row is None:
        columns["item_id"] = item_named(edit.session, values["item"]).id
    if "name" in values:
        columns["name"] = checked_code(values["name"], "packaging")
    if "quantity" in values:
        columns["quantity"] = positive(values["quantity"], "quantity")
    return columns


PACKAGINGS = RecordKind(
    "packaging", Packaging, ("id",), _packaging_columns, facts=("name", "item_id")
)


def _lot_columns(edit: Edit, values: Values, row: Lot | None) -> Columns:
    columns = coded(values, "lot")
    columns |= {n: values[n] for n in ("production_date", "expires_on") if n in values}
    if row is None:
        item = item_named(edit.session, values["item"])
        columns["item_id"] = item.id
        columns.setdefault("expires_on", expiry_of(item, values.get("production_date")))
    return columns


LOTS = RecordKind("lot", Lot, ("id",), _lot_columns, facts=("code", "item_id"))

_LEVELS = (
    "reorder_point",
    "reorder_hysteresis",
    "safety_stock",
    "target_level",
    "on_order",
    "backorder",
)


def planning_fields(values: Values) -> Columns:
    """The columns of an item at a site, checked; raises InvalidInput naming the field."""
    return {name: level(values[name], name) for name in _LEVELS if name in values}


def _planning_columns(edit: Edit, values: Values, row: ItemSite | None) -> Columns:
    columns = planning_fields(values)
    if row is None:
        columns["item_id"] = item_named(edit.session, values["item"]).id
        columns["site_id"] = site_named(edit.session, values["site"]).id
    return columns


def _planning_settled(edit: Edit, row: ItemSite, _changed: frozenset[str]) -> None:
    zone = edit.session.scalars(select(Site.time_zone).where(Site.id == row.site_id)).one()
    mark(edit.session, [(row.item_id, row.site_id, day_of(edit.at, zone))], edit.at)


ITEM_SITES = RecordKind(
    "item_site",
    ItemSite,
    ("item_id", "site_id"),
    _planning_columns,
    facts=(),
    settled=_planning_settled,
    site_of=lambda row: row.site_id,
)
