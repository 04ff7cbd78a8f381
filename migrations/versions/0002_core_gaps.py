"""a return remembers its issue"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issue_return",
        sa.Column("issue_command_id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", BigId, nullable=False),
        sa.Column("issue_movement_id", BigId, nullable=True),
        _movement_key("movement_id"),
        _movement_key("issue_movement_id"),
        sa.PrimaryKeyConstraint("issue_command_id", "movement_id", name=op.f("pk_issue_return")),
    )
    op.execute(
        "INSERT INTO issue_return (issue_command_id, movement_id)"
        " SELECT issue_command_id, movement_id FROM awaited_issue"
    )
    op.drop_table("awaited_issue")


def downgrade() -> None:
    op.create_table(
        "awaited_issue",
        sa.Column("issue_command_id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", BigId, nullable=False),
        _movement_key("movement_id", "awaited_issue"),
        sa.PrimaryKeyConstraint("issue_command_id", "movement_id", name=op.f("pk_awaited_issue")),
    )
    op.execute(
        "INSERT INTO awaited_issue (issue_command_id, movement_id)"
        " SELECT issue_command_id, movement_id FROM issue_return WHERE issue_movement_id IS NULL"
    )
    op.drop_table("issue_return")


def _movement_key(column: str, table: str = "issue_return") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        ["movement.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )
