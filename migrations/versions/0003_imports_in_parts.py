"""imports in parts"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_batch", sa.Column("work", sa.String(), nullable=True))
    op.add_column("import_batch", sa.Column("worked_at", sa.BigInteger(), nullable=True))
    op.add_column("import_batch", sa.Column("reached", BigId, nullable=False, server_default="0"))


def downgrade() -> None:
    for column in ("reached", "worked_at", "work"):
        op.drop_column("import_batch", column)
