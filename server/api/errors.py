"""Every refusal leaves as application/problem+json with a stable code, worded for its reader.

{"type": "/api/docs/errors#unknown_item", "title": "Not found", "status": 404,
 "code": "unknown_item", "detail": "没有这个货品：A-100", "fields": {"item": "A-100"},
 "request_id": "…"}
"""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, g, request
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from server.domain.errors import (
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RuleViolated,
    StockturnError,
    TooManyAttempts,
    Unavailable,
)
from server.text import LANGUAGES, worded

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
STATUS: Final = (
    (InvalidInput, 422),
    (NotFound, 404),
    (RuleViolated, 409),
    (Conflict, 409),
    (NotAuthenticated, 401),
    (NotPermitted, 403),
    (TooManyAttempts, 429),
    (Unavailable, 503),
)
STATUS_OF_CODE: Final = {
    "stale_version": 412,
    "if_match_required": 428,
    "invalid_body": 400,
    "bad_encoding": 400,
}
CODE_OF_STATUS: Final = {
    400: "bad_request",
    401: "not_authenticated",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    414: "too_large",
    415: "unsupported_media_type",
    416: "bad_range",
    422: "invalid_body",
    429: "too_many_requests",
    431: "too_large",
    503: "unavailable",
}
RETRY_SOON_S = 1


def register_errors(app: Flask) -> None:
    """Answer every exception as problem+json; what nobody foresaw is a 500 without detail."""
    app.register_error_handler(StockturnError, answer_refusal)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(OverflowError, _answer_out_of_range)
    app.register_error_handler(DataError, _answer_out_of_range)
    app.register_error_handler(RecursionError, _answer_too_deep)
    app.register_error_handler(Exception, _answer_unforeseen)


def answer_refusal(refusal: StockturnError) -> Response:
    """A refusal of ours."""
    status = STATUS_OF_CODE.get(refusal.code) or status_of(refusal)
    response = problem(status, refusal.code, refusal.fields)
    if status in (429, 503):
        response.headers["Retry-After"] = str(refusal.fields.get("retry_after_s", RETRY_SOON_S))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="stockturn"'
    return response


def answer_http(error: HTTPException) -> Response:
    """A refusal of werkzeug, webargs or the rate limiter."""
    if error.response is not None and (error.code or 500) < 400:
        assert isinstance(error.response, Response)
        return error.response
    status = error.code or 500
    if status < 400:
        answer = error.get_response()
        assert isinstance(answer, Response)
        return answer
    messages = getattr(error, "data", {}).get("messages")
    if messages is not None:
        return answer_invalid(messages, status)
    response = problem(status, CODE_OF_STATUS.get(status, "bad_request"), {})
    for name in ("Allow", "Retry-After", "Content-Range"):
        if name in error.get_response().headers:
            response.headers[name] = error.get_response().headers[name]
    if status == 429:
        response.headers.setdefault("Retry-After", "60")
    return response


def answer_invalid(messages: Any, status: int = 422) -> Response:
    """What marshmallow found wrong: one entry per field, by its dotted path."""
    flat = dict(_flatten(messages, ()))
    code = "invalid_body" if status == 400 else "invalid_fields"
    if flat and all(text == "Unknown field." for text in flat.values()):
        code = "unknown_field"
    return problem(status, code, flat)


def problem(status: int, code: str, fields: Mapping[str, Any]) -> Response:
    """The document itself."""
    content = {
        "type": f"/api/docs/errors#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": worded(code, fields, reader_language()),
        "fields": dict(fields),
        "request_id": g.get("request_id", ""),
    }
    text = json.dumps(content, ensure_ascii=False, default=str)
    return Response(text.encode("utf-8", "replace"), status, mimetype=PROBLEM)


def status_of(refusal: StockturnError) -> int:
    """The HTTP status of this kind of refusal."""
    return next((status for kind, status in STATUS if isinstance(refusal, kind)), 400)


def reader_language() -> str:
    """zh or en: the signed-in user's, else what the browser asks for, else zh."""
    known = g.get("language")
    return known or request.accept_languages.best_match(LANGUAGES) or "zh"


def _flatten(messages: Any, path: tuple[str, ...]) -> list[tuple[str, str]]:
    if isinstance(messages, Mapping):
        return [
            pair
            for name, inner in messages.items()
            for pair in _flatten(
                inner, path if name in _PLACES and not path else (*path, str(name))
            )
        ]
    texts = messages if isinstance(messages, list) else [messages]
    return [(".".join(path) or "body", " ".join(str(text) for text in texts))]


_PLACES = ("json", "query", "form", "files", "path", "headers", "_schema")


def _answer_out_of_range(_error: Exception) -> Response:
    return problem(422, "number_out_of_range", {})


def _answer_too_deep(_error: Exception) -> Response:
    return problem(400, "invalid_body", {})


def _answer_unforeseen(error: Exception) -> Response:
    log.error("unforeseen", exc_info=error, extra={"request_id": g.get("request_id", "")})
    return problem(500, "internal_error", {})
