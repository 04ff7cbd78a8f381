"""Items and what hangs on them, as lists."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from server.domain.codes import code_key
from server.store.models import (
    NONE_ID,
    Barcode,
    Category,
    Item,
    ItemSite,
    Location,
    Lot,
    Movement,
    Packaging,
    Picture,
    Site,
)
from server.store.queries.records import Listing, Record, contains

_Parent = aliased(Category)


def _with_packagings(session: Session, records: list[Record]) -> list[Record]:
    found = packagings_of(session, [record["id"] for record in records])
    return [record | {"packagings": found.get(record["id"], [])} for record in records]


def packagings_of(session: Session, item_ids: Iterable[int]) -> dict[int, list[Record]]:
    """Each item's packagings in use, smallest first."""
    rows = session.execute(
        select(Packaging.item_id, Packaging.id, Packaging.name, Packaging.quantity)
        .where(Packaging.item_id.in_(list(item_ids)), Packaging.retired_at.is_(None))
        .order_by(Packaging.quantity, Packaging.id)
    )
    found: dict[int, list[Record]] = defaultdict(list)
    for item_id, packaging_id, name, quantity in rows:
        found[item_id].append({"id": packaging_id, "name": name, "quantity": quantity})
    return found


ITEM_LIST = Listing(
    select(
        Item.id,
        Item.sku,
        Item.name_zh,
        Item.name_en,
        Item.specification,
        Item.base_unit,
        Item.second_unit,
        Item.tracking,
        Item.shelf_life,
        Item.shelf_life_unit,
        Item.standard_cost,
        Item.costing,
        Category.code.label("category"),
        Item.attributes,
        Picture.id.is_not(None).label("has_picture"),
        exists().where(Movement.item_id == Item.id).label("moved"),
        Item.retired_at.is_not(None).label("retired"),
        Item.version,
        Item.changed_at,
    )
    .outerjoin(Category, Category.id == Item.category_id)
    .outerjoin(Picture, Picture.item_id == Item.id),
    (Item.id,),
    filters={
        "q": lambda text: contains(Item.search, code_key(text)),
        "sku": lambda sku: Item.sku_key == code_key(sku),
        "category": lambda code: Category.code_key == code_key(code),
        "tracking": lambda tracking: Item.tracking == tracking,
        "retired": lambda retired: Item.retired_at.is_not(None) == retired,
    },
    complete=_with_packagings,
)

CATEGORY_LIST = Listing(
    select(
        Category.id,
        Category.code,
        Category.name_zh,
        Category.name_en,
        _Parent.code.label("parent"),
        Category.retired_at.is_not(None).label("retired"),
        Category.version,
    ).outerjoin(_Parent, _Parent.id == Category.parent_id),
    (Category.id,),
    filters={"retired": lambda retired: Category.retired_at.is_not(None) == retired},
)

PACKAGING_LIST = Listing(
    select(
        Packaging.id,
        Item.sku.label("item"),
        Packaging.name,
        Packaging.quantity,
        Packaging.retired_at.is_not(None).label("retired"),
        Packaging.version,
    ).join(Item, Item.id == Packaging.item_id),
    (Packaging.id,),
    filters={
        "item": lambda sku: Item.sku_key == code_key(sku),
        "retired": lambda retired: Packaging.retired_at.is_not(None) == retired,
    },
)

BARCODE_LIST = Listing(
    select(
        Barcode.id,
        Barcode.code,
        Barcode.kind,
        Barcode.target_id,
        Item.sku.label("item"),
        Packaging.name.label("packaging"),
        Location.code.label("location"),
        Site.code.label("site"),
        Barcode.retired_at.is_not(None).label("retired"),
        Barcode.version,
        Barcode.changed_at,
    )
    .outerjoin(Item, and_(Item.id == Barcode.target_id, Barcode.kind == "item"))
    .outerjoin(Packaging, Packaging.id == Barcode.packaging_id)
    .outerjoin(Location, and_(Location.id == Barcode.target_id, Barcode.kind == "location"))
    .outerjoin(Site, Site.id == Location.site_id),
    (Barcode.id,),
    site=Location.site_id,
    filters={
        "code": lambda code: Barcode.code_key == code_key(code),
        "item": lambda sku: Item.sku_key == code_key(sku),
        "kind": lambda kind: Barcode.kind == kind,
        "retired": lambda retired: Barcode.retired_at.is_not(None) == retired,
    },
)

LOT_LIST = Listing(
    select(
        Lot.id,
        Item.sku.label("item"),
        Lot.code,
        Lot.production_date,
        Lot.expires_on,
        Lot.version,
        Lot.changed_at,
    )
    .join(Item, Item.id == Lot.item_id)
    .where(Lot.id != NONE_ID),
    (Lot.id,),
    filters={
        "item": lambda sku: Item.sku_key == code_key(sku),
        "code": lambda code: Lot.code_key == code_key(code),
        "expires_before": lambda day: Lot.expires_on < day,
    },
)

ITEM_SITE_LIST = Listing(
    select(
        Item.sku.label("item"),
        Site.code.label("site"),
        ItemSite.reorder_point,
        ItemSite.reorder_hysteresis,
        ItemSite.safety_stock,
        ItemSite.target_level,
        ItemSite.on_order,
        ItemSite.backorder,
        ItemSite.version,
        ItemSite.changed_at,
    )
    .join(Item, Item.id == ItemSite.item_id)
    .join(Site, Site.id == ItemSite.site_id),
    (ItemSite.item_id, ItemSite.site_id),
    site=ItemSite.site_id,
    filters={
        "item": lambda sku: Item.sku_key == code_key(sku),
        "site": lambda code: Site.code_key == code_key(code),
    },
)


def moved_items(session: Session, item_ids: Iterable[int]) -> set[int]:
    """Those of the items that have any movement."""
    moved = exists().where(Movement.item_id == Item.id)
    wanted = sorted(item_ids)
    found: set[int] = set()
    for start in range(0, len(wanted), 1000):
        chunk = wanted[start : start + 1000]
        found.update(session.scalars(select(Item.id).where(Item.id.in_(chunk), moved)))
    return found


def picture_of(session: Session, item_id: int) -> tuple[str, bytes, int] | None:
    """(media type, content, changed_at) of the item's picture."""
    row: Any = session.execute(
        select(Picture.media_type, Picture.content, Picture.changed_at).where(
            Picture.item_id == item_id
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])
