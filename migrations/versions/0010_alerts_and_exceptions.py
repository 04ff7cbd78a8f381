"""alerts have owners, levels and a history; the exceptions inbox; handhelds can be rung"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ALERT_KEYS = ["item_id", "site_id"]
OPEN = sa.text("state <> 'resolved'")


def upgrade() -> None:
    _add_column("reorder_alert", "kind", "VARCHAR NOT NULL DEFAULT 'reorder'")
    _add_column("reorder_alert", "level", "VARCHAR NOT NULL DEFAULT 'usual'")
    _add_column(
        "reorder_alert",
        "owner_id",
        f'{_id_type()} CONSTRAINT fk_reorder_alert_owner_id REFERENCES "user" (id)',
    )
    _index_open_alerts(["kind", *ALERT_KEYS])
    op.create_table(
        "alert_event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("alert_id", BigId, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        _key("alert_event", "alert_id", "reorder_alert"),
        _key("alert_event", "user_id", "user"),
        _key("alert_event", "owner_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_event")),
    )
    op.create_index("ix_alert_event_alert", "alert_event", ["alert_id", "id"])
    _add_column("item_site", "safety_stock", "BIGINT NOT NULL DEFAULT 0")
    _add_column("device", "ring_until", "BIGINT")
    _add_column("device", "battery_percent", "INTEGER")
    _add_column("device", "status_at", "BIGINT")
    _make_inbox()
    op.create_index(
        "ix_balance_negative",
        "balance",
        ["item_id"],
        sqlite_where=sa.text("on_hand < 0"),
        postgresql_where=sa.text("on_hand < 0"),
    )
    op.create_index(
        "ix_movement_estimated",
        "movement",
        ["recorded_at"],
        sqlite_where=sa.text("estimated"),
        postgresql_where=sa.text("estimated"),
    )
    op.create_index("ix_revaluation_corrects", "revaluation", ["corrects_movement_id"])
    op.create_index(
        "ix_command_replaces",
        "command",
        ["replaces"],
        sqlite_where=sa.text("replaces IS NOT NULL"),
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )


def _make_inbox() -> None:
    op.create_table(
        "exception_case",
        sa.Column("id", BigId, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("weight", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("device_id", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_by", BigId, nullable=True),
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        *(
            _key("exception_case", f"{name}_id", name)
            for name in ("site", "item", "location", "device", "user")
        ),
        _key("exception_case", "resolved_by", "user"),
        sa.CheckConstraint("state in ('open','resolved')", name=op.f("ck_exception_case_state")),
        sa.CheckConstraint(
            "weight in ('act','look','note')", name=op.f("ck_exception_case_weight")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception_case")),
    )
    op.create_index(
        "uq_exception_case_standing",
        "exception_case",
        ["source", "key"],
        unique=True,
        sqlite_where=sa.text("standing"),
        postgresql_where=sa.text("standing"),
    )
    op.create_index("ix_exception_case_state", "exception_case", ["state", "id"])


def downgrade() -> None:
    op.drop_index("ix_command_replaces", "command")
    op.drop_index("ix_revaluation_corrects", "revaluation")
    op.drop_index("ix_movement_estimated", "movement")
    op.drop_index("ix_balance_negative", "balance")
    op.drop_table("exception_case")
    op.drop_table("alert_event")
    op.execute("DELETE FROM reorder_alert WHERE kind <> 'reorder'")
    _index_open_alerts(ALERT_KEYS)
    for table, names in {
        "device": ("status_at", "battery_percent", "ring_until"),
        "item_site": ("safety_stock",),
        "reorder_alert": ("owner_id", "level", "kind"),
    }.items():
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)


def _index_open_alerts(columns: list[str]) -> None:
    op.drop_index("uq_reorder_alert_open", "reorder_alert")
    op.create_index(
        "uq_reorder_alert_open",
        "reorder_alert",
        columns,
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _add_column(table: str, name: str, kind: str) -> None:
    """As plain SQL: Alembic would rebuild a SQLite table to add a column with a foreign key."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def _id_type() -> str:
    return "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
