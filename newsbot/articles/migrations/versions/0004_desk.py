"""The desk: drafts, what editors are kept informed of, and who did what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_desk"
down_revision = "0003_alerts"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "desk_drafts",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("editor", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("begun_by", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("message", sa.JSON),
        sa.Column("article_id", sa.BigInteger, nullable=False),
        sa.Column("audience", sa.JSON, nullable=False),
        sa.Column("cls", sa.Text, nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("corrects", sa.BigInteger, nullable=False),
        sa.Column("changed_at", time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_drafts"),
        sa.UniqueConstraint("editor", "begun_by", name="uq_desk_drafts_begun"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_desk_drafts_latest", "desk_drafts", ["editor", "changed_at"])

    op.create_table(
        "desk_bulletins",
        sa.Column("alert_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("editor", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("touched_at", time, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("alert_id", "editor", "kind", name="pk_desk_bulletins"),
    )
    standing = sa.text("NOT closed")
    op.create_index(
        "ix_desk_bulletins_standing",
        "desk_bulletins",
        ["alert_id"],
        sqlite_where=standing,
        postgresql_where=standing,
    )

    op.create_table(
        "desk_deeds",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.BigInteger, nullable=False),
        sa.Column("editor", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_deeds"),
    )
    op.create_index("ix_desk_deeds_alert_id", "desk_deeds", ["alert_id"])


def downgrade() -> None:
    op.drop_table("desk_deeds")
    op.drop_table("desk_bulletins")
    op.drop_table("desk_drafts")
