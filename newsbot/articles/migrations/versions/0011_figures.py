"""Figures by the day, how quickly alerts went out, vain searches, and what editors set of an article."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_figures"
down_revision = "0010_approvals"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "day_counts",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("figure", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "layer", "channel", "account", "figure", "part", name="pk_day_counts"),
    )
    op.create_table(
        "day_marks",
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("through", sa.Date),
        sa.Column("forgets", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("layer", name="pk_day_marks"),
    )
    op.create_table(
        "vain_searches",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "words", name="pk_vain_searches"),
    )
    op.create_table(
        "alert_points",
        sa.Column("alert_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("settled", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "at", name="pk_alert_points"),
    )
    op.create_index("ix_subscriber_events_at", "subscriber_events", ["at", "id"])
    op.add_column("articles", sa.Column("held_at", time))
    op.add_column("articles", sa.Column("edits", sa.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("articles", "edits")
    op.drop_column("articles", "held_at")
    op.drop_index("ix_subscriber_events_at", "subscriber_events")
    for name in ("alert_points", "vain_searches", "day_marks", "day_counts"):
        op.drop_table(name)
