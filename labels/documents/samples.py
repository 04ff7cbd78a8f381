"""A document to look at, and to set a printer with: rulers along two edges would say less."""

from labels.documents.model import Column, PrintedDocument

_TITLES = {
    "en": ("Item", "Name", "Lot", "Location", "Unit", "Ordered", "Received"),
    "zh": ("物料编码", "名称规格", "批号", "库位", "单位", "应收数量", "实收数量"),
}
_KINDS = ("code", "text", "code", "code", "text", "number", "number")
_WIDTHS = (3.0, 6.0, 2.4, 2.2, 1.2, 2.2, 2.2)
_ITEMS = {
    "en": (
        ("M8X40-A2", "Hexagon bolt, stainless steel, M8 × 40", "pc"),
        ("BRG-6204-2RS", "Deep groove ball bearing 6204, sealed on both sides", "pc"),
        ("CUP-01", "Vacuum flask 0.5 l, silver", "pc"),
        ("TAPE-48", "Packing tape, 48 mm × 66 m, transparent, low noise, box of 36 rolls", "roll"),
    ),
    "zh": (
        ("M8X40-A2", "六角螺栓 不锈钢 M8×40", "个"),
        ("BRG-6204-2RS", "深沟球轴承 6204 双面密封", "个"),
        ("CUP-01", "真空保温杯 0.5 升 银色", "只"),
        ("TAPE-48", "封箱胶带 48 毫米×66 米 透明 静音型 每箱 36 卷", "卷"),
    ),
}
_HEAD = {
    "en": (
        ("Supplier", "Lakeside Machine Works"),
        ("Date", "2026-11-28"),
        ("Site", "SH Shanghai"),
        ("Order", "PO-2026-00417"),
        ("Delivery address", "Dock 2, 88 Harbour Road; call the office before unloading"),
    ),
    "zh": (
        ("供应商", "湖滨机械制造有限公司"),
        ("日期", "2026-11-28"),
        ("仓库", "SH 上海仓"),
        ("采购订单", "PO-2026-00417"),
        ("送货地址", "海港路 88 号 2 号月台，卸货前请先联系仓库办公室"),
    ),
}
_WORDS = {
    "en": ("Goods receipt", "Example Trading Co., Ltd.", "Total", "Remarks"),
    "zh": ("采购入库单", "示例贸易有限公司", "合计", "备注"),
}
_FOOT = {"en": "Two cartons of the last line were wet.", "zh": "最后一行有两箱外包装受潮。"}
_PARTS = {
    "en": ("white: office", "red: accounts", "yellow: warehouse"),
    "zh": ("白联：存根", "红联：财务", "黄联：仓库"),
}


def sample_document(language: str, lines: int = 6) -> PrintedDocument:
    """A goods receipt of so many lines."""
    title, company, total, remarks = _WORDS[language]
    columns = zip(_TITLES[language], _WIDTHS, _KINDS, strict=True)
    return PrintedDocument(
        title=title,
        number="GR-2026-00017",
        company=company,
        head=_HEAD[language],
        columns=[Column(*each) for each in columns],  # type: ignore[arg-type]
        lines=[_line(language, number) for number in range(lines)],
        totals=(total, "", "", "", "", f"{120 * lines:,}", f"{120 * lines:,}"),
        foot=[(remarks, _FOOT[language])],
        parts=_PARTS[language],
    )


def _line(language: str, number: int) -> tuple[str, ...]:
    items = _ITEMS[language]
    code, name, unit = items[number % len(items)]
    place = f"A-{number // 4 % 12 + 1:02d}-{number % 4 + 1:02d}"
    return (code, name, f"L{2409 + number}", place, unit, "120", "120")
