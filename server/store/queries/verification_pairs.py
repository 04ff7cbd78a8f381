"""Which items at which sites a check of planning must look at."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.store.models import ItemSite, Recalculation, ReorderAlert
from server.store.planning import Pair


def due_pairs(session: Session) -> set[Pair]:
    """Pairs with something to recompute."""
    table = Recalculation
    return _pairs(session, table, table.done < table.wanted)


def recalculated_pairs(session: Session) -> set[Pair]:
    """Pairs somebody ever asked to have recomputed."""
    return _pairs(session, Recalculation)


def planned_pairs(session: Session) -> set[Pair]:
    """Pairs with a reorder point."""
    return _pairs(session, ItemSite, ItemSite.reorder_point.is_not(None))


def alerted_pairs(session: Session) -> set[Pair]:
    """Pairs with a reorder alert that is not resolved."""
    open_ones = (ReorderAlert.state != "resolved", ReorderAlert.kind == "reorder")
    return _pairs(session, ReorderAlert, *open_ones)


def _pairs(session: Session, table: Any, *conditions: Any) -> set[Pair]:
    columns = (table.item_id, table.site_id)
    return {Pair(*row) for row in session.execute(select(*columns).where(*conditions).distinct())}
