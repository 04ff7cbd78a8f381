"""first schema"""

import sqlalchemy as sa
from alembic import op

from server.store.founding import insert_founding_rows
from server.store.immutability import refusal_statements
from server.store.types import BigId, Money, Quantity

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("code_key", name=op.f("uq_category_code_key")),
    )
    op.create_table(
        "column_map",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_map")),
    )
    with op.batch_alter_table("column_map", schema=None) as batch_op:
        batch_op.create_index("uq_column_map_name", ["kind", "name"], unique=True)

    op.create_table(
        "feed",
        sa.Column("seq", BigId, autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("device_id", BigId, nullable=True),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_feed")),
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index("ix_feed_topic", ["topic", "seq"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_key")),
    )
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_key_at"), ["at"], unique=False)

    op.create_table(
        "lockout",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure_at", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_lockout")),
    )
    op.create_table(
        "pending_feed",
        sa.Column("id", BigId, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("device_id", BigId, nullable=True),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_feed")),
    )
    op.create_table(
        "set_up",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_set_up_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_up")),
    )
    op.create_table(
        "site",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("location_mode", sa.String(), nullable=False),
        sa.Column("window_policy", sa.String(), nullable=False),
        sa.Column("live_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_through", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "location_mode in ('none','zone','bin')", name=op.f("ck_site_location_mode")
        ),
        sa.CheckConstraint(
            "window_policy in ('recount','ask','accept')", name=op.f("ck_site_window_policy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code_key", name=op.f("uq_site_code_key")),
    )
    op.create_table(
        "stock_status",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_status")),
        sa.UniqueConstraint("code_key", name=op.f("uq_stock_status_code_key")),
    )
    op.create_table(
        "supplier",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code_key", name=op.f("uq_supplier_code_key")),
    )
    op.create_table(
        "user",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("login_key", sa.String(), nullable=True),
        sa.Column("badge", sa.String(), nullable=True),
        sa.Column("badge_key", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("pin_hash", sa.String(), nullable=True),
        sa.Column("all_sites", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "role in ('operator','clerk','supervisor','planner','administrator','station')",
            name=op.f("ck_user_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("badge_key", name=op.f("uq_user_badge_key")),
        sa.UniqueConstraint("login_key", name=op.f("uq_user_login_key")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_api_token_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "enrolment_code",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("device_name", sa.String(), nullable=False),
        sa.Column("keyless", sa.Boolean(), nullable=False),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user.id"], name=op.f("fk_enrolment_code_created_by")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_enrolment_code_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_enrolment_code_code_hash")),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("wrong_rows", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("rolled_back_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state in ('dry_run','applied','rolled_back')", name=op.f("ck_import_batch_state")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_import_batch_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_import_batch_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("uid", name=op.f("uq_import_batch_uid")),
    )
    op.create_table(
        "item",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("sku_key", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("specification", sa.String(), nullable=False),
        sa.Column("base_unit", sa.String(), nullable=False),
        sa.Column("second_unit", sa.String(), nullable=False),
        sa.Column("tracking", sa.String(), nullable=False),
        sa.Column("shelf_life", sa.Integer(), nullable=True),
        sa.Column("shelf_life_unit", sa.String(), nullable=False),
        sa.Column("standard_cost", Money(), nullable=True),
        sa.Column("costing", sa.String(), nullable=False),
        sa.Column("category_id", BigId, nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("costing in ('average','fifo')", name=op.f("ck_item_costing")),
        sa.CheckConstraint(
            "shelf_life_unit in ('day','month')", name=op.f("ck_item_shelf_life_unit")
        ),
        sa.CheckConstraint("tracking in ('none','lot','serial')", name=op.f("ck_item_tracking")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_item_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("sku_key", name=op.f("uq_item_sku_key")),
    )
    op.create_table(
        "owner",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("supplier_id", BigId, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind in ('own','supplier')", name=op.f("ck_owner_kind")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_owner_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner")),
        sa.UniqueConstraint("code_key", name=op.f("uq_owner_code_key")),
    )
    op.create_table(
        "period",
        sa.Column("id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("closed_through", sa.Date(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_period_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_period_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["user.id"], name=op.f("fk_setting_changed_by")),
        sa.PrimaryKeyConstraint("name", "site_id", name=op.f("pk_setting")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("user_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("stepped_up_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_table(
        "user_site",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_user_site_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_site_user_id")),
        sa.PrimaryKeyConstraint("user_id", "site_id", name=op.f("pk_user_site")),
    )
    op.create_table(
        "zone",
        sa.Column("id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_zone_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("site_id", "code_key", name=op.f("uq_zone_site_id_code_key")),
    )
    op.create_table(
        "cost_pool",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("owner_id", BigId, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("quantity", Quantity(), nullable=False),
        sa.Column("value", Money(), nullable=False),
        sa.Column("last_cost", Money(), nullable=True),
        sa.CheckConstraint(
            "quantity <> 0 or value = 0", name=op.f("ck_cost_pool_empty_is_worthless")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_cost_pool_item_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_cost_pool_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_cost_pool_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_pool")),
    )
    with op.batch_alter_table("cost_pool", schema=None) as batch_op:
        batch_op.create_index("ix_cost_pool_key", ["item_id", "site_id", "owner_id"], unique=True)

    op.create_table(
        "day_rollup",
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("in_quantity", Quantity(), nullable=False),
        sa.Column("out_quantity", Quantity(), nullable=False),
        sa.Column("sold_quantity", Quantity(), nullable=False),
        sa.Column("cogs", Money(), nullable=False),
        sa.Column("value_change", Money(), nullable=False),
        sa.Column("value_change_rest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_day_rollup_item_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_day_rollup_site_id")),
        sa.PrimaryKeyConstraint("item_id", "site_id", "day", name=op.f("pk_day_rollup")),
    )
    op.create_table(
        "import_change",
        sa.Column("id", BigId, nullable=False),
        sa.Column("batch_id", BigId, nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_change_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
    )
    with op.batch_alter_table("import_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_change_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "item_site",
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("reorder_point", Quantity(), nullable=True),
        sa.Column("reorder_hysteresis", Quantity(), nullable=False),
        sa.Column("target_level", Quantity(), nullable=True),
        sa.Column("on_order", Quantity(), nullable=False),
        sa.Column("backorder", Quantity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_site_item_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_item_site_site_id")),
        sa.PrimaryKeyConstraint("item_id", "site_id", name=op.f("pk_item_site")),
    )
    op.create_table(
        "location",
        sa.Column("id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("zone_id", BigId, nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("capacity", Quantity(), nullable=True),
        sa.Column("walking_order", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind in ('bin','pick_face','dock','staging','quality','mobile','supplier','customer','adjustment','scrap','production','transit')",
            name=op.f("ck_location_kind"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_location_site_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_location_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("site_id", "code_key", name=op.f("uq_location_site_id_code_key")),
    )
    op.create_table(
        "lot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("production_date", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_lot_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("item_id", "code_key", name=op.f("uq_lot_item_id_code_key")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index("ix_lot_changed", ["changed_at"], unique=False)
        batch_op.create_index("ix_lot_code", ["code_key"], unique=False)

    op.create_table(
        "packaging",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("quantity", Quantity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_packaging_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packaging")),
        sa.UniqueConstraint("item_id", "name", name=op.f("uq_packaging_item_id_name")),
    )
    op.create_table(
        "picture",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_picture_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("item_id", name=op.f("uq_picture_item_id")),
    )
    op.create_table(
        "recalculation",
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wanted", BigId, nullable=False),
        sa.Column("done", BigId, nullable=False),
        sa.Column("wanted_at", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.CheckConstraint("done <= wanted", name=op.f("ck_recalculation_done_within")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_recalculation_item_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_recalculation_site_id")),
        sa.PrimaryKeyConstraint("item_id", "site_id", "day", name=op.f("pk_recalculation")),
    )
    with op.batch_alter_table("recalculation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_recalculation_due",
            ["wanted_at"],
            unique=False,
            sqlite_where=sa.text("done < wanted"),
            postgresql_where=sa.text("done < wanted"),
        )

    op.create_table(
        "reorder_alert",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("inventory_position", Quantity(), nullable=False),
        sa.Column("reorder_point", Quantity(), nullable=False),
        sa.Column("triggered_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_by", BigId, nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("snoozed_until", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('triggered','acknowledged','snoozed','resolved')",
            name=op.f("ck_reorder_alert_state"),
        ),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["user.id"], name=op.f("fk_reorder_alert_acknowledged_by")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_reorder_alert_item_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_reorder_alert_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reorder_alert")),
    )
    with op.batch_alter_table("reorder_alert", schema=None) as batch_op:
        batch_op.create_index(
            "uq_reorder_alert_open",
            ["item_id", "site_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'resolved'"),
            postgresql_where=sa.text("state <> 'resolved'"),
        )

    op.create_table(
        "reservation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("quantity", Quantity(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state in ('open','done','released')", name=op.f("ck_reservation_state")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_reservation_item_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_reservation_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reservation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("uid", name=op.f("uq_reservation_uid")),
    )
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.create_index("ix_reservation_item", ["item_id", "site_id"], unique=False)

    op.create_table(
        "supplier_item",
        sa.Column("supplier_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("supplier_sku", sa.String(), nullable=False),
        sa.Column("price", Money(), nullable=True),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("minimum_order_quantity", Quantity(), nullable=True),
        sa.Column("pack_multiple", Quantity(), nullable=True),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_supplier_item_item_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_item_supplier_id")
        ),
        sa.PrimaryKeyConstraint("supplier_id", "item_id", name=op.f("pk_supplier_item")),
    )
    op.create_table(
        "turnover",
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("cogs", Money(), nullable=False),
        sa.Column("average_inventory", Money(), nullable=False),
        sa.Column("ratio", sa.String(), nullable=True),
        sa.Column("days_of_stock", sa.String(), nullable=True),
        sa.Column("flags", sa.String(), nullable=False),
        sa.Column("on_hand", Quantity(), nullable=False),
        sa.Column("available", Quantity(), nullable=False),
        sa.Column("inventory_position", Quantity(), nullable=False),
        sa.Column("stock_value", Money(), nullable=False),
        sa.Column("computed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_turnover_item_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_turnover_site_id")),
        sa.PrimaryKeyConstraint("item_id", "site_id", name=op.f("pk_turnover")),
    )
    op.create_table(
        "barcode",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target_id", BigId, nullable=False),
        sa.Column("packaging_id", BigId, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["packaging_id"], ["packaging.id"], name=op.f("fk_barcode_packaging_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barcode")),
        sa.UniqueConstraint(
            "code_key", "kind", "target_id", name=op.f("uq_barcode_code_key_kind_target_id")
        ),
    )
    with op.batch_alter_table("barcode", schema=None) as batch_op:
        batch_op.create_index("ix_barcode_target", ["kind", "target_id"], unique=False)

    op.create_table(
        "count_task",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind in ('look','recount','count')", name=op.f("ck_count_task_kind")),
        sa.CheckConstraint("state in ('open','done','cleared')", name=op.f("ck_count_task_state")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_count_task_item_id")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_count_task_location_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_count_task_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_task")),
    )
    with op.batch_alter_table("count_task", schema=None) as batch_op:
        batch_op.create_index("ix_count_task_site", ["site_id", "state"], unique=False)
        batch_op.create_index(
            "uq_count_task_open",
            ["location_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "device",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("cart_location_id", BigId, nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=True),
        sa.Column("keyless", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("accepted_seq", BigId, nullable=False),
        sa.Column("next_seq", BigId, nullable=False),
        sa.Column("last_occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("wall_offset_ms", BigId, nullable=False),
        sa.Column("app_version", sa.String(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_by", BigId, nullable=True),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state in ('active','revoked')", name=op.f("ck_device_state")),
        sa.ForeignKeyConstraint(
            ["cart_location_id"], ["location.id"], name=op.f("fk_device_cart_location_id")
        ),
        sa.ForeignKeyConstraint(["enrolled_by"], ["user.id"], name=op.f("fk_device_enrolled_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_device_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_device_uid")),
    )
    op.create_table(
        "handling_unit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("location_id", BigId, nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_handling_unit_location_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handling_unit")),
        sa.UniqueConstraint("code_key", name=op.f("uq_handling_unit_code_key")),
    )
    with op.batch_alter_table("handling_unit", schema=None) as batch_op:
        batch_op.create_index("ix_handling_unit_changed", ["changed_at"], unique=False)
        batch_op.create_index("ix_handling_unit_location", ["location_id"], unique=False)

    op.create_table(
        "serial",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_serial_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_serial_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial")),
        sa.UniqueConstraint("item_id", "code_key", name=op.f("uq_serial_item_id_code_key")),
    )
    with op.batch_alter_table("serial", schema=None) as batch_op:
        batch_op.create_index("ix_serial_code", ["code_key"], unique=False)

    op.create_table(
        "command",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("device_id", BigId, nullable=True),
        sa.Column("seq", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("uncertainty_ms", BigId, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status in ('applied','applied_flagged','rejected')",
            name=op.f("ck_command_status_final"),
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_command_device_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_command_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_command_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_command")),
    )
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.create_index("ix_command_received", ["received_at"], unique=False)
        batch_op.create_index("uq_command_device_seq", ["device_id", "seq"], unique=True)

    op.create_table(
        "device_boot",
        sa.Column("device_id", BigId, nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("offset_ms", BigId, nullable=False),
        sa.Column("first_contact_at", sa.BigInteger(), nullable=False),
        sa.Column("last_contact_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_boot_device_id")
        ),
        sa.PrimaryKeyConstraint("device_id", "boot_id", name=op.f("pk_device_boot")),
    )
    op.create_table(
        "lost_range",
        sa.Column("id", BigId, nullable=False),
        sa.Column("device_id", BigId, nullable=False),
        sa.Column("first_seq", BigId, nullable=False),
        sa.Column("last_seq", BigId, nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("declared_by", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["user.id"], name=op.f("fk_lost_range_declared_by")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_lost_range_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lost_range")),
    )
    with op.batch_alter_table("lost_range", schema=None) as batch_op:
        batch_op.create_index("ix_lost_range_device", ["device_id", "first_seq"], unique=False)

    op.create_table(
        "position",
        sa.Column("id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("handling_unit_id", BigId, nullable=False),
        sa.Column("owner_id", BigId, nullable=False),
        sa.Column("status_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handling_unit_id"], ["handling_unit.id"], name=op.f("fk_position_handling_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_position_location_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_position_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_position_site_id")),
        sa.ForeignKeyConstraint(
            ["status_id"], ["stock_status.id"], name=op.f("fk_position_status_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint(
            "location_id",
            "handling_unit_id",
            "owner_id",
            "status_id",
            name=op.f("uq_position_location_id_handling_unit_id_owner_id_status_id"),
        ),
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index("ix_position_site", ["site_id", "kind"], unique=False)

    op.create_table(
        "quarantined_command",
        sa.Column("id", BigId, nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user.id"], name=op.f("fk_quarantined_command_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_quarantined_command_device_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_command")),
        sa.UniqueConstraint("command_id", name=op.f("uq_quarantined_command_command_id")),
    )
    with op.batch_alter_table("quarantined_command", schema=None) as batch_op:
        batch_op.create_index("ix_quarantined_command_device", ["device_id", "state"], unique=False)

    op.create_table(
        "balance",
        sa.Column("position_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("serial_id", BigId, nullable=False),
        sa.Column("on_hand", Quantity(), nullable=False),
        sa.Column("second_on_hand", Quantity(), nullable=False),
        sa.Column("reserved", Quantity(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_balance_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_balance_lot_id")),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_balance_position_id")
        ),
        sa.ForeignKeyConstraint(["serial_id"], ["serial.id"], name=op.f("fk_balance_serial_id")),
        sa.PrimaryKeyConstraint(
            "position_id", "item_id", "lot_id", "serial_id", name=op.f("pk_balance")
        ),
    )
    with op.batch_alter_table("balance", schema=None) as batch_op:
        batch_op.create_index("ix_balance_item", ["item_id", "position_id"], unique=False)

    op.create_table(
        "count",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("task_id", BigId, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.Column("uncertainty_ms", BigId, nullable=False),
        sa.Column("device_id", BigId, nullable=True),
        sa.Column("device_seq", BigId, nullable=True),
        sa.Column("started_by", BigId, nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("adjustment_command_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('counting','finished','approved','refused')", name=op.f("ck_count_state")
        ),
        sa.CheckConstraint(
            "decided_by is null or decided_by <> started_by", name=op.f("ck_count_four_eyes")
        ),
        sa.ForeignKeyConstraint(
            ["adjustment_command_id"], ["command.id"], name=op.f("fk_count_adjustment_command_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_count_decided_by")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_count_device_id")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_count_location_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_count_site_id")),
        sa.ForeignKeyConstraint(["started_by"], ["user.id"], name=op.f("fk_count_started_by")),
        sa.ForeignKeyConstraint(["task_id"], ["count_task.id"], name=op.f("fk_count_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count")),
        sa.UniqueConstraint("uid", name=op.f("uq_count_uid")),
    )
    with op.batch_alter_table("count", schema=None) as batch_op:
        batch_op.create_index("ix_count_location", ["location_id", "counted_at"], unique=False)
        batch_op.create_index("ix_count_state", ["site_id", "state"], unique=False)

    op.create_table(
        "handling_unit_move",
        sa.Column("id", BigId, nullable=False),
        sa.Column("handling_unit_id", BigId, nullable=False),
        sa.Column("from_location_id", BigId, nullable=True),
        sa.Column("to_location_id", BigId, nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("uncertainty_ms", BigId, nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["command_id"],
            ["command.id"],
            name=op.f("fk_handling_unit_move_command_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["from_location_id"],
            ["location.id"],
            name=op.f("fk_handling_unit_move_from_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["handling_unit_id"],
            ["handling_unit.id"],
            name=op.f("fk_handling_unit_move_handling_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_location_id"], ["location.id"], name=op.f("fk_handling_unit_move_to_location_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handling_unit_move")),
    )
    with op.batch_alter_table("handling_unit_move", schema=None) as batch_op:
        batch_op.create_index(
            "ix_handling_unit_move_unit", ["handling_unit_id", "occurred_at"], unique=False
        )

    op.create_table(
        "movement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("serial_id", BigId, nullable=False),
        sa.Column("quantity", Quantity(), nullable=False),
        sa.Column("second_quantity", Quantity(), nullable=True),
        sa.Column("from_position_id", BigId, nullable=False),
        sa.Column("to_position_id", BigId, nullable=False),
        sa.Column("unit_cost", Money(), nullable=True),
        sa.Column("value", Money(), nullable=False),
        sa.Column("cogs", Money(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("uncertainty_ms", BigId, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("device_id", BigId, nullable=True),
        sa.Column("device_seq", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reverses_id", BigId, nullable=True),
        sa.CheckConstraint(
            "from_position_id <> to_position_id", name=op.f("ck_movement_goes_somewhere")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_movement_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["command_id"], ["command.id"], name=op.f("fk_movement_command_id")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_movement_device_id")),
        sa.ForeignKeyConstraint(
            ["from_position_id"], ["position.id"], name=op.f("fk_movement_from_position_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_movement_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_movement_lot_id")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["movement.id"], name=op.f("fk_movement_reverses_id")
        ),
        sa.ForeignKeyConstraint(["serial_id"], ["serial.id"], name=op.f("fk_movement_serial_id")),
        sa.ForeignKeyConstraint(
            ["to_position_id"], ["position.id"], name=op.f("fk_movement_to_position_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_movement_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.create_index("ix_movement_command", ["command_id", "line"], unique=True)
        batch_op.create_index("ix_movement_from", ["from_position_id", "id"], unique=False)
        batch_op.create_index("ix_movement_item_occurred", ["item_id", "occurred_at"], unique=False)
        batch_op.create_index(
            "ix_movement_item_value_date", ["item_id", "value_date"], unique=False
        )
        batch_op.create_index("ix_movement_recorded", ["recorded_at"], unique=False)
        batch_op.create_index("ix_movement_to", ["to_position_id", "id"], unique=False)

    op.create_table(
        "reservation_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("reservation_id", BigId, nullable=False),
        sa.Column("position_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("serial_id", BigId, nullable=False),
        sa.Column("quantity", Quantity(), nullable=False),
        sa.Column("open", Quantity(), nullable=False),
        sa.CheckConstraint(
            "open >= 0 and open <= quantity", name=op.f("ck_reservation_line_open_within")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_reservation_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_reservation_line_lot_id")),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_reservation_line_position_id")
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_reservation_line_reservation_id")
        ),
        sa.ForeignKeyConstraint(
            ["serial_id"], ["serial.id"], name=op.f("fk_reservation_line_serial_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation_line")),
    )
    with op.batch_alter_table("reservation_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reservation_line_balance", ["position_id", "item_id"], unique=False
        )
        batch_op.create_index("ix_reservation_line_reservation", ["reservation_id"], unique=False)

    op.create_table(
        "serial_sighting",
        sa.Column("id", BigId, nullable=False),
        sa.Column("serial_id", BigId, nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("device_id", BigId, nullable=False),
        sa.Column("device_seq", BigId, nullable=False),
        sa.Column("place_position_id", BigId, nullable=False),
        sa.Column("source_position_id", BigId, nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["command_id"],
            ["command.id"],
            name=op.f("fk_serial_sighting_command_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["place_position_id"],
            ["position.id"],
            name=op.f("fk_serial_sighting_place_position_id"),
        ),
        sa.ForeignKeyConstraint(
            ["serial_id"], ["serial.id"], name=op.f("fk_serial_sighting_serial_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_position_id"],
            ["position.id"],
            name=op.f("fk_serial_sighting_source_position_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_sighting")),
    )
    with op.batch_alter_table("serial_sighting", schema=None) as batch_op:
        batch_op.create_index(
            "ix_serial_sighting_command", ["command_id", "serial_id"], unique=False
        )
        batch_op.create_index(
            "ix_serial_sighting_serial", ["serial_id", "occurred_at"], unique=False
        )

    op.create_table(
        "undone_command",
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("by_command_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["command_id"], ["command.id"], name=op.f("fk_undone_command_command_id")
        ),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_undone_command")),
    )
    op.create_table(
        "awaited_issue",
        sa.Column("issue_command_id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["movement_id"],
            ["movement.id"],
            name=op.f("fk_awaited_issue_movement_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("issue_command_id", "movement_id", name=op.f("pk_awaited_issue")),
    )
    op.create_table(
        "cost_layer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pool_id", BigId, nullable=False),
        sa.Column("movement_id", BigId, nullable=False),
        sa.Column("quantity", Quantity(), nullable=False),
        sa.Column("value", Money(), nullable=False),
        sa.Column("cogs", sa.Boolean(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movement.id"], name=op.f("fk_cost_layer_movement_id")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["cost_pool.id"], name=op.f("fk_cost_layer_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_layer")),
    )
    with op.batch_alter_table("cost_layer", schema=None) as batch_op:
        batch_op.create_index("ix_cost_layer_pool", ["pool_id", "id"], unique=False)

    op.create_table(
        "count_anchor",
        sa.Column("id", BigId, nullable=False),
        sa.Column("count_id", BigId, nullable=False),
        sa.Column("location_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("serial_id", BigId, nullable=False),
        sa.Column("handling_unit_id", BigId, nullable=False),
        sa.Column("window_from", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.Column("device_id", BigId, nullable=False),
        sa.Column("device_seq", BigId, nullable=False),
        sa.ForeignKeyConstraint(["count_id"], ["count.id"], name=op.f("fk_count_anchor_count_id")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_count_anchor_location_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_anchor")),
    )
    with op.batch_alter_table("count_anchor", schema=None) as batch_op:
        batch_op.create_index(
            "ix_count_anchor_location", ["location_id", "counted_at"], unique=False
        )

    op.create_table(
        "count_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("count_id", BigId, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("serial_id", BigId, nullable=False),
        sa.Column("handling_unit_id", BigId, nullable=False),
        sa.Column("counted", Quantity(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("expected", Quantity(), nullable=True),
        sa.Column("variance", Quantity(), nullable=True),
        sa.Column("value", Money(), nullable=True),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_count_line_counted_not_negative")),
        sa.ForeignKeyConstraint(["count_id"], ["count.id"], name=op.f("fk_count_line_count_id")),
        sa.ForeignKeyConstraint(
            ["handling_unit_id"], ["handling_unit.id"], name=op.f("fk_count_line_handling_unit_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_count_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_count_line_lot_id")),
        sa.ForeignKeyConstraint(["serial_id"], ["serial.id"], name=op.f("fk_count_line_serial_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_count_line_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_line")),
        sa.UniqueConstraint(
            "count_id",
            "attempt",
            "item_id",
            "lot_id",
            "serial_id",
            "handling_unit_id",
            name=op.f("uq_count_line_count_id_attempt_item_id_lot_id_serial_id_handling_unit_id"),
        ),
    )
    op.create_table(
        "count_participant",
        sa.Column("count_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["count_id"], ["count.id"], name=op.f("fk_count_participant_count_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_count_participant_user_id")
        ),
        sa.PrimaryKeyConstraint("count_id", "user_id", name=op.f("pk_count_participant")),
    )
    op.create_table(
        "revaluation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("owner_id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", Money(), nullable=False),
        sa.Column("cogs", Money(), nullable=False),
        sa.Column("cause_movement_id", BigId, nullable=True),
        sa.Column("corrects_movement_id", BigId, nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_movement_id"], ["movement.id"], name=op.f("fk_revaluation_cause_movement_id")
        ),
        sa.ForeignKeyConstraint(
            ["command_id"], ["command.id"], name=op.f("fk_revaluation_command_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_movement_id"],
            ["movement.id"],
            name=op.f("fk_revaluation_corrects_movement_id"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_revaluation_item_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_revaluation_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_revaluation_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revaluation")),
    )
    with op.batch_alter_table("revaluation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_revaluation_item_value_date", ["item_id", "value_date"], unique=False
        )

    op.create_table(
        "reversal",
        sa.Column("movement_id", BigId, nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["command_id"], ["command.id"], name=op.f("fk_reversal_command_id")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movement.id"], name=op.f("fk_reversal_movement_id")
        ),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_reversal")),
    )
    bind = op.get_bind()
    for statement in refusal_statements(bind.dialect.name):
        op.execute(sa.text(statement))
    insert_founding_rows(bind)


def downgrade() -> None:
    op.drop_table("reversal")
    with op.batch_alter_table("revaluation", schema=None) as batch_op:
        batch_op.drop_index("ix_revaluation_item_value_date")

    op.drop_table("revaluation")
    op.drop_table("count_participant")
    op.drop_table("count_line")
    with op.batch_alter_table("count_anchor", schema=None) as batch_op:
        batch_op.drop_index("ix_count_anchor_location")

    op.drop_table("count_anchor")
    with op.batch_alter_table("cost_layer", schema=None) as batch_op:
        batch_op.drop_index("ix_cost_layer_pool")

    op.drop_table("cost_layer")
    op.drop_table("awaited_issue")
    op.drop_table("undone_command")
    with op.batch_alter_table("serial_sighting", schema=None) as batch_op:
        batch_op.drop_index("ix_serial_sighting_serial")
        batch_op.drop_index("ix_serial_sighting_command")

    op.drop_table("serial_sighting")
    with op.batch_alter_table("reservation_line", schema=None) as batch_op:
        batch_op.drop_index("ix_reservation_line_reservation")
        batch_op.drop_index("ix_reservation_line_balance")

    op.drop_table("reservation_line")
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.drop_index("ix_movement_to")
        batch_op.drop_index("ix_movement_recorded")
        batch_op.drop_index("ix_movement_item_value_date")
        batch_op.drop_index("ix_movement_item_occurred")
        batch_op.drop_index("ix_movement_from")
        batch_op.drop_index("ix_movement_command")

    op.drop_table("movement")
    with op.batch_alter_table("handling_unit_move", schema=None) as batch_op:
        batch_op.drop_index("ix_handling_unit_move_unit")

    op.drop_table("handling_unit_move")
    with op.batch_alter_table("count", schema=None) as batch_op:
        batch_op.drop_index("ix_count_state")
        batch_op.drop_index("ix_count_location")

    op.drop_table("count")
    with op.batch_alter_table("balance", schema=None) as batch_op:
        batch_op.drop_index("ix_balance_item")

    op.drop_table("balance")
    with op.batch_alter_table("quarantined_command", schema=None) as batch_op:
        batch_op.drop_index("ix_quarantined_command_device")

    op.drop_table("quarantined_command")
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_index("ix_position_site")

    op.drop_table("position")
    with op.batch_alter_table("lost_range", schema=None) as batch_op:
        batch_op.drop_index("ix_lost_range_device")

    op.drop_table("lost_range")
    op.drop_table("device_boot")
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.drop_index("uq_command_device_seq")
        batch_op.drop_index("ix_command_received")

    op.drop_table("command")
    with op.batch_alter_table("serial", schema=None) as batch_op:
        batch_op.drop_index("ix_serial_code")

    op.drop_table("serial")
    with op.batch_alter_table("handling_unit", schema=None) as batch_op:
        batch_op.drop_index("ix_handling_unit_location")
        batch_op.drop_index("ix_handling_unit_changed")

    op.drop_table("handling_unit")
    op.drop_table("device")
    with op.batch_alter_table("count_task", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_count_task_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_count_task_site")

    op.drop_table("count_task")
    with op.batch_alter_table("barcode", schema=None) as batch_op:
        batch_op.drop_index("ix_barcode_target")

    op.drop_table("barcode")
    op.drop_table("turnover")
    op.drop_table("supplier_item")
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.drop_index("ix_reservation_item")

    op.drop_table("reservation")
    with op.batch_alter_table("reorder_alert", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reorder_alert_open",
            sqlite_where=sa.text("state <> 'resolved'"),
            postgresql_where=sa.text("state <> 'resolved'"),
        )

    op.drop_table("reorder_alert")
    with op.batch_alter_table("recalculation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_recalculation_due",
            sqlite_where=sa.text("done < wanted"),
            postgresql_where=sa.text("done < wanted"),
        )

    op.drop_table("recalculation")
    op.drop_table("picture")
    op.drop_table("packaging")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index("ix_lot_code")
        batch_op.drop_index("ix_lot_changed")

    op.drop_table("lot")
    op.drop_table("location")
    op.drop_table("item_site")
    with op.batch_alter_table("import_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_change_batch_id"))

    op.drop_table("import_change")
    op.drop_table("day_rollup")
    with op.batch_alter_table("cost_pool", schema=None) as batch_op:
        batch_op.drop_index("ix_cost_pool_key")

    op.drop_table("cost_pool")
    op.drop_table("zone")
    op.drop_table("user_site")
    op.drop_table("sign_in")
    op.drop_table("setting")
    op.drop_table("period")
    op.drop_table("owner")
    op.drop_table("item")
    op.drop_table("import_batch")
    op.drop_table("enrolment_code")
    op.drop_table("api_token")
    op.drop_table("user")
    op.drop_table("supplier")
    op.drop_table("stock_status")
    op.drop_table("site")
    op.drop_table("set_up")
    op.drop_table("pending_feed")
    op.drop_table("lockout")
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_key_at"))

    op.drop_table("idempotency_key")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_index("ix_feed_topic")

    op.drop_table("feed")
    with op.batch_alter_table("column_map", schema=None) as batch_op:
        batch_op.drop_index("uq_column_map_name")

    op.drop_table("column_map")
    op.drop_table("category")
