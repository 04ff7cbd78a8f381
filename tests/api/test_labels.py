"""Labels over HTTP: designs and their versions, numbers, plans, previews, and what scans back."""

import base64
from uuid import uuid4

import pytest

import labels
from jobs.drain import drain_labels
from labels.decoding.attempts import read_picture
from labels.decoding.opening import open_grey
from server.domain.people import SYSTEM
from server.services.check_labels import check_labels
from server.services.keep_records import create_record
from server.services.manage_places import LOCATIONS, ZONES
from server.services.number_feed import number_feed
from server.services.sweep import due_queues
from tests.api.shelves import furnish, receive, request
from tests.api.stations import LOCATIONS as LOCATION_ROLL
from tests.api.stations import Station, item_data, order
from tests.labels.printers import read_zpl, scanned


@pytest.fixture
def station(world):
    return Station(world)


@pytest.fixture
def shelves(world):
    furnish(world)


def plan(world, wanted, design="item-40x30", role="operator"):
    return world.as_role(role).post("/labels/plan", json={"design": design, "wanted": wanted})


def test_a_shipped_design_is_edited_into_versions_and_taken_back(world):
    boss = world.as_role("supervisor")
    shipped = boss.get("/label-designs/item-40x30").json
    assert (shipped["version"], shipped["shipped"]) == (1, True)
    document = shipped["document"] | {"title": "ours"}
    path = "/label-designs/item-40x30"
    assert boss.put(path, json={"document": document}).json["code"] == "if_match_required"
    assert boss.put(path, json={"document": document}, headers={"If-Match": "0"}).json["code"] == (
        "already_exists"
    )
    kept = boss.put(path, json={"document": document}, headers={"If-Match": "1"})
    assert (kept.json["version"], kept.json["shipped"]) == (2, False)
    assert kept.headers["ETag"] == '"2"'
    stale = boss.put(path, json={"document": document}, headers={"If-Match": "1"})
    assert (stale.status_code, stale.json["code"]) == (412, "stale_version")
    assert boss.post(path + "/retire").status_code == 204
    assert boss.get(path).json["shipped"] is True
    assert boss.post(path + "/retire").json["code"] == "design_unknown"


def test_every_version_of_a_design_is_kept_and_an_older_one_comes_back_as_a_new_one(world):
    boss = world.as_role("supervisor")
    path = "/label-designs/item-40x30"
    shipped = boss.get(path).json["document"]
    for version, title in enumerate(("ours", "theirs"), 1):
        put = boss.put(
            path, json={"document": shipped | {"title": title}}, headers={"If-Match": str(version)}
        )
        assert put.status_code == 200
    old = boss.get(path + "/versions").json["rows"][1]
    back = boss.put(path, json={"document": old["document"]}, headers={"If-Match": "3"})
    assert (back.json["version"], back.json["document"]["title"]) == (4, "ours")
    rows = boss.get(path + "/versions").json["rows"]
    assert [(row["version"], row["in_force"]) for row in rows] == [
        (4, True), (3, False), (2, False), (1, False),
    ]  # fmt: skip
    assert rows[0]["by"]
    assert (rows[3]["shipped"], rows[3]["at"], rows[3]["by"]) == (True, None, "")
    boss.post(path + "/retire")
    rows = boss.get(path + "/versions").json["rows"]
    assert [row["version"] for row in rows if row["retired"]] == [4, 3, 2]
    assert [row["version"] for row in rows if row["in_force"]] == [1]
    assert boss.get("/label-designs/nothing/versions").json["code"] == "design_unknown"


def test_a_job_keeps_the_version_it_was_ordered_with(world, station):
    printer = station.set_up()
    clerk, boss = world.as_role("clerk"), world.as_role("supervisor")
    clerk.post("/print-jobs", json=order(printer, 1))
    document = labels.design_document("item-40x30") | {"elements": [BAR]}
    put = boss.put(
        "/label-designs/item-40x30", json={"document": document}, headers={"If-Match": "1"}
    )
    assert put.status_code == 200, put.json
    assert clerk.post("/print-jobs", json=order(printer, 1)).json["design_version"] == 2
    assert station.call(most=2)["jobs"]


BAR = {"kind": "bar", "box_mm": [1, 1, 10, 10]}


def test_a_wrong_design_is_refused_by_its_place(world):
    document = labels.design_document("item-40x30") | {
        "elements": [BAR | {"box_mm": [1, 1, 99, 1]}]
    }
    answer = world.as_role("supervisor").put(
        "/label-designs/mine", json={"document": document}, headers={"If-Match": "0"}
    )
    assert (answer.json["code"], answer.json["fields"]["field"]) == (
        "design_outside",
        "elements[0].box_mm",
    )


def test_a_preview_shows_what_would_be_printed(world):
    operator = world.as_role("operator")
    body = {"design": "item-40x30", "data": item_data(1), "dpi": 300}
    answer = operator.post("/labels/preview", json=body)
    assert answer.mimetype == "image/png"
    assert [found.text for found in read_picture(open_grey(answer.data))] == ["690001"]
    sheet = body | {
        "design": "item-63x34",
        "format": "pdf",
        "sheet": "a4-24",
        "data": item_data(30),
    }
    assert operator.post("/labels/preview", json=sheet).data.startswith(b"%PDF")
    document = labels.design_document("location-60x40")
    assert operator.post("/labels/preview", json={"document": document}).status_code == 200
    assert operator.post("/labels/preview", json=sheet | {"format": "png"}).json["code"] == (
        "one_page_only"
    )


def test_a_sample_document_shows_whether_a_printer_takes_the_paper(world):
    operator = world.as_role("operator")
    answer = operator.get("/labels/sample-document?paper=241x93&language=en")
    assert answer.mimetype == "application/pdf"
    assert b"/MediaBox [0 0 684.0000 263.9906]" in answer.data
    refused = operator.get("/labels/sample-document?paper=letter").json
    assert (refused["code"], refused["fields"]["value"]) == ("paper_unknown", "letter")


def test_locations_come_in_walking_order_with_a_separator_before_each_aisle(world):
    create_record(ZONES, {"site": "SH1", "code": "Z", "name_zh": "甲区"}, actor=SYSTEM)
    for order_, code in ((3, "A-01"), (1, "B-02"), (2, "B-01")):
        values = {"site": "SH1", "code": code, "kind": "bin", "walking_order": order_, "zone": "Z"}
        create_record(LOCATIONS, values, actor=SYSTEM)
    wanted = {"kind": "locations", "site": "SH1", "match": {"zone": "z"}, "separators": True}
    rows = plan(world, wanted, "location-60x40").json["rows"]
    assert [row["data"].get("location") or row["data"]["aisle"] for row in rows] == [
        "B", "B-02", "B-01", "A", "A-01",
    ]  # fmt: skip
    assert rows[0]["data"] == {"aisle": "B", "first": "B-02", "last": "B-01", "count": "2"}
    assert rows[1]["data"]["zone"] == "甲区"
    refused = plan(world, wanted, "location-38x21").json
    assert refused["code"] == "no_separator"


@pytest.mark.usefixtures("shelves")
def test_items_lots_and_units_are_planned_by_code_or_question(world):
    receive(world, "MILK", "5", lot="L2", expires_on="2027-05-01", unit="PAL-1")
    for match, skus in (({"unlabelled": True}, ["DRILL", "MILK"]), ({"site": "SH1"}, ["MILK"])):
        rows = plan(world, {"kind": "items", "match": match}).json["rows"]
        assert [row["data"]["sku"] for row in rows] == skus
    lots = plan(world, {"kind": "lots", "item": "MILK"}, "lot-60x40").json["rows"]
    assert (
        lots
        == [
            {"data": {"sku": "MILK", "lot": "L2", "expiry": "2027-05-01"}},
        ]
        or lots[0]["data"]["name"]
    )
    units = plan(world, {"kind": "units", "codes": ["pal-1"]}, "handling-unit-80x50").json["rows"]
    assert units[0]["data"]["lpn"] == "PAL-1"
    assert plan(world, {"kind": "units", "codes": ["GHOST"]}).json["code"] == "unknown_unit"
    assert plan(world, {"kind": "lots", "item": "MILK", "codes": ["L9"]}).json["code"] == (
        "unknown_lot"
    )


def test_pre_printed_plates_get_numbers_of_their_own_and_a_reprint_gets_none(world, station):
    printer = station.set_up(name="80x50", width_mm=80, height_mm=50)
    boss, clerk = world.as_role("supervisor"), world.as_role("clerk")
    made = boss.post(
        "/number-ranges", json={"kind": "lpn", "prefix": "LPN", "digits": 5, "first": 1}
    )
    assert made.status_code == 201, made.json
    body = order(printer, design="handling-unit-80x50")
    body["wanted"] = {"kind": "numbers", "numbers": "lpn", "count": 3, "extra": {"note": "x"}}
    first, again = (clerk.post("/print-jobs", json=body).json for _ in range(2))
    assert [row["data"]["lpn"] for row in first["rows"]] == ["LPN00001", "LPN00002", "LPN00003"]
    assert again["rows"] == first["rows"]
    assert boss.get("/number-ranges").json["rows"][0]["next"] == "4"
    job = station.lease()
    station.fetch(job)
    station.report(job, "confirmed", 3, 3)
    wish = {"id": str(uuid4()), "reason": "lost"}
    clerk.post(f"/print-jobs/{first['id']}/reprint", json=wish)
    assert boss.get("/number-ranges").json["rows"][0]["next"] == "4"
    path = f"/number-ranges/{made.json['id']}"
    changed = boss.patch(path, json={"last": 3, "retired": True}, headers={"If-Match": "1"})
    assert (changed.json["left"], changed.json["retired"]) == ("0", True)
    given = boss.post("/number-ranges/given-back", json={"codes": ["LPN00002"]})
    assert given.json == {"count": 1}


def test_scanning_labels_back_names_those_that_fail(world, station):
    printer = station.set_up()
    clerk = world.as_role("clerk")
    made = clerk.post("/print-jobs", json=order(printer, 24)).json
    path = f"/print-jobs/{made['id']}/verification"
    codes = [f"69{at:04d}" for at in range(1, 25) if at not in (7, 20)]
    verdict = clerk.post(path, json={"codes": ["]Q1" + codes[0], *codes[1:], "strange"]}).json
    assert (verdict["rows"], len(verdict["read"]), verdict["strange"]) == (24, 22, ["strange"])
    assert verdict["failed"] == [
        {"row": 7, "codes": ["690007"]},
        {"row": 20, "codes": ["690020"]},
    ]
    clerk.post(path, json={"codes": ["690007"]})
    assert [failed["row"] for failed in clerk.get(path).json["failed"]] == [20]


def test_labels_that_scan_badly_come_first(world):
    operator = world.as_role("operator")
    scans = [{"code": "GOOD"}] * 3 + [{"code": "BAD", "attempts": 4, "grade": "D"}] * 3
    told = operator.post("/label-scans", json={"site": "SH1", "scans": scans})
    assert told.json == {"count": 6}
    rows = operator.get("/label-quality").json["rows"]
    assert [(row["code"], row["attempts_per_100"], row["worst_grade"]) for row in rows] == [
        ("BAD", 400, "D"),
        ("GOOD", 100, ""),
    ]
    assert world.as_role("clerk").get("/label-quality?least_scans=4").json["rows"] == []


def test_of_a_large_job_the_rest_is_read_back_before_a_station_gets_any_of_it(world, station):
    printer = station.set_up()
    clerk = world.as_role("clerk")
    made = clerk.post("/print-jobs", json=order(printer, 45)).json
    assert (made["labels"], made["checked"]) == (45, 20)
    assert station.call()["jobs"] == []
    assert "labels" in due_queues()
    assert check_labels(60) == 25
    assert station.lease()["labels"] == 45
    assert "labels" not in due_queues()


def test_a_large_job_with_one_bad_label_prints_none_and_says_which(world, station):
    printer = station.set_up()
    data = item_data(30)
    data[27]["code"] = "条"
    body = order(printer) | {"wanted": {"kind": "data", "data": data}}
    clerk = world.as_role("clerk")
    made = clerk.post("/print-jobs", json=body).json
    check_labels(60)
    job = clerk.get(f"/print-jobs/{made['id']}").json
    assert (job["state"], job["reason"], job["problem"]["code"]) == (
        "failed", "label_refused", "code_not_ascii",
    )  # fmt: skip
    assert job["problem"]["fields"]["row"] == 28


def automatic(world, **events):
    boss = world.as_role("supervisor")
    answer = boss.put("/labels/automatic?site=SH1", json=events)
    assert answer.status_code == 200, answer.json
    return answer.json


@pytest.mark.usefixtures("shelves")
def test_a_receipt_prints_labels_of_items_that_have_no_barcode_once(world, station):
    printer = station.set_up()
    receive(world, "DRILL", "1", serial="D0")
    automatic(world, receipt={"printer": printer, "design": "item-40x30"})
    receive(world, "M8", "5")
    receive(world, "DRILL", "1", serial="D1")
    assert "labels" in due_queues()
    drain_labels()
    drain_labels()
    jobs = world.as_role("clerk").get("/print-jobs").json["rows"]
    assert [(job["source"], job["labels"]) for job in jobs] == [("receipt", 1)]
    content = base64.b64decode(station.fetch(station.lease()).json["labels"][0]["bytes"])
    assert content.startswith(b"^XA")


def test_a_location_just_made_and_a_unit_just_closed_get_their_labels(world, station):
    printer = station.set_up(**LOCATION_ROLL)
    automatic(world, location_created={"printer": printer, "design": "location-60x40"})
    boss = world.as_role("supervisor")
    made = boss.post("/locations", json={"site": "SH1", "code": "C-09", "kind": "bin"}).json
    boss.patch(f"/locations/{made['id']}", json={"name": "x"}, headers={"If-Match": "1"})
    number_feed()
    drain_labels()
    jobs = boss.get("/print-jobs").json["rows"]
    assert [job["source"] for job in jobs] == ["location_created"]
    furnish(world)
    receive(world, "M8", "1", to="C-09", unit="PAL-9")
    automatic(world, unit_closed={"printer": printer, "design": "location-60x40"})
    assert boss.post("/labels/closed-units", json={"unit": "PAL-9"}).status_code == 200
    number_feed()
    drain_labels()
    refused = [row for row in _feed(boss) if row["topic"] == "print.refused"]
    assert refused[0]["payload"]["code"] == "field_missing"


@pytest.mark.usefixtures("shelves")
def test_the_last_thing_packed_into_a_unit_closes_it_and_prints_its_label_once(world, station):
    printer = station.set_up(name="80x50", width_mm=80, height_mm=50)
    automatic(world, unit_closed={"printer": printer, "design": "handling-unit-80x50"})
    receive(world, "M8", "5")
    packed = {"item": "M8", "location": "A-01", "unit": "PAL-7"}
    request(world, "pack_unit", quantity="2", **packed)
    request(world, "pack_unit", quantity="3", closes=True, **packed)
    boss = world.as_role("supervisor")
    too_much = {"site": "SH1", "quantity": "9", "closes": True, **packed}
    refused = {"id": str(uuid4()), "v": 1, "type": "pack_unit", "intent": "request"}
    body = {"device": None, "commands": [{**refused, "body": too_much}]}
    assert boss.post("/commands", json=body).json["answers"][0]["status"] == "rejected"
    drain_labels()
    drain_labels()
    closed = [row["payload"] for row in _feed(boss) if row["topic"] == "unit.closed"]
    assert closed == [{"unit": "PAL-7"}]
    (job,) = boss.get("/print-jobs").json["rows"]
    assert (job["source"], job["labels"], job["numbered"]) == ("unit_closed", 1, True)
    content = base64.b64decode(station.fetch(station.lease()).json["labels"][0]["bytes"])
    assert scanned(read_zpl(content)[0][0]) == ["]C0T:PAL-7", "]Q1T:PAL-7"]


def test_numbers_for_a_pdf_are_handed_out_once_for_each_key(world):
    boss, operator = world.as_role("supervisor"), world.as_role("operator")
    boss.post("/number-ranges", json={"kind": "lpn", "prefix": "LPN", "digits": 5, "first": 1})
    once = {"headers": {"Idempotency-Key": str(uuid4())}, "json": {"kind": "lpn", "count": 2}}
    first = operator.post("/number-ranges/handed-out", **once)
    assert (first.status_code, first.json) == (201, {"codes": ["LPN00001", "LPN00002"]})
    assert operator.post("/number-ranges/handed-out", **once).json == first.json
    other = operator.post("/number-ranges/handed-out", json={"kind": "lpn", "count": 1})
    assert other.json == {"codes": ["LPN00003"]}
    none = operator.post("/number-ranges/handed-out", json={"kind": "sscc", "count": 1})
    assert none.json["code"] == "numbers_used_up"


@pytest.mark.usefixtures("shelves")
def test_all_codes_nobody_knows_are_named_at_once(world):
    both = plan(world, {"kind": "items", "codes": ["6901234567892", "MILK"]}).json["rows"]
    assert [row["data"]["sku"] for row in both] == ["M8", "MILK"]
    one = plan(world, {"kind": "items", "codes": ["M8", "X-1"]}).json
    assert (one["code"], one["fields"]) == ("unknown_item", {"item": "X-1"})
    codes = [f"A-9{n}" for n in range(12)]
    wanted = {"kind": "locations", "site": "SH1", "codes": ["A-01", *codes]}
    many = plan(world, wanted, "location-60x40").json
    assert many["fields"]["codes"] == codes
    assert many["fields"]["location"] == ", ".join(codes[:10]) + " … (+2)"
    assert "A-99" in many["detail"]


def test_what_is_printed_by_itself_must_exist_at_the_site(world, station):
    station.set_up()
    boss = world.as_role("supervisor")
    wrong = boss.put(
        "/labels/automatic?site=SH1", json={"receipt": {"printer": "99", "design": "item-40x30"}}
    )
    assert wrong.json["code"] == "unknown_printer"
    assert boss.get("/labels/automatic?site=SH1").json == {
        "receipt": None, "location_created": None, "unit_closed": None,
    }  # fmt: skip


def _feed(api):
    number_feed()
    return api.get("/feed?cursor=0&limit=500").json["rows"]
