"""The print queue over HTTP: from an order to paper, and everything that comes between."""

import base64
import hashlib
from uuid import uuid4

import pytest

from labels.decoding.attempts import read_picture
from server.services import lease_labels as leasing
from tests.api.shelves import furnish
from tests.api.stations import LOCATIONS, Station, item_data, order, zpl_picture


@pytest.fixture
def station(world):
    return Station(world)


@pytest.fixture
def printer(station):
    return station.set_up()


def queue(world, printer, role="operator", **more):
    answer = world.as_role(role).post("/print-jobs", json=order(printer, **more))
    assert answer.status_code == 201, answer.json
    return answer.json


def job_of(world, job):
    return world.as_role("clerk").get(f"/print-jobs/{job['id']}").json


def test_an_order_becomes_labels_with_its_data_at_the_printer(world, station, printer):
    made = queue(world, printer)
    assert (made["state"], made["labels"], made["checked"]) == ("queued", 2, 2)
    job = station.lease()
    assert (job["id"], job["printer"], job["labels"], job["confirmed"]) == (made["id"], "P1", 2, 0)
    labels = station.fetch(job).json["labels"]
    assert [label["number"] for label in labels] == [1, 2]
    content = base64.b64decode(labels[1]["bytes"])
    assert hashlib.sha256(content).hexdigest() == labels[1]["sha256"]
    assert "690002" in _read(content)
    for state, sent, confirmed in (("sending", 1, 0), ("sent", 2, 1), ("confirmed", 2, 2)):
        assert station.report(job, state, sent, confirmed).json == {"state": state}
    assert job_of(world, made)["state"] == "confirmed"
    assert station.call()["jobs"] == []


def test_the_same_order_again_changes_nothing_another_one_is_a_conflict(world, station, printer):
    body = order(printer)
    clerk = world.as_role("clerk")
    first, again = (clerk.post("/print-jobs", json=body) for _ in range(2))
    assert first.json["id"] == again.json["id"]
    other = clerk.post("/print-jobs", json=body | {"copies": 2})
    assert (other.status_code, other.json["code"]) == (409, "print_job_uid_reused")
    assert len(clerk.get("/print-jobs").json["rows"]) == 1


def test_the_urgent_go_first_then_the_oldest(world, station, printer):
    wanted = [queue(world, printer, count=1, priority=priority)["id"] for priority in (5, 5, 9)]
    leased = [job["id"] for job in station.call(most=5)["jobs"]]
    assert leased == [wanted[2], wanted[0], wanted[1]]


def test_a_job_whose_answer_was_lost_is_offered_again_under_the_same_lease(world, station, printer):
    queue(world, printer)
    assert station.lease() == station.lease()


def test_such_a_job_is_not_offered_after_a_wait_in_which_it_was_printed(
    world, station, printer, monkeypatch
):
    queue(world, printer, count=1)
    job = station.lease()

    def printed_meanwhile(is_ready, seconds):
        station.report(job, "confirmed", 1, 1)
        return is_ready()

    monkeypatch.setattr(leasing, "wait_until", printed_meanwhile)
    assert station.call(wait_s=20)["jobs"] == [job]
    assert job_of(world, job)["state"] == "leased"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"design": "location-60x40"}, "wrong_media"),
        ({"media": "70x40"}, "wrong_media"),
        ({"dpi": 300}, "wrong_resolution"),
        ({"sheet": "a4-24"}, "sheet_needs_pdf"),
        ({"design": "ghost"}, "design_unknown"),
        ({"printer": "99"}, "unknown_printer"),
        ({"wanted": {"kind": "data", "data": []}}, "nothing_to_print"),
        ({"wanted": {"kind": "data", "data": [{"code": "1", "sku": "x^\x01"}]}}, "invalid_fields"),
        ({"wanted": {"kind": "data", "data": [{"code": "条", "sku": "1", "name": "n"}]}},
         "code_not_ascii"),
        ({"wanted": {"kind": "items", "match": {"zone": "A"}}}, "unknown_field"),
        ({"wanted": {"kind": "items", "codes": ["GHOST"]}}, "unknown_item"),
        ({"wanted": {"kind": "numbers", "numbers": "lpn", "count": 1}}, "field_missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_is_refused_before_anything_is_queued(world, printer, more, code):
    clerk = world.as_role("clerk")
    answer = clerk.post("/print-jobs", json=order(printer) | more)
    assert answer.json["code"] == code, answer.json
    assert clerk.get("/print-jobs").json["rows"] == []


def test_a_refused_label_is_named_by_its_row(world, printer):
    data = [*item_data(2), {"code": "1", "sku": "1", "name": "\U000f0000"}]
    body = order(printer) | {"wanted": {"kind": "data", "data": data}}
    answer = world.as_role("clerk").post("/print-jobs", json=body)
    assert answer.json["fields"]["row"] == 3, answer.json


def test_data_never_becomes_a_command(world, station, printer):
    data = [{"code": "A^XZ~JA", "sku": "^XA^FO", "name": '\\ " ^XZ ~HS 中'}]
    body = order(printer) | {"wanted": {"kind": "data", "data": data}}
    assert world.as_role("clerk").post("/print-jobs", json=body).status_code == 201
    job = station.lease()
    content = base64.b64decode(station.fetch(job).json["labels"][0]["bytes"])
    assert (content.count(b"^XA"), content.count(b"^XZ"), b"~J" in content) == (1, 1, False)
    assert "A^XZ~JA" in _read(content)


def test_a_printer_whose_media_nobody_said_prints_nothing(world, station):
    station.call()
    row = world.as_role("clerk").get("/printers").json["rows"][0]
    answer = world.as_role("clerk").post("/print-jobs", json=order(row["id"]))
    assert answer.json["code"] == "printer_without_media"


def test_a_station_that_waits_hears_of_media_said_meanwhile(world, station, monkeypatch):
    def set_up_meanwhile(is_ready, seconds):
        assert not is_ready()
        station.known = True
        queue(world, station.set_up(), count=1)
        return is_ready()

    monkeypatch.setattr(leasing, "wait_until", set_up_meanwhile)
    station.call()
    assert len(station.call(wait_s=20)["jobs"]) == 1


def test_other_media_pause_what_waits_and_the_right_ones_let_it_go_on(world, station, printer):
    made = queue(world, printer)
    station.set_up(**LOCATIONS)
    assert (job_of(world, made)["state"], job_of(world, made)["reason"]) == (
        "paused",
        "wrong_media",
    )
    refused = world.as_role("clerk").post(f"/print-jobs/{made['id']}/resume", json={})
    assert refused.json["code"] == "wrong_media"
    assert station.call()["jobs"] == []
    station.set_up()
    assert station.lease()["id"] == made["id"]


def test_a_leased_job_nobody_began_is_taken_back_when_the_media_change(world, station, printer):
    made = queue(world, printer)
    job = station.lease()
    station.set_up(**LOCATIONS)
    assert job_of(world, made)["reason"] == "wrong_media"
    assert station.fetch(job).json["code"] == "lease_lost"


def test_a_printer_in_trouble_gets_no_jobs_and_says_why(world, station, printer):
    made = queue(world, printer)
    assert station.call(state="paused", reason="no_paper")["jobs"] == []
    shown = world.as_role("operator").get(f"/printers/{printer}").json
    assert (shown["state"], shown["reason"], shown["online"]) == ("paused", "no_paper", True)
    assert station.call(state="ready", reason="")["jobs"][0]["id"] == made["id"]


def test_a_lease_that_runs_out_unused_goes_to_somebody_else(world, clock, station, printer):
    queue(world, printer)
    job = station.lease()
    clock.turn(minutes=2)
    other = Station(world, agent=str(uuid4()))
    again = other.lease()
    assert again["id"] == job["id"]
    assert again["lease"] != job["lease"]
    late = station.report(job, "sending", 0, 0)
    assert (late.status_code, late.json["code"]) == (409, "lease_lost")
    assert station.fetch(job).json["code"] == "lease_lost"


def test_once_something_may_be_printed_only_the_same_agent_goes_on(world, clock, station, printer):
    made = queue(world, printer, count=3)
    job = station.lease()
    station.report(job, "sending", 0, 0)
    station.fetch(job)
    clock.turn(minutes=2)
    other = Station(world, agent=str(uuid4()))
    assert other.call()["jobs"] == []
    shown = job_of(world, made)
    assert (shown["state"], shown["reason"]) == ("paused", "station_lost")
    assert station.report(job, "confirmed", 3, 3).json == {"state": "confirmed"}


def test_a_person_may_take_a_lost_job_away_and_doubt_is_written_down(
    world, clock, station, printer
):
    made = queue(world, printer, count=3)
    job = station.lease()
    station.report(job, "sending", 2, 1)
    station.fetch(job, limit=2)
    clock.turn(minutes=2)
    Station(world, agent=str(uuid4())).call()
    resumed = world.as_role("operator").post(f"/print-jobs/{made['id']}/resume", json={}).json
    assert (resumed["state"], resumed["confirmed"], resumed["doubtful"]) == ("queued", 1, [2])
    assert station.report(job, "sending", 2, 2).json["code"] == "lease_lost"


def test_numbered_labels_in_doubt_need_somebody_to_look(world, station):
    printer = station.set_up(name="80x50", width_mm=80, height_mm=50)
    data = [{"lpn": f"LPN{at:06d}"} for at in range(1, 4)]
    body = order(printer, design="handling-unit-80x50") | {"wanted": {"kind": "data", "data": data}}
    clerk = world.as_role("clerk")
    made = clerk.post("/print-jobs", json=body).json
    assert made["numbered"] is True
    job = station.lease()
    station.fetch(job)
    station.report(job, "paused", 2, 1, reason="check_last_label")
    asked = clerk.post(f"/print-jobs/{made['id']}/resume", json={})
    assert (asked.json["code"], asked.json["fields"]) == (
        "say_what_was_printed",
        {"first": 2, "last": 2},
    )
    assert (
        clerk.post(f"/print-jobs/{made['id']}/resume", json={"confirmed": 4}).json["code"]
        == "bad_print_numbers"
    )
    told = clerk.post(f"/print-jobs/{made['id']}/resume", json={"confirmed": 2}).json
    assert (told["state"], told["confirmed"], told["doubtful"]) == ("queued", 2, [])
    assert station.lease()["confirmed"] == 2


def test_a_job_its_station_will_mend_is_not_taken_away_by_mistake(world, station, printer):
    made = queue(world, printer)
    job = station.lease()
    station.report(job, "paused", 1, 0, reason="no_paper")
    answer = world.as_role("clerk").post(f"/print-jobs/{made['id']}/resume", json={})
    assert answer.json["code"] == "station_has_it"


def test_numbers_never_go_back_and_repeating_is_harmless(world, station, printer):
    made = queue(world, printer, count=3)
    job = station.lease()
    station.fetch(job)
    for sent, confirmed in ((2, 2), (2, 2), (1, 0)):
        assert station.report(job, "sending", sent, confirmed).status_code == 200
    shown = job_of(world, made)
    assert (shown["sent"], shown["confirmed"]) == (2, 2)
    station.report(job, "confirmed", 3, 3)
    assert station.report(job, "confirmed", 3, 3).json == {"state": "confirmed"}
    assert station.report(job, "confirmed", 4, 3).json == {"state": "confirmed"}
    assert station.report(job, "sending", 3, 3).json["code"] == "lease_lost"


def test_a_cancelled_job_stops_its_station(world, station, printer):
    made = queue(world, printer)
    job = station.lease()
    clerk = world.as_role("clerk")
    assert clerk.post(f"/print-jobs/{made['id']}/cancel").json["state"] == "cancelled"
    assert station.report(job, "sending", 1, 0).json["code"] == "lease_lost"
    assert clerk.post(f"/print-jobs/{made['id']}/cancel").json["code"] == "print_job_ended"


def test_nobody_wants_fridays_labels_on_monday(world, clock, station, printer):
    made = queue(world, printer)
    clock.turn(hours=9)
    assert station.call()["jobs"] == []
    assert job_of(world, made)["state"] == "expired"


def test_the_rest_is_redirected_to_another_printer_of_the_same_media(world, station, printer):
    made = queue(world, printer, count=3)
    job = station.lease()
    station.fetch(job, limit=1)
    station.report(job, "sending", 1, 1)
    tspl = Station(world, {"name": "P2", "language": "tspl", "dpi": 300, "state": "ready"})
    second = tspl.set_up()
    clerk = world.as_role("clerk")
    moved = clerk.post(f"/print-jobs/{made['id']}/redirect", json={"printer": second}).json
    assert (moved["state"], moved["printer_name"], moved["checked"]) == ("queued", "P2", 3)
    assert station.report(job, "sending", 2, 1).json["code"] == "lease_lost"
    leased = tspl.lease()
    assert (leased["language"], leased["dpi"], leased["confirmed"]) == ("tspl", 300, 1)
    (label,) = tspl.fetch(leased, first=3).json["labels"]
    assert base64.b64decode(label["bytes"]).startswith(b"SIZE 40 mm,30 mm")


def test_labels_are_not_redirected_to_other_media(world, station, printer):
    made = queue(world, printer)
    other = Station(world, {"name": "P2", "language": "zpl", "dpi": 203, "state": "ready"})
    second = other.set_up(**LOCATIONS)
    answer = world.as_role("clerk").post(
        f"/print-jobs/{made['id']}/redirect", json={"printer": second}
    )
    assert answer.json["code"] == "wrong_media"


def test_a_reprint_is_a_new_job_with_a_mark_and_the_same_number(world, station):
    printer = station.set_up(name="80x50", width_mm=80, height_mm=50)
    body = order(printer, design="handling-unit-80x50")
    body["wanted"] = {"kind": "data", "data": [{"lpn": "LPN000001"}, {"lpn": "LPN000002"}]}
    clerk = world.as_role("clerk")
    made = clerk.post("/print-jobs", json=body).json
    wish = {"id": str(uuid4()), "reason": "damaged", "rows": [2]}
    path = f"/print-jobs/{made['id']}/reprint"
    assert clerk.post(path, json=wish).json["code"] == "nothing_printed_yet"
    job = station.lease()
    plain = base64.b64decode(station.fetch(job).json["labels"][1]["bytes"])
    station.report(job, "confirmed", 2, 2)
    again = clerk.post(path, json=wish).json
    assert clerk.post(path, json=wish).json["id"] == again["id"]
    assert (again["mark"], again["reprint_reason"], again["reprint_of"]) == (
        "R1",
        "damaged",
        made["id"],
    )
    second = clerk.post(path, json=wish | {"id": str(uuid4())}).json
    assert second["mark"] == "R2"
    marked = base64.b64decode(station.fetch(station.call()["jobs"][0]).json["labels"][0]["bytes"])
    assert marked != plain
    assert _read(marked) == _read(plain)


def test_three_labels_across_are_one_format(world, station):
    printer = station.set_up(across=3)
    made = queue(world, printer, count=4, copies=2)
    assert made["labels"] == 3
    labels = station.fetch(station.lease()).json["labels"]
    codes = [sorted(set(_read(base64.b64decode(label["bytes"])))) for label in labels]
    assert codes == [["690001", "690002"], ["690002", "690003"], ["690004"]]


def test_a_pdf_printer_gets_one_document(world, station):
    sheet = Station(world, {"name": "A4", "language": "pdf", "dpi": 300, "state": "ready"})
    printer = sheet.set_up(name="A4", width_mm=210, height_mm=297)
    made = queue(world, printer, count=3, design="item-63x34", sheet="a4-24")
    assert made["labels"] == 1
    (label,) = sheet.fetch(sheet.lease()).json["labels"]
    assert base64.b64decode(label["bytes"]).startswith(b"%PDF")


def test_a_test_print_needs_no_design(world, station, printer):
    body = {"id": str(uuid4())}
    made = world.as_role("operator").post(f"/printers/{printer}/test-print", json=body).json
    assert (made["design"], made["source"], made["labels"]) == ("calibration", "test", 1)
    assert station.fetch(station.lease()).json["labels"]


def test_a_printer_and_jobs_of_another_site_look_like_none(world, station, printer):
    made = queue(world, printer)
    stranger = world.client(world.token_for(world.add(role="supervisor", sites=["BJ2"])))
    assert stranger.get("/printers").json["rows"] == []
    assert stranger.get("/print-jobs").json["rows"] == []
    assert stranger.post("/print-jobs", json=order(printer)).json["code"] == "unknown_printer"
    for path in ("cancel", "resume", "verification"):
        body = {"codes": ["x"]} if path == "verification" else {}
        answer = stranger.post(f"/print-jobs/{made['id']}/{path}", json=body)
        assert answer.json["code"] == "unknown_print_job", path


def test_a_station_does_nothing_but_print(world, station, printer):
    for method, path in (("get", "/printers"), ("get", "/print-jobs"), ("post", "/print-jobs")):
        answer = getattr(station.api, method)(path, json=order(printer))
        assert answer.json["code"] == "not_permitted"


def test_a_station_of_several_sites_is_refused(world):
    roamer = world.add(role="station", sites=["SH1", "BJ2"])
    body = {"agent": str(uuid4()), "printers": [{"name": "P", "language": "zpl", "dpi": 203,
            "state": "ready"}]}  # fmt: skip
    answer = world.client(world.token_for(roamer)).post("/stations/current/lease", json=body)
    assert answer.json["code"] == "station_needs_one_site"


def test_cost_is_on_no_label(world, station, printer):
    furnish(world)
    planned = world.as_role("operator").post(
        "/labels/plan",
        json={"design": "item-40x30", "wanted": {"kind": "items", "codes": ["M8", "DRILL"]}},
    )
    assert planned.json["rows"] == [
        {"data": {"code": "6901234567892", "sku": "M8", "name": "不锈钢螺栓", "unit": "pcs",
                  "gtin": "06901234567892"}},
        {"data": {"code": "DRILL", "sku": "DRILL", "name": "DRILL", "unit": "pcs"}},
    ]  # fmt: skip


def _read(zpl: bytes) -> list[str]:
    return [found.text for found in read_picture(zpl_picture(zpl))]
