"""Digests, red lines and late approvals: once, at their time, at the pace a bot allows."""

import threading
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from server.domain.errors import InvalidInput, NotPermitted, TooManyAttempts
from server.domain.message_templates import checked_template
from server.domain.pacing import MESSAGES_MOST, MINUTE_MS
from server.domain.people import SYSTEM, Actor
from server.services.compose_messages import compose_messages
from server.services.deep_links import check_count_link
from server.services.keep_templates import restore_template, save_template
from server.services.manage_channels import change_channel, change_subscription, make_channel
from server.services.queue_messages import Draft, File, queue_message
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.services.send_messages import (
    LEASE_MS,
    retry_message,
    run_errand,
    send_messages,
    settle_errand,
    take_errand,
    try_channel,
)
from server.store.db import reading, unit_of_work
from server.store.founding import OWN_OWNER_ID
from server.store.models import Channel, CostPool, Count, Location, ReorderAlert
from server.text import MESSAGES
from tests.factories_ledger import make_warehouse
from tests.outside import every_message
from tests.receivers import mail_server

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    """An instant by the clock of Shanghai."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


def report(house, key="r1", **more):
    """Something to tell of SH1."""
    facts = {"title": "收发存", "summary": "十一月", **more.pop("facts", {})}
    draft = Draft(key, "report", house.sites["SH1"], facts, link="/reports/7", **more)
    with unit_of_work() as session:
        return queue_message(session, draft, house.now)


def texts(there):
    """What bots were told."""
    return [body["markdown"]["content"] for body in there.bodies]


def finished_count(house, minutes_ago):
    """A count that waits for a decision."""
    with unit_of_work() as session:
        location = session.query(Location).filter_by(site_id=house.sites["SH1"]).first()
        values = {
            "uid": uuid4(),
            "site_id": house.sites["SH1"],
            "location_id": location.id,
            "state": "finished",
            "whole": True,
            "first_at": house.now,
            "uncertainty_ms": 0,
            "finished_at": house.now - minutes_ago * 60_000,
            "decision": "",
            "version": 1,
        }
        session.execute(insert(Count).values(values))


def test_a_digest_leaves_at_each_of_its_times_once_whoever_works(either, there):
    either.now = at("2026-11-28 08:00")
    either.subscribe(either.bot(there.url), "digest")
    assert compose_messages() == 0
    either.now = at("2026-11-28 08:30")
    workers = [threading.Thread(target=_compose_in, args=(either.app,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    compose_messages()
    send_messages(30)
    assert len(there.requests) == 1
    either.now = at("2026-11-28 17:31")
    compose_messages()
    send_messages(30)
    told = texts(there)
    assert len(told) == 2
    assert "SH1仓 2026-11-28 08:30 简报" in every_message()[0].title
    assert "17:30" in every_message()[1].title
    assert "自 2026-11-28 08:30 以来" in told[1]
    assert "https://stock.example.test/stock" in told[1]


def _compose_in(app):
    with app.app_context():
        compose_messages()


def test_times_that_passed_while_nobody_worked_are_told_once(house, there):
    house.now = at("2026-11-24 08:00")
    house.subscribe(house.bot(there.url), "digest", times=["08:30", "17:30"])
    house.now = at("2026-11-28 09:00")
    assert compose_messages() == 1
    assert compose_messages() == 0
    assert "2026-11-28 08:30" in every_message()[0].title


def test_a_digest_tells_what_is_open_with_links_and_no_cost_unless_granted(house, there):
    here = make_warehouse("WH")
    here.move("supplier", "bin", 5, here.at(date(2026, 11, 2)), value="5000")
    here.plan("10")
    while recalculate_due(TurnoverPolicy()).keys:
        pass
    _worth(here, "5000")
    house.now = at("2026-11-28 08:00")
    channel = house.bot(there.url)
    house.subscribe(channel, "digest", "WH")
    paid = house.bot(there.url + "?paid", name="paid", language="en")
    house.subscribe(paid, "digest", "WH", include_cost=True)
    house.now = at("2026-11-28 08:31")
    compose_messages()
    send_messages(30)
    by_path = {request.path: request.json["markdown"]["content"] for request in there.requests}
    plain, granted = by_path["/hook"], by_path["/hook?paid"]
    assert "预警：1" in plain
    assert "[WH-0](https://stock.example.test/stock?item=WH-0)：可用 5，补货点 10" in plain
    assert "5,000" not in plain
    assert "Stock value ¥5,000.00" in granted
    assert "Alerts: 1" in granted


def _worth(warehouse, value):
    pool = {
        "item_id": warehouse.item_ids[0],
        "site_id": warehouse.site_id,
        "owner_id": OWN_OWNER_ID,
        "method": "average",
        "quantity": Decimal(5),
        "value": Decimal(value),
    }
    with unit_of_work() as session:
        session.execute(insert(CostPool).values(pool))


def test_late_approvals_and_red_lines_are_told_once_and_at_once(house, there):
    channel = house.bot(there.url)
    house.subscribe(channel, "approval_overdue")
    finished_count(house, 119)
    compose_messages()
    assert every_message() == []
    house.turn(minutes=2)
    for _ in range(3):
        compose_messages()
        house.turn(minutes=1)
    finished_count(house, 300)
    finished_count(house, 200)
    house.turn(minutes=1)
    compose_messages()
    first, second = every_message()
    assert first.title.endswith("1 个盘点待审批超过 2 小时")
    assert second.title.endswith("2 个盘点待审批超过 2 小时")
    assert "https://stock.example.test/c/" in first.parts[0]
    path = first.parts[0].partition("https://stock.example.test/c/")[2].partition(")")[0]
    count_id, _, signature = path.partition("?s=")
    assert check_count_link(int(count_id), signature) > house.now


def test_an_empty_shelf_is_a_red_line(house, there):
    here = make_warehouse("WH")
    here.move("supplier", "bin", 5, here.at(date(2026, 11, 2)), value="5")
    here.move("bin", "customer", 5, here.at(date(2026, 11, 3)), value="5", cogs="5")
    here.plan("10")
    while recalculate_due(TurnoverPolicy()).keys:
        pass
    house.subscribe(house.bot(there.url), "red_line", "WH")
    compose_messages()
    house.turn(minutes=5)
    compose_messages()
    (message,) = every_message()
    assert "WH-0" in message.parts[0]


def test_red_lines_are_the_alerts_own_and_say_what_is_wrong(house, there):
    here = make_warehouse("WH")
    shared = {"site_id": here.site_id, "item_id": here.item_ids[0], "triggered_at": house.now}
    alerts = (("reorder", "usual", 2), ("negative", "red", -4), ("expired", "red", -7))
    with unit_of_work() as session:
        for kind, level, position in alerts:
            row = {"inventory_position": Decimal(position), "reorder_point": Decimal(0)}
            session.add(ReorderAlert(kind=kind, level=level, **shared, **row))
    house.subscribe(house.bot(there.url), "red_line", "WH")
    compose_messages()
    (message,) = every_message()
    assert "账上为负 4" in message.parts[0]
    assert "7" in message.parts[0]
    assert "已过期仍在库" in message.parts[0]
    assert "补货点" not in message.parts[0]


def test_never_more_than_twenty_in_a_minute_and_none_lost(house, there):
    channel = house.bot(there.url)
    house.subscribe(channel, "report")
    for number in range(50):
        report(house, f"r{number}", facts={"title": f"第{number}份"})
    left, sent = [], 0
    for _ in range(400):
        done = send_messages(30)
        left += [house.now] * done
        sent += done
        if sent == 50:
            break
        house.turn(ms=1_000)
    assert len(there.requests) == 50
    windows = [sum(start <= at <= start + MINUTE_MS for at in left) for start in left]
    assert max(windows) <= MESSAGES_MOST
    assert len({request.body for request in there.requests}) == 50
    assert [f"第{number}份" in text for number, text in enumerate(texts(there))] == [True] * 50


@pytest.mark.parametrize(
    ("kind", "answer", "silence_s"),
    [
        ("wecom", (200, b'{"errcode":45009,"errmsg":"api freq out of limit"}'), 60),
        ("dingtalk", (200, b'{"errcode":130101,"errmsg":"send too fast"}'), 600),
        ("feishu", (200, b'{"code":9499,"msg":"too many request"}'), 60),
        ("feishu", (429, b"", {"Retry-After": "120"}), 120),
    ],
)
def test_a_bot_that_says_it_is_too_fast_is_left_alone(house, there, kind, answer, silence_s):
    channel = house.bot(there.url, kind)
    house.subscribe(channel, "report")
    there.answers = [answer]
    report(house, "a")
    report(house, "b")
    send_messages(30)
    assert len(there.requests) == 1
    house.turn(ms=silence_s * 1_000 - 1)
    send_messages(30)
    assert len(there.requests) == 1
    house.turn(ms=1)
    send_messages(30)
    assert len(there.requests) == 3
    assert {message.state for message in every_message()} == {"sent"}


def test_a_long_text_leaves_in_parts_that_fit_and_say_so(house, there):
    house.subscribe(house.bot(there.url), "report")
    lines = "货品名称很长的一行文字"
    report(house, facts={"summary": " ".join(f"{lines}{n}" for n in range(900))})
    send_messages(30)
    told = texts(there)
    assert 1 < len(told) <= 5
    assert all(len(text.encode()) <= 4_096 for text in told)
    assert "(1/" in told[0]
    assert told[-1].endswith("…")


def test_a_worker_that_dies_sends_the_same_part_again_and_no_other(either, there):
    either.subscribe(either.bot(there.url), "report")
    report(either)
    (message,) = every_message()
    dead = take_errand(message.id)
    run_errand(dead)
    assert take_errand(message.id) is None, "the lease holds"
    either.turn(ms=LEASE_MS)
    assert send_messages(30) == 1
    settle_errand(dead, run_errand(dead))
    assert every_message()[0].state == "sent"
    assert send_messages(30) == 0


def test_a_refused_message_is_given_up_and_said_and_can_be_sent_again(house, there):
    channel = house.bot(there.url)
    house.subscribe(channel, "report")
    house.subscribe(house.bot(there.url + "?boss", name="boss"), "trouble")
    there.on_request = lambda request: there.answers.append(
        (200, b'{"errcode":0}') if "boss" in request.path else (200, b'{"errcode":93000}')
    )
    report(house)
    for _ in range(10):
        send_messages(30)
        house.turn(hours=7)
    lost, told = every_message()
    assert (lost.state, lost.code) == ("failed", "bot_93000")
    assert told.state == "sent"
    assert "群" in told.parts[0]
    there.on_request = lambda _request: None
    retry_message(lost.id, SYSTEM)
    send_messages(30)
    assert every_message()[0].state == "sent"


def test_mail_reaches_everybody_with_its_file_and_both_texts(house):
    with mail_server() as post:
        house.subscribe(house.mail(post.port), "report")
        file = File("收发存.xlsx", "application/vnd.ms-excel", b"PK\x00\xff")
        report(house, files=(file,))
        send_messages(30)
    (mail,) = post.mails
    assert post.recipients == [["boss@example.test", "clerk@example.test"]]
    assert mail["Subject"] == "收发存 · SH1仓 2026-11-18"
    assert "https://stock.example.test/reports/7" in mail.get_body(("plain",)).get_content()
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("收发存.xlsx", b"PK\x00\xff")


def test_a_mail_nobody_may_get_is_refused_in_words(house):
    with mail_server() as post:
        post.refuse = "550 no such person"
        house.subscribe(house.mail(post.port), "report")
        report(house)
        send_messages(30)
    (message,) = every_message()
    assert (message.state, message.code, message.excerpt) == (
        "pending",
        "smtp_550",
        "no such person",
    )


def test_a_name_with_markdown_stays_a_name(house, there):
    house.subscribe(house.bot(there.url), "report")
    report(house, facts={"title": "[x](http://evil.test) <@all>\r\nBcc: a@b"})
    send_messages(30)
    assert "](http://evil" not in texts(there)[0].replace("［x］(http://evil", "")
    assert "<@all>" not in texts(there)[0]
    assert "\r" not in every_message()[0].title


def test_what_is_queued_is_rolled_back_with_what_it_tells(house, there):
    house.subscribe(house.bot(there.url), "report")
    with pytest.raises(RuntimeError, match="no"):
        _queue_and_fail(house)
    assert every_message() == []
    assert report(house, "y") == 1
    assert report(house, "y") == 0


def _queue_and_fail(house):
    with unit_of_work() as session:
        draft = Draft("x", "report", house.sites["SH1"], {"title": "t", "summary": "s"})
        queue_message(session, draft, house.now)
        raise RuntimeError("no")


def test_costly_reports_go_only_where_cost_was_granted(house, there):
    house.subscribe(house.bot(there.url), "report")
    house.subscribe(house.bot(there.url, name="paid"), "report", include_cost=True)
    assert report(house, needs_cost=True) == 1
    supervisor = Actor(None, "supervisor", None)
    with pytest.raises(NotPermitted, match="needs_administrator"):
        change_subscription(1, {"include_cost": True}, version=1, actor=supervisor)


def test_an_edited_template_is_used_until_it_is_taken_back(house, there):
    house.subscribe(house.bot(there.url), "report")
    save_template("report", "zh", "新：{title}", "看 {link}", version=0, actor=SYSTEM)
    report(house)
    assert every_message()[0].title == "新：收发存"
    restore_template("report", "zh", version=1, actor=SYSTEM)
    report(house, "r2")
    assert every_message()[1].title.startswith("收发存 ·")


def test_a_test_message_spends_the_bots_allowance(house, there):
    channel = house.bot(there.url)
    for _ in range(5):
        assert try_channel(channel, SYSTEM).verdict == "delivered"
    with pytest.raises(TooManyAttempts, match="channel_too_fast") as refusal:
        try_channel(channel, SYSTEM)
    assert 0 < refusal.value.fields["retry_after_s"] <= 5
    assert "这是一条测试消息" in texts(there)[0]


def test_what_is_secret_is_sealed_and_never_kept_in_the_open(house, there):
    channel = house.bot(there.url + "?key=SECRETKEY", "dingtalk", secret="SECxyz")
    with reading() as session:
        row = session.get(Channel, channel)
        kept = str({column.key: getattr(row, column.key) for column in Channel.__table__.c})
        assert "SECRETKEY" not in kept
        assert "SECxyz" not in kept
        assert row.address.endswith("…TKEY")


def test_a_paused_channel_is_told_nothing_and_a_retired_one_forgets(house, there):
    channel = house.bot(there.url)
    house.subscribe(channel, "report")
    report(house)
    change_channel(channel, {"state": "paused"}, version=1, actor=SYSTEM)
    assert send_messages(30) == 0
    change_channel(channel, {"retired": True}, version=2, actor=SYSTEM)
    assert [message.state for message in every_message()] == ["cancelled"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "wecom", "name": "x"}, "missing_field"),
        ({"kind": "wecom", "name": "x", "url": "https://10.0.0.8/k"}, "host_forbidden"),
        ({"kind": "wecom", "name": "x", "url": "https://[fd00::1]/k"}, "host_forbidden"),
        ({"kind": "email", "name": "x", "host": "127.0.0.1"}, "missing_field"),
        ({"kind": "email", "name": "x", "url": "https://127.0.0.1/"}, "missing_field"),
    ],
)
def test_a_channel_that_cannot_work_is_refused(house, values, code):
    with pytest.raises((InvalidInput, NotPermitted), match=code):
        make_channel(values, actor=SYSTEM)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"recipients": ["a@b.test\r\nBcc: c@d.test"]}, "bad_mail_address"),
        ({"sender": "nobody"}, "bad_mail_address"),
        ({"host": "192.168.7.7"}, "host_forbidden"),
        ({"secret": "x"}, "field_of_other_kind"),
    ],
)
def test_mail_that_cannot_work_is_refused(house, more, code):
    with pytest.raises((InvalidInput, NotPermitted), match=code):
        house.mail(2525, **more)


def test_every_kind_of_message_fits_its_shipped_templates():
    for kind, languages in MESSAGES["templates"].items():
        for words in languages.values():
            checked_template(kind, words["title"], 200, one_line=True)
            checked_template(kind, words["body"], 4_000)
            assert {*languages} == {"zh", "en"}
