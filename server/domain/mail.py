"""Mail made of our markdown: the same text plain, and as HTML without anything active."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Final, NamedTuple

_LINK: Final = re.compile(r"\[([^\]\n]*)\]\((https?://[^)\s]+)\)")
_BOLD: Final = re.compile(r"\*\*([^*\n]+)\*\*")


class Enclosed(NamedTuple):
    """A file that goes with it."""

    name: str
    media_type: str
    content: bytes


def make_mail(
    sender: str,
    recipients: Sequence[str],
    title: str,
    text: str,
    *,
    message_id: str,
    at: int,
    files: Sequence[Enclosed] = (),
) -> EmailMessage:
    """The whole message. message_id: the same for every attempt, so that readers see it once."""
    mail = EmailMessage()
    mail["Subject"] = title
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Date"] = format_datetime(datetime.fromtimestamp(at // 1000, UTC))
    mail["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_plain(text))
    mail.add_alternative(as_html(title, text), subtype="html")
    for file in files:
        main, _, sub = file.media_type.partition("/")
        mail.add_attachment(
            file.content, maintype=main, subtype=sub or "octet-stream", filename=file.name
        )
    return mail


def as_plain(text: str) -> str:
    """Links written out, no stars."""
    return _BOLD.sub(r"\1", _LINK.sub(r"\1: \2", text)) + "\n"


def as_html(title: str, text: str) -> str:
    """Paragraphs, bold and links; everything else escaped."""
    body = escape(text, quote=True)
    body = _LINK.sub(r'<a href="\2">\1</a>', body)
    body = _BOLD.sub(r"<b>\1</b>", body).replace("\n", "<br>\n")
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f'<body style="font:15px/1.5 sans-serif">{body}</body></html>\n'
    )
