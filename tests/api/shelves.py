"""Stock for tests of the API: a few items and places at SH1, moved by commands as a desk sends."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from server.domain.people import SYSTEM
from server.services.keep_records import create_record
from server.services.manage_items import create_item
from server.services.manage_places import LOCATIONS
from server.services.number_feed import number_feed
from tests.api.conftest import World

PLACES = ("A-01", "A-02", "B-01")


def furnish(world: World) -> None:
    """Items M8 (plain), MILK (by lot) and DRILL (by serial); places at SH1 and one at BJ2."""
    create_item(
        {
            "sku": "M8",
            "name_zh": "不锈钢螺栓",
            "name_en": "Bolt",
            "base_unit": "pcs",
            "packagings": [{"name": "box", "quantity": 12}],
            "barcodes": [
                {"code": "6901234567892"},
                {"code": "16901234567899", "packaging": "box"},
            ],
        },
        actor=SYSTEM,
    )
    create_item({"sku": "MILK", "base_unit": "l", "tracking": "lot"}, actor=SYSTEM)
    create_item({"sku": "DRILL", "base_unit": "pcs", "tracking": "serial"}, actor=SYSTEM)
    for code in PLACES:
        create_record(LOCATIONS, {"site": "SH1", "code": code, "kind": "bin"}, actor=SYSTEM)
    create_record(LOCATIONS, {"site": "BJ2", "code": "Z-01", "kind": "bin"}, actor=SYSTEM)


def request(world: World, kind: str, *, role: str = "administrator", **body: Any) -> dict[str, Any]:
    """Post one command from a desk (from_ is the field `from`) and number the feed."""
    body = {name.rstrip("_"): value for name, value in body.items()}
    site = body.pop("site", "SH1")
    said_at = {name: body.pop(name) for name in ("occurred_at",) if name in body}
    command = {
        "id": str(uuid4()),
        "v": 1,
        "type": kind,
        "intent": "request",
        "body": {**body, "site": site},
        **said_at,
    }
    answer = world.as_role(role).post("/commands", json={"device": None, "commands": [command]})
    assert answer.status_code == 200, answer.json
    told: dict[str, Any] = answer.json["answers"][0]
    assert told["status"].startswith("applied"), told
    number_feed()
    return told


def receive(world: World, item: str, quantity: str, to: str = "A-01", **more: Any) -> None:
    """A receipt at 2.5 a piece unless told otherwise."""
    body: dict[str, Any] = {"unit_cost": "2.5", **more}
    request(world, "receive_line", item=item, quantity=quantity, to=to, **body)


def ids(rows: Sequence[dict[str, Any]], name: str = "id") -> list[str]:
    """One column."""
    return [row[name] for row in rows]
