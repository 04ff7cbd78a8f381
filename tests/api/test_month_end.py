"""Month end, scheduled reports and export batches."""

import hashlib
import io
import threading

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from server.domain.due_reports import next_due
from server.domain.people import SYSTEM
from server.services.export_batches import make_batch
from server.services.number_feed import number_feed
from server.services.pack_month import make_wanted_pack
from server.services.schedule_reports import run_due_report
from server.services.watch_exceptions import watch_exceptions
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import ExportLine, Feed, Movement, ReportRun
from tests.api.pda import Pda
from tests.api.shelves import furnish, receive, request
from tests.factories_ledger import new_command

DAY_MS = 86_400_000


@pytest.fixture
def shop(world):
    """Something bought in October, and something bought and sold in November."""
    furnish(world)
    receive(world, "M8", "100", occurred_at="2026-10-05T04:00:00.000Z")
    receive(world, "M8", "20", unit_cost="3")
    request(world, "pick_line", item="M8", quantity="7", from_="A-01")
    request(world, "put_away", item="M8", quantity="4", from_="A-01", to="A-02")
    return world


def month(world, query="", role="supervisor"):
    return world.as_role(role).get(f"/sites/{world.sites['SH1']}/month-end{query}").json


def close(world, through, **headers):
    body = {"action": "close", "closed_through": through}
    return world.as_role("supervisor").post(f"/sites/{world.sites['SH1']}/periods", json=body)


def counts(told):
    return {check["name"]: check["count"] for check in told["checks"]}


def test_the_checklist_is_computed_and_a_blocking_line_stops_the_close(shop):
    told = month(shop)
    assert (told["first_day"], told["last_day"]) == ("2026-10-01", "2026-10-31")
    assert told["may_close"] is True
    assert set(counts(told).values()) == {0}
    pda = shop.as_device(shop.user_pass())
    assert pda.get("/sync").status_code == 200
    milk = {"item": "MILK", "quantity": "6", "to": "A-01", "lot": "L1"}
    request(shop, "receive_line", **milk, occurred_at="2026-10-06T04:00:00.000Z")
    assert counts(month(shop))["estimated_prices"] == 1
    key = "/settings/month_end.block_estimated_prices"
    put = shop.as_role("administrator").put(
        key, json={"value": True, "reason": "audit"}, headers={"If-Match": '"0"'}
    )
    assert put.status_code == 200, put.json
    told = month(shop)
    assert told["may_close"] is False
    refused = close(shop, "2026-10-31")
    assert (refused.status_code, refused.json["code"]) == (409, "month_end_blocked")
    assert "estimated_prices 1" in refused.json["fields"]["checks"]


def test_the_checklist_counts_the_open_exceptions_of_the_inbox(shop, clock):
    assert counts(month(shop, "?last_day=2026-11-30"))["exceptions"] == 0
    Pda(shop, clock).do("move_stock", from_="A-02", to="B-01", item="M8", quantity="9")
    number_feed()
    watch_exceptions()
    inbox = shop.as_role("supervisor").get("/exceptions?state=open&site=SH1").json["rows"]
    assert inbox
    assert counts(month(shop, "?last_day=2026-11-30"))["exceptions"] == len(inbox)
    # It happened after the month that is closed next, and waits for its own.
    assert counts(month(shop))["exceptions"] == 0


def test_closing_has_a_pack_made_that_is_kept_and_late_facts_go_to_the_open_month(shop):
    assert close(shop, "2026-10-31").status_code == 201
    while make_wanted_pack():
        pass
    path = f"/sites/{shop.sites['SH1']}/month-end-packs"
    (pack,) = shop.as_role("supervisor").get(path).json["rows"]
    assert (pack["state"], pack["first_day"], pack["last_day"]) == (
        "done", "2026-10-01", "2026-10-31",
    )  # fmt: skip
    assert pack["period_id"] is not None
    receive(shop, "M8", "1", occurred_at="2026-10-16T04:00:00.000Z")
    answer = shop.as_role("supervisor").get(f"{path}/{pack['id']}/file")
    book = load_workbook(io.BytesIO(answer.data), read_only=True)
    assert book.sheetnames == [
        "结账检查", "收发存汇总表", "库存金额", "库龄分析表", "盘盈盘亏", "暂估入库",
    ]  # fmt: skip
    rows = list(book["收发存汇总表"].iter_rows(values_only=True))
    assert dict(zip(rows[0], rows[1], strict=True))["期末数量"] == 100
    assert shop.as_role("clerk").get(f"{path}/{pack['id']}/file").status_code == 403
    assert shop.as_role("supervisor").get(f"{path}/999/file").json["code"] == "unknown_pack"
    body = {"action": "reopen", "closed_through": None, "reason": "invoice forgotten"}
    periods = f"/sites/{shop.sites['SH1']}/periods"
    assert shop.as_role("supervisor").post(periods, json=body).status_code == 201
    assert month(shop, "?last_day=2026-10-31")["closed_through"] is None


def test_due_times_follow_the_days_and_the_clock_of_the_zone():
    at = 1_795_000_000_000  # 2026-11-18 19:06 in Shanghai
    daily = next_due("daily", "08:30", "Asia/Shanghai", at)
    assert daily % DAY_MS == 30 * 60_000
    assert at < daily < at + DAY_MS
    assert next_due("31", "00:00", "Asia/Shanghai", at) > next_due("fri", "00:00", "UTC", at)
    assert next_due("daily", "08:30", "Asia/Shanghai", daily) == daily + DAY_MS


def scheduled(world, **more):
    body = {
        "name": "每日库存", "report": "stock_summary", "filters": {"period": "this_month"}, **more,
    }  # fmt: skip
    answer = world.as_role("planner").post("/report-schedules", json=body)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_a_schedule_runs_once_per_due_time_also_with_several_workers(shop, clock):
    schedule = scheduled(shop)
    assert run_due_report() is False
    clock.turn(hours=24)
    app, ran = shop.app, []

    def work():
        with app.app_context():
            ran.append(run_due_report())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(ran) == 1
    assert run_due_report() is False
    number_feed()
    with reading() as session:
        assert len(session.scalars(select(ReportRun)).all()) == 1
        told = session.scalars(select(Feed.topic).where(Feed.topic.like("report.%"))).all()
    assert told == ["report.ready"]
    (run,) = shop.as_role("planner").get("/report-runs").json["rows"]
    assert (run["state"], run["schedule_id"]) == ("done", schedule["id"])
    file = shop.as_role("planner").get(f"/report-runs/{run['id']}/file")
    rows = list(load_workbook(io.BytesIO(file.data), read_only=True).active.values)
    assert rows[0][0] == "货品编码"
    assert rows[1][0] == "M8"
    # It holds money: who may not read cost neither sees nor fetches it.
    assert shop.as_role("clerk").get("/report-runs").json["rows"] == []
    assert shop.as_role("clerk").get(f"/report-runs/{run['id']}/file").status_code == 404


def test_schedules_that_make_no_sense_are_refused_and_failures_are_told(shop, clock):
    for wrong, code in (
        ({"report": "nonsense"}, "unknown_report"),
        ({"filters": {"days": 3}}, "unknown_report_filter"),
        ({"days": "32"}, "bad_choice"),
        ({"at": "25:00"}, "bad_choice"),
    ):
        body = {"name": "x", "report": "stock_summary", **wrong}
        assert shop.as_role("planner").post("/report-schedules", json=body).json["code"] == code
    assert shop.as_role("clerk").post("/report-schedules", json={}).status_code == 403
    schedule = scheduled(shop, report="item_ledger", filters={})
    now = shop.as_role("planner").post(f"/report-schedules/{schedule['id']}/run")
    assert now.status_code == 204, now.json
    assert run_due_report() is True
    (run,) = shop.as_role("planner").get("/report-runs").json["rows"]
    assert (run["state"], run["error"]) == ("failed", "field_required")


def profile(world, **more):
    body = {
        "name": "金蝶", "kind": "movements", "site": "SH1", "map": "kingdee_k3", "format": "csv",
        "start": "beginning", **more,
    }  # fmt: skip
    answer = world.as_role("planner").post("/export-profiles", json=body)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_batches_hold_what_is_new_under_the_other_system_s_headers_and_stay_the_same(shop):
    own = profile(shop)
    path = f"/export-profiles/{own['id']}"
    assert shop.as_role("planner").get(f"{path}/waiting").json == {"rows": 3}
    first = shop.as_role("planner").post(f"{path}/batches").json
    assert (first["number"], first["rows"]) == (1, 3)
    nothing = shop.as_role("planner").post(f"{path}/batches")
    assert (nothing.status_code, nothing.json["code"]) == (409, "nothing_to_export")
    receive(shop, "M8", "5", document="=cmd")
    second = shop.as_role("planner").post(f"{path}/batches").json
    assert (second["number"], second["rows"]) == (2, 1)
    files = [
        shop.as_role("planner").get(f"/export-batches/{batch['id']}/file").data
        for batch in (first, second, first)
    ]
    assert files[0] == files[2]
    assert hashlib.sha256(files[0]).hexdigest() == first["content_hash"]
    lines = files[0].decode("utf-8-sig").splitlines()
    assert lines[0].startswith("日期,单据编号,业务类型,物料代码")
    assert len(lines) == 4
    assert "'=cmd" in files[1].decode()
    assert shop.as_role("clerk").get(f"/export-batches/{first['id']}/file").status_code == 403
    named = shop.as_role("planner").get(f"{path}/batches").json["rows"]
    assert [batch["number"] for batch in named] == [2, 1]


def test_a_profile_may_begin_now_and_have_columns_of_its_own(shop):
    columns = [{"header": "SKU", "field": "item"}, {"header": "Book", "text": "A"}]
    own = profile(shop, name="own", columns=columns, start="now")
    assert shop.as_role("clerk").get(f"/export-profiles/{own['id']}/waiting").json["rows"] == 0
    for wrong, code in (
        ({"map": "nonsense"}, "unknown_export_map"),
        ({"columns": [{"header": "x"}]}, "bad_export_columns"),
        ({"columns": [{"header": "x", "field": "nonsense"}]}, "bad_export_columns"),
        ({"site": "BJ2"}, "unknown_site"),
        ({"name": "OWN"}, "already_exists"),
    ):
        body = {"name": "y", "kind": "movements", "site": "SH1", "map": "yonyou_u8", **wrong}
        answer = shop.as_role("planner").post("/export-profiles", json=body)
        assert answer.json["code"] == code, (wrong, answer.json)
    maps = shop.as_role("clerk").get("/export-maps").json["rows"]
    assert len(maps) == 5


def test_no_movement_leaves_twice_or_never_while_others_commit_late(shop):
    """A transaction that began before a batch and commits after it is in the next one."""
    own = int(profile(shop, name="late")["id"])
    app, in_batch, may_commit = shop.app, threading.Event(), threading.Event()
    with reading() as session:
        before = set(session.scalars(select(Movement.id)))
        on_postgresql = session.get_bind().dialect.name == "postgresql"

    def late():
        """Takes its ids first, commits last."""
        with app.app_context(), unit_of_work() as session:
            row = session.execute(select(Movement.__table__).limit(1)).one()._mapping
            command = new_command(session, 1)
            copied = {**row, "id": 10_001, "command_id": command}
            session.execute(Movement.__table__.insert().values(**copied))
            told = {"movements": [10_001]}
            announce(session, "movement.posted", told, actor=SYSTEM, at=1, command_id=command)
            in_batch.set()
            assert may_commit.wait(20)

    if on_postgresql:
        writer = threading.Thread(target=late)
        writer.start()
        assert in_batch.wait(20)
    first = make_batch(own, actor=SYSTEM)
    if on_postgresql:
        may_commit.set()
        writer.join()
    for quantity in ("1", "2"):
        receive(shop, "M8", quantity)
        make_batch(own, actor=SYSTEM)
    with reading() as session:
        gone = session.execute(select(ExportLine.movement_id, ExportLine.batch_id)).all()
        posted = set(session.scalars(select(Movement.id).where(Movement.kind != "put_away")))
    assert len(gone) == len({row[0] for row in gone})
    assert {row[0] for row in gone if row[1] == first} <= before
    assert {row[0] for row in gone} == posted
    assert (10_001 in posted) is on_postgresql
