"""What a handheld needs to work without us: first everything a page at a time, then what changed.

The first answer remembers the head of the feed, read before anything else. Whatever is committed
later carries a higher number, so going on from that head misses nothing, however long the pages
took and whatever was written meanwhile; at worst a row is told twice, and always as it is now.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from server.domain.errors import InvalidInput
from server.services.scan_rules import scan_rules_of
from server.store.feed import canonical_json
from server.store.queries import sync_rows as rows
from server.store.queries.feed_rows import FeedRow, feed_after, feed_head
from server.store.queries.sync_documents import documents_of, documents_page

Page = Callable[[Session, int, rows.Key, int], list[rows.Row]]
KINDS: Final[tuple[tuple[str, Page, tuple[str, ...]], ...]] = (
    ("items", rows.items_page, ("id",)),
    ("barcodes", rows.barcodes_page, ("id",)),
    ("locations", rows.locations_page, ("id",)),
    ("lots", rows.lots_page, ("id",)),
    ("units", rows.units_page, ("id",)),
    ("kept", rows.kept_page, ("location_id", "item_id")),
    ("documents", documents_page, ("id",)),
)
"""What the first sync sends, in this order, and by what each kind is paged."""

FEED_ROWS_MOST: Final = 2_000
QUIET_TOPICS: Final = frozenset({"turnover", "session", "scan", "token", "user", "user_pass"})
"""The first words of topics that change nothing a handheld knows."""

_STARTS_AGAIN = (0, 0)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a handheld is: its site, the feed number it goes on from, a digest of the short lists
    it has; and while the first sync lasts, the kind and the key it stopped at."""

    site_id: int
    seq: int
    digest: int = 0
    kind: int | None = None
    after: rows.Key = _STARTS_AGAIN

    def as_list(self) -> list[Any]:
        """For the opaque text; `cursor_from` reads it back."""
        place = [] if self.kind is None else [self.kind, *self.after]
        return [self.site_id, self.seq, self.digest, *place]


def cursor_from(parts: Sequence[Any], site_id: int) -> Cursor | None:
    """The cursor a handheld of this site handed in; None for none.

    Raises InvalidInput `bad_cursor` for another site's or a foreign one: begin again without.
    """
    if not parts:
        return None
    whole = all(type(part) is int and 0 <= part < 2**63 for part in parts)
    if not whole or len(parts) not in (3, 6) or parts[0] != site_id:
        raise InvalidInput("bad_cursor")
    if len(parts) == 3:
        return Cursor(*parts)
    if parts[3] >= len(KINDS):
        raise InvalidInput("bad_cursor")
    return Cursor(parts[0], parts[1], parts[2], parts[3], (parts[4], parts[5]))


@dataclass(slots=True)
class Answer:
    """One page: rows by kind, the short lists (None: as before), where to go on, and whether to
    at once."""

    cursor: Cursor
    more: bool
    found: dict[str, list[rows.Row]] = field(default_factory=dict)
    short: dict[str, Any] | None = None


def sync(session: Session, site_id: int, cursor: Cursor | None, limit: int) -> Answer:
    """The next page for a handheld of this site.

    Raises InvalidInput `bad_cursor` for a number the feed has not reached (an older backup was
    restored): begin again without.
    """
    if cursor is None:
        cursor = Cursor(site_id, feed_head(session), 0, 0)
    if cursor.kind is not None:
        answer = _snapshot(session, cursor, limit)
    else:
        answer = _changes(session, cursor, min(limit, FEED_ROWS_MOST))
    return _with_short_lists(session, answer)


def _snapshot(session: Session, cursor: Cursor, limit: int) -> Answer:
    found: dict[str, list[rows.Row]] = {}
    kind, after, room = cursor.kind or 0, cursor.after, limit
    while kind < len(KINDS):
        name, page, keys = KINDS[kind]
        part = page(session, cursor.site_id, after, room)
        found[name] = part
        if len(part) == room:
            last = tuple(int(part[-1][key]) for key in keys)
            stopped = Cursor(cursor.site_id, cursor.seq, cursor.digest, kind, (*last, 0)[:2])
            return Answer(stopped, True, found)
        kind, after, room = kind + 1, _STARTS_AGAIN, room - len(part)
    return Answer(Cursor(cursor.site_id, cursor.seq, cursor.digest), True, found)


def _changes(session: Session, cursor: Cursor, limit: int) -> Answer:
    head = feed_head(session)
    if cursor.seq > head:
        raise InvalidInput("bad_cursor")
    told = feed_after(session, cursor.seq, limit, [cursor.site_id])
    more = len(told) == limit
    reached = told[-1].seq if more else max(head, told[-1].seq if told else 0)
    changed = _Changed()
    for row in told:
        changed.note(row)
    return Answer(
        Cursor(cursor.site_id, reached, cursor.digest), more, changed.read(session, cursor.site_id)
    )


@dataclass(slots=True)
class _Changed:
    """What some feed rows say has changed: ids by the first word of the topic."""

    ids: dict[str, set[int]] = field(default_factory=dict)
    commands: set[Any] = field(default_factory=set)
    movements: set[int] = field(default_factory=set)
    instants: set[int] = field(default_factory=set)

    def note(self, row: FeedRow) -> None:
        kind = row.topic.partition(".")[0]
        if kind in QUIET_TOPICS:
            return
        payload = json.loads(row.payload)
        if row.command_id is not None:
            self.commands.add(row.command_id)
        if row.command_id is not None or "movements" in payload:
            # What a command made on its way (lots, units) bears the instant it was received.
            self.instants.add(row.at)
        self.movements.update(map(int, payload.get("movements", ())))
        if isinstance(payload.get("id"), int):
            self.ids.setdefault(kind, set()).add(payload["id"])

    def read(self, session: Session, site_id: int) -> dict[str, list[rows.Row]]:
        ids = {name: self.ids.get(name, set()) for name in ("item", "barcode", "location", "zone")}
        packed = rows.items_packed_in(session, self.ids.get("packaging", set()))
        lots = self.ids.get("lot", set()) | rows.lots_moved(session, self.commands)
        return {
            "items": rows.items_of(session, ids["item"] | packed),
            "barcodes": rows.barcodes_of(session, site_id, ids["barcode"], packed),
            "locations": rows.locations_of(session, site_id, ids["location"], ids["zone"]),
            "lots": rows.lots_of(session, lots, self.instants),
            "units": rows.units_of(session, site_id, self.instants),
            "kept": rows.kept_of(session, site_id, self.commands, self.movements),
            "documents": documents_of(session, site_id, self.ids.get("document", ())),
        }


def _with_short_lists(session: Session, answer: Answer) -> Answer:
    """Site, statuses and tasks are short: they come whole whenever one of them changed."""
    site_id = answer.cursor.site_id
    short = {
        "site": {**rows.site_of(session, site_id), "scan_rules": scan_rules_of(session, site_id)},
        "statuses": rows.statuses(session),
        "tasks": rows.open_tasks(session, site_id),
    }
    digest = zlib.crc32(canonical_json(short).encode()) | 1 << 32
    if digest == answer.cursor.digest:
        return answer
    place = answer.cursor
    answer.cursor = Cursor(place.site_id, place.seq, digest, place.kind, place.after)
    answer.short = short
    return answer
