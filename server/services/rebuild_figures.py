"""Compute all roll-ups and stock flows from the whole ledger once more, and ask anew for those that
differ."""

from server.services.clock import now_ms
from server.store.db import reading, unit_of_work
from server.store.queries.verification import begin_long_reading
from server.store.recalculations import mark
from server.store.rollups import differing_rollups
from server.store.stock_flows import differing_flows, forget_flows

MARKS_AT_ONCE = 5_000


def rebuild_figures() -> int:
    """How many roll-ups and flows differed; the drain job (or `stockturn rebuild` itself)
    recalculates them.

    The incremental figures are right when this is 0 and nothing is due.
    """
    with reading() as session:
        begin_long_reading(session)
        wrong = differing_rollups(session)
        flows = differing_flows(session)
    for start in range(0, len(wrong), MARKS_AT_ONCE):
        with unit_of_work() as session:
            mark(session, wrong[start : start + MARKS_AT_ONCE], now_ms())
    for start in range(0, len(flows), MARKS_AT_ONCE):
        with unit_of_work() as session:
            forget_flows(session, flows[start : start + MARKS_AT_ONCE])
    return len(wrong) + len(flows)
