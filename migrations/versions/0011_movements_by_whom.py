"""movements of a person and of a handheld are found by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAMES = {"user_id": "ix_movement_user", "device_id": "ix_movement_device"}


def upgrade() -> None:
    for column, name in NAMES.items():
        known = sa.text(f"{column} is not null")
        op.create_index(
            name, "movement", [column, "id"], sqlite_where=known, postgresql_where=known
        )


def downgrade() -> None:
    for name in NAMES.values():
        op.drop_index(name, "movement")
