"""Subscribers' numbers, and the journal of their states."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_subscribers"
down_revision = "0001_articles"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "subscribers",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("since", time, nullable=False),
        sa.PrimaryKeyConstraint("channel", "number", name="pk_subscribers"),
    )
    op.create_index("ix_subscribers_address", "subscribers", ["channel", "account", "user_id"], unique=True)
    op.create_index("ix_subscribers_account", "subscribers", ["channel", "account", "number"])

    op.create_table(
        "subscriber_events",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("state", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber_events"),
        sa.UniqueConstraint("channel", "number", "version", name="uq_subscriber_events_version"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("subscriber_events")
    op.drop_table("subscribers")
