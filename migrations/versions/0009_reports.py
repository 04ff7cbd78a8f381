"""schedules of reports, batches of exports, month-end packs"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export_profile",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("last_seq", BigId, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("format in ('csv','xlsx')", name=op.f("ck_export_profile_format")),
        sa.CheckConstraint(
            "kind in ('movements','count_differences')", name=op.f("ck_export_profile_kind")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_export_profile_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_profile")),
        sa.UniqueConstraint("name_key", name=op.f("uq_export_profile_name_key")),
    )
    op.create_table(
        "report_schedule",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("days", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("channel_ids", sa.JSON(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("next_due_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("format in ('csv','xlsx')", name=op.f("ck_report_schedule_format")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_report_schedule_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
    )
    with op.batch_alter_table("report_schedule", schema=None) as batch_op:
        batch_op.create_index("ix_report_schedule_due", ["next_due_at"], unique=False)

    op.create_table(
        "export_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("profile_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_movement_id", BigId, nullable=False),
        sa.Column("last_movement_id", BigId, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("has_cost", sa.Boolean(), nullable=False),
        sa.Column("site_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["export_profile.id"], name=op.f("fk_export_batch_profile_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_export_batch_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_batch")),
        sa.UniqueConstraint("profile_id", "number", name=op.f("uq_export_batch_profile_id_number")),
    )
    op.create_table(
        "month_end_pack",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("period_id", BigId, nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state in ('wanted','done','failed')", name=op.f("ck_month_end_pack_state")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_month_end_pack_period_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_month_end_pack_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_month_end_pack_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_end_pack")),
        sa.UniqueConstraint("uid", name=op.f("uq_month_end_pack_uid")),
    )
    with op.batch_alter_table("month_end_pack", schema=None) as batch_op:
        batch_op.create_index("ix_month_end_pack_site", ["site_id", "id"], unique=False)
        batch_op.create_index("ix_month_end_pack_state", ["state"], unique=False)

    op.create_table(
        "report_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("schedule_id", BigId, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("has_cost", sa.Boolean(), nullable=False),
        sa.Column("site_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state in ('running','done','failed')", name=op.f("ck_report_run_state")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["report_schedule.id"], name=op.f("fk_report_run_schedule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.UniqueConstraint("schedule_id", "due_at", name=op.f("uq_report_run_schedule_id_due_at")),
    )
    op.create_table(
        "export_line",
        sa.Column("profile_id", BigId, nullable=False),
        sa.Column("movement_id", BigId, nullable=False),
        sa.Column("batch_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["export_batch.id"], name=op.f("fk_export_line_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movement.id"], name=op.f("fk_export_line_movement_id")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["export_profile.id"], name=op.f("fk_export_line_profile_id")
        ),
        sa.PrimaryKeyConstraint("profile_id", "movement_id", name=op.f("pk_export_line")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("export_line", schema=None) as batch_op:
        batch_op.create_index("ix_export_line_batch", ["batch_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("export_line", schema=None) as batch_op:
        batch_op.drop_index("ix_export_line_batch")

    op.drop_table("export_line")
    op.drop_table("report_run")
    with op.batch_alter_table("month_end_pack", schema=None) as batch_op:
        batch_op.drop_index("ix_month_end_pack_state")
        batch_op.drop_index("ix_month_end_pack_site")

    op.drop_table("month_end_pack")
    op.drop_table("export_batch")
    with op.batch_alter_table("report_schedule", schema=None) as batch_op:
        batch_op.drop_index("ix_report_schedule_due")

    op.drop_table("report_schedule")
    op.drop_table("export_profile")
