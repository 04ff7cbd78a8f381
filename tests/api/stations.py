"""A label station for tests of the API: it leases, fetches and reports as an agent does."""

import base64
import re
import zlib
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from PIL import Image, ImageChops

from tests.api.conftest import World

ROLL = {"name": "40x30", "width_mm": 40, "height_mm": 30}
LOCATIONS = {"name": "60x40", "width_mm": 60, "height_mm": 40}


@dataclass
class Station:
    """One agent with one printer, P1, that holds 40 × 30 mm labels."""

    world: World
    printer: dict[str, Any] = field(
        default_factory=lambda: {"name": "P1", "language": "zpl", "dpi": 203, "state": "ready"}
    )
    agent: str = field(default_factory=lambda: str(uuid4()))
    role: str = "station"
    known: bool = False

    @property
    def api(self) -> Any:
        return self.world.as_role(self.role)

    def call(self, *, wait_s: float = 0, most: int = 1, **printer: Any) -> dict[str, Any]:
        """One lease call."""
        self.printer |= printer
        body = {"agent": self.agent, "version": "1", "printers": [self.printer]}
        answer = self.api.post(
            "/stations/current/lease", json={**body, "wait_s": wait_s, "most": most}
        )
        assert answer.status_code == 200, answer.json
        told: dict[str, Any] = answer.json
        return told

    def set_up(self, **media: Any) -> str:
        """Make the printer known and say what is in it; its id."""
        if not self.known:
            self.call()
        self.known = True
        supervisor = self.world.as_role("supervisor")
        rows = supervisor.get("/printers").json["rows"]
        row = next(row for row in rows if row["name"] == self.printer["name"])
        changed = supervisor.patch(
            f"/printers/{row['id']}",
            json={"media": {**ROLL, **media}},
            headers={"If-Match": str(row["version"])},
        )
        assert changed.status_code == 200, changed.json
        found: str = row["id"]
        return found

    def lease(self) -> dict[str, Any]:
        """The one job there is for it."""
        (job,) = self.call(most=5)["jobs"]
        leased: dict[str, Any] = job
        return leased

    def fetch(self, job: dict[str, Any], first: int = 1, limit: int = 50) -> Any:
        """Its labels."""
        query = {"lease": job["lease"], "from": first, "limit": limit}
        return self.api.get(f"/print-jobs/{job['id']}/labels", query_string=query)

    def report(
        self, job: dict[str, Any], state: str, sent: int, confirmed: int, **more: Any
    ) -> Any:
        """How it goes."""
        body = {"lease": job["lease"], "state": state, "sent": sent, "confirmed": confirmed, **more}
        return self.api.post(f"/print-jobs/{job['id']}/progress", json=body)


def item_data(count: int) -> list[dict[str, str]]:
    """So many different item labels."""
    return [
        {"code": f"69{at:04d}", "sku": f"SKU-{at}", "name": f"螺栓 {at}"}
        for at in range(1, count + 1)
    ]


def order(printer: str, count: int = 2, **more: Any) -> dict[str, Any]:
    """The body of an order of item labels."""
    return {
        "id": str(uuid4()),
        "printer": printer,
        "design": "item-40x30",
        "wanted": {"kind": "data", "data": item_data(count)},
        **more,
    }


def zpl_picture(zpl: bytes) -> Image.Image:
    """The one picture of a format, as the printer burns it."""
    size, row_bytes, packed = re.search(rb"\^GFA,(\d+),\d+,(\d+),:Z64:([^:]+):", zpl).groups()
    bits = zlib.decompress(base64.b64decode(packed))
    picture = Image.frombytes("1", (int(row_bytes) * 8, int(size) // int(row_bytes)), bits)
    return ImageChops.invert(picture).convert("L")
