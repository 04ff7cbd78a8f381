"""The first run: a one-time token, then the first administrator and the first site.

There is no default password. The token is made when the database has no user, shown on the
console and kept in VAR/set_up_token (readable by its owner only); the database knows its hash.
"""

import hmac
import os
from pathlib import Path
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import InvalidInput, NotAuthenticated, NotFound
from server.domain.people import SYSTEM
from server.services.clock import now_ms
from server.services.hashing import new_token, token_hash
from server.services.keep_records import Edit, add_record
from server.services.manage_people import UserDraft, insert_user
from server.services.manage_places import SITES
from server.store.db import reading, unit_of_work
from server.store.models import SetUp, Site
from server.store.queries.people import anybody_there

TOKEN_FILE = "set_up_token"  # noqa: S105 (a file name)


class SiteDraft(TypedDict, total=False):
    """The first site."""

    code: str
    name_zh: str
    name_en: str
    time_zone: str


class SetUpDone(TypedDict):
    """What the first run made; site_id: the first site, made now or there before."""

    user_id: int
    site_id: int


def prepare_set_up(var: Path) -> str | None:
    """The set-up token of an installation nobody has set up yet; the same until it is used."""
    with reading() as session:
        if anybody_there(session):
            return None
        waiting = session.scalar(select(SetUp.token_hash).where(SetUp.used_at.is_(None)))
    path = var / TOKEN_FILE
    if waiting and path.is_file():
        kept = path.read_text().strip()
        if hmac.compare_digest(token_hash(kept), waiting):
            return kept
    return _make_token(path)


def sites_to_take_over() -> list[dict[str, str]]:
    """The sites that are there before anybody is: those of the demo warehouse.

    Raises NotFound `not_found` when nothing waits to be set up.
    """
    with reading() as session:
        waiting = session.scalar(select(SetUp.id).where(SetUp.used_at.is_(None)))
        if waiting is None or anybody_there(session):
            raise NotFound("not_found")
        wanted = select(Site.code, Site.name_zh, Site.name_en).order_by(Site.id)
        return [dict(row._mapping) for row in session.execute(wanted)]


def complete_set_up(token: str, user: UserDraft, site: SiteDraft | None) -> SetUpDone:
    """Make the first administrator, once; and the first site, unless there is one to take over.

    Raises NotFound `not_found` when nothing waits to be set up, NotAuthenticated
    `wrong_set_up_token`, InvalidInput `field_required` for no site where there is none, and what
    making a user or a site raises.
    """
    now = now_ms()
    with unit_of_work() as session:
        waiting = session.scalar(select(SetUp).where(SetUp.used_at.is_(None)).with_for_update())
        if waiting is None or anybody_there(session):
            raise NotFound("not_found")
        if not hmac.compare_digest(waiting.token_hash, token_hash(token)):
            raise NotAuthenticated("wrong_set_up_token")
        site_id = _site(Edit(session, SYSTEM, now), site)
        draft: UserDraft = {**user, "role": "administrator", "sites": None}
        made = insert_user(session, draft, actor=SYSTEM, at=now)
        waiting.used_at = now
        session.flush()
        return {"user_id": made.id, "site_id": site_id}


def _site(edit: Edit, site: SiteDraft | None) -> int:
    if site is not None:
        made: int = add_record(edit, SITES, site).id
        return made
    first = edit.session.scalar(select(Site.id).order_by(Site.id).limit(1))
    if first is None:
        raise InvalidInput("field_required", field="site")
    return first


def _make_token(path: Path) -> str:
    token = new_token("set")
    with unit_of_work() as session:
        _keep_hash(session, token_hash(token))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(token + "\n")
    return token


def _keep_hash(session: Session, hashed: str) -> None:
    row = session.get(SetUp, 1) or SetUp(id=1)
    row.token_hash, row.created_at, row.used_at = hashed, now_ms(), None
    session.add(row)
