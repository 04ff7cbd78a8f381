"""documents and customers"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId, Money, Quantity

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("minimum_days_left", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code_key", name=op.f("uq_customer_code_key")),
    )
    op.create_table(
        "document_number",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("last", BigId, nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_document_number")),
    )
    op.create_table(
        "document",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("to_site_id", BigId, nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("external_number", sa.String(), nullable=False),
        sa.Column("external_key", sa.String(), nullable=False),
        sa.Column("supplier_id", BigId, nullable=True),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("partner_id", BigId, nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("origin_id", BigId, nullable=True),
        sa.Column("document_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", BigId, nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", BigId, nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("mode in ('','direct','stepwise')", name=op.f("ck_document_mode")),
        sa.CheckConstraint(
            "state in ('draft','approved','in_progress','done','closed')",
            name=op.f("ck_document_state"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["user.id"], name=op.f("fk_document_approved_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["user.id"], name=op.f("fk_document_closed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_document_created_by")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_document_customer_id")
        ),
        sa.ForeignKeyConstraint(["origin_id"], ["document.id"], name=op.f("fk_document_origin_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_document_site_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_document_supplier_id")
        ),
        sa.ForeignKeyConstraint(["to_site_id"], ["site.id"], name=op.f("fk_document_to_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("number_key", name=op.f("uq_document_number_key")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index("ix_document_external_key", ["external_key"], unique=False)
        batch_op.create_index("ix_document_origin", ["origin_id"], unique=False)
        batch_op.create_index("ix_document_site", ["site_id", "state", "kind"], unique=False)
        batch_op.create_index("ix_document_to_site", ["to_site_id", "state"], unique=False)
        batch_op.create_index(
            "uq_document_external",
            ["kind", "partner_id", "external_key"],
            unique=True,
            sqlite_where=sa.text("external_key <> ''"),
            postgresql_where=sa.text("external_key <> ''"),
        )

    op.create_table(
        "document_attachment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("document_id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_attachment_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_document_attachment_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_attachment")),
        sa.UniqueConstraint("uid", name=op.f("uq_document_attachment_uid")),
    )
    with op.batch_alter_table("document_attachment", schema=None) as batch_op:
        batch_op.create_index("ix_document_attachment_document", ["document_id"], unique=False)

    op.create_table(
        "document_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("document_id", BigId, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("quantity", Quantity(), nullable=False),
        sa.Column("packaging_id", BigId, nullable=True),
        sa.Column("price", Money(), nullable=True),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("to_location_id", BigId, nullable=True),
        sa.Column("over_percent", Quantity(), nullable=True),
        sa.Column("under_percent", Quantity(), nullable=True),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("origin_line_id", BigId, nullable=True),
        sa.Column("reservation_id", BigId, nullable=True),
        sa.Column("done", Quantity(), nullable=False),
        sa.Column("arrived", Quantity(), nullable=False),
        sa.Column("rejected", Quantity(), nullable=False),
        sa.Column("short", Quantity(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_document_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_line_document_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_document_line_item_id")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_document_line_location_id")
        ),
        sa.ForeignKeyConstraint(
            ["origin_line_id"], ["document_line.id"], name=op.f("fk_document_line_origin_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["packaging_id"], ["packaging.id"], name=op.f("fk_document_line_packaging_id")
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_document_line_reservation_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_location_id"], ["location.id"], name=op.f("fk_document_line_to_location_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_line")),
    )
    with op.batch_alter_table("document_line", schema=None) as batch_op:
        batch_op.create_index("ix_document_line_item", ["item_id"], unique=False)
        batch_op.create_index("ix_document_line_origin", ["origin_line_id"], unique=False)
        batch_op.create_index("ix_document_line_reservation", ["reservation_id"], unique=False)
        batch_op.create_index("uq_document_line", ["document_id", "line"], unique=True)

    op.create_table(
        "document_short",
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        sa.Column("quantity", Quantity(), nullable=False),
        sa.Column("released", Quantity(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["command_id"],
            ["command.id"],
            name=op.f("fk_document_short_command_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["document_line.id"], name=op.f("fk_document_short_line_id")
        ),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_document_short")),
    )
    with op.batch_alter_table("document_short", schema=None) as batch_op:
        batch_op.create_index("ix_document_short_line", ["line_id"], unique=False)

    op.create_table(
        "document_movement",
        sa.Column("movement_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        sa.Column("done", Quantity(), nullable=False),
        sa.Column("arrived", Quantity(), nullable=False),
        sa.Column("rejected", Quantity(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["document_line.id"], name=op.f("fk_document_movement_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"],
            ["movement.id"],
            name=op.f("fk_document_movement_movement_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("movement_id", "line_id", name=op.f("pk_document_movement")),
    )
    with op.batch_alter_table("document_movement", schema=None) as batch_op:
        batch_op.create_index("ix_document_movement_line", ["line_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("document_movement", schema=None) as batch_op:
        batch_op.drop_index("ix_document_movement_line")

    op.drop_table("document_movement")
    with op.batch_alter_table("document_short", schema=None) as batch_op:
        batch_op.drop_index("ix_document_short_line")

    op.drop_table("document_short")
    with op.batch_alter_table("document_line", schema=None) as batch_op:
        batch_op.drop_index("uq_document_line")
        batch_op.drop_index("ix_document_line_reservation")
        batch_op.drop_index("ix_document_line_origin")
        batch_op.drop_index("ix_document_line_item")

    op.drop_table("document_line")
    with op.batch_alter_table("document_attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_document_attachment_document")

    op.drop_table("document_attachment")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_document_external",
            sqlite_where=sa.text("external_key <> ''"),
            postgresql_where=sa.text("external_key <> ''"),
        )
        batch_op.drop_index("ix_document_to_site")
        batch_op.drop_index("ix_document_site")
        batch_op.drop_index("ix_document_origin")
        batch_op.drop_index("ix_document_external_key")

    op.drop_table("document")
    op.drop_table("document_number")
    op.drop_table("customer")
