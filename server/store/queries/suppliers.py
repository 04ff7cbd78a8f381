"""What suppliers ask for."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import NotFound
from server.store.models import Supplier, SupplierItem


def supplier_price(session: Session, supplier: str, item_id: int) -> Decimal | None:
    """The supplier's price of one base unit, None if not agreed.

    Raises NotFound `unknown_supplier`.
    """
    supplier_id = session.scalar(select(Supplier.id).where(Supplier.code_key == code_key(supplier)))
    if supplier_id is None:
        raise NotFound("unknown_supplier", supplier=supplier)
    return session.scalar(
        select(SupplierItem.price).where(
            SupplierItem.supplier_id == supplier_id,
            SupplierItem.item_id == item_id,
            SupplierItem.retired_at.is_(None),
        )
    )
