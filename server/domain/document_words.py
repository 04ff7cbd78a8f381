"""What documents are called on paper, in Chinese and English."""

from typing import Final

TITLES: Final = {
    "purchase_order": {"zh": "采购订单", "en": "Purchase order"},
    "receipt": {"zh": "采购入库单", "en": "Goods receipt"},
    "other_receipt": {"zh": "其他入库单", "en": "Other receipt"},
    "sales_order": {"zh": "销售订单", "en": "Sales order"},
    "issue": {"zh": "销售出库单", "en": "Goods issue"},
    "other_issue": {"zh": "其他出库单", "en": "Other issue"},
    "purchase_return": {"zh": "采购退货单", "en": "Return to supplier"},
    "sales_return": {"zh": "销售退货单", "en": "Customer return"},
    "transfer": {"zh": "调拨单", "en": "Transfer"},
}
WORDS: Final = {
    "supplier": {"zh": "供应商", "en": "Supplier"},
    "customer": {"zh": "客户", "en": "Customer"},
    "date": {"zh": "日期", "en": "Date"},
    "due": {"zh": "交货日期", "en": "Due"},
    "site": {"zh": "仓库", "en": "Site"},
    "to_site": {"zh": "调入仓库", "en": "To site"},
    "external": {"zh": "对方单号", "en": "Their number"},
    "origin": {"zh": "来源单号", "en": "From document"},
    "reason": {"zh": "原因", "en": "Reason"},
    "state": {"zh": "状态", "en": "State"},
    "item": {"zh": "物料编码", "en": "Item"},
    "name": {"zh": "名称规格", "en": "Name"},
    "lot": {"zh": "批号", "en": "Lot"},
    "location": {"zh": "库位", "en": "Location"},
    "unit": {"zh": "单位", "en": "Unit"},
    "ordered": {"zh": "数量", "en": "Quantity"},
    "done": {"zh": "已执行", "en": "Done"},
    "price": {"zh": "单价", "en": "Price"},
    "amount": {"zh": "金额", "en": "Amount"},
    "total": {"zh": "合计", "en": "Total"},
    "remarks": {"zh": "备注", "en": "Remarks"},
    "prepared": {"zh": "制单", "en": "Prepared by"},
    "checked": {"zh": "审核", "en": "Checked by"},
    "warehouse": {"zh": "仓管", "en": "Warehouse"},
    "draft": {"zh": "草稿", "en": "Draft"},
    "approved": {"zh": "已审核", "en": "Approved"},
    "in_progress": {"zh": "执行中", "en": "In progress"},
    "done_state": {"zh": "完成", "en": "Done"},
    "closed": {"zh": "关闭", "en": "Closed"},
    "own_use": {"zh": "领用", "en": "Own use"},
    "sample": {"zh": "样品", "en": "Sample"},
    "gift": {"zh": "赠品", "en": "Gift"},
    "damage": {"zh": "报损", "en": "Damage"},
}


def word(name: str, language: str) -> str:
    """The word, or the name itself where it has none."""
    return WORDS.get(name, {}).get(language, name)
