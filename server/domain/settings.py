"""The business settings of the house: every one here, in one list.

To add one, write it down here and explain it in docs/business-settings.md; services read it by
`setting_of(session, THE_SETTING, site_id)`. What the process needs to start (addresses, secrets)
is no business setting but an environment variable: server/settings.py.
"""

from typing import Any, Final

from server.domain.errors import NotFound
from server.domain.places import LOCATION_MODES, WINDOW_POLICIES
from server.domain.setting_kinds import Setting, choice, days, decimal, whole, yes_no

GROUPS: Final = {
    "site": ("仓库", "Site"),
    "count": ("盘点", "Counting"),
    "planning": ("补货", "Replenishment"),
    "document": ("单据", "Documents"),
    "month_end": ("结账", "Month end"),
    "report": ("报表", "Reports"),
    "alert": ("预警", "Alerts"),
    "exception": ("异常", "Exceptions"),
    "device": ("手持机", "Handhelds"),
    "person": ("人员", "People"),
}
"""What the first word of a key is about, in Chinese and English, in the order of the page."""

LOCATION_MODE: Final = choice(
    "site.location_mode", "bin", LOCATION_MODES, site_column="location_mode",
    zh="库位管理", en="How places are kept",
    zh_why="bin：逐库位；zone：只到库区；none：不问位置。",
    en_why="bin: each location; zone: only the zone; none: nobody is asked where.",
)  # fmt: skip
WINDOW_POLICY: Final = choice(
    "count.window_policy", "recount", WINDOW_POLICIES, site_column="window_policy",
    zh="盘点期间有移动", en="Stock moved during a count",
    zh_why="recount：重盘；ask：由主管决定；accept：接受并标记。",
    en_why="recount: count again; ask: the supervisor decides; accept: take it as it is.",
)  # fmt: skip
HYSTERESIS_PERCENT: Final = decimal(
    "planning.reorder_hysteresis_percent", "0", 0, 100, unit="%",
    zh="补货预警回差", en="Hysteresis of reorder alerts",
    zh_why="货品未单独设置回差时，库存位置高出订货点这个百分比后预警才关闭。",
    en_why="Where an item has none of its own: how far above the reorder point the inventory"
    " position must be before the alert closes.",
)  # fmt: skip
RED_STOCK_OUT: Final = yes_no(
    "alert.red_stock_out", True,
    zh="红线：断货", en="Red line: out of stock",
    zh_why="可用量为零或以下的补货预警为红色。",
    en_why="A reorder alert is red when nothing is available.",
)  # fmt: skip
RED_BELOW_SAFETY: Final = yes_no(
    "alert.red_below_safety", True,
    zh="红线：低于安全库存", en="Red line: below safety stock",
    zh_why="可用量低于货品安全库存的补货预警为红色。",
    en_why="A reorder alert is red when less than the item's safety stock is available.",
)  # fmt: skip
RED_EXPIRED: Final = yes_no(
    "alert.red_expired", True,
    zh="红线：过期在库", en="Red line: expired on hand",
    zh_why="可用状态下的过期批次为红色。",
    en_why="Expired lots in an available status are red.",
)  # fmt: skip
RED_NEGATIVE_HOURS: Final = whole(
    "alert.red_negative_hours", 24, 1, 720, unit="h",
    zh="红线：负库存时长", en="Red line: negative stock",
    zh_why="负库存超过这个小时数为红色。",
    en_why="Negative stock is red when it is older than this.",
)  # fmt: skip
ESTIMATED_PRICE_DAYS: Final = whole(
    "exception.estimated_price_days", 14, 1, 365, unit="d",
    zh="暂估价时长", en="Estimated prices",
    zh_why="暂估入库超过这些天仍无价格，列入异常。",
    en_why="A receipt whose price is still estimated after this long is an exception.",
)  # fmt: skip
SILENT_HOURS: Final = whole(
    "device.silent_hours", 4, 1, 720, unit="h",
    zh="手持机失联时长", en="A silent handheld",
    zh_why="有未发送数据的手持机超过这个小时数没有联系，列入异常。",
    en_why="A handheld that holds unsent commands and was not heard for this long is an exception.",
)  # fmt: skip
PASS_HOURS: Final = whole(
    "person.pass_hours", 12, 1, 24, unit="h",
    zh="手持机登录时长", en="A shift on a handheld",
    zh_why="工牌加 PIN 登录一次的有效时间。",
    en_why="How long one sign-in by badge and PIN lasts.",
)  # fmt: skip

DOCUMENT_FOUR_EYES: Final = yes_no(
    "document.four_eyes", False,
    zh="单据须他人审核", en="Documents need a second person",
    zh_why="开启后，制单人不能审核自己的单据。",
    en_why="Whoever made a document cannot approve it.",
)  # fmt: skip
DOCUMENT_RESERVE: Final = yes_no(
    "document.reserve_on_approval", True,
    zh="审核时预留库存", en="Reserve on approval",
    zh_why="销售订单和出库单审核后，按先到期先出、先进先出预留库存，直到拣货或关闭。",
    en_why="An approved sales order or issue is promised its stock, first to expire and first in"
    " first, until it is picked or closed.",
)  # fmt: skip
DOCUMENT_OVER_PERCENT: Final = decimal(
    "document.over_percent", "0", 0, 1000, unit="%",
    zh="允许超收超发", en="Tolerance over",
    zh_why="单据行未单独设置时，最多可超出的比例。",
    en_why="How much more than ordered may come or go, where a line says nothing of its own.",
)  # fmt: skip
DOCUMENT_UNDER_PERCENT: Final = decimal(
    "document.under_percent", "0", 0, 100, unit="%",
    zh="允许短收短发", en="Tolerance under",
    zh_why="单据行未单独设置时，短缺不超过该比例即算完成。",
    en_why="A line is complete when no more than this is missing, unless it says otherwise.",
)  # fmt: skip
DOCUMENT_DAMAGED_PERCENT: Final = decimal(
    "document.damaged_percent", "100", 0, 100, unit="%",
    zh="允许破损", en="Tolerance damaged",
    zh_why="收货不合格超过该比例时提示；100 表示从不提示。",
    en_why="More of an order line damaged than this is flagged; 100: never.",
)  # fmt: skip

MONTH_END_NEGATIVE_STOCK: Final = yes_no(
    "month_end.block_negative_stock", True,
    zh="负库存未处理时不能结账", en="Negative stock stops the close",
    zh_why="关闭后只提示，不拦截。", en_why="Off: the checklist only says so.",
)  # fmt: skip
MONTH_END_OPEN_COUNTS: Final = yes_no(
    "month_end.block_open_counts", False,
    zh="有未完成盘点时不能结账", en="Open counts stop the close",
    zh_why="关闭后只提示，不拦截。", en_why="Off: the checklist only says so.",
)  # fmt: skip
MONTH_END_OPEN_DOCUMENTS: Final = yes_no(
    "month_end.block_open_documents", False,
    zh="有未完成单据时不能结账", en="Open documents stop the close",
    zh_why="关闭后只提示，不拦截。", en_why="Off: the checklist only says so.",
)  # fmt: skip
MONTH_END_UNSENT_DEVICES: Final = yes_no(
    "month_end.block_unsent_devices", False,
    zh="手持机有未上传数据时不能结账", en="Unsent handhelds stop the close",
    zh_why="关闭后只提示，不拦截。", en_why="Off: the checklist only says so.",
)  # fmt: skip
MONTH_END_ESTIMATED_PRICES: Final = yes_no(
    "month_end.block_estimated_prices", False,
    zh="有暂估价时不能结账", en="Estimated prices stop the close",
    zh_why="关闭后只提示，不拦截。", en_why="Off: the checklist only says so.",
)  # fmt: skip
MONTH_END_EXCEPTIONS: Final = yes_no(
    "month_end.block_exceptions", False,
    zh="有待处理异常时不能结账", en="Exceptions stop the close",
    zh_why="关闭后只提示，不拦截。", en_why="Off: the checklist only says so.",
)  # fmt: skip

AGEING_DAYS: Final = days(
    "report.ageing_days", (30, 60, 90, 180, 365), 1, 36_500,
    zh="库龄分段", en="Ageing buckets",
    zh_why="库龄分析表各段的上限天数，从小到大；查询时可另给 buckets。",
    en_why="Upper ends of the buckets of the ageing report, growing; a query may name others.",
)  # fmt: skip
EXPIRY_DAYS: Final = whole(
    "report.expiry_days", 30, 0, 3_660, unit="d",
    zh="近效期天数", en="Expiring soon",
    zh_why="近效期报表列出这些天内到期的批次；查询时可另给 days。",
    en_why="The report of expiring lots looks this far ahead; a query may say otherwise.",
)  # fmt: skip

REGISTRY: Final[dict[str, Setting[Any]]] = {
    found.key: found for found in list(globals().values()) if isinstance(found, Setting)
}
"""Every setting above by its key."""


def named(key: str) -> Setting[Any]:
    """The setting of this key. Raises NotFound `unknown_setting`."""
    if key not in REGISTRY:
        raise NotFound("unknown_setting", setting=key[:60])
    return REGISTRY[key]
