"""Movements that have not left for an export profile yet.

The relay numbers committed feed rows without gaps and every command has one, written in the
transaction of its movements: what has no number yet is new later, however long its transaction
took. What has left is remembered by movement, so nothing leaves twice.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.ledger import STOCK_KINDS
from server.store.models import (
    ExportLine,
    ExportProfile,
    Feed,
    Item,
    Location,
    Lot,
    Movement,
    Owner,
    Position,
    Serial,
    Site,
    User,
)
from server.store.queries.records import Record

DIFFERENCES = ("count_adjustment", "count_correction")
_source, _target = aliased(Position, name="source"), aliased(Position, name="target")
_from, _to = aliased(Location, name="from_place"), aliased(Location, name="to_place")
_from_site, _to_site = aliased(Site, name="from_site"), aliased(Site, name="to_site")
_original = aliased(Movement, name="original")


def last_number(session: Session) -> int:
    """The last number of the feed."""
    return session.scalar(select(func.max(Feed.seq))) or 0


def new_movement_ids(session: Session, profile: ExportProfile, last: int, most: int) -> list[int]:
    """Ids of movements announced in (last_seq, last] that have not left, oldest first."""
    gone = select(ExportLine.movement_id).where(
        ExportLine.profile_id == profile.id, ExportLine.movement_id == Movement.id
    )
    asked = (
        select(Movement.id)
        .join(Feed, Feed.command_id == Movement.command_id)
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
        .where(Feed.seq > profile.last_seq, Feed.seq <= last, not_(gone.exists()), _crosses())
        .distinct()
        .order_by(Movement.id)
        .limit(most)
    )
    if profile.kind == "count_differences":
        asked = asked.where(Movement.kind.in_(DIFFERENCES))
    if profile.site_id is not None:
        sites = (_source.site_id, _target.site_id)
        asked = asked.where(or_(*(site == profile.site_id for site in sites)))
    return list(session.scalars(asked))


def export_rows_of(session: Session, ids: Sequence[int]) -> list[Record]:
    """These movements as files tell them, in order of id."""
    rows = session.execute(_rows().where(Movement.id.in_(ids)).order_by(Movement.id))
    return [dict(row._mapping) for row in rows]


def _crosses() -> Any:
    """What stays in one pool (put-aways, changes of status) is nobody's business outside."""
    inside = and_(
        _source.kind.in_(sorted(STOCK_KINDS)),
        _target.kind.in_(sorted(STOCK_KINDS)),
        _source.site_id == _target.site_id,
        _source.owner_id == _target.owner_id,
    )
    return not_(inside)


def _rows() -> Select[Any]:
    return (
        select(
            Movement.id.label("movement_id"),
            Movement.value_date.label("date"),
            Movement.occurred_at,
            Movement.recorded_at,
            Movement.kind,
            func.coalesce(_original.kind, Movement.kind).label("kind_name"),
            Movement.reverses_id,
            Movement.document,
            Movement.reason,
            Item.sku.label("item"),
            Item.name_zh,
            Item.name_en,
            Item.specification,
            Item.base_unit,
            Lot.code.label("lot"),
            Lot.production_date,
            Lot.expires_on,
            Serial.code.label("serial"),
            Movement.quantity,
            Movement.unit_cost,
            Movement.value,
            _source.kind.label("from_kind"),
            _target.kind.label("to_kind"),
            _from.code.label("from"),
            _to.code.label("to"),
            _from_site.code.label("from_site"),
            _to_site.code.label("to_site"),
            Owner.code.label("owner"),
            User.name.label("user"),
        )
        .join(Item, Item.id == Movement.item_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Serial, Serial.id == Movement.serial_id)
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
        .join(_from, _from.id == _source.location_id)
        .join(_to, _to.id == _target.location_id)
        .join(_from_site, _from_site.id == _source.site_id)
        .join(_to_site, _to_site.id == _target.site_id)
        .join(Owner, Owner.id == _source.owner_id)
        .outerjoin(_original, _original.id == Movement.reverses_id)
        .outerjoin(User, User.id == Movement.user_id)
    )
