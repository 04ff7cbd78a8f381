"""The business settings of the house: every one here, in one list.

To add one, write it down here and explain it in docs/business-settings.md; services read it by
`setting_of(session, THE_SETTING, site_id)`. What the process needs to start (addresses, secrets)
is no business setting but an environment variable: server/settings.py.
"""

from typing import Any, Final

from server.domain.errors import NotFound
from server.domain.places import LOCATION_MODES, WINDOW_POLICIES
from server.domain.setting_kinds import Setting, choice, decimal, whole

GROUPS: Final = {
    "site": ("仓库", "Site"),
    "count": ("盘点", "Counting"),
    "planning": ("补货", "Replenishment"),
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
PASS_HOURS: Final = whole(
    "person.pass_hours", 12, 1, 24, unit="h",
    zh="手持机登录时长", en="A shift on a handheld",
    zh_why="工牌加 PIN 登录一次的有效时间。",
    en_why="How long one sign-in by badge and PIN lasts.",
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
