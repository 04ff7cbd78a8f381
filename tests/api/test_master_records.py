"""Master records, pictures, imports and exports over HTTP."""

import io
import json

import pytest
from openpyxl import load_workbook
from PIL import Image

from server.domain.people import SYSTEM
from server.services.keep_records import create_record
from server.services.manage_places import LOCATIONS

CSV = "sku,unit,name\nA-1,个,=危险\n,个,\n"


@pytest.fixture
def clerk(world):
    """SH1's clerk."""
    return world.as_role("clerk")


@pytest.fixture
def supervisor(world):
    """SH1's supervisor."""
    return world.as_role("supervisor")


def make_item(api, **values):
    answer = api.post("/items", json={"sku": "BOLT", "base_unit": "个", **values})
    assert answer.status_code == 201, answer.json
    return answer


def upload(api, text, **query):
    content = text if isinstance(text, bytes) else text.encode()
    form = {"file": (io.BytesIO(content), "items.csv")}
    return api.post("/imports", query_string={"kind": "items", **query}, data=form)


def png(size=(40, 30)):
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, "PNG")
    return content.getvalue()


def test_an_item_is_made_read_changed_and_retired_by_its_etag(clerk):
    made = make_item(clerk, packagings=[{"name": "箱", "quantity": "12"}])
    assert made.json["packagings"][0]["quantity"] == "12"
    path = f"/items/{made.json['id']}"
    assert clerk.get(path).headers["ETag"] == made.headers["ETag"] == '"1"'
    assert clerk.patch(path, json={"name_zh": "螺栓"}).status_code == 428
    changed = clerk.patch(path, json={"name_zh": "螺栓"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    stale = clerk.patch(path, json={"retired": True}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (412, "stale_version")
    retired = clerk.patch(path, json={"retired": True}, headers={"If-Match": '"2"'})
    assert retired.json["retired"]
    assert clerk.get("/items", query_string={"q": "ls", "retired": True}).json["rows"]


def test_pages_are_followed_by_their_cursor(clerk):
    for number in range(3):
        make_item(clerk, sku=f"I{number}")
    first = clerk.get("/items", query_string={"limit": 2}).json
    second = clerk.get("/items", query_string={"limit": 2, "cursor": first["next_cursor"]}).json
    assert [row["sku"] for row in first["rows"] + second["rows"]] == ["I0", "I1", "I2"]
    assert second["next_cursor"] is None


def test_a_clerk_sees_no_cost_and_a_supervisor_does(clerk, supervisor):
    path = f"/items/{make_item(supervisor, standard_cost='1.5').json['id']}"
    assert supervisor.get(path).json["standard_cost"] == "1.5"
    assert "standard_cost" not in clerk.get(path).json
    assert "standard_cost" not in clerk.get("/items").json["rows"][0]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"sku": "A"}, "invalid_fields"),
        ({"sku": "A", "base_unit": "个", "color": "red"}, "unknown_field"),
        ({"sku": "", "base_unit": "个"}, "invalid_fields"),
        ({"sku": "A\ud800", "base_unit": "个"}, None),
        ({"sku": "A", "base_unit": "个", "category": "NOPE"}, "unknown_category"),
        ({"sku": "A", "base_unit": "个", "standard_cost": 1.5}, "invalid_fields"),
        ({"sku": "A", "base_unit": "个", "attributes": {"a": 1}}, "invalid_fields"),
        ({"sku": "A", "base_unit": "个", "shelf_life": 0}, "invalid_fields"),
        ({"sku": "A", "base_unit": "个", "barcodes": [{"code": "1", "packaging": "箱"}]}, None),
    ],
)
def test_a_malformed_item_is_refused_and_nothing_is_made(clerk, body, code):
    answer = clerk.post("/items", data=json.dumps(body), content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert code is None or answer.json["code"] == code
    assert clerk.get("/items").json["rows"] == []


def test_an_id_that_names_nothing_is_not_found(clerk):
    for path in ("/items/0", "/items/x", "/items/9" + "9" * 30, "/item-sites/1", "/item-sites/1-x"):
        assert clerk.get(path).status_code == 404, path


def test_locations_of_other_sites_cannot_be_seen_or_made(supervisor):
    place = {"site": "BJ2", "code": "X-1", "kind": "bin"}
    [far] = create_record(LOCATIONS, place, actor=SYSTEM)
    foreign = supervisor.post("/locations", json={"site": "BJ2", "code": "X-2"})
    assert foreign.json["code"] == "unknown_site"
    assert supervisor.get(f"/locations/{far}").status_code == 404
    own = supervisor.post("/locations", json={"site": "SH1", "code": "A-1", "zone": None})
    assert (own.status_code, own.json["kind"]) == (201, "bin")
    rows = supervisor.get("/locations", query_string={"physical": True}).json["rows"]
    assert [row["code"] for row in rows] == ["A-1"]


def test_planning_is_addressed_by_item_and_site(supervisor):
    make_item(supervisor)
    body = {"item": "BOLT", "site": "SH1", "reorder_point": "10"}
    made = supervisor.post("/item-sites", json=body)
    path = f"/item-sites/{made.json['id']}"
    headers = {"If-Match": made.headers["ETag"]}
    changed = supervisor.patch(path, json={"reorder_point": None}, headers=headers)
    assert changed.json["reorder_point"] is None


def test_a_barcode_names_an_item_or_a_place_and_never_both(clerk):
    make_item(clerk)
    assert clerk.post("/barcodes", json={"code": "1", "item": "BOLT"}).status_code == 201
    twice = clerk.post("/barcodes", json={"code": "1", "item": "BOLT"})
    assert twice.json["code"] == "already_exists"
    both = {"code": "2", "item": "BOLT", "site": "SH1", "location": "A"}
    for body in ({"code": "2"}, both, {"code": "2", "site": "SH1"}):
        assert clerk.post("/barcodes", json=body).status_code == 422


def test_a_picture_is_drawn_again_and_served(clerk):
    path = f"/items/{make_item(clerk).json['id']}/picture"
    assert clerk.get(path).json["code"] == "unknown_picture"
    assert clerk.put(path, data=png(), content_type="image/png").status_code == 204
    answer = clerk.get(path)
    assert answer.content_type == "image/jpeg"
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (40, 30))


def test_what_is_no_picture_or_too_large_is_refused(clerk):
    path = f"/items/{make_item(clerk).json['id']}/picture"
    bomb = io.BytesIO()
    Image.new("1", (9_400, 9_400)).save(bomb, "PNG")
    gif = io.BytesIO()
    Image.new("P", (4, 4)).save(gif, "GIF")
    cases = ((b"", "no_picture"), (gif.getvalue(), "no_picture"), (png()[:60], "no_picture"))
    for content, code in (*cases, (bomb.getvalue(), "picture_too_large")):
        assert clerk.put(path, data=content).json["code"] == code
    assert clerk.get(path).status_code == 404


def test_an_import_is_checked_applied_and_rolled_back(clerk):
    checked = upload(clerk, CSV)
    assert checked.status_code == 201, checked.json
    counts = {name: checked.json[name] for name in ("state", "new", "wrong")}
    assert counts == {"state": "dry_run", "new": 1, "wrong": 1}
    path = f"/imports/{checked.json['uid']}"
    wrong = clerk.get(f"{path}/wrong-rows", headers={"Accept-Language": "en"})
    assert wrong.content_type.startswith("text/csv")
    assert "[field_missing]" in wrong.data.decode("utf-8-sig")
    assert clerk.post(f"{path}/apply").json["state"] == "applied"
    assert clerk.post(f"{path}/apply").json["code"] == "import_not_waiting"
    assert clerk.post(f"{path}/roll-back").json["state"] == "rolled_back"
    assert len(clerk.get("/imports").json["rows"]) == 1


def test_an_import_may_be_applied_at_once_with_a_saved_column_map(clerk):
    columns = {"Nr": "sku", "ME": "base_unit"}
    body = {"kind": "items", "name": "old system", "columns": columns}
    assert clerk.put("/column-maps", json=body).status_code == 204
    assert clerk.get("/column-maps").json["rows"][0]["columns"] == columns
    done = upload(clerk, "Nr,ME\nA,kg\n", dry_run=False, column_map="old system")
    assert (done.json["state"], done.json["new"]) == ("applied", 1)
    inline = upload(clerk, "Nr,ME\nB,kg\n", column_map=json.dumps(columns))
    assert inline.json["new"] == 1


def test_bad_uploads_are_refused_with_a_code(clerk):
    assert clerk.post("/imports", query_string={"kind": "items"}).json["code"] == "file_missing"
    cases = (
        ("", {}, "empty_file"),
        ("a,b\n1,2\n", {}, "missing_columns"),
        (CSV, {"column_map": "nope"}, "unknown_column_map"),
        (CSV, {"column_map": "{"}, "bad_column_map"),
        (CSV, {"column_map": '{"sku": 1}'}, "bad_column_map"),
        (CSV, {"column_map": '{"sku": "nope"}'}, "unknown_import_field"),
        (CSV, {"kind": "nope"}, "invalid_fields"),
    )
    for text, query, code in cases:
        answer = upload(clerk, text, **query)
        assert (answer.status_code, answer.json["code"]) == (422, code)
    assert clerk.get("/imports").json["rows"] == []


def test_an_export_is_safe_to_open_and_can_be_imported_again(clerk):
    parts = {"packagings": [{"name": "箱", "quantity": "12"}], "attributes": {"颜色": "银"}}
    make_item(clerk, sku="-5", name_zh="=1+1", barcodes=[{"code": "+86"}], **parts)
    file = clerk.get("/exports/items.csv")
    text = file.data.decode("utf-8-sig")
    assert "'-5" in text
    assert "'=1+1" in text
    assert "standard_cost" not in text
    again = upload(clerk, file.data)
    assert [again.json[name] for name in ("new", "changed", "same", "wrong")] == [0, 0, 1, 0]


def test_everything_can_be_exported_as_csv_and_as_xlsx(world):
    administrator = world.as_role("administrator")
    make_item(administrator, standard_cost="1.5")
    kinds = "items categories packagings barcodes lots item_sites sites zones locations statuses"
    for kind in (*kinds.split(), "owners", "suppliers", "supplier_items", "stock", "movements"):
        assert administrator.get(f"/exports/{kind}.csv").status_code == 200
    book = load_workbook(io.BytesIO(administrator.get("/exports/items.xlsx").data))
    header, row = list(book.worksheets[0].iter_rows(values_only=True))
    assert dict(zip(header, row, strict=True))["standard_cost"] == 1.5
    for name in ("nope.csv", "items.pdf", "items"):
        assert administrator.get(f"/exports/{name}").json["code"] == "unknown_export"


def test_a_site_goes_live_once(world):
    administrator = world.as_role("administrator")
    path = f"/sites/{world.sites['SH1']}/go-live"
    assert administrator.post(path).json["live_at"]
    assert administrator.post(path).json["code"] == "already_live"


def test_a_file_is_looked_into_before_it_is_led_to_fields(sqlite_world):
    clerk = sqlite_world.as_role("clerk")
    form = {"file": (io.BytesIO("货号,Farbe,单位\nA-1,red,个\nA-1,,\n".encode()), "items.csv")}
    seen = clerk.post("/imports/preview?kind=items", data=form).json
    assert seen["columns"] == {"货号": "sku", "Farbe": "", "单位": "base_unit"}
    assert (seen["rows"], seen["samples"][0]) == (2, ["A-1", "red", "个"])
    assert {
        name: next(f for f in seen["fields"] if f["name"] == "sku")[name]
        for name in ("name", "required")
    } == {"name": "sku", "required": True}
    assert clerk.get("/imports").json["rows"] == []
    uid = upload(clerk, "sku,unit\nA-1,个\n,个\n").json["uid"]
    wrong = clerk.get(f"/imports/{uid}/wrong").json
    assert (wrong["all"], wrong["rows"][0][0]) == (1, "")
    assert "field_missing" in wrong["rows"][0][-1]
    form = {"file": (io.BytesIO(b"item\nA-1\n"), "plan.csv")}
    refused = clerk.post("/imports/preview?kind=item_sites", data=form)
    assert refused.json["code"] == "not_permitted"
