"""Packagings of items."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import NotFound
from server.store.models import Packaging


def packaging_id(session: Session, item_id: int, name: str) -> int:
    """The packaging of that name. Raises NotFound `unknown_packaging`."""
    found = session.scalar(
        select(Packaging.id).where(
            Packaging.item_id == item_id, Packaging.name == name, Packaging.retired_at.is_(None)
        )
    )
    if found is None:
        raise NotFound("unknown_packaging", packaging=name)
    return found
