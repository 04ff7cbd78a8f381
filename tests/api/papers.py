"""Documents for tests of the API: partners, and orders made and approved as a clerk does."""

from typing import Any

from server.domain.people import SYSTEM
from server.services.keep_records import create_record
from server.services.manage_customers import CUSTOMERS
from server.services.manage_suppliers import SUPPLIERS
from tests.api.conftest import World

Document = dict[str, Any]


def add_partners() -> None:
    """A supplier and a customer."""
    create_record(SUPPLIERS, {"code": "ACME", "name": "Acme"}, actor=SYSTEM)
    create_record(CUSTOMERS, {"code": "SHOP", "name": "Corner shop"}, actor=SYSTEM)


def line(item: str, quantity: str, **more: Any) -> dict[str, Any]:
    """A line as it is sent."""
    return {"item": item, "quantity": quantity, **more}


PARTNER = {
    "purchase_order": {"supplier": "ACME"},
    "receipt": {"supplier": "ACME"},
    "purchase_return": {"supplier": "ACME"},
    "sales_order": {"customer": "SHOP"},
    "issue": {"customer": "SHOP"},
    "sales_return": {"customer": "SHOP"},
    "other_issue": {"reason": "sample"},
    "transfer": {"to_site": "BJ2"},
}


def draft(world: World, kind: str, *lines: Any, role: str = "clerk", **more: Any) -> Document:
    """A draft of this kind at SH1 with these lines."""
    body = {"kind": kind, "site": "SH1", "lines": list(lines), **PARTNER.get(kind, {}), **more}
    answer = world.as_role(role).post("/documents", json=body)
    assert answer.status_code == 201, answer.json
    made: Document = answer.json
    return made


def act(world: World, document: Document, action: str, *, role: str = "supervisor", **more: Any):
    """POST /documents/{id}/{action} at the version given; the raw answer."""
    body = {"version": document["version"], **more}
    return world.as_role(role).post(f"/documents/{document['id']}/{action}", json=body)


def approved(world: World, kind: str, *lines: Any, **more: Any) -> Document:
    """The same, approved."""
    answer = act(world, draft(world, kind, *lines, **more), "approve")
    assert answer.status_code == 200, answer.json
    document: Document = answer.json
    return document


def look(world: World, document: Document) -> Document:
    """The document as it is now."""
    answer = world.as_role("supervisor").get(f"/documents/{document['id']}")
    assert answer.status_code == 200, answer.json
    now: Document = answer.json
    return now


def upload(content: bytes, name: str) -> dict[str, Any]:
    """A form with a file, as the test client sends it: its own way leaves a large one open."""
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--x--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}
