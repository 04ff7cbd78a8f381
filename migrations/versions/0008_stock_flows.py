"""stock flows: what reports add up"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId, Money, Quantity

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("stock_flow_day", "stock_flow_month")


def upgrade() -> None:
    for table in TABLES:
        op.create_table(
            table,
            sa.Column("item_id", BigId, nullable=False),
            sa.Column("day", sa.Date(), nullable=False),
            sa.Column("site_id", BigId, nullable=False),
            sa.Column("owner_id", BigId, nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("in_quantity", Quantity(), nullable=False),
            sa.Column("in_value", Money(), nullable=False),
            sa.Column("out_quantity", Quantity(), nullable=False),
            sa.Column("out_value", Money(), nullable=False),
            *(
                sa.ForeignKeyConstraint(
                    [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_{table}_{name}_id")
                )
                for name in ("item", "owner", "site")
            ),
            sa.PrimaryKeyConstraint(
                "item_id", "day", "site_id", "owner_id", "kind", name=op.f(f"pk_{table}")
            ),
            sqlite_with_rowid=False,
        )
    op.create_index("ix_stock_flow_day_day", "stock_flow_day", ["day"])
    flowed = sa.Column("flowed", BigId, server_default="0", nullable=False)
    op.add_column("recalculation", flowed)
    op.create_index(
        "ix_recalculation_flow_due",
        "recalculation",
        ["item_id", "site_id", "day"],
        sqlite_where=sa.text("flowed < wanted"),
        postgresql_where=sa.text("flowed < wanted"),
    )


def downgrade() -> None:
    op.drop_index("ix_recalculation_flow_due", "recalculation")
    op.drop_column("recalculation", "flowed")
    for table in reversed(TABLES):
        op.drop_table(table)
