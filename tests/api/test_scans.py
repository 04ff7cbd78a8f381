"""Scans resolved online: one meaning with its reasons, logged, and blind where somebody counts."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from server.cli import cli
from server.domain.people import SYSTEM
from server.services.bind_barcodes import create_barcode
from server.services.keep_records import create_record
from server.services.manage_items import create_item
from server.services.manage_places import LOCATIONS
from server.store.db import reading
from server.store.models import Feed, Location, PendingFeed
from tests.api.shelves import furnish, receive, request


@pytest.fixture(autouse=True)
def shelves(world):
    furnish(world)


def resolve(world, text, role="clerk", **body):
    answer = world.as_role(role).post("/scans/resolve", json={"text": text, **body})
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_gtin_on_a_box_is_the_item_in_its_packaging(world):
    told = resolve(world, "6901234567892", aim="]E0")
    assert told["meaning"]["kind"] == "item"
    assert told["targets"][0]["code"] == "M8"
    box = resolve(world, "]C101" + "16901234567899" + "372")
    assert box["meaning"]["quantity"] == "24"
    assert box["targets"][0]["code"] == "M8"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("a-01", "location", "A-01"),
        ("L:A-01", "location", "A-01"),
        ("m8", "item", "M8"),
        ("P1", "handling_unit", "P1"),
        ("T：P1", "handling_unit", "P1"),
    ],
)
def test_things_answer_to_their_own_codes(world, text, kind, code):
    receive(world, "M8", "2", unit="P1")
    told = resolve(world, text)
    assert told["meaning"]["kind"] == kind
    assert [row["code"] for row in told["targets"]] == [code]
    assert [row["on_hand"] for row in told["stock"]] == ["2"]
    assert told["why"] == told["meaning"]["why"] != []


def test_a_lots_and_a_serials_own_code_are_their_item(world):
    receive(world, "MILK", "2", lot="LOT-77")
    receive(world, "DRILL", "1", serial="SN-9")
    assert resolve(world, "lot-77")["meaning"]["lot"] == "LOT-77"
    drill = resolve(world, "sn-9")
    assert (drill["targets"][0]["code"], drill["meaning"]["serial"]) == ("DRILL", "SN-9")


def test_one_code_of_two_items_is_decided_by_the_place_else_asked(world):
    create_item({"sku": "NUT", "base_unit": "pcs"}, actor=SYSTEM)
    for item in ("M8", "NUT"):
        create_barcode({"code": "SHARED", "item": item}, actor=SYSTEM)
    receive(world, "NUT", "3", to="B-01")
    asked = resolve(world, "shared")
    assert asked["meaning"]["kind"] == "choice"
    assert {row["code"] for row in asked["targets"]} == {"M8", "NUT"}
    decided = resolve(world, "shared", site="SH1", location="B-01")
    assert [row["code"] for row in decided["targets"]] == ["NUT"]
    assert "decided by=location" in decided["why"]


def test_places_of_another_site_look_like_none(world):
    create_record(LOCATIONS, {"site": "BJ2", "code": "A-01", "kind": "bin"}, actor=SYSTEM)
    assert resolve(world, "Z-01")["meaning"]["kind"] == "unknown"
    assert resolve(world, "A-01")["meaning"]["kind"] == "location"
    refused = world.as_role("clerk").post("/scans/resolve", json={"text": "x", "site": "BJ2"})
    assert (refused.status_code, refused.json["code"]) == (404, "unknown_site")


def test_a_broken_gs1_code_is_refused_in_words(world):
    refused = world.as_role("clerk").post("/scans/resolve", json={"text": "]C10195012345678902"})
    assert refused.json["code"] == "bad_check_digit"


def test_an_operators_look_up_is_logged_with_who_and_where(world):
    receive(world, "M8", "2")
    resolve(world, "M8", "operator", location="A-01")
    resolve(world, "M8", "clerk")
    resolve(world, "M8", "operator", look_up=False)
    receive(world, "M8", "1")
    with reading() as session:
        rows = session.scalars(select(Feed.payload).where(Feed.topic == "scan.looked_up")).all()
        place = session.scalar(select(Location.id).where(Location.code == "A-01"))
    assert [json.loads(row)["location_id"] for row in rows] == [place]
    assert json.loads(rows[0])["user_id"] == world.users["operator"]


def test_quantities_are_withheld_where_the_asker_is_counting(world):
    receive(world, "M8", "2")
    receive(world, "M8", "3", to="A-02")
    request(
        world, "count_line", role="clerk", count="00000000-0000-4000-8000-0000000000aa",
        location="A-01", item="M8", counted="2",
    )  # fmt: skip
    place = resolve(world, "A-01")
    assert place["stock"] is None
    assert place["withheld"] == [place["targets"][0]["id"]]
    assert [row["location"] for row in resolve(world, "M8")["stock"]] == ["A-02"]
    assert resolve(world, "A-01", "planner")["stock"][0]["on_hand"] == "2"


def test_the_shell_says_what_a_scan_means_without_any_database(tmp_path, monkeypatch):
    monkeypatch.setenv("STOCKTURN_VAR", str(tmp_path / "none"))
    monkeypatch.delenv("STOCKTURN_DATABASE_URL", raising=False)
    run = CliRunner().invoke(cli, ["scan", "(01)06901234567892(10)AB", "--json"])
    told = json.loads(run.output)
    assert (told["meaning"]["kind"], told["meaning"]["lot"]) == ("item", "AB")
    assert not (tmp_path / "none").exists()
    broken = CliRunner().invoke(cli, ["scan", "--aim", "]E0", "6901234567893"])
    assert (broken.exit_code, "bad_check_digit" in broken.output) == (1, True)


def test_the_shell_names_the_thing_when_there_is_a_database(world, tmp_path, monkeypatch):
    settings = world.app.config["STOCKTURN"]
    monkeypatch.setenv("STOCKTURN_VAR", str(tmp_path))
    monkeypatch.setenv("STOCKTURN_DATABASE_URL", settings.database_url)
    run = CliRunner().invoke(cli, ["scan", "6901234567892", "--site", "SH1", "--json"])
    assert json.loads(run.output)["targets"][0]["code"] == "M8"


# The rules of a site -----------------------------------------------------------------------------

SCALE = {"pattern": "21IIIIIWWWWWC", "weight_decimals": 3, "price_decimals": 2}
WEIGHED = "2100042012349"


def set_rules(world, role="administrator", site=None, **rules):
    path = "/scans/rules" + (f"?site={site}" if site else "")
    return world.as_role(role).put(path, json=rules)


def test_an_administrator_teaches_a_site_its_scales_numbers(world):
    create_item({"sku": "00042", "base_unit": "kg"}, actor=SYSTEM)
    assert resolve(world, WEIGHED)["meaning"]["kind"] == "unknown"
    kept = set_rules(world, site="SH1", in_store=[SCALE])
    assert (kept.status_code, kept.json["set_for"]) == (200, "site")
    weighed = resolve(world, WEIGHED, site="SH1")
    assert (weighed["targets"][0]["code"], weighed["meaning"]["quantity"]) == ("00042", "1.234")
    elsewhere = world.as_role("administrator").get("/scans/rules?site=BJ2").json
    assert (elsewhere["in_store"], elsewhere["set_for"]) == ([], "usual")


def test_a_sites_own_rules_go_before_those_for_all_until_they_are_forgotten(world):
    admin = world.as_role("administrator")
    assert set_rules(world, separators=["#"]).json["set_for"] == "all"
    assert set_rules(world, site="SH1", separators=["~"]).status_code == 200
    assert admin.get("/scans/rules?site=SH1").json["separators"] == ["~"]
    assert admin.delete("/scans/rules?site=SH1").status_code == 204
    assert admin.get("/scans/rules?site=SH1").json["separators"] == ["#"]
    assert admin.delete("/scans/rules").status_code == 204
    assert admin.get("/scans/rules").json["set_for"] == "usual"
    with reading() as session:
        told = session.scalars(
            select(PendingFeed.payload).where(PendingFeed.topic == "setting.changed")
        )
        assert [json.loads(payload)["value"] is None for payload in told] == [
            False,
            False,
            True,
            True,
        ]


def test_handhelds_have_new_rules_with_their_next_sync(world):
    device = world.as_device(world.user_pass())
    page = device.get("/sync").json
    while page["more"]:
        page = device.get(f"/sync?cursor={page['cursor']}").json
    set_rules(world, site="SH1", in_store=[SCALE])
    after = device.get(f"/sync?cursor={page['cursor']}").json
    assert after["site"]["scan_rules"]["in_store"] == [SCALE]


@pytest.mark.parametrize(
    "rules",
    [
        {"separators": ["A"]},
        {"separators": ["#", "#"]},
        {"in_store": [SCALE | {"pattern": "69IIIIIWWWWWC"}]},
        {"in_store": [SCALE | {"pattern": "21WWWWWWWWWWC"}]},
        {"in_store": [SCALE | {"pattern": "21IIIIIIIIIIC"}]},
        {"in_store": [SCALE | {"pattern": "21IIIWWWPPPPC"}]},
        {"in_store": [SCALE | {"pattern": "21IIIIIWWWWW?"}]},
        {"in_store": [SCALE | {"pattern": "21CIIIIWWWWWC"}]},
        {"in_store": [SCALE | {"pattern": "21IIIIIWWWWC"[:11]}]},
        {"in_store": [SCALE, SCALE]},
    ],
)
def test_rules_that_would_spoil_other_codes_are_refused(world, rules):
    refused = set_rules(world, site="SH1", **rules)
    assert (refused.status_code, refused.json["code"]) == (422, "bad_setting")
    assert world.as_role("administrator").get("/scans/rules").json["set_for"] == "usual"


def test_only_an_administrator_writes_the_rules(world):
    assert set_rules(world, role="supervisor", site="SH1").status_code == 403
    assert world.as_role("clerk").get("/scans/rules?site=SH1").status_code == 200


def test_nobody_names_a_document_before_there_are_documents(world):
    answer = world.as_role("clerk").post("/scans/resolve", json={"text": "M8", "document": "PO-1"})
    assert answer.status_code == 422
