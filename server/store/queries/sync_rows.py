"""What a handheld knows by heart of its site: what things are and where they are kept, never how
many. Each kind is read a page at a time in the order of its key, or by the ids that changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from server.domain.numbers import plain
from server.domain.places import PHYSICAL_KINDS
from server.store.models import (
    NONE_ID,
    Balance,
    Barcode,
    Category,
    CountTask,
    HandlingUnit,
    Item,
    Location,
    Lot,
    Movement,
    Packaging,
    Picture,
    Position,
    Site,
    StockStatus,
    Zone,
)
from server.store.queries.items import packagings_of

Row = dict[str, Any]
Key = tuple[int, ...]
PAIRS_PER_QUERY = 400
IDS_PER_QUERY = 1_000

_ITEM = (
    select(
        Item.id,
        Item.sku,
        Item.sku_key,
        Item.name_zh,
        Item.name_en,
        Item.specification,
        Item.search,
        Item.base_unit,
        Item.second_unit,
        Item.tracking,
        Item.shelf_life,
        Item.shelf_life_unit,
        Category.code.label("category"),
        Picture.id.is_not(None).label("has_picture"),
        Item.retired_at.is_not(None).label("retired"),
    )
    .outerjoin(Category, Category.id == Item.category_id)
    .outerjoin(Picture, Picture.item_id == Item.id)
    .order_by(Item.id)
)
_BARCODE = (
    select(
        Barcode.id,
        Barcode.code,
        Barcode.code_key,
        Barcode.kind,
        Barcode.target_id,
        Barcode.packaging_id,
        Packaging.name.label("packaging_name"),
        Packaging.quantity.label("packaging_quantity"),
        Barcode.retired_at.is_not(None).label("retired"),
    )
    .outerjoin(Packaging, Packaging.id == Barcode.packaging_id)
    .outerjoin(Location, and_(Barcode.kind == "location", Location.id == Barcode.target_id))
    .order_by(Barcode.id)
)
_LOCATION = (
    select(
        Location.id,
        Location.site_id,
        Location.code,
        Location.code_key,
        Location.name,
        Location.kind,
        Zone.code.label("zone"),
        Location.walking_order,
        Location.retired_at.is_not(None).label("retired"),
    )
    .outerjoin(Zone, Zone.id == Location.zone_id)
    .where(Location.kind.in_(PHYSICAL_KINDS))
    .order_by(Location.id)
)
_LOT = (
    select(Lot.id, Lot.item_id, Lot.code, Lot.code_key, Lot.production_date, Lot.expires_on)
    .where(Lot.id != NONE_ID)
    .order_by(Lot.id)
)
_UNIT = (
    select(
        HandlingUnit.id,
        HandlingUnit.code,
        HandlingUnit.code_key,
        HandlingUnit.location_id,
        Location.site_id,
        HandlingUnit.retired_at.is_not(None).label("retired"),
    )
    .outerjoin(Location, Location.id == HandlingUnit.location_id)
    .where(HandlingUnit.id != NONE_ID)
    .order_by(HandlingUnit.id)
)


# A page at a time ---------------------------------------------------------------------------------


def items_page(session: Session, _site_id: int, after: Key, limit: int) -> list[Row]:
    """Items in use, by id."""
    return _items(session, _ITEM.where(Item.id > after[0], Item.retired_at.is_(None)).limit(limit))


def barcodes_page(session: Session, site_id: int, after: Key, limit: int) -> list[Row]:
    """Codes in use of items, units, documents, and this site's locations, by id."""
    asked = _BARCODE.where(Barcode.id > after[0], Barcode.retired_at.is_(None), _known_at(site_id))
    return _barcodes(session, asked.limit(limit))


def locations_page(session: Session, site_id: int, after: Key, limit: int) -> list[Row]:
    """The site's own places in use, by id; not the virtual ones."""
    asked = _LOCATION.where(Location.site_id == site_id, Location.retired_at.is_(None))
    return _locations(session, asked.where(Location.id > after[0]).limit(limit))


def lots_page(session: Session, _site_id: int, after: Key, limit: int) -> list[Row]:
    """Lots, by id."""
    return _lots(session, _LOT.where(Lot.id > after[0]).limit(limit))


def units_page(session: Session, site_id: int, after: Key, limit: int) -> list[Row]:
    """Units at this site or nowhere yet, by id."""
    asked = _UNIT.where(HandlingUnit.id > after[0], HandlingUnit.retired_at.is_(None))
    here = or_(HandlingUnit.location_id.is_(None), Location.site_id == site_id)
    return _units(session, asked.where(here).limit(limit), site_id)


def kept_page(session: Session, site_id: int, after: Key, limit: int) -> list[Row]:
    """Pairs of location and item with stock of any owner and status here, by (location, item)."""
    pair = (Position.location_id, Balance.item_id)
    asked = (
        _kept(site_id)
        .where(Position.location_id >= after[0], tuple_(*pair) > tuple_(*after))
        .order_by(*pair)
        .limit(limit)
    )
    return [_pair(row[0], row[1], True) for row in session.execute(asked)]


# By what changed ----------------------------------------------------------------------------------


def items_of(session: Session, ids: Iterable[int]) -> list[Row]:
    """These items, retired ones too."""
    return [row for part in _parts(ids) for row in _items(session, _ITEM.where(Item.id.in_(part)))]


def barcodes_of(
    session: Session, site_id: int, ids: Iterable[int], item_ids: Iterable[int]
) -> list[Row]:
    """These barcodes and those on packagings of these items, retired ones too."""
    known = _BARCODE.where(_known_at(site_id))
    rows: dict[str, Row] = {}
    for part in _parts(ids):
        rows |= {row["id"]: row for row in _barcodes(session, known.where(Barcode.id.in_(part)))}
    packed = and_(Barcode.kind == "item", Barcode.packaging_id.is_not(None))
    for part in _parts(item_ids):
        asked = known.where(packed, Barcode.target_id.in_(part))
        rows |= {row["id"]: row for row in _barcodes(session, asked)}
    return list(rows.values())


def locations_of(
    session: Session, site_id: int, ids: Iterable[int], zone_ids: Iterable[int]
) -> list[Row]:
    """These places, and those of these zones, at this site, retired ones too."""
    wanted = or_(Location.id.in_(list(ids)), Location.zone_id.in_(list(zone_ids)))
    return _locations(session, _LOCATION.where(Location.site_id == site_id, wanted))


def lots_of(session: Session, ids: Iterable[int], instants: Iterable[int]) -> list[Row]:
    """These lots, and those made at exactly these instants."""
    wanted = or_(Lot.id.in_(list(ids)), Lot.changed_at.in_(list(instants)))
    return _lots(session, _LOT.where(wanted))


def lots_moved(session: Session, command_ids: Iterable[Any]) -> set[int]:
    """The lots these commands moved: some of them may be new."""
    found: set[int] = set()
    for part in _parts(command_ids):
        asked = select(Movement.lot_id).where(
            Movement.command_id.in_(part), Movement.lot_id != NONE_ID
        )
        found |= set(session.scalars(asked.distinct()))
    return found


def items_packed_in(session: Session, packaging_ids: Iterable[int]) -> set[int]:
    """The items of these packagings."""
    found: set[int] = set()
    for part in _parts(packaging_ids):
        found |= set(session.scalars(select(Packaging.item_id).where(Packaging.id.in_(part))))
    return found


def units_of(session: Session, site_id: int, instants: Iterable[int]) -> list[Row]:
    """Units made or moved at exactly these instants; one that left the site is gone from it."""
    return _units(session, _UNIT.where(HandlingUnit.changed_at.in_(list(instants))), site_id)


def kept_of(
    session: Session, site_id: int, command_ids: Iterable[Any], movement_ids: Iterable[int]
) -> list[Row]:
    """Whether stock is still where these commands and movements took it from or brought it to."""
    pairs: set[tuple[int, int]] = set()
    for part in _parts(command_ids):
        pairs |= _touched(session, site_id, Movement.command_id.in_(part))
    for part in _parts(movement_ids):
        pairs |= _touched(session, site_id, Movement.id.in_(part))
    wanted = sorted(pairs)
    still: set[tuple[int, int]] = set()
    for start in range(0, len(wanted), PAIRS_PER_QUERY):
        chunk = wanted[start : start + PAIRS_PER_QUERY]
        asked = _kept(site_id).where(tuple_(Position.location_id, Balance.item_id).in_(chunk))
        still |= {(row[0], row[1]) for row in session.execute(asked)}
    return [_pair(*pair, pair in still) for pair in wanted]


# Short lists, whole -------------------------------------------------------------------------------


def site_of(session: Session, site_id: int) -> Row:
    """The site itself."""
    row = session.execute(
        select(
            Site.id,
            Site.code,
            Site.name_zh,
            Site.name_en,
            Site.time_zone,
            Site.location_mode,
        ).where(Site.id == site_id)
    ).one()
    return {**row._mapping, "id": str(row.id)}


def statuses(session: Session) -> list[Row]:
    """Every stock status in use."""
    rows = session.execute(
        select(
            StockStatus.id,
            StockStatus.code,
            StockStatus.name_zh,
            StockStatus.name_en,
            StockStatus.available,
        )
        .where(StockStatus.retired_at.is_(None))
        .order_by(StockStatus.id)
    )
    return [{**row._mapping, "id": str(row.id)} for row in rows]


def open_tasks(session: Session, site_id: int) -> list[Row]:
    """Looks, recounts and counts that somebody should go for, in walking order."""
    rows = session.execute(
        select(
            CountTask.id,
            CountTask.kind,
            CountTask.location_id,
            Location.code.label("location"),
            CountTask.item_id,
            CountTask.reason,
            CountTask.ordered_at,
        )
        .join(Location, Location.id == CountTask.location_id)
        .where(CountTask.site_id == site_id, CountTask.state == "open")
        .order_by(Location.walking_order, Location.code_key, CountTask.id)
    )
    return [_with_text_ids(row, "id", "location_id", "item_id") for row in rows]


# Rows as JSON -------------------------------------------------------------------------------------


def _items(session: Session, asked: Select[*tuple[Any, ...]]) -> list[Row]:
    rows = session.execute(asked).all()
    packed: dict[int, list[Row]] = defaultdict(list)
    for part in _parts(row.id for row in rows):
        packed |= packagings_of(session, part)
    return [
        {
            **row._mapping,
            "id": str(row.id),
            "packagings": [
                {"id": str(p["id"]), "name": p["name"], "quantity": plain(p["quantity"])}
                for p in packed.get(row.id, ())
            ],
        }
        for row in rows
    ]


def _barcodes(session: Session, asked: Select[*tuple[Any, ...]]) -> list[Row]:
    return [
        {
            **_with_text_ids(row, "id", "target_id", "packaging_id"),
            "packaging_name": row.packaging_name or "",
            "packaging_quantity": plain(row.packaging_quantity) if row.packaging_id else "1",
        }
        for row in session.execute(asked)
    ]


def _locations(session: Session, asked: Select[*tuple[Any, ...]]) -> list[Row]:
    return [_with_text_ids(row, "id", "site_id") for row in session.execute(asked)]


def _lots(session: Session, asked: Select[*tuple[Any, ...]]) -> list[Row]:
    return [
        {
            **_with_text_ids(row, "id", "item_id"),
            "production_date": row.production_date and row.production_date.isoformat(),
            "expires_on": row.expires_on and row.expires_on.isoformat(),
        }
        for row in session.execute(asked)
    ]


def _units(session: Session, asked: Select[*tuple[Any, ...]], site_id: int) -> list[Row]:
    """A unit elsewhere is told by its id alone: a foreign site looks like none."""
    rows = []
    for row in session.execute(asked):
        elsewhere = row.site_id not in (None, site_id)
        rows.append(
            {
                "id": str(row.id),
                "code": "" if elsewhere else row.code,
                "code_key": "" if elsewhere else row.code_key,
                "location_id": None if elsewhere or not row.location_id else str(row.location_id),
                "retired": row.retired or elsewhere,
            }
        )
    return rows


def _pair(location_id: int, item_id: int, kept: bool) -> Row:
    return {"location_id": str(location_id), "item_id": str(item_id), "kept": kept}


def _with_text_ids(row: Any, *names: str) -> Row:
    ids = {name: None if row._mapping[name] is None else str(row._mapping[name]) for name in names}
    return {**row._mapping, **ids}


def _known_at(site_id: int) -> ColumnElement[bool]:
    return or_(Barcode.kind.in_(("item", "handling_unit", "document")), Location.site_id == site_id)


def _kept(site_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Position.location_id, Balance.item_id)
        .join(Balance, Balance.position_id == Position.id)
        .where(
            Position.site_id == site_id,
            Position.kind.in_(PHYSICAL_KINDS),
            Balance.on_hand != 0,
        )
        .distinct()
    )


def _touched(session: Session, site_id: int, which: ColumnElement[bool]) -> set[tuple[int, int]]:
    pairs: set[tuple[int, int]] = set()
    for side in (Movement.from_position_id, Movement.to_position_id):
        asked = (
            select(Position.location_id, Movement.item_id)
            .join(Position, Position.id == side)
            .where(which, Position.site_id == site_id, Position.kind.in_(PHYSICAL_KINDS))
            .distinct()
        )
        pairs |= {(row[0], row[1]) for row in session.execute(asked)}
    return pairs


def _parts(ids: Iterable[Any]) -> Iterator[Sequence[Any]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), IDS_PER_QUERY):
        yield wanted[start : start + IDS_PER_QUERY]
