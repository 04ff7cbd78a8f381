"""Idempotency-Key: the same POST sent twice is done once and answered the same, for 30 days.

    @requires("reservations.write")
    @idempotent
    def post(self, …)

The key is claimed before the work begins and freed when it is refused, so two copies at the same
moment cannot both be done; a process killed in between leaves the key claimed (409), because
nobody can tell whether the work was done.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from flask import Response, make_response, request

from server.api.access import current_actor
from server.domain.errors import Conflict, InvalidInput
from server.services.answer_once import claim_key, free_key, keep_answer
from server.services.clock import now_ms

KEY_LENGTH_MOST: Final = 200


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Honour Idempotency-Key on this view. Put it below `requires` and above the smorest ones.

    Raises InvalidInput `bad_idempotency_key`, `idempotency_key_reused` (other content), Conflict
    `idempotency_key_unfinished`.
    """

    @wraps(view)
    def answer_once(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key")
        return view(*args, **kwargs) if key is None else _once(key, lambda: view(*args, **kwargs))

    answer_once.idempotent = True  # type: ignore[attr-defined]
    return answer_once


def _once(key: str, work: Callable[[], Any]) -> Response:
    if not (0 < len(key) <= KEY_LENGTH_MOST and key.isprintable()):
        raise InvalidInput("bad_idempotency_key", most=KEY_LENGTH_MOST)
    principal, content = _principal(), _request_hash()
    kept = claim_key(principal, key, content, now_ms())
    if kept is None:
        return _do(principal, key, work)
    if kept.request_hash != content:
        raise InvalidInput("idempotency_key_reused")
    if not kept.status:
        raise Conflict("idempotency_key_unfinished")
    answer = Response(kept.answer, kept.status, mimetype="application/json")
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _do(principal: str, key: str, work: Callable[[], Any]) -> Response:
    try:
        response = make_response(work())
    except BaseException:
        free_key(principal, key)
        raise
    if response.status_code >= 400:
        free_key(principal, key)
    else:
        keep_answer(principal, key, response.status_code, response.get_data(as_text=True))
    assert isinstance(response, Response)
    return response


def _principal() -> str:
    actor = current_actor()
    return f"{actor.source}:{actor.user_id or 0}:{actor.device_id or 0}"


def _request_hash() -> str:
    line = f"{request.method} {request.full_path}\n".encode()
    return hashlib.sha256(line + request.get_data(cache=True)).hexdigest()
