"""Things named by code where the actor may look: a foreign site looks like none."""

from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import NotFound
from server.domain.people import Actor
from server.store.queries.catalogue import (
    ItemRow,
    LocationRow,
    SiteRow,
    items_by_key,
    locations_by_key,
    lots_by_key,
    sites_by_key,
)


def site_in_scope(session: Session, code: str, actor: Actor) -> SiteRow:
    """The site of this code. Raises NotFound `unknown_site`, also when it is out of scope."""
    found = sites_by_key(session, [code_key(code)]).get(code_key(code))
    if found is None or not actor.sees_site(found.id):
        raise NotFound("unknown_site", site=code[:40])
    return found


def known_item(session: Session, sku: str) -> ItemRow:
    """The item of this sku. Raises NotFound `unknown_item`."""
    found = items_by_key(session, [code_key(sku)]).get(code_key(sku))
    if found is None:
        raise NotFound("unknown_item", item=sku[:40])
    return found


def known_location(session: Session, site_id: int, code: str) -> LocationRow:
    """The physical location of this code. Raises NotFound `unknown_location`."""
    found = locations_by_key(session, site_id, [code_key(code)]).get(code_key(code))
    if found is None or found.code.startswith("@"):
        raise NotFound("unknown_location", location=code[:40])
    return found


def known_lot_id(session: Session, item: ItemRow, code: str) -> int:
    """The item's lot of this code. Raises NotFound `unknown_lot`."""
    key = (item.id, code_key(code))
    found = lots_by_key(session, [key]).get(key)
    if found is None:
        raise NotFound("unknown_lot", lot=code[:40])
    return found.id
