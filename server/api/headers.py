"""What every request and every answer carries: a request id, and the headers of a safe web page."""

import json
import re
from secrets import token_hex
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, g, request

from server.domain.errors import InvalidInput

SANE_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
PLAIN_ADDRESS: Final = re.compile(r"[!-$&-~]*")
"""Printable ASCII without a percent sign: nothing to decode."""
SUSPICIOUS: Final = re.compile(rb"\\u(0000|[dD][89a-fA-F])|\x00")
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SAFE_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SAFE: Final = tuple((name.lower(), name, value) for name, value in SAFE_HEADERS.items())


def register_headers(app: Flask) -> None:
    """Name each request, refuse text no database keeps, and add the headers to each answer."""
    app.before_request(_name_request)
    app.before_request(_refuse_broken_text)
    app.after_request(_add_headers)


def _name_request() -> None:
    given = request.environ.get("HTTP_X_REQUEST_ID", "")
    g.request_id = given if SANE_REQUEST_ID.fullmatch(given) else token_hex(16)


def _refuse_broken_text() -> None:
    """Raises InvalidInput `bad_encoding` for broken UTF-8, NUL characters and lone surrogates."""
    address = request.environ.get("RAW_URI") or request.full_path
    query = request.environ.get("QUERY_STRING", "")
    if not (PLAIN_ADDRESS.fullmatch(address) and PLAIN_ADDRESS.fullmatch(query)):
        for raw in (address, request.query_string.decode()):
            _decode(unquote_to_bytes(raw))
    if request.mimetype == "application/json" and _is_suspicious(request.get_data(cache=True)):
        _refuse_unstorable(request.get_json(silent=True))


def _is_suspicious(body: bytes) -> bool:
    """The two searches for plain bytes take no time; the pattern does."""
    return (b"\\u" in body or b"\0" in body) and SUSPICIOUS.search(body) is not None


def _decode(raw: bytes) -> None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise InvalidInput("bad_encoding") from None
    if "\0" in text:
        raise InvalidInput("bad_encoding")


def _refuse_unstorable(content: Any) -> None:
    try:
        text = json.dumps(content, ensure_ascii=False)
        text.encode()
    except (UnicodeEncodeError, RecursionError):
        raise InvalidInput("bad_encoding") from None
    if "\\u0000" in text and "\0" in "".join(_texts(content)):
        raise InvalidInput("bad_encoding")


def _texts(content: Any) -> list[str]:
    if isinstance(content, dict):
        return [text for pair in content.items() for part in pair for text in _texts(part)]
    if isinstance(content, list):
        return [text for part in content for text in _texts(part)]
    return [content] if isinstance(content, str) else []


def _add_headers(response: Response) -> Response:
    headers = response.headers
    present = {name.lower() for name, _ in headers}
    if "x-request-id" not in present:
        headers.add("X-Request-ID", g.get("request_id", ""))
    headers.extend([(name, value) for key, name, value in _SAFE if key not in present])
    if "cache-control" not in present and request.path.startswith("/api/"):
        headers.add("Cache-Control", "no-store")
    return response
