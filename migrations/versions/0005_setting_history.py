"""settings have a history"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "setting_change",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_setting_change_user_id")),
        sa.PrimaryKeyConstraint("name", "site_id", "version", name=op.f("pk_setting_change")),
    )


def downgrade() -> None:
    op.drop_table("setting_change")
