"""Bring the stock flows up to the ledger, chunk by chunk; reports are exact in between as well,
for they derive what is due themselves."""

from server.store.db import reading, unit_of_work
from server.store.stock_flows import due_flows, is_any_flow_due, refresh_flows

KEYS_MOST = 2_000


def refresh_stock_flows(limit: int = KEYS_MOST) -> int:
    """Derive the flows of up to `limit` changed days anew; 0 when nothing is due."""
    with reading() as session:
        if not is_any_flow_due(session):
            return 0
    with unit_of_work() as session:
        due = due_flows(session, limit)
        if due:
            refresh_flows(session, due)
    return len(due)
