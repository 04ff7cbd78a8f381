"""Sites, zones, locations, statuses, owners, suppliers and customers, as lists."""

from sqlalchemy import select

from server.domain.codes import code_key
from server.domain.places import PHYSICAL_KINDS
from server.store.models import (
    Customer,
    Item,
    Location,
    Owner,
    Site,
    StockStatus,
    Supplier,
    SupplierItem,
    Zone,
)
from server.store.queries.records import Listing, contains

SITE_LIST = Listing(
    select(
        Site.id,
        Site.code,
        Site.name_zh,
        Site.name_en,
        Site.time_zone,
        Site.location_mode,
        Site.window_policy,
        Site.live_at,
        Site.closed_through,
        Site.retired_at.is_not(None).label("retired"),
        Site.version,
        Site.changed_at,
    ),
    (Site.id,),
    site=Site.id,
    filters={
        "code": lambda code: Site.code_key == code_key(code),
        "retired": lambda retired: Site.retired_at.is_not(None) == retired,
    },
)

ZONE_LIST = Listing(
    select(
        Zone.id,
        Site.code.label("site"),
        Zone.code,
        Zone.name_zh,
        Zone.name_en,
        Zone.retired_at.is_not(None).label("retired"),
        Zone.version,
    ).join(Site, Site.id == Zone.site_id),
    (Zone.id,),
    site=Zone.site_id,
    filters={
        "site": lambda code: Site.code_key == code_key(code),
        "retired": lambda retired: Zone.retired_at.is_not(None) == retired,
    },
)

LOCATION_LIST = Listing(
    select(
        Location.id,
        Site.code.label("site"),
        Zone.code.label("zone"),
        Location.code,
        Location.name,
        Location.kind,
        Location.capacity,
        Location.walking_order,
        Location.retired_at.is_not(None).label("retired"),
        Location.version,
        Location.changed_at,
    )
    .join(Site, Site.id == Location.site_id)
    .outerjoin(Zone, Zone.id == Location.zone_id),
    (Location.id,),
    site=Location.site_id,
    filters={
        "site": lambda code: Site.code_key == code_key(code),
        "zone": lambda code: Zone.code_key == code_key(code),
        "code": lambda code: Location.code_key == code_key(code),
        "q": lambda text: contains(Location.code_key, code_key(text)),
        "kind": lambda kind: Location.kind == kind,
        "physical": lambda physical: Location.kind.in_(PHYSICAL_KINDS) == physical,
        "retired": lambda retired: Location.retired_at.is_not(None) == retired,
    },
)

STATUS_LIST = Listing(
    select(
        StockStatus.id,
        StockStatus.code,
        StockStatus.name_zh,
        StockStatus.name_en,
        StockStatus.available,
        StockStatus.retired_at.is_not(None).label("retired"),
        StockStatus.version,
    ),
    (StockStatus.id,),
    filters={"retired": lambda retired: StockStatus.retired_at.is_not(None) == retired},
)

OWNER_LIST = Listing(
    select(
        Owner.id,
        Owner.code,
        Owner.name,
        Owner.kind,
        Supplier.code.label("supplier"),
        Owner.retired_at.is_not(None).label("retired"),
        Owner.version,
    ).outerjoin(Supplier, Supplier.id == Owner.supplier_id),
    (Owner.id,),
    filters={"retired": lambda retired: Owner.retired_at.is_not(None) == retired},
)

SUPPLIER_LIST = Listing(
    select(
        Supplier.id,
        Supplier.code,
        Supplier.name,
        Supplier.contact,
        Supplier.retired_at.is_not(None).label("retired"),
        Supplier.version,
        Supplier.changed_at,
    ),
    (Supplier.id,),
    filters={
        "code": lambda code: Supplier.code_key == code_key(code),
        "retired": lambda retired: Supplier.retired_at.is_not(None) == retired,
    },
)

CUSTOMER_LIST = Listing(
    select(
        Customer.id,
        Customer.code,
        Customer.name,
        Customer.contact,
        Customer.minimum_days_left,
        Customer.retired_at.is_not(None).label("retired"),
        Customer.version,
        Customer.changed_at,
    ),
    (Customer.id,),
    filters={
        "code": lambda code: Customer.code_key == code_key(code),
        "retired": lambda retired: Customer.retired_at.is_not(None) == retired,
    },
)

SUPPLIER_ITEM_LIST = Listing(
    select(
        Supplier.code.label("supplier"),
        Item.sku.label("item"),
        SupplierItem.supplier_sku,
        SupplierItem.price,
        SupplierItem.lead_time_days,
        SupplierItem.minimum_order_quantity,
        SupplierItem.pack_multiple,
        SupplierItem.preferred,
        SupplierItem.retired_at.is_not(None).label("retired"),
        SupplierItem.version,
        SupplierItem.changed_at,
    )
    .join(Supplier, Supplier.id == SupplierItem.supplier_id)
    .join(Item, Item.id == SupplierItem.item_id),
    (SupplierItem.supplier_id, SupplierItem.item_id),
    filters={
        "supplier": lambda code: Supplier.code_key == code_key(code),
        "item": lambda sku: Item.sku_key == code_key(sku),
        "retired": lambda retired: SupplierItem.retired_at.is_not(None) == retired,
    },
)
