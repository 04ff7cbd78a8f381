"""What may be imported: kinds of rows, their fields, and how a file's cells become values.

A file's columns are found by their headers, in Chinese or English, or by a saved column map.
An empty cell says nothing: it leaves what is there.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from server.domain.cells import (
    COSTING_WORDS,
    DOCUMENT_KIND_WORDS,
    KIND_WORDS,
    MODE_WORDS,
    REASON_WORDS,
    SHELF_LIFE_WORDS,
    TRACKING_WORDS,
    Parse,
    barcodes,
    choice,
    day,
    number_cell,
    packagings,
    unguarded,
    whole_number,
    yes_or_no,
)
from server.domain.codes import code_key
from server.domain.errors import InvalidInput
from server.domain.numbers import money, quantity


@dataclass(frozen=True, slots=True)
class Field:
    """One field; its own name is a header too."""

    name: str
    headers: tuple[str, ...]
    parse: Parse = str.strip


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rows. required: what each row must
    say (the site may be given for the whole file). permission: needed besides importing.
    together: what tells which rows belong together; told of wrong rows too."""

    name: str
    permission: str
    required: tuple[str, ...]
    fields: tuple[Field, ...]
    together: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        """The field of this name."""
        return _BY_NAME[self.name].get(name)


_QUANTITY, _MONEY = number_cell(quantity), number_cell(money)
_SKU = Field("sku", ("货号", "物料编码", "商品编码", "编码", "料号", "item code", "item number"))
_ITEM = Field("item", ("sku", *_SKU.headers))
_SITE = Field("site", ("仓库", "仓库编码", "warehouse"))

ITEMS: Final = Kind(
    "items",
    "items.write",
    ("sku",),
    (
        _SKU,
        Field("name_zh", ("名称", "品名", "中文名", "商品名称", "物料名称", "name")),
        Field("name_en", ("英文名", "英文名称", "english name")),
        Field("specification", ("规格型号", "规格", "型号", "spec")),
        Field("base_unit", ("单位", "基本单位", "计量单位", "unit", "uom")),
        Field("second_unit", ("辅助单位", "辅单位", "catch weight unit")),
        Field("tracking", ("批次管理", "跟踪方式"), choice(TRACKING_WORDS)),
        Field("shelf_life", ("保质期",), whole_number),
        Field("shelf_life_unit", ("保质期单位",), choice(SHELF_LIFE_WORDS)),
        Field("standard_cost", ("标准成本", "成本价", "成本", "cost"), _MONEY),
        Field("costing", ("计价方式", "成本计价"), choice(COSTING_WORDS)),
        Field("category", ("类别", "分类", "商品分类")),
        Field("packagings", ("包装", "包装规格"), packagings),
        Field("barcodes", ("条码", "条形码", "barcode", "ean", "gtin"), barcodes),
        Field("retired", ("停用",), yes_or_no),
    ),
)
LOCATIONS: Final = Kind(
    "locations",
    "places.write",
    ("code",),
    (
        _SITE,
        Field("code", ("库位", "库位编码", "货位", "货位编码", "location", "bin")),
        Field("name", ("名称", "库位名称")),
        Field("zone", ("库区", "库区编码")),
        Field("kind", ("类型", "库位类型", "type"), choice(KIND_WORDS)),
        Field("capacity", ("容量",), _QUANTITY),
        Field("walking_order", ("拣货顺序", "路线顺序", "sequence"), whole_number),
        Field("retired", ("停用",), yes_or_no),
    ),
)
SUPPLIERS: Final = Kind(
    "suppliers",
    "items.write",
    ("code",),
    (
        Field("code", ("供应商", "供应商编码", "编码", "supplier")),
        Field("name", ("名称", "供应商名称")),
        Field("contact", ("联系人", "联系方式")),
        Field("retired", ("停用",), yes_or_no),
    ),
)
SUPPLIER_ITEMS: Final = Kind(
    "supplier_items",
    "items.write",
    ("supplier", "item"),
    (
        Field("supplier", ("供应商", "供应商编码", "supplier code")),
        _ITEM,
        Field("supplier_sku", ("供应商货号",)),
        Field("price", ("价格", "采购价", "单价"), _MONEY),
        Field("lead_time_days", ("交期", "采购提前期", "提前期", "lead time"), whole_number),
        Field("minimum_order_quantity", ("起订量", "最小起订量", "moq"), _QUANTITY),
        Field("pack_multiple", ("包装倍数", "订货倍数"), _QUANTITY),
        Field("preferred", ("首选", "默认供应商"), yes_or_no),
        Field("retired", ("停用",), yes_or_no),
    ),
)
ITEM_SITES: Final = Kind(
    "item_sites",
    "planning.write",
    ("item",),
    (
        _ITEM,
        _SITE,
        Field("reorder_point", ("再订货点", "补货点", "最低库存", "minimum level"), _QUANTITY),
        Field("reorder_hysteresis", ("回差",), _QUANTITY),
        Field("safety_stock", ("安全库存", "safety stock"), _QUANTITY),
        Field("target_level", ("目标库存", "最高库存", "target"), _QUANTITY),
        Field("on_order", ("在途", "采购在途"), _QUANTITY),
        Field("backorder", ("欠单", "缺货订单"), _QUANTITY),
    ),
)
OPENING_STOCK: Final = Kind(
    "opening_stock",
    "places.write",
    ("location", "item", "quantity"),
    (
        _SITE,
        Field("location", ("库位", "库位编码", "货位", "bin")),
        _ITEM,
        Field("quantity", ("数量", "期初数量", "qty"), _QUANTITY),
        Field("second_quantity", ("辅助数量",), _QUANTITY),
        Field("lot", ("批次", "批号")),
        Field("serial", ("序列号",)),
        Field("production_date", ("生产日期",), day),
        Field("expires_on", ("有效期至", "到期日", "失效日期", "expiry"), day),
        Field("unit", ("容器", "托盘", "handling unit")),
        Field("status", ("状态", "库存状态")),
        Field("owner", ("货主",)),
        Field("unit_cost", ("单位成本", "单价", "成本"), _MONEY),
    ),
)
CUSTOMERS: Final = Kind(
    "customers",
    "items.write",
    ("code",),
    (
        Field("code", ("客户", "客户编码", "编码", "customer")),
        Field("name", ("名称", "客户名称")),
        Field("contact", ("联系人", "联系方式")),
        Field("minimum_days_left", ("最短剩余天数", "效期要求"), whole_number),
        Field("retired", ("停用",), yes_or_no),
    ),
)
DOCUMENTS: Final = Kind(
    "documents",
    "documents.write",
    ("kind", "item", "quantity"),
    (
        Field("kind", ("单据类型", "类型", "type"), choice(DOCUMENT_KIND_WORDS)),
        Field("document", ("单据", "分组", "单据序号", "document no")),
        Field("external_number", ("外部单号", "对方单号", "单号", "order no")),
        _SITE,
        Field("to_site", ("调入仓库", "目的仓库", "to warehouse")),
        Field("supplier", ("供应商", "供应商编码", "supplier code")),
        Field("customer", ("客户", "客户编码", "customer code")),
        Field("document_date", ("单据日期", "日期", "date"), day),
        Field("due_date", ("交货日期", "到期日", "交期", "due"), day),
        Field("mode", ("调拨方式",), choice(MODE_WORDS)),
        Field("reason", ("原因", "出库原因"), choice(REASON_WORDS)),
        Field("remarks", ("备注",)),
        Field("origin", ("来源单号", "源单")),
        _ITEM,
        Field("quantity", ("数量", "qty"), _QUANTITY),
        Field("unit", ("单位", "uom")),
        Field("price", ("单价", "价格"), _MONEY),
        Field("lot", ("批次", "批号")),
        Field("expires_on", ("有效期至", "失效日期", "expiry"), day),
        Field("location", ("库位", "库位编码", "货位", "bin")),
        Field("to_location", ("调入库位",)),
        Field("over_percent", ("允许超出", "超收比例"), _QUANTITY),
        Field("under_percent", ("允许短缺", "短收比例"), _QUANTITY),
        Field("line_remarks", ("行备注", "明细备注")),
    ),
    together=("kind", "document", "external_number", "site", "supplier", "customer", "to_site"),
)
KINDS: Final = {
    kind.name: kind
    for kind in (
        ITEMS,
        LOCATIONS,
        SUPPLIERS,
        SUPPLIER_ITEMS,
        CUSTOMERS,
        ITEM_SITES,
        OPENING_STOCK,
        DOCUMENTS,
    )
}
_BY_NAME = {kind.name: {field.name: field for field in kind.fields} for kind in KINDS.values()}
ATTRIBUTE_MARKS: Final = ("attribute:", "属性:")


def kind_named(name: str) -> Kind:
    """The kind. Raises InvalidInput `unknown_import_kind`."""
    if name not in KINDS:
        raise InvalidInput("unknown_import_kind", value=name[:40], known=list(KINDS))
    return KINDS[name]


def match_columns(
    kind: Kind, headers: Sequence[str], column_map: Mapping[str, str]
) -> dict[int, str]:
    """Column number → field name; "attribute:color" for an attribute. Other columns are left out.

    column_map: {header: field, or "" to leave it out}; it comes before the usual headers.
    Raises InvalidInput `unknown_import_field`, `missing_columns`, `column_twice`.
    """
    given = {header_key(header): field for header, field in column_map.items()}
    for field in given.values():
        if field and kind.field(field) is None and not is_attribute(kind, field):
            raise InvalidInput("unknown_import_field", field=field[:40])
    usual = {
        header_key(header): field.name
        for field in reversed(kind.fields)
        for header in (*field.headers, field.name, field.name.replace("_", " "))
    }
    found: dict[int, str] = {}
    for place, header in enumerate(headers):
        key = header_key(header)
        field = given.get(key, usual.get(key) or _attribute(kind, header))
        if field and field in found.values():
            raise InvalidInput("column_twice", field=field)
        if field:
            found[place] = field
    missing = [name for name in kind.required if name not in found.values()]
    if missing:
        raise InvalidInput("missing_columns", fields=missing)
    return found


def propose_columns(kind: Kind, headers: Sequence[str]) -> dict[str, str]:
    """{header: field, or "" where nobody knows}, each field once: the first header has it."""
    proposed: dict[str, str] = {}
    for header in headers:
        found = match_columns(_anything(kind), [header], {}).get(0, "")
        proposed[header] = "" if found in proposed.values() else found
    return proposed


def _anything(kind: Kind) -> Kind:
    """The kind, asking for nothing."""
    return replace(kind, required=())


def header_key(header: str) -> str:
    """What headers are compared by: 货号* (必填) and 货号 are the same."""
    return re.sub(r"[(（][^)）]*[)）]|[*＊]", "", code_key(header)).strip()


def is_attribute(kind: Kind, field: str) -> bool:
    """Whether the field is a user-defined attribute of this kind."""
    return kind.name == "items" and field.startswith(ATTRIBUTE_MARKS[0])


def _attribute(kind: Kind, header: str) -> str:
    text = header.strip().replace("：", ":")
    mark = next((mark for mark in ATTRIBUTE_MARKS if text.startswith(mark)), None)
    if kind.name != "items" or mark is None or not text.removeprefix(mark).strip():
        return ""
    return ATTRIBUTE_MARKS[0] + text.removeprefix(mark).strip()


def read_row(kind: Kind, columns: Mapping[int, str], cells: Sequence[str]) -> dict[str, Any]:
    """The row's values by field; attributes gather under "attributes".

    Raises InvalidInput naming what is wrong, `field_missing` for what it must say.
    """
    values: dict[str, Any] = {}
    for place, name in columns.items():
        cell = unguarded(cells[place]).strip() if place < len(cells) else ""
        if not cell:
            continue
        field = kind.field(name)
        if field is None:
            values.setdefault("attributes", {})[name.removeprefix(ATTRIBUTE_MARKS[0])] = cell
        else:
            values[name] = field.parse(cell)
    for name in kind.required:
        if name not in values:
            raise InvalidInput("field_missing", field=name)
    return values


def read_marks(kind: Kind, columns: Mapping[int, str], cells: Sequence[str]) -> dict[str, Any]:
    """Of a row that is wrong, what tells with which others it belongs together."""
    marks: dict[str, Any] = {}
    for place, name in columns.items():
        field = kind.field(name) if name in kind.together else None
        cell = unguarded(cells[place]).strip() if place < len(cells) else ""
        if field is not None and cell:
            with suppress(InvalidInput):
                marks[name] = field.parse(cell)
    return marks
