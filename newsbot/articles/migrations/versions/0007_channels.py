"""Several channels: where an alert has paused itself, and what happened to our accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_channels"
down_revision = "0006_stories"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "alert_pauses",
        sa.Column("alert_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "channel", name="pk_alert_pauses"),
    )
    op.create_table(
        "channel_notices",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel_notices"),
        sa.UniqueConstraint("origin", name="uq_channel_notices_origin"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_channel_notices_at", "channel_notices", ["at"])


def downgrade() -> None:
    op.drop_table("channel_notices")
    op.drop_table("alert_pauses")
