"""Inside the child process: one picture from standard input, what is in it to standard output."""

import json
import sys

from labels.decoding.attempts import read_picture
from labels.decoding.limits import MEMORY_BYTES, PROCESSOR_S
from labels.decoding.opening import open_grey
from labels.errors import LabelError

try:
    import resource
except ImportError:  # Windows knows no such limits; the parent's clock remains
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Limit this process, decode, answer as JSON: {"found": [...]} or {"refused": ...}."""
    _limit()
    json.dump(answer(sys.stdin.buffer.read()), sys.stdout)


def answer(picture: bytes) -> dict[str, object]:
    """What the child says about these bytes."""
    try:
        return {"found": [found.as_json() for found in read_picture(open_grey(picture))]}
    except LabelError as refusal:
        return {"refused": refusal.code, "facts": dict(refusal.fields)}


def _limit() -> None:
    if resource is None:
        return
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, PROCESSOR_S),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, hard))
