"""The picture of an item: what anybody uploads is drawn again by a process that may die of it."""

import subprocess
import sys
from typing import Final

from sqlalchemy import select

from server.domain.errors import InvalidInput
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.keep_records import Edit, locked_record, tell
from server.services.manage_items import ITEMS
from server.services.redraw_picture import EXIT_TOO_LARGE
from server.store.db import unit_of_work
from server.store.models import Picture

MEDIA_TYPE: Final = "image/jpeg"
UPLOAD_BYTES_MOST: Final = 8 * 1024 * 1024
PATIENCE_S: Final = 15


def take_picture(item_id: int, content: bytes, *, actor: Actor) -> None:
    """Keep the picture (JPEG, PNG or WebP, up to 8 MiB and 20 megapixels) as a JPEG ≤ 300 kB.

    Raises NotFound `unknown_item`, InvalidInput `no_picture`, `picture_too_large`.
    """
    drawn = redrawn(content)
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        item = locked_record(edit, ITEMS, (item_id,))
        row = session.scalars(select(Picture).filter_by(item_id=item_id)).one_or_none()
        row = row or Picture(item_id=item_id)
        row.media_type, row.content, row.changed_at = MEDIA_TYPE, drawn, edit.at
        session.add(row)
        item.changed_at = edit.at
        item.version += 1
        session.flush()
        tell(edit, ITEMS, item, frozenset({"picture"}))


def redrawn(content: bytes) -> bytes:
    """The picture drawn again. Raises InvalidInput `no_picture`, `picture_too_large`."""
    if len(content) > UPLOAD_BYTES_MOST:
        raise InvalidInput("picture_too_large")
    try:
        child = subprocess.run(
            [sys.executable, "-m", "server.services.redraw_picture"],
            input=content,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InvalidInput("picture_too_large") from None
    if child.returncode == 0:
        return child.stdout
    # A negative code is a signal: it ran out of time or memory, or crashed.
    too_large = child.returncode == EXIT_TOO_LARGE or child.returncode < 0
    raise InvalidInput("picture_too_large" if too_large else "no_picture")
