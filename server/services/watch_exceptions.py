"""Keeping the exceptions inbox: what was flagged or refused comes in, what is mended clears itself.

Commands are taken from the feed, each once; states (negative stock, quarantine …) are compared with
how things stand now. Safe to run twice and in any order.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from server.domain.exceptions import explain, weightiest
from server.domain.people import SYSTEM
from server.services.clock import now_ms
from server.store.db import reading, unit_of_work
from server.store.exceptions import (
    Answered,
    Case,
    CaseKey,
    News,
    add_cases,
    answered_commands,
    body_facts,
    clear_cases,
    mended_commands,
    news_after,
    standing_keys,
    standing_states,
)
from server.store.feed import announce
from server.store.models import Setting
from server.store.settings import put_value

REACHED = "exceptions_reached"
ROWS_AT_ONCE = 500


def is_anything_unwatched() -> bool:
    """Whether a command was answered since the last look."""
    with reading() as session:
        return bool(news_after(session, _reached(session), 1))


def watch_exceptions() -> int:
    """Bring the inbox up to date; how many cases came in or cleared themselves."""
    changed = 0
    while True:
        with reading() as session:
            news = news_after(session, _reached(session), ROWS_AT_ONCE)
        if not news:
            break
        changed += _take_in(news)
    return changed + _compare_states()


def _take_in(news: list[News]) -> int:
    odd = {n.command_id: n for n in news if n.command_id and n.status not in ("applied", "")}
    now = now_ms()
    with unit_of_work() as session:
        commands = answered_commands(session, list(odd))
        cases = [_of_command(odd[key], answered) for key, answered in commands.items()]
        cases += [n.conflict for n in news if n.conflict is not None]
        added = _add(session, cases, now)
        put_value(session, REACHED, 0, news[-1].seq, None, now)
    return added


def _compare_states() -> int:
    now = now_ms()
    with reading() as session:
        states, known = standing_states(session, now), standing_keys(session)
        mended = mended_commands(session)
    if states.keys() == known.keys() and not mended:
        return 0
    with unit_of_work() as session:
        added = _add(session, (case for at, case in states.items() if at not in known), now)
        passed = {case_id: state for at, (case_id, state) in known.items() if at not in states}
        clear_cases(session, passed, now, gone=True)
        clear_cases(session, mended, now, gone=False)
        cleared = [case_id for case_id, state in passed.items() if state == "open"] + mended
        for case_id in cleared:
            facts = {"id": case_id, "by": None}
            announce(session, "exception.resolved", facts, actor=SYSTEM, at=now)
    return added + len(cleared)


def _of_command(news: News, answered: Answered) -> Case:
    row = answered.row
    said, answer = json.loads(row.body), json.loads(row.answer)
    source = "rejected" if news.status == "rejected" else "flagged"
    codes = news.codes or (source,)
    code = codes[0] if source == "rejected" else weightiest(codes)
    facts = {"type": row.type, "codes": list(news.codes), **body_facts(said)}
    if answer.get("fields"):
        facts["fields"] = answer["fields"]
    return Case(
        CaseKey(source, str(row.id)),
        code,
        row.occurred_at,
        facts,
        site_id=row.site_id,
        item_id=answered.item_id,
        location_id=answered.location_id,
        device_id=row.device_id,
        user_id=row.user_id,
        command_id=row.id,
    )


def _add(session: Session, cases: Iterable[Case], now: int) -> int:
    """Nobody has to act on a note: it is kept as resolved."""
    rows = [_row(case, now) for case in cases]
    added = add_cases(session, rows)
    if added:
        by_site = sorted({row["site_id"] or 0 for row in rows if row["state"] == "open"})
        for site_id in by_site:
            announce(session, "exception.opened", {}, actor=SYSTEM, at=now, site_id=site_id or None)
    return len(added)


def _row(case: Case, now: int) -> dict[str, Any]:
    weight = explain(case.at.source, case.code).weight
    note = weight == "note"
    return {
        **case.at._asdict(),
        "code": case.code,
        "weight": weight,
        "site_id": case.site_id,
        "item_id": case.item_id,
        "location_id": case.location_id,
        "device_id": case.device_id,
        "user_id": case.user_id,
        "command_id": case.command_id,
        "occurred_at": case.occurred_at,
        "opened_at": now,
        "facts": dict(case.facts),
        "state": "resolved" if note else "open",
        "standing": True,
        "resolved_at": now if note else None,
    }


def _reached(session: Session) -> int:
    row = session.get(Setting, (REACHED, 0))
    return int(row.value) if row else 0
