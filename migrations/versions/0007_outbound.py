"""webhooks, messages, boards"""

import sqlalchemy as sa
from alembic import op

from server.store.types import BigId

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("include_cost", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_board_created_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_board_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_board_token_hash")),
    )
    op.create_table(
        "channel",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("spent_until", sa.BigInteger(), nullable=False),
        sa.Column("silent_until", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind in ('wecom','dingtalk','feishu','email')", name=op.f("ck_channel_kind")
        ),
        sa.CheckConstraint("state in ('active','paused')", name=op.f("ck_channel_state")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_channel_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("name_key", name=op.f("uq_channel_name_key")),
    )
    op.create_table(
        "message_template",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", BigId, nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user.id"], name=op.f("fk_message_template_changed_by")
        ),
        sa.PrimaryKeyConstraint("kind", "language", name=op.f("pk_message_template")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("include_cost", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("old_secret", sa.String(), nullable=False),
        sa.Column("old_secret_until", sa.BigInteger(), nullable=False),
        sa.Column("cursor", BigId, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("waits_until", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.String(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state in ('active','paused','disabled')", name=op.f("ck_webhook_state")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_webhook_created_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_webhook_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("name_key", name=op.f("uq_webhook_name_key")),
    )
    op.create_table(
        "channel_subscription",
        sa.Column("id", BigId, nullable=False),
        sa.Column("channel_id", BigId, nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("include_cost", sa.Boolean(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "about in ('digest','red_line','approval_overdue','report','trouble')",
            name=op.f("ck_channel_subscription_about"),
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_channel_subscription_channel_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_channel_subscription_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_subscription")),
    )
    with op.batch_alter_table("channel_subscription", schema=None) as batch_op:
        batch_op.create_index("ix_channel_subscription_due", ["due_at"], unique=False)
        batch_op.create_index(
            "uq_channel_subscription_about",
            ["channel_id", "about", "site_id"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "message",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel_id", BigId, nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("sent_parts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.String(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('pending','sent','failed','cancelled')", name=op.f("ck_message_state")
        ),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_message_channel_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_message_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_channel", ["channel_id", "id"], unique=False)
        batch_op.create_index("ix_message_ended", ["ended_at"], unique=False)
        batch_op.create_index(
            "ix_message_pending",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "webhook_delivery",
        sa.Column("id", BigId, nullable=False),
        sa.Column("webhook_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("replayed", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('pending','delivered','failed','cancelled')",
            name=op.f("ck_webhook_delivery_state"),
        ),
        sa.ForeignKeyConstraint(["seq"], ["feed.seq"], name=op.f("fk_webhook_delivery_seq")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_delivery_ended", ["ended_at"], unique=False)
        batch_op.create_index("ix_webhook_delivery_log", ["webhook_id", "id"], unique=False)
        batch_op.create_index(
            "ix_webhook_delivery_pending",
            ["webhook_id", "seq", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "mention",
        sa.Column("subscription_id", BigId, nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["channel_subscription.id"],
            name=op.f("fk_mention_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("subscription_id", "thing", name=op.f("pk_mention")),
    )
    op.create_table(
        "message_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_file_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_file")),
    )
    with op.batch_alter_table("message_file", schema=None) as batch_op:
        batch_op.create_index("ix_message_file_message", ["message_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("message_file", schema=None) as batch_op:
        batch_op.drop_index("ix_message_file_message")

    op.drop_table("message_file")
    op.drop_table("mention")
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_webhook_delivery_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_webhook_delivery_log")
        batch_op.drop_index("ix_webhook_delivery_ended")

    op.drop_table("webhook_delivery")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_message_ended")
        batch_op.drop_index("ix_message_channel")

    op.drop_table("message")
    with op.batch_alter_table("channel_subscription", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_channel_subscription_about",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index("ix_channel_subscription_due")

    op.drop_table("channel_subscription")
    op.drop_table("webhook")
    op.drop_table("message_template")
    op.drop_table("channel")
    op.drop_table("board")
