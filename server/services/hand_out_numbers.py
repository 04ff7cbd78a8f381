"""SSCCs, licence plates and serial numbers out of ranges, each once.

The range's row is locked while numbers are taken, and every number given out is a row whose key
keeps it from being given out again. An LPN may come back once its unit is closed; an SSCC never.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from labels.gs1 import check_digit, is_digits
from server.domain.codes import checked_code, code_key
from server.domain.errors import Conflict, InvalidInput, NotFound, RuleViolated
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.find_references import item_named
from server.store.db import table_of, unit_of_work
from server.store.feed import announce
from server.store.founding import OWN_OWNER_ID
from server.store.models import Balance, HandedNumber, HandlingUnit, NumberRange, Owner, Position

NUMBERS_MOST = 10_000
SSCC_DIGITS = 16
"""Company prefix and serial reference together (GS1 General Specifications 2.2.1)."""
CODE_MOST = {"lpn": 16, "serial": 20}


@dataclass(frozen=True, slots=True)
class RangeDraft:
    """A range as somebody describes it; owner and item by code."""

    kind: str
    prefix: str
    extension: str = ""
    digits: int = 6
    first: int = 0
    last: int | None = None
    owner: str = ""
    item: str = ""


def make_range(draft: RangeDraft, actor: Actor) -> int:
    """A new range; its id.

    Raises InvalidInput `bad_number_range`, `unknown_item`, NotFound `unknown_owner`, Conflict
    `already_exists` (the prefix has one: make that longer instead).
    """
    digits = _digits(draft)
    most = 10**digits - 1
    last = most if draft.last is None else draft.last
    if not 0 <= draft.first <= last <= most:
        raise InvalidInput("bad_number_range", field="last", wanted=f"{draft.first}-{most}")
    now = now_ms()
    with unit_of_work() as session:
        row = NumberRange(
            kind=draft.kind,
            owner_id=_owner_id(session, draft.owner),
            item_id=item_named(session, draft.item).id if draft.kind == "serial" else 0,
            prefix=draft.prefix,
            extension=draft.extension,
            digits=digits,
            next=draft.first,
            last=last,
            changed_at=now,
        )
        session.add(row)
        try:
            session.flush()
        except IntegrityError as problem:
            named = draft.extension + draft.prefix
            raise Conflict("already_exists", kind="number_range", value=named) from problem
        _tell(session, row, actor, now)
        return row.id


def change_range(
    range_id: int, last: int | None, retired: bool | None, version: int, actor: Actor
) -> None:
    """Make a range longer or shorter, or retire it; numbers given out stay given out.

    Raises NotFound `unknown_number_range`, Conflict `stale_version`, InvalidInput
    `bad_number_range`.
    """
    now = now_ms()
    with unit_of_work() as session:
        row = session.get(NumberRange, range_id, with_for_update=True)
        if row is None:
            raise NotFound("unknown_number_range", number_range=str(range_id))
        if row.version != version:
            raise Conflict("stale_version", version=row.version)
        if last is not None:
            least, most = row.next - 1, 10**row.digits - 1
            if not least <= last <= most:
                raise InvalidInput("bad_number_range", field="last", wanted=f"{least}-{most}")
            row.last = last
        if retired is not None:
            row.retired_at = (row.retired_at or now) if retired else None
        row.version, row.changed_at = row.version + 1, now
        session.flush()
        _tell(session, row, actor, now)


def hand_out_numbers(
    kind: str, count: int, *, owner: str = "", item: str = "", actor: Actor
) -> list[str]:
    """So many numbers nobody ever had, or LPNs that were given back.

    Raises InvalidInput `out_of_range`, `unknown_item`, NotFound `unknown_owner`, RuleViolated
    `numbers_used_up` (nothing is taken then).
    """
    if not 1 <= count <= NUMBERS_MOST:
        raise InvalidInput("out_of_range", field="count", least=1, most=NUMBERS_MOST)
    now = now_ms()
    with unit_of_work() as session:
        codes: list[str] = []
        for row in _ranges(session, kind, owner, item):
            codes += _take_new(session, row, count - len(codes), now)
        for row in _ranges(session, kind, owner, item) if kind == "lpn" else ():
            codes += _take_freed(session, row, count - len(codes), now)
        if len(codes) < count:
            raise RuleViolated("numbers_used_up", kind=kind, asked=count, left=len(codes))
        facts = {"kind": kind, "first": codes[0], "last": codes[-1], "count": count}
        announce(session, "number.handed_out", facts, actor=actor, at=now)
        return codes


def give_back(codes: Sequence[str], actor: Actor) -> None:
    """LPNs whose units were closed: they may be used anew.

    Raises RuleViolated `sscc_not_reusable`, `unit_not_empty`, NotFound `unknown_number`.
    """
    now = now_ms()
    with unit_of_work() as session:
        for code in codes:
            _free(session, code, now)
        announce(session, "number.given_back", {"count": len(codes)}, actor=actor, at=now)


def _digits(draft: RangeDraft) -> int:
    """Digits of the number itself. Raises InvalidInput `bad_number_range`."""
    if draft.kind != "sscc":
        checked_code(draft.prefix, "prefix")
        most = max(min(CODE_MOST[draft.kind] - len(draft.prefix), 15), 0)
        if not (draft.prefix.isascii() and 1 <= draft.digits <= most):
            raise InvalidInput("bad_number_range", field="digits", wanted=f"1-{most}")
        return draft.digits
    if not (is_digits(draft.prefix) and 4 <= len(draft.prefix) <= 12):
        raise InvalidInput("bad_number_range", field="prefix", wanted="4-12 digits")
    if not (is_digits(draft.extension) and len(draft.extension) == 1):
        raise InvalidInput("bad_number_range", field="extension", wanted="0-9")
    return SSCC_DIGITS - len(draft.prefix)


def _owner_id(session: Session, code: str) -> int:
    if not code:
        return OWN_OWNER_ID
    found = session.scalar(select(Owner.id).where(Owner.code_key == code_key(code)))
    if found is None:
        raise NotFound("unknown_owner", owner=code[:40])
    return found


def _ranges(session: Session, kind: str, owner: str, item: str) -> Sequence[NumberRange]:
    """The ranges in use, locked in the order they are used up."""
    asked = select(NumberRange).where(
        NumberRange.kind == kind,
        NumberRange.owner_id == _owner_id(session, owner),
        NumberRange.item_id == (item_named(session, item).id if kind == "serial" else 0),
        NumberRange.retired_at.is_(None),
    )
    return session.scalars(asked.order_by(NumberRange.id).with_for_update()).all()


def _take_new(session: Session, row: NumberRange, wanted: int, now: int) -> list[str]:
    """Numbers known from elsewhere (typed in, or of a range with another prefix) are left out."""
    taken: list[str] = []
    while len(taken) < wanted and row.next <= row.last:
        end = min(row.next + wanted - len(taken), row.last + 1)
        codes = [_code(row, number) for number in range(row.next, end)]
        row.next = end
        known = _known(session, row, codes)
        taken += [code for code in codes if code not in known]
    if taken:
        handed = {"kind": row.kind, "item_id": row.item_id, "range_id": row.id, "at": now}
        rows = [{**handed, "code": code} for code in taken]
        session.execute(insert(table_of(HandedNumber)), rows)
    session.flush()
    return taken


def _known(session: Session, row: NumberRange, codes: Sequence[str]) -> set[str]:
    table = table_of(HandedNumber).c
    own = select(table.code).where(table.kind == row.kind, table.item_id == row.item_id)
    known = set(session.scalars(own.where(table.code.in_(codes))))
    if row.kind in ("lpn", "sscc"):
        keys = {code_key(code): code for code in codes}
        units = select(HandlingUnit.code_key).where(HandlingUnit.code_key.in_(keys))
        known |= {keys[key] for key in session.scalars(units)}
    return known


def _take_freed(session: Session, row: NumberRange, wanted: int, now: int) -> list[str]:
    if wanted <= 0:
        return []
    table = table_of(HandedNumber)
    free = select(table.c.code).where(table.c.range_id == row.id, table.c.free_at.is_not(None))
    codes = list(session.scalars(free.order_by(table.c.free_at, table.c.code).limit(wanted)))
    own = update(table).where(table.c.range_id == row.id, table.c.code.in_(codes))
    session.execute(own.values(free_at=None, at=now))
    return codes


def _code(row: NumberRange, number: int) -> str:
    body = f"{row.extension}{row.prefix}{number:0{row.digits}d}"
    return body + check_digit(body) if row.kind == "sscc" else body


def _free(session: Session, code: str, now: int) -> None:
    asked = select(HandedNumber).where(HandedNumber.code == code).with_for_update()
    row = session.scalars(asked.where(HandedNumber.kind != "serial")).first()
    if row is None:
        raise NotFound("unknown_number", number=code[:40])
    if row.kind == "sscc":
        raise RuleViolated("sscc_not_reusable", number=code)
    inside = (
        select(Balance.position_id)
        .join(Position, Position.id == Balance.position_id)
        .join(HandlingUnit, HandlingUnit.id == Position.handling_unit_id)
        .where(HandlingUnit.code_key == code_key(code), Balance.on_hand != 0)
    )
    if session.scalar(inside.limit(1)) is not None:
        raise RuleViolated("unit_not_empty", unit=code)
    row.free_at = now
    session.flush()


def _tell(session: Session, row: NumberRange, actor: Actor, at: int) -> None:
    facts: dict[str, Any] = {"id": row.id, "kind": row.kind, "next": row.next, "last": row.last}
    announce(session, "number_range.changed", facts, actor=actor, at=at)
