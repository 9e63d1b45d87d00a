"""Alerts, and what was decided for each article."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_alerts"
down_revision = "0002_subscribers"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("cls", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("article_id", sa.BigInteger),
        sa.Column("of_alert", sa.BigInteger),
        sa.Column("source", sa.Text, nullable=False, server_default=""),
        sa.Column("editor", sa.Text),
        sa.Column("created_at", time, nullable=False),
        sa.Column("expires_at", time, nullable=False),
        sa.Column("started_at", time),
        sa.Column("ended_at", time),
        sa.Column("silent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("audience", sa.JSON, nullable=False),
        sa.Column("message", sa.JSON),
        sa.Column("totals", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("origin", name="uq_alerts_origin"),
        sqlite_autoincrement=True,
    )
    for name, condition in (
        ("ix_alerts_standing", "ended_at IS NULL"),
        ("ix_alerts_unaccounted", "ended_at IS NOT NULL AND totals IS NULL"),
        ("ix_alerts_by_editors", "editor IS NOT NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, "alerts", ["id"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_alerts_story", "alerts", ["story"])
    op.create_index("ix_alerts_article", "alerts", ["article_id"])
    op.create_index("ix_alerts_of", "alerts", ["of_alert"])
    op.create_index("ix_alerts_source", "alerts", ["source", "cls", "created_at"])
    op.create_index("ix_alerts_created", "alerts", ["created_at"])

    op.create_table(
        "article_decisions",
        sa.Column("article_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("alert_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("article_id", name="pk_article_decisions"),
    )
    op.create_index("ix_article_decisions_at", "article_decisions", ["at"])


def downgrade() -> None:
    op.drop_table("article_decisions")
    op.drop_table("alerts")
