"""Verify: clean books are clean, and every row that was tampered with is named."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from server.cli.verify import verify
from server.domain.people import SYSTEM
from server.services.keep_records import change_record, create_record
from server.services.manage_items import ITEM_SITES, ITEMS
from server.services.manage_places import SITES, go_live
from server.services.refresh_stock_flows import refresh_stock_flows
from server.services.verify_ledger import all_checks, verify_books
from server.store.db import db
from server.store.immutability import APPEND_ONLY
from server.store.queries.verification import Finding
from tests.books import busy_floor, settle
from tests.floor import Floor, handheld


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with busy_floor() as busy:
        while refresh_stock_flows():
            pass
        yield busy


class Lie(NamedTuple):
    """SQL that breaks an invariant, and the row verify must name (as "name=value")."""

    invariant: str
    sql: Sequence[str]
    row: str


NEW_MOVEMENT = """
    INSERT INTO movement (id, command_id, line, kind, item_id, lot_id, serial_id, quantity,
        from_position_id, to_position_id, value, cogs, estimated, occurred_at, uncertainty_ms,
        recorded_at, value_date, device_id, document, reason, reverses_id)
    SELECT 900, command_id, 900, 'move_stock', item_id, lot_id, serial_id, quantity,
        from_position_id, to_position_id, value, cogs, estimated, occurred_at, uncertainty_ms,
        recorded_at, value_date, device_id, document, reason, {reverses}
    FROM movement WHERE id = 1
"""
DEVICE = "(SELECT min(id) FROM device)"
COUNT = "(SELECT min(id) FROM count)"
LIES = (
    Lie("references_exist", ["UPDATE movement SET lot_id = 77 WHERE id = 1"], "movement"),
    Lie("movements_go_somewhere", ["UPDATE movement SET quantity = 0 WHERE id = 1"], "id=1"),
    Lie(
        "movements_go_somewhere",
        ["UPDATE movement SET to_position_id = from_position_id WHERE id = 1"],
        "id=1",
    ),
    Lie("things_belong_together", ["UPDATE movement SET item_id = 2 WHERE serial_id = 1"], "id="),
    Lie("positions_match_locations", ["UPDATE position SET kind = 'dock' WHERE id = 1"], "id=1"),
    Lie("balances_are_sums", ["UPDATE movement SET quantity = 1 WHERE id = 1"], "item_id=1"),
    Lie("balances_are_sums", ["UPDATE balance SET on_hand = on_hand + 1"], "item_id=1"),
    Lie("balances_are_sums", ["UPDATE balance SET second_on_hand = 1"], "item_id=3"),
    Lie("balances_are_sums", ["DELETE FROM balance WHERE item_id = 3"], "item_id=3"),
    Lie(
        "balances_are_sums",
        [
            "INSERT INTO balance (position_id, item_id, lot_id, serial_id, on_hand, reserved,"
            " second_on_hand) SELECT id, 1, 0, 0, 5, 0, 0 FROM position WHERE kind = 'customer'"
        ],
        "item_id=1",
    ),
    Lie("balances_are_sums", [NEW_MOVEMENT.format(reverses="NULL")], "item_id=1"),
    Lie("reserved_is_open", ["UPDATE balance SET reserved = 0"], "item_id=1"),
    Lie("reserved_is_open", ["UPDATE reservation_line SET open = open - 1"], "item_id=1"),
    Lie("reservations_hold_together", ["UPDATE reservation SET state = 'done'"], "id=1"),
    Lie("reservations_hold_together", ["UPDATE reservation SET quantity = 1"], "id=1"),
    Lie("pools_hold_the_stock", ["UPDATE cost_pool SET quantity = 1 WHERE id = 1"], "item_id=1"),
    Lie("pools_hold_the_stock", ["DELETE FROM cost_pool WHERE item_id = 3"], "item_id=3"),
    Lie(
        "pools_are_worth_their_movements",
        ["UPDATE cost_pool SET value = value + 1 WHERE item_id = 1"],
        "item_id=1",
    ),
    Lie(
        "pools_are_worth_their_movements",
        ["UPDATE movement SET value = value + 1 WHERE id = 1"],
        "item_id=1",
    ),
    Lie(
        "pools_are_worth_their_movements",
        [
            "INSERT INTO revaluation (command_id, item_id, site_id, owner_id, kind, value, cogs,"
            " occurred_at, recorded_at, value_date) SELECT command_id, 1, 1, 1, 'price', 5, 0,"
            " occurred_at, recorded_at, value_date FROM movement WHERE id = 1"
        ],
        "item_id=1",
    ),
    Lie("empty_pools_are_worthless", ["UPDATE cost_pool SET quantity = 0 WHERE id = 1"], "id=1"),
    Lie("layers_make_the_pool", ["UPDATE cost_layer SET quantity = quantity + 1"], "id="),
    Lie("layers_make_the_pool", ["UPDATE cost_layer SET value = value + 1"], "id="),
    Lie("shortages_only_below_zero", ["UPDATE cost_layer SET quantity = -quantity"], "id="),
    Lie(
        "only_crossings_have_value",
        ["UPDATE movement SET value = 5 WHERE kind = 'move_stock'"],
        "id=",
    ),
    Lie(
        "only_sales_are_cogs",
        ["UPDATE movement SET cogs = 5 WHERE kind = 'receive_line'"],
        "id=1",
    ),
    Lie("reversals_are_opposite", ["DELETE FROM reversal"], "id="),
    Lie(
        "reversals_are_opposite",
        ["UPDATE movement SET quantity = quantity + 1 WHERE reverses_id IS NOT NULL"],
        "id=",
    ),
    Lie(
        "reversals_are_opposite",
        [NEW_MOVEMENT.format(reverses="(SELECT max(reverses_id) FROM movement)")],
        "id=900",
    ),
    Lie(
        "reversals_are_opposite",
        [
            "INSERT INTO reversal (movement_id, command_id) SELECT 1, command_id FROM movement"
            " WHERE id = 1"
        ],
        "movement_id=1",
    ),
    Lie(
        "answers_name_movements",
        ["UPDATE command SET answer = replace(answer, '\"1\"', '\"999\"')"],
        "id=",
    ),
    Lie(
        "answers_name_movements",
        ["UPDATE command SET status = 'rejected' WHERE type = 'receive_line'"],
        "id=1",
    ),
    Lie(
        "device_numbers_have_no_gap",
        ["UPDATE command SET seq = NULL WHERE seq = 4"],
        "seq=4",
    ),
    Lie(
        "device_numbers_have_no_gap",
        ["UPDATE device SET accepted_seq = accepted_seq + 1"],
        "seq=",
    ),
    Lie("movements_are_of_their_device", ["UPDATE movement SET device_id = NULL"], "id=1"),
    Lie("serials_are_one", ["UPDATE balance SET on_hand = 2000000 WHERE serial_id = 1"], "id=1"),
    Lie(
        "serials_are_where_seen",
        [
            "UPDATE serial_sighting SET undone = true WHERE occurred_at ="
            " (SELECT max(occurred_at) FROM serial_sighting)"
        ],
        "serial_id=1",
    ),
    Lie(
        "serials_are_where_seen",
        ["UPDATE balance SET on_hand = 0 WHERE serial_id = 2"],
        "serial_id=2",
    ),
    Lie(
        "units_are_where_moved",
        ["UPDATE handling_unit SET location_id = NULL WHERE id > 0"],
        "id=1",
    ),
    Lie("units_are_where_moved", ["UPDATE handling_unit_move SET undone = true"], "id=1"),
    Lie(
        "units_hold_their_contents",
        ["UPDATE handling_unit SET location_id = NULL WHERE id > 0"],
        "item_id=1",
    ),
    Lie(
        "nobody_decides_their_own_count",
        ["UPDATE count_participant SET role = 'recounter' WHERE role = 'approver'"],
        "id=1",
    ),
    Lie("nobody_decides_their_own_count", ["UPDATE count SET started_by = decided_by"], "id=1"),
    Lie(
        "decisions_are_complete",
        ["UPDATE count SET adjustment_command_id = NULL"],
        "id=1",
    ),
    Lie("variances_are_differences", ["UPDATE count_line SET counted = counted + 1"], "id=1"),
    Lie("adjustments_are_variances", ["UPDATE count_line SET variance = 0"], "item_id=1"),
    Lie(
        "adjustments_are_variances",
        ["UPDATE movement SET quantity = 9 WHERE kind = 'count_adjustment'"],
        "item_id=1",
    ),
    Lie(
        "money_has_its_day",
        ["UPDATE movement SET value_date = '2026-02-01' WHERE id = 1"],
        "id=1",
    ),
    Lie(
        "revaluations_have_their_day",
        ["UPDATE revaluation SET value_date = '2026-02-01'"],
        "id=1",
    ),
    Lie(
        "closed_periods_stay_closed",
        [
            "INSERT INTO period (site_id, closed_through, action, reason, at)"
            " VALUES (1, '2026-12-31', 'close', '', 0)"
        ],
        "id=1",
    ),
    Lie("feed_is_unbroken", ["UPDATE feed SET payload = '{}' WHERE seq = 3"], "seq=3"),
    Lie("feed_is_unbroken", ["DELETE FROM feed WHERE seq = 3"], "seq=3"),
    Lie("commands_are_in_the_feed", ["UPDATE feed SET command_id = NULL"], "id="),
    Lie(
        "rollups_are_rebuilt_the_same",
        ["UPDATE day_rollup SET cogs = cogs + 1 WHERE item_id = 1"],
        "item_id=1",
    ),
    Lie("rollups_are_rebuilt_the_same", ["DELETE FROM day_rollup"], "item_id=1"),
    Lie(
        "stock_flows_are_rebuilt_the_same",
        ["UPDATE stock_flow_day SET in_quantity = in_quantity + 1 WHERE item_id = 1"],
        "item_id=1",
    ),
    Lie("stock_flows_are_rebuilt_the_same", ["DELETE FROM stock_flow_month"], "item_id=1"),
    Lie("valuation_is_the_pools", ["UPDATE cost_pool SET value = value + 1"], "item_id=1"),
    Lie(
        "one_alert_at_a_time",
        [
            "DROP INDEX uq_reorder_alert_open",
            "INSERT INTO reorder_alert (item_id, site_id, state, inventory_position,"
            " reorder_point, triggered_at, version) SELECT item_id, site_id, 'snoozed',"
            " inventory_position, reorder_point, triggered_at, 1 FROM reorder_alert",
        ],
        "item_id=1",
    ),
    Lie("document_lines_are_sums", ["UPDATE document_line SET done = done + 1"], "document_id=1"),
    Lie("document_lines_are_sums", ["UPDATE document_movement SET rejected = 1"], "document_id=1"),
    Lie("short_picks_are_sums", ["UPDATE document_line SET short = 1"], "document_id=2"),
    Lie("document_states_follow", ["UPDATE document SET state = 'approved'"], "id=1"),
    Lie("document_states_follow", ["UPDATE document SET state = 'in_progress'"], "id=2"),
    Lie(
        "undone_movements_do_not_count", ["UPDATE document_movement SET undone = true"], "line_id="
    ),
    Lie("document_promises_fit", ["UPDATE document SET state = 'closed'"], "document_id=2"),
    Lie("alerts_are_at_rest", ["UPDATE reorder_alert SET state = 'resolved'"], "item_id=1"),
    Lie("alerts_are_at_rest", ["UPDATE item_site SET reorder_point = 1"], "item_id=1"),
    Lie(
        "turnover_is_rebuilt_the_same",
        ["UPDATE turnover SET available = available + 1 WHERE item_id = 1"],
        "item_id=1",
    ),
    Lie(
        "turnover_is_rebuilt_the_same",
        ["DELETE FROM turnover WHERE item_id = 1"],
        "item_id=1",
    ),
)


def test_books_kept_by_the_services_are_clean(floor: Floor) -> None:
    verdict = verify_books()
    assert verdict.broken == ()
    assert {finding.invariant for finding in verdict.exceptions} == {"negative_balances"}


def test_every_row_that_was_tampered_with_is_named(floor: Floor, subtests: pytest.Subtests) -> None:
    checks = {check.__name__: check for check in all_checks()}
    for lie in LIES:
        with subtests.test(lie.invariant, sql=lie.sql), lied(lie.sql) as session:
            named = [row_of(finding) for finding in checks[lie.invariant](session)]
            assert any(lie.row in row for row in named), named
    assert verify_books().broken == ()


def test_every_check_has_a_lie_it_finds() -> None:
    told = {lie.invariant for lie in LIES}
    untold = {check.__name__ for check in all_checks()} - told
    assert untold == {"append_only_is_guarded"}  # has a test of its own


def test_a_missing_guard_is_named(floor: Floor) -> None:
    with db.engine.execution_options(stockturn_writes=True).begin() as connection:
        for drop in drops_of_triggers(connection):
            connection.execute(text(drop))
    assert {f.table for f in verify_books().broken} == set(APPEND_ONLY)


def test_the_shell_names_the_rows_and_exits_with_1(floor: Floor, app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE balance SET reserved = 0")
    environment = environment_of(app)
    told = CliRunner().invoke(verify, [], env=environment)
    assert told.exit_code == 1
    assert "reserved_is_open: balance position_id=" in told.output
    as_json = json.loads(CliRunner().invoke(verify, ["--json"], env=environment).output)
    assert as_json["clean"] is False
    assert as_json["broken"][0]["expected"] == "6"


def test_the_shell_says_clean_and_exits_with_0(floor: Floor, app: Flask) -> None:
    told = CliRunner().invoke(verify, ["--times"], env=environment_of(app))
    assert (told.exit_code, "clean: " in told.output) == (0, True)


def test_more_promised_than_there_is_and_what_is_due_are_no_corruption(floor: Floor) -> None:
    olga = handheld(floor, "H2", "CART-2")
    olga.do("pick_line", from_="A-1", item="NUT", quantity="90")
    verdict = verify_books()
    assert verdict.broken == ()
    assert {finding.invariant for finding in verdict.exceptions} == {
        "negative_balances",
        "promised_beyond_stock",
        "recalculation_due",
    }


def test_a_serial_that_is_put_back_was_seen_there(floor: Floor) -> None:
    olga = handheld(floor, "H2", "CART-2")
    taken = olga.do("take_stock", from_="A-1", item="DRILL", quantity="1", serial="D2")
    floor.wait()
    olga.do("undo", command=str(taken.id), how="put_back")
    assert verify_books().broken == ()
    floor.wait()
    olga.do("pick_line", from_="A-1", item="DRILL", quantity="1", serial="D2")
    assert (floor.on_hand("CART-2", "DRILL"), verify_books().broken) == (0, ())


@pytest.mark.parametrize("retired", ["item", "site"])
def test_the_alert_of_what_is_retired_is_closed(floor: Floor, retired: str) -> None:
    kind, values = {
        "item": (ITEMS, {"sku": "GONE", "base_unit": "pcs"}),
        "site": (SITES, {"code": "S2", "time_zone": "Asia/Shanghai"}),
    }[retired]
    made = create_record(kind, values, actor=SYSTEM)
    if retired == "site":
        go_live(made[0], actor=SYSTEM)
    planned = {
        "item": {"item": "GONE", "site": "S1", "reorder_point": 5},
        "site": {"item": "NUT", "site": "S2", "reorder_point": 5},
    }[retired]
    create_record(ITEM_SITES, planned, actor=SYSTEM)
    settle()
    version = 1 if retired == "item" else 2
    change_record(kind, made, {"retired": True}, version=version, actor=SYSTEM)
    settle()
    assert verify_books().broken == ()


def row_of(finding: Finding) -> str:
    return f"{finding.table} " + " ".join(f"{name}={v}" for name, v in finding.row.items())


def environment_of(app: Flask) -> dict[str, str]:
    settings = app.config["STOCKTURN"]
    return {
        "STOCKTURN_VAR": str(settings.var),
        "STOCKTURN_DATABASE_URL": settings.database_url,
        "STOCKTURN_SECRET_KEY": settings.secret_key,
    }


@contextmanager
def lied(statements: Sequence[str]) -> Iterator[Session]:
    """A session that sees what SQL past every guard of the database did; then it never was."""
    connection = db.engine.execution_options(stockturn_writes=True).connect()
    session = Session(connection)
    try:
        tamper(connection, statements)
        yield session
    finally:
        session.close()
        connection.rollback()
        connection.invalidate()
        connection.close()


def tamper(connection: Connection, statements: Sequence[str]) -> None:
    """What a mistake of ours, or malice, might do."""
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection
        for pragma in ("foreign_keys=OFF", "ignore_check_constraints=ON"):
            raw.execute(f"PRAGMA {pragma}")
        lift, restore = drops_of_triggers(connection), triggers(connection)
    else:
        lift = [*drops_of_checks(connection), "SET LOCAL session_replication_role = replica"]
        restore = ["SET LOCAL session_replication_role = origin"]
    for statement in (*lift, *statements, *restore):
        connection.exec_driver_sql(statement)


def triggers(connection: Connection) -> list[str]:
    return list(connection.scalars(text("SELECT sql FROM sqlite_master WHERE type='trigger'")))


def drops_of_triggers(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger'"))
        return [f"DROP TRIGGER {name}" for name in names]
    return [f"ALTER TABLE {table} DISABLE TRIGGER {table}_refuses_change" for table in APPEND_ONLY]


def drops_of_checks(connection: Connection) -> list[str]:
    rows = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid <> 0"
        )
    )
    return [f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name in rows]
