"""The rows every installation starts with: "none" rows, our own owner, the usual stock statuses."""

from typing import Any

from sqlalchemy import Connection, insert

from server.store.models import HandlingUnit, Lot, Owner, Serial, StockStatus
from server.store.models.items import NONE_ID

OWN_OWNER_ID = 1
GOOD_STATUS_ID = 1
INSPECTION_STATUS_ID = 2
DAMAGED_STATUS_ID = 3

_STATUSES = (
    (GOOD_STATUS_ID, "GOOD", "合格", "Good", True),
    (INSPECTION_STATUS_ID, "INSPECTION", "待检", "Inspection", False),
    (DAMAGED_STATUS_ID, "DAMAGED", "不合格", "Damaged", False),
    (4, "FROZEN", "冻结", "Frozen", False),
    (5, "RETURN", "待退", "To return", False),
)


def founding_rows() -> list[tuple[type, list[dict[str, Any]]]]:
    """(model, rows) in an order foreign keys accept."""
    none: dict[str, Any] = {"id": NONE_ID, "code": "", "code_key": "", "changed_at": 0}
    return [
        (
            Owner,
            [{"id": OWN_OWNER_ID, "code": "OWN", "code_key": "own", "kind": "own", "name": ""}],
        ),
        (
            StockStatus,
            [
                {
                    "id": status_id,
                    "code": code,
                    "code_key": code.lower(),
                    "name_zh": zh,
                    "name_en": en,
                    "available": ok,
                }
                for status_id, code, zh, en, ok in _STATUSES
            ],
        ),
        (Lot, [none]),
        (Serial, [{**none, "lot_id": NONE_ID}]),
        (HandlingUnit, [none]),
    ]


def insert_founding_rows(connection: Connection) -> None:
    """Write them, and on PostgreSQL move the id sequences past them."""
    for model, rows in founding_rows():
        connection.execute(insert(model), rows)
    if connection.dialect.name == "postgresql":
        for table in ("owner", "stock_status"):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 100)"
            )
