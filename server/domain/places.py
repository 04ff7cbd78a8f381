"""What sites and locations must be."""

from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.domain.codes import checked_code
from server.domain.errors import InvalidInput

PHYSICAL_KINDS: Final = ("bin", "pick_face", "dock", "staging", "quality", "mobile")
VIRTUAL_KINDS: Final = ("supplier", "customer", "adjustment", "scrap", "production", "transit")
"""One of each per site, made with it: the other side of every movement in or out."""

LOCATION_MODES: Final = ("none", "zone", "bin")
WINDOW_POLICIES: Final = ("recount", "ask", "accept")
WALKING_ORDER_MOST: Final = 1_000_000_000

_VIRTUAL_MARK = "@"


def virtual_code(kind: str) -> str:
    """The code of a site's virtual location: "@supplier" …; nobody else's code begins like it."""
    return _VIRTUAL_MARK + kind


def checked_location_code(code: str) -> str:
    """A location's code. Raises InvalidInput `bad_code`, `reserved_code` (begins with @)."""
    checked = checked_code(code, "location")
    if checked.startswith((_VIRTUAL_MARK, "＠")):
        raise InvalidInput("reserved_code", value=checked[:40])
    return checked


def checked_time_zone(name: str) -> str:
    """A time zone of the tz database. Raises InvalidInput `unknown_time_zone`."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("unknown_time_zone", value=name[:40]) from None
