"""ETags are versions: a single thing carries one, and a PATCH says which one it saw."""

import re

from flask import Response, request

from server.domain.errors import InvalidInput


def expected_version() -> int:
    """The version named by If-Match.

    Raises InvalidInput `if_match_required` (428) without one, `stale_version` (412) for a tag
    that cannot be ours. Services raise Conflict `stale_version` when the version has moved on.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise InvalidInput("if_match_required")
    tag = re.fullmatch(r'(?:W/)?"?(\d{1,18})"?', given.strip())
    if tag is None:
        raise InvalidInput("stale_version")
    return int(tag[1])


def version_tag(version: int) -> dict[str, str]:
    """The header to answer with: `return thing, 200, version_tag(thing.version)`."""
    return {"ETag": f'"{version}"'}


def not_modified(tag: str) -> Response | None:
    """A 304 if the caller already has this tag, e.g. the feed's last number; else nothing."""
    if not request.if_none_match.contains_weak(tag):
        return None
    return Response(status=304, headers={"ETag": f'"{tag}"'})
