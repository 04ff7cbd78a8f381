"""labels and the print queue"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "label_design",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_label_design_user_id")),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_label_design")),
    )
    op.create_table(
        "printer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=False),
        sa.Column("media", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agent", sa.Uuid(), nullable=False),
        sa.Column("agent_version", sa.String(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("language in ('zpl','tspl','pdf')", name=op.f("ck_printer_language")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_printer_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_printer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer")),
    )
    with op.batch_alter_table("printer", schema=None) as batch_op:
        batch_op.create_index("ix_printer_site", ["site_id"], unique=False)
        batch_op.create_index("uq_printer_name", ["user_id", "name_key"], unique=True)

    op.create_table(
        "number_range",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("next", BigId, nullable=False),
        sa.Column("last", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind in ('sscc','lpn','serial')", name=op.f("ck_number_range_kind")),
        sa.CheckConstraint("next <= last + 1", name=op.f("ck_number_range_next_within")),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_number_range_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_range")),
    )
    with op.batch_alter_table("number_range", schema=None) as batch_op:
        batch_op.create_index(
            "uq_number_range_prefix", ["kind", "item_id", "prefix", "extension"], unique=True
        )

    op.create_table(
        "print_job",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("printer_id", BigId, nullable=False),
        sa.Column("design", sa.String(), nullable=False),
        sa.Column("design_version", sa.Integer(), nullable=False),
        sa.Column("text_language", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("first_cell", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("numbered", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("problem", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.JSON(), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("agent", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("reprint_of", BigId, nullable=True),
        sa.Column("reprint_reason", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state in ('queued','leased','sending','sent','confirmed','unverified','paused','failed','expired','cancelled')",
            name=op.f("ck_print_job_state"),
        ),
        sa.CheckConstraint(
            "confirmed <= sent and sent <= labels", name=op.f("ck_print_job_numbers")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_print_job_created_by")),
        sa.ForeignKeyConstraint(
            ["printer_id"], ["printer.id"], name=op.f("fk_print_job_printer_id")
        ),
        sa.ForeignKeyConstraint(
            ["reprint_of"], ["print_job.id"], name=op.f("fk_print_job_reprint_of")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_print_job_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
        sa.UniqueConstraint("uid", name=op.f("uq_print_job_uid")),
    )
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.create_index(
            "ix_print_job_open",
            ["printer_id", "priority", "id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_print_job_reprint", ["reprint_of"], unique=False)

    op.create_table(
        "handed_number",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("range_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["range_id"], ["number_range.id"], name=op.f("fk_handed_number_range_id")
        ),
        sa.PrimaryKeyConstraint("kind", "item_id", "code", name=op.f("pk_handed_number")),
    )
    with op.batch_alter_table("handed_number", schema=None) as batch_op:
        batch_op.create_index(
            "ix_handed_number_free",
            ["range_id", "free_at"],
            unique=False,
            sqlite_where=sa.text("free_at IS NOT NULL"),
            postgresql_where=sa.text("free_at IS NOT NULL"),
        )

    op.create_table(
        "label_scan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("job_id", BigId, nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("device_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_label_scan_device_id")),
        sa.ForeignKeyConstraint(["job_id"], ["print_job.id"], name=op.f("fk_label_scan_job_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_label_scan_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_label_scan_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_scan")),
    )
    with op.batch_alter_table("label_scan", schema=None) as batch_op:
        batch_op.create_index("ix_label_scan_code", ["site_id", "code"], unique=False)
        batch_op.create_index("ix_label_scan_job", ["job_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("label_scan", schema=None) as batch_op:
        batch_op.drop_index("ix_label_scan_job")
        batch_op.drop_index("ix_label_scan_code")

    op.drop_table("label_scan")
    with op.batch_alter_table("handed_number", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_handed_number_free",
            sqlite_where=sa.text("free_at IS NOT NULL"),
            postgresql_where=sa.text("free_at IS NOT NULL"),
        )

    op.drop_table("handed_number")
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.drop_index("ix_print_job_reprint")
        batch_op.drop_index(
            "ix_print_job_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("print_job")
    with op.batch_alter_table("number_range", schema=None) as batch_op:
        batch_op.drop_index("uq_number_range_prefix")

    op.drop_table("number_range")
    with op.batch_alter_table("printer", schema=None) as batch_op:
        batch_op.drop_index("uq_printer_name")
        batch_op.drop_index("ix_printer_site")

    op.drop_table("printer")
    op.drop_table("label_design")
