"""Taking back a line that was counted by mistake: the line is again what was said of it besides
(RULES 8: a later total of the same line and attempt replaces the earlier one)."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from server.domain.commands import Said
from server.domain.counting import Grain
from server.domain.errors import RuleViolated
from server.services.count_stock import DECIDED, change_count, locked_count, observed, write_line
from server.services.interpret_commands import Scene
from server.store.models import CountLine
from server.store.queries.counts import SaidLine, said_lines

AHEAD_MOST_MS = 86_400_000
"""So far ahead of its arrival a desk may say that something was seen."""

Body = Mapping[str, Any]


def undo_count_line(scene: Scene, said: Said, body: Body) -> None:
    """Forget what one command said of a line; `body` is that command's, as JSON.

    What other commands said of it stands again, the last of it. Call when the command is marked as
    undone. Raises RuleViolated `count_decided` after approval or refusal.
    """
    uid = UUID(str(body["count"]))
    count = locked_count(scene.session, uid)
    if count.state in DECIDED:
        raise RuleViolated("count_decided", count=str(uid))
    line = _line(scene, said.site_id, body)
    matching = (getattr(CountLine, name) == value for name, value in line.items())
    scene.session.execute(delete(CountLine).where(CountLine.count_id == count.id, *matching))
    for other in said_lines(scene.session, said.site_id, uid, count.first_at - AHEAD_MOST_MS):
        told = json.loads(other.raw)
        named = UUID(str(told["body"]["count"]))
        if named == uid and _line(scene, said.site_id, told["body"]) == line:
            write_line(scene.session, {"count_id": count.id, **line, **_seen(other, told)})
    change_count(scene.session, count.id)


def _line(scene: Scene, site_id: int, body: Body) -> dict[str, int]:
    """Which line of its count a command speaks of."""
    body = {**body, "counted": Decimal(body["counted"])}
    scene.names.load([(site_id, body)])
    item = scene.names.item(body["item"])
    lot_id, serial_id = scene.names.lot_and_serial(item, body, set())
    unit_id = scene.names.unit_made(body["unit"]).id if body.get("unit") else 0
    return {
        "attempt": body.get("attempt") or 1,
        **Grain(item.id, lot_id, serial_id, unit_id)._asdict(),
    }


def _seen(other: SaidLine, told: Body) -> dict[str, Any]:
    body = {**told["body"]}
    for name in ("first_at", "last_at"):
        if body.get(name) is not None:
            body[name] = round(datetime.fromisoformat(body[name]).timestamp() * 1000)
    first_at, last_at = observed(body, other.occurred_at, told.get("mono_ms", 0), other.is_fact)
    return {
        "counted": Decimal(body["counted"]),
        "first_at": first_at,
        "last_at": last_at,
        "user_id": other.user_id,
        "seq": told.get("seq") or 0,
    }
