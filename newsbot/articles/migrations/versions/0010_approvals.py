"""Invitations to the desk, and approval of what is to be sent by a second person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_approvals"
down_revision = "0009_writing"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "desk_invitations",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", time, nullable=False),
        sa.Column("expires_at", time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_invitations"),
        sa.UniqueConstraint("mark", name="uq_desk_invitations_mark"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "desk_approvals",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("draft_id", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_name", sa.Text, nullable=False),
        sa.Column("asked_from", sa.Text, nullable=False),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("expires_at", time, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_name", sa.Text),
        sa.Column("decided_at", time),
        sa.PrimaryKeyConstraint("id", name="pk_desk_approvals"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_desk_approvals_draft_id", "desk_approvals", ["draft_id"])


def downgrade() -> None:
    op.drop_table("desk_approvals")
    op.drop_table("desk_invitations")
