"""Pictures come from anywhere, and decoders are written in C: each is decoded in a child of ours
that may crash, hang or swell without harm."""

import json
import os
import subprocess
import sys
from pathlib import Path

from labels.decoding.found import Found, found_from_json
from labels.decoding.limits import MOST_BYTES, WALL_CLOCK_S
from labels.errors import LabelError

_HOME = Path(__file__).resolve().parents[2]
# -P: never import from the folder we happen to be called in.
_CHILD = (sys.executable, "-P", "-m", "labels.decoding")


def decode(source: bytes | Path | str) -> list[Found]:
    """Every code in a picture (PNG, JPEG, WebP, BMP, GIF, TIFF, PPM), none if there is none.

    Raises LabelError: picture_missing (no such file), picture_too_heavy (over 10 MB),
    too_many_pixels (over 20 million pixels, by its header), picture_unreadable (no picture, or
    a broken one), decoding_stopped (the child crashed or took too much time or memory).
    """
    picture = source if isinstance(source, bytes) else _content(Path(source))
    if len(picture) > MOST_BYTES:
        raise LabelError("picture_too_heavy", most=MOST_BYTES)
    said = json.loads(_asked(picture))
    if "refused" in said:
        raise LabelError(said["refused"], **said["facts"])
    return [found_from_json(each) for each in said["found"]]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise LabelError("picture_missing", path=str(path), reason=problem.strerror or "") from None


def _asked(picture: bytes) -> bytes:
    environment = {**os.environ, "PYTHONPATH": str(_HOME)}
    try:
        child = subprocess.run(
            _CHILD,
            input=picture,
            capture_output=True,
            timeout=WALL_CLOCK_S,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LabelError("decoding_stopped", reason=f"{WALL_CLOCK_S} s") from None
    if child.returncode != 0:
        raise LabelError("decoding_stopped", reason=_ending(child.returncode))
    return child.stdout


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit {status}"
