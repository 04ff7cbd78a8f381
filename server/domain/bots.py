"""The three chat bots: what they are sent, how it is signed, how they say that it is enough.

企业微信 wecom     key in the URL; markdown ≤ 4096 bytes; too fast: errcode 45009
钉钉     dingtalk  &timestamp=MS&sign=BASE64(HMAC-SHA256(secret, "MS\\nsecret")); body ≤ 20000
                   bytes; too fast: errcode 130101, for ten minutes
飞书     feishu    "timestamp": S, "sign": BASE64(HMAC-SHA256("S\\nsecret", "")) in the body;
                   body ≤ 20 kB; too fast: code 9499 or 11232
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from server.domain.webhooks import Outcome, judge, retry_after_ms

BOTS: Final = ("wecom", "dingtalk", "feishu")
BYTES_MOST: Final[Mapping[str, int]] = {"wecom": 3_800, "dingtalk": 14_000, "feishu": 14_000}
"""Text of one message; the rest of the limit is for the shell around it."""
TITLE_BYTES_MOST: Final = 240
PARTS_MOST: Final = 5
TOO_FAST: Final[Mapping[int, int]] = {45009: 60_000, 130101: 600_000, 9499: 60_000, 11232: 60_000}
"""Codes that say "too fast", and how long to be silent then, in ms."""
BUSY: Final = frozenset({-1, 11233})
EXCERPT_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class BotRequest:
    """One POST."""

    url: str
    body: bytes


def bot_request(kind: str, url: str, secret: str, title: str, text: str, now: int) -> BotRequest:
    """What the bot of this kind is sent at this instant (ms)."""
    if kind == "wecom":
        content = f"**{_short(title)}**\n{text}"
        return BotRequest(url, _json({"msgtype": "markdown", "markdown": {"content": content}}))
    if kind == "dingtalk":
        signed = url + ("&" if "?" in url else "?") + _dingtalk_mark(secret, now) if secret else url
        # A single line break is a space there.
        whole = f"**{_short(title)}**\n\n" + text.replace("\n", "  \n")
        markdown = {"title": title, "text": whole}
        return BotRequest(signed, _json({"msgtype": "markdown", "markdown": markdown}))
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": title}},
        "elements": [{"tag": "markdown", "content": text}],
    }
    mark = _feishu_mark(secret, now // 1000) if secret else {}
    return BotRequest(url, _json({**mark, "msg_type": "interactive", "card": card}))


def read_answer(status: int, headers: Mapping[str, str], body: bytes, took_ms: int) -> Outcome:
    """What the bot said: they answer 200 and put the refusal into the body."""
    excerpt = body.decode("utf-8", "replace")[:EXCERPT_LENGTH]
    asked = retry_after_ms(headers.get("retry-after"))
    if status != 200:
        verdict = judge(status)
        verdict = "down" if verdict == "gone" else verdict
        return Outcome(verdict, status, f"http_{status}", excerpt, took_ms, asked)
    number = _code_in(body)
    if number is None:
        return Outcome("down", status, "bad_answer", excerpt, took_ms, asked)
    if number == 0:
        return Outcome("delivered", status, "", excerpt, took_ms)
    if number in TOO_FAST:
        wait = max(TOO_FAST[number], asked or 0)
        return Outcome("down", status, "too_fast", excerpt, took_ms, wait)
    verdict = "down" if number in BUSY else "refused"
    return Outcome(verdict, status, f"bot_{number}", excerpt, took_ms, asked)


def split_text(text: str, most: int, parts_most: int = PARTS_MOST) -> list[str]:
    """The text in parts of at most `most` UTF-8 bytes, broken between lines where possible, never
    inside a character; what would be more than `parts_most` parts is shortened with "…"."""
    parts: list[str] = []
    rest = text
    while rest and len(parts) < parts_most:
        part, rest = _cut(rest, most)
        parts.append(part)
    if rest:
        parts[-1] = _cut(parts[-1], most - len("\n…".encode()))[0] + "\n…"
    return parts or [""]


def _short(title: str) -> str:
    return _cut(title, TITLE_BYTES_MOST)[0]


def _cut(text: str, most: int) -> tuple[str, str]:
    raw = text.encode()
    if len(raw) <= most:
        return text, ""
    piece = raw[:most].decode("utf-8", "ignore")
    line_end = piece.rfind("\n")
    if line_end > len(piece) // 2:
        piece = piece[:line_end]
    return piece.rstrip("\n"), text[len(piece) :].lstrip("\n")


def _dingtalk_mark(secret: str, now: int) -> str:
    mark = hmac.new(secret.encode(), f"{now}\n{secret}".encode(), hashlib.sha256).digest()
    return urlencode({"timestamp": now, "sign": base64.b64encode(mark).decode()})


def _feishu_mark(secret: str, now_s: int) -> dict[str, str]:
    mark = hmac.new(f"{now_s}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": str(now_s), "sign": base64.b64encode(mark).decode()}


def _code_in(body: bytes) -> int | None:
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    for name in ("errcode", "code", "StatusCode"):
        if isinstance(answer.get(name), int):
            return int(answer[name])
    return None


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
