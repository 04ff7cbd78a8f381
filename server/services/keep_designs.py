"""Label designs: the shipped ones, and those edited here, version by version."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import labels
from server.domain.errors import Conflict, InvalidInput, NotFound
from server.domain.people import Actor
from server.domain.printing import NUMBER_FIELDS
from server.services.clock import now_ms
from server.store.db import reading, table_of, unit_of_work
from server.store.feed import announce
from server.store.models import LabelDesign, User


@dataclass(frozen=True, slots=True)
class KeptDesign:
    """A design in force: its document, and whether it is the shipped one."""

    name: str
    version: int
    document: Mapping[str, Any]
    shipped: bool
    parsed: "labels.Design"

    @property
    def numbered(self) -> bool:
        """Whether it prints numbers that stand for one thing only."""
        return any(field.name in NUMBER_FIELDS for field in self.parsed.fields)


@dataclass(frozen=True, slots=True)
class DesignVersion:
    """What a design was once. at, by: when and by whom it was kept (none: shipped). retired: taken
    back since. in_force: what is printed now."""

    name: str
    version: int
    document: Mapping[str, Any]
    shipped: bool
    at: int | None
    by: str
    retired: bool
    in_force: bool


@contextmanager
def refusals(**more: Any) -> Iterator[None]:
    """What labels/ refuses, as a refusal of the house."""
    try:
        yield
    except labels.LabelError as refusal:
        raise InvalidInput(refusal.code, **{**refusal.fields, **more}) from refusal


def design_in_force(session: Session, name: str, version: int | None = None) -> KeptDesign:
    """The newest version of a design, or that version. Raises NotFound `design_unknown`."""
    asked = select(LabelDesign).where(LabelDesign.name == name)
    if version is None:
        asked = asked.where(LabelDesign.retired_at.is_(None))
    else:
        asked = asked.where(LabelDesign.version == version)
    row = session.scalar(asked.order_by(LabelDesign.version.desc()).limit(1))
    if row is not None:
        return _kept(row.body, shipped=False)
    if name in labels.design_names():
        return _kept(labels.design_document(name), shipped=True)
    raise NotFound("design_unknown", value=name[:60], allowed=", ".join(_names(session)))


def designs_in_force() -> list[KeptDesign]:
    """Every design by name."""
    with reading() as session:
        return [design_in_force(session, name) for name in _names(session)]


def one_design(name: str) -> KeptDesign:
    """One design. Raises NotFound `design_unknown`."""
    with reading() as session:
        return design_in_force(session, name)


def design_versions(name: str) -> list[DesignVersion]:
    """Every version there was, the newest first. Raises NotFound `design_unknown`."""
    with reading() as session:
        now = design_in_force(session, name) if name in _names(session) else None
        rows = session.execute(
            select(LabelDesign, User.name)
            .outerjoin(User, User.id == LabelDesign.user_id)
            .where(LabelDesign.name == name)
            .order_by(LabelDesign.version.desc())
        ).all()
        versions = [_version(row, by or "", now) for row, by in rows]
        if name in labels.design_names():
            versions.append(_shipped(name, now))
        if not versions:
            raise NotFound("design_unknown", value=name[:60], allowed=", ".join(_names(session)))
        return versions


def save_design(name: str, document: Mapping[str, Any], seen: int | None, actor: Actor) -> None:
    """Keep a new version of a design, or a new design.

    seen: the version it was made from, None for a new name. Raises Conflict `stale_version`
    (`already_exists` without one), InvalidInput as labels.load_design says.
    """
    now = now_ms()
    with refusals():
        labels.load_design({**document, "name": name, "version": 1})
    with unit_of_work() as session:
        newest = _newest(session, name)
        if seen is None and newest:
            raise Conflict("already_exists", kind="label_design", value=name)
        if seen is not None and seen != newest:
            raise Conflict("stale_version", version=newest)
        highest = select(func.max(LabelDesign.version)).where(LabelDesign.name == name)
        version = max(newest, session.scalar(highest) or 0) + 1
        body = {**document, "name": name, "version": version}
        session.add(
            LabelDesign(name=name, version=version, body=body, user_id=actor.user_id, at=now)
        )
        session.flush()
        facts = {"name": name, "version": version}
        announce(session, "label_design.changed", facts, actor=actor, at=now)


def retire_design(name: str, actor: Actor) -> None:
    """Take back what was edited here: a shipped design is again as shipped, another is gone.

    Raises NotFound `design_unknown` when nothing of this name was edited.
    """
    now = now_ms()
    with unit_of_work() as session:
        table = table_of(LabelDesign)
        own = update(table).where(table.c.name == name, table.c.retired_at.is_(None))
        rows = session.execute(own.values(retired_at=now).returning(table.c.version)).all()
        if not rows:
            raise NotFound("design_unknown", value=name[:60], allowed=", ".join(_names(session)))
        facts = {"name": name, "retired": True}
        announce(session, "label_design.changed", facts, actor=actor, at=now)


def _newest(session: Session, name: str) -> int:
    """The version in force; 0 for none."""
    try:
        return design_in_force(session, name).version
    except NotFound:
        return 0


def _names(session: Session) -> list[str]:
    edited = select(LabelDesign.name).where(LabelDesign.retired_at.is_(None)).distinct()
    return sorted({*labels.design_names(), *session.scalars(edited)})


def _version(row: LabelDesign, by: str, now: KeptDesign | None) -> DesignVersion:
    in_force = now is not None and not now.shipped and now.version == row.version
    retired = row.retired_at is not None
    return DesignVersion(row.name, row.version, row.body, False, row.at, by, retired, in_force)


def _shipped(name: str, now: KeptDesign | None) -> DesignVersion:
    document = labels.design_document(name)
    in_force = now is not None and now.shipped
    return DesignVersion(name, document["version"], document, True, None, "", False, in_force)


def _kept(document: Mapping[str, Any], *, shipped: bool) -> KeptDesign:
    parsed = labels.load_design(document)
    return KeptDesign(parsed.name, parsed.version, document, shipped, parsed)
