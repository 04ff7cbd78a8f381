"""Operators and clerks never see cost (ARCHITECTURE section 3): every route that can be read, every
export and the sync, walked with stock that has cost of every kind."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from server.domain.people import SYSTEM
from server.domain.reports import REPORTS
from server.services.export_rows import EXPORTS, FORMATS
from server.services.keep_records import create_record
from server.services.manage_suppliers import SUPPLIER_ITEMS
from server.services.number_feed import number_feed
from server.services.recalculate import TurnoverPolicy, recalculate_due
from tests.api.conftest import Api, Clock, World
from tests.api.papers import add_partners, draft, line
from tests.api.pda import Pda
from tests.api.shelves import furnish, request

MONEY = re.compile("cost|value|price|cogs|amount|money", re.IGNORECASE)
HARMLESS = {"costing", "value_date"}
"""By which method an item is valued, and on which day: not what anything costs."""

OPENING = "item,location,quantity,unit_cost\nM8,A-01,5,17.3119\nNOPE,A-01,5,19.1153\n"
LISTS = {
    "site_id": "/sites",
    "item_id": "/items",
    "user_id": "/users",
    "batch_id": "/export-profiles",
    "command_id": "/movements",
}


@pytest.fixture
def costly(sqlite_world: World, clock: Clock) -> World:
    """Standard cost, terms, receipts, a later price, sales, a return, counts, imports, plans."""
    world = sqlite_world
    furnish(world)
    admin = world.as_role("administrator")
    admin.post(f"/sites/{world.sites['SH1']}/go-live")
    bolt = admin.get("/items", query_string={"sku": "M8"}).json["rows"][0]
    etag = {"If-Match": f'"{bolt["version"]}"'}
    changed = admin.patch(f"/items/{bolt['id']}", json={"standard_cost": "31.0907"}, headers=etag)
    assert changed.status_code == 200, changed.json
    add_partners()
    terms = {"supplier": "ACME", "item": "M8", "price": "23.7717"}
    create_record(SUPPLIER_ITEMS, terms, actor=SYSTEM)
    plan = {"item": "M8", "site": "SH1", "reorder_point": "500"}
    assert admin.post("/item-sites", json=plan).status_code == 201
    _trade(world, admin)
    _count(world, clock)
    for _ in range(2):
        form = {"file": (io.BytesIO(OPENING.encode()), "opening.csv")}
        query = {"kind": "opening_stock", "site": "SH1"}
        assert admin.post("/imports", query_string=query, data=form).status_code == 201
    while recalculate_due(TurnoverPolicy()).keys:
        pass
    while number_feed():
        pass
    return world


def _trade(world: World, admin: Api) -> None:
    told = request(world, "receive_line", item="M8", quantity="10", to="A-01", unit_cost="7.9193")
    request(world, "receive_line", item="M8", quantity="3", to="A-01", supplier="ACME")
    sold = request(world, "pick_line", item="M8", quantity="4", from_="A-01")
    request(world, "return_line", item="M8", quantity="1", to="A-02", returns=sold["id"])
    priced = {"movement_id": told["movement_ids"][0], "unit_cost": "8.0411"}
    assert admin.post("/revaluations", json=priced).status_code == 201
    reserved = {"site": "SH1", "item": "M8", "quantity": "1"}
    assert admin.post("/reservations", json=reserved).status_code == 201
    draft(world, "sales_order", line("M8", "1", price="27.4419"), role="supervisor")


def _count(world: World, clock: Clock) -> None:
    """One count approved, one that waits."""
    clock.turn(minutes=1)
    pda = Pda(world, clock)
    desk = world.as_role("supervisor")
    for counted in ("7", "5"):
        body = {"count": str(uuid4()), "location": "A-01"}
        pda.make("count_line", item="M8", counted=counted, **body)
        pda.make("finish_count", whole=True, **body)
        assert {answer["status"] for answer in pda.send()} == {"applied"}
        clock.turn(minutes=1)
        if counted == "7":
            count = desk.get("/counts").json["rows"][0]
            approved = {"version": count["version"]}
            answer = desk.post(f"/counts/{count['id']}/approve", json=approved)
            assert answer.status_code == 200, answer.json


def test_no_cost_leaves_by_any_route_to_those_who_may_not_read_it(costly: World) -> None:
    chief = costly.as_role("administrator")
    paths = list(_paths(chief))
    known = {path: _content(chief, path) for path in paths}
    secrets = {text for content in known.values() for text in _secrets(content)}
    figures = {text for text in secrets if re.fullmatch(r"\d+\.\d{3,4}", text)}
    assert len(figures) > 10, sorted(secrets)
    for who, api in _curious(costly).items():
        read = {path: content for path in paths if (content := _content(api, path)) is not None}
        for path, content in read.items():
            assert _secrets(content) == set(), (who, path)
            shown = figures & set(re.findall(r"[\d.]+", str(content)))
            assert shown == set(), (who, path)
        assert "/sync" in read or "handheld" not in who, who
        assert len(read) > 60 or "clerk" not in who, (who, sorted(read))


def _curious(world: World) -> dict[str, Api]:
    everywhere = {"login": None, "sites": None}
    chief_clerk = world.add(role="clerk", **everywhere)
    chief_operator = world.add(role="operator", **everywhere)
    return {
        "operator": world.as_role("operator"),
        "operator of all sites": world.client(world.token_for(chief_operator)),
        "operator on a handheld": world.as_device(world.user_pass()),
        "handheld": world.as_device(),
        "clerk": world.as_role("clerk"),
        "clerk of all sites": world.client(world.token_for(chief_clerk)),
    }


def _paths(chief: Api) -> Iterator[str]:
    """Every path of the API's own description that can be read, with real ids filled in."""
    for template, operations in chief.get("/openapi.json").json["paths"].items():
        path = template.removeprefix("/api/v1")
        if "get" not in operations or path.startswith("/settings"):  # no money
            continue
        if path == "/exports/{name}":
            yield from (f"/exports/{kind}.{end}" for kind in EXPORTS for end in FORMATS)
        elif path == "/message-templates/{kind}/{language}":
            yield "/message-templates/digest/zh"
        elif path in ("/reports/{name}", "/report-files/{name}"):
            end = ".csv" if "files" in path else ""
            for name in REPORTS:
                query = "?item=M8" if name == "item_ledger" else ""
                yield path.replace("{name}", f"{name}{end}") + query
        elif path.endswith("/link-check"):
            continue  # says only whether a signed link holds
        elif "{" in path:
            yield from _filled(chief, path)
        elif path == "/stock":
            groups = ("item", "location", "balance")
            yield from (path, *(f"{path}?group={group}" for group in groups))
        elif path in ("/labels/automatic", "/board"):
            yield f"{path}?site=SH1"
        else:
            yield path


def _filled(chief: Api, path: str) -> Iterator[str]:
    before, _, after = path.partition("/{")
    name, _, rest = after.partition("}")
    for row in chief.get(LISTS.get(name, before)).json["rows"]:
        if name == "command_id":
            row = {"id": row["command_id"]}
        yield f"{before}/{row.get('id') or row.get('uid') or row.get('key') or row['name']}{rest}"


def _content(api: Api, path: str) -> Any:
    """JSON, or the rows of a table as dicts; None where this one may not look or nothing is."""
    answer = api.get(path)
    if answer.status_code in (401, 403, 404):
        return None
    assert answer.status_code == 200, (path, answer.json)
    if answer.is_json:
        return answer.json
    if answer.mimetype == "application/pdf":
        return None  # prices are on paper only for those who may ask for them: test_documents
    if "spreadsheet" in answer.content_type:
        sheet = load_workbook(io.BytesIO(answer.data), read_only=True).active
        header, *rows = sheet.iter_rows(values_only=True)
        return [dict(zip(header, row, strict=False)) for row in rows]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def _secrets(content: Any) -> set[str]:
    """What stands under a name that speaks of money."""
    if isinstance(content, list):
        return {text for part in content for text in _secrets(part)}
    if not isinstance(content, dict):
        return set()
    found = set()
    for name, value in content.items():
        if isinstance(value, list | dict):
            found |= _secrets(value)
        elif MONEY.search(str(name)) and name not in HARMLESS and value not in (None, "", False):
            found.add(str(value).lstrip("-"))
    return found
