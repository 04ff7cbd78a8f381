"""Who may do what: roles, permissions, and the actor every use case is done by."""

from dataclasses import dataclass
from typing import Final

from server.domain.errors import NotFound, NotPermitted

ROLES: Final = ("operator", "clerk", "supervisor", "planner", "administrator", "station")

_OPERATOR = {
    "commands.send",
    "stock.look_up",
    "scan.resolve",
    "sync.read",
    "tasks.read",
    "self",
    "labels.read",
    "labels.order",
    "documents.read",
} | {"user_passes.create"}
_CLERK = _OPERATOR | {
    "commands.request",
    "items.read",
    "items.write",
    "places.read",
    "stock.read",
    "movements.read",
    "reservations.write",
    "imports.write",
    "exports.read",
    "reports.read",
    "alerts.read",
    "counts.read",
    "feed.read",
    "settings.read",
    "documents.write",
    "documents.approve",
    "board.read",
    "exceptions.read",
}
_PLANNER = _CLERK | {
    "alerts.write",
    "cost.read",
    "turnover.read",
    "planning.write",
    "reports.write",
}
_SUPERVISOR = _PLANNER | {
    "counts.decide",
    "exceptions.decide",
    "devices.read",
    "devices.write",
    "cost.write",
    "periods.write",
    "places.write",
    "labels.write",
    "documents.reverse",
    "messages.read",
    "messages.write",
}
DEVICE_ROLE: Final = "device"
"""A handheld nobody is signed in on: it delivers, fetches, and lets people sign in."""
REVOKED_DEVICE_ROLE: Final = "revoked_device"
"""A revoked handheld may still hand over what it recorded; that is quarantined, never binned."""
BOARD_ROLE: Final = "board"
"""A screen on a wall: it sees the figures of its site's day, and nothing else."""

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    REVOKED_DEVICE_ROLE: frozenset({"commands.send"}),
    DEVICE_ROLE: frozenset({"commands.send", "sync.read", "user_passes.create"}),
    BOARD_ROLE: frozenset({"board.read"}),
    "operator": frozenset(_OPERATOR),
    "clerk": frozenset(_CLERK),
    "planner": frozenset(_PLANNER),
    "supervisor": frozenset(_SUPERVISOR),
    "administrator": frozenset(
        _SUPERVISOR | {"people.read", "people.write", "settings.write", "sites.write", "verify"}
    ),
    "station": frozenset({"self", "labels.print"}),
}
ALL_PERMISSIONS: Final = frozenset[str]().union(*PERMISSIONS.values())

ON_HANDHELDS: Final = frozenset(_OPERATOR) | {
    "items.read",
    "places.read",
    "stock.read",
    "movements.read",
    "alerts.read",
    "counts.read",
    "feed.read",
}
"""What a handheld may do at most, whoever is signed in: a badge and a PIN are no password."""


@dataclass(frozen=True)
class Actor:
    """Who does it. `site_ids` None means every site; `device_id` is set for handhelds.

    source: device | session | token | system
    """

    user_id: int | None
    role: str
    site_ids: frozenset[int] | None
    device_id: int | None = None
    source: str = "session"
    request_id: str = ""

    def may(self, permission: str) -> bool:
        """Whether this actor's role carries the permission, and a handheld may use it."""
        if self.source == "device" and permission not in ON_HANDHELDS:
            return False
        return permission in PERMISSIONS[self.role]

    def require(self, permission: str) -> None:
        """Raises NotPermitted `not_permitted` unless the role carries the permission."""
        if not self.may(permission):
            raise NotPermitted("not_permitted", permission=permission)

    def sees_site(self, site_id: int) -> bool:
        """Whether the site is in this actor's scope."""
        return self.site_ids is None or site_id in self.site_ids

    def require_site(self, site_id: int) -> None:
        """Raises NotFound `unknown_site`: a site out of scope looks like one that is not there."""
        if not self.sees_site(site_id):
            raise NotFound("unknown_site", site=str(site_id))


SYSTEM: Final = Actor(user_id=None, role="administrator", site_ids=None, source="system")
"""The house itself: jobs, the shell, migrations."""
