"""Bots, templates, times and the pace of messages."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.bots import bot_request, read_answer, split_text
from server.domain.due_times import checked_times, last_due, next_due
from server.domain.errors import InvalidInput
from server.domain.mail import make_mail
from server.domain.message_templates import as_one_line, checked_template, filled, in_markdown
from server.domain.pacing import MESSAGES_MOST, MINUTE_MS, Bucket

NOW = 1_795_000_000_123
URL = "https://bot.test/send?key=abc"


def test_dingtalk_signs_the_address():
    asked = parse_qs(urlsplit(bot_request("dingtalk", URL, "SEC1", "t", "x", NOW).url).query)
    mark = hmac.new(b"SEC1", f"{NOW}\nSEC1".encode(), hashlib.sha256).digest()
    assert asked["timestamp"] == [str(NOW)]
    assert base64.b64decode(asked["sign"][0]) == mark


def test_feishu_signs_the_body_with_seconds():
    body = json.loads(bot_request("feishu", URL, "s3", "标题", "x", NOW).body)
    key = f"{NOW // 1000}\ns3".encode()
    assert body["timestamp"] == str(NOW // 1000)
    assert base64.b64decode(body["sign"]) == hmac.new(key, b"", hashlib.sha256).digest()
    assert body["card"]["header"]["title"]["content"] == "标题"


def test_wecom_and_unsigned_bots_are_sent_the_text_alone():
    request = bot_request("wecom", URL, "", "t", "**多**", NOW)
    assert request.url == URL
    assert json.loads(request.body)["msgtype"] == "markdown"
    assert "多" in json.loads(request.body)["markdown"]["content"]
    assert "sign" not in json.loads(bot_request("feishu", URL, "", "t", "x", NOW).body)
    assert bot_request("dingtalk", URL, "", "t", "x", NOW).url == URL


@pytest.mark.parametrize(
    ("status", "body", "verdict", "wait"),
    [
        (200, {"errcode": 0}, "delivered", None),
        (200, {"StatusCode": 0, "code": 0}, "delivered", None),
        (200, {"errcode": 45009}, "down", 60_000),
        (200, {"errcode": 130101}, "down", 600_000),
        (200, {"code": 9499}, "down", 60_000),
        (200, {"code": 11232}, "down", 60_000),
        (200, {"errcode": 93000}, "refused", None),
        (200, {"errcode": -1}, "down", None),
        (429, {}, "down", 30_000),
        (502, {}, "down", 30_000),
    ],
)
def test_what_a_bot_says_is_understood(status, body, verdict, wait):
    headers = {"retry-after": "30"} if status != 200 else {}
    outcome = read_answer(status, headers, json.dumps(body).encode(), 5)
    assert (outcome.verdict, outcome.retry_after_ms) == (verdict, wait)


def test_an_answer_that_is_no_bots_is_tried_again():
    assert read_answer(200, {}, b"<html>", 1).code == "bad_answer"
    assert read_answer(200, {}, b"[]", 1).verdict == "down"


@settings(max_examples=60)
@given(st.text(max_size=300), st.integers(16, 60))
def test_parts_fit_and_lose_nothing_until_there_are_too_many(text, most):
    parts = split_text(text, most, parts_most=1_000)
    assert all(len(part.encode()) <= most for part in parts)
    assert "".join("".join(parts).split("\n")) == "".join(text.split("\n"))
    few = split_text(text, most, parts_most=2)
    assert len(few) <= 2
    assert all(len(part.encode()) <= most for part in few)


def test_what_is_cut_off_says_so():
    assert split_text("行一\n行二\n行三", 8, parts_most=1) == ["行\n…"] or split_text(
        "行一\n行二\n行三", 8, parts_most=1
    )[0].endswith("…")
    assert split_text("短", 100) == ["短"]


def test_never_more_than_twenty_in_any_minute():
    bucket, sent, now = Bucket(), [], 0
    for _ in range(100):
        now = bucket.ready_at(now)
        bucket = bucket.take(now)
        sent.append(now)
    windows = [sum(start <= at <= start + MINUTE_MS for at in sent) for start in sent]
    assert max(windows) == MESSAGES_MOST
    assert sent[4] == 0, "five may leave at once"


@pytest.mark.parametrize(
    "text", ["{item.__class__}", "{0}", "{site!r}", "{site:>9999999}", "{secret}", "{}"]
)
def test_a_place_is_a_name_of_its_kind_and_nothing_else(text):
    with pytest.raises(InvalidInput, match="unknown_place"):
        checked_template("digest", text, 100)


@pytest.mark.parametrize("text", ["{site", "site}", "{{site}} }"])
def test_a_lone_brace_is_refused(text):
    with pytest.raises(InvalidInput, match=r"bad_template|unknown_place"):
        checked_template("digest", text, 100)


def test_facts_are_never_read_as_templates_and_empty_lines_go():
    text = filled("A {site}\n{alerts}\n\nB", {"site": "{link}", "link": "x", "alerts": ""})
    assert text == "A {link}\n\nB"


def test_names_from_elsewhere_cannot_link_call_or_begin_a_heading():
    assert (
        in_markdown("# [a](http://x) <@all> `c`\n- d") == "＃ ［a］(http://x) ＜＠all＞ ＇c＇ - d"
    )
    assert as_one_line("a\r\n b") == "a b"


def test_digests_are_due_by_the_sites_clock_across_a_change_of_clocks():
    times, berlin = ["02:30", "17:30"], "Europe/Berlin"
    spring = int(datetime(2026, 3, 29, 0, 0, tzinfo=UTC).timestamp() * 1000)
    due = next_due(spring, times, berlin)
    assert datetime.fromtimestamp(due / 1000, ZoneInfo(berlin)).strftime("%H:%M") == "03:30"
    evening = next_due(due, times, berlin)
    assert (
        datetime.fromtimestamp(evening / 1000, ZoneInfo(berlin)).strftime("%d %H:%M") == "29 17:30"
    )
    assert last_due(evening, times, berlin) == evening
    assert last_due(evening - 1, times, berlin) == due


@pytest.mark.parametrize(
    "times", [[], ["8:30"], ["24:00"], ["08:60"], [f"0{n}:00" for n in range(9)]]
)
def test_times_that_are_none_are_refused(times):
    with pytest.raises(InvalidInput, match="bad_time_of_day"):
        checked_times(times)


def test_mail_is_plain_and_html_with_nothing_active():
    text = "**盘点** <script>\n- [GLOVE](https://x.test/a?b=1&c=2) javascript:"
    mail = make_mail("a@x.test", ["b@x.test"], "题", text, message_id="m1", at=NOW)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert "GLOVE: https://x.test/a?b=1&c=2" in plain.get_content()
    assert '<a href="https://x.test/a?b=1&amp;c=2">GLOVE</a>' in html.get_content()
    assert "<script>" not in html.get_content()
    assert mail["Message-ID"] == "<m1@x.test>"
    assert mail["Subject"] == "题"
