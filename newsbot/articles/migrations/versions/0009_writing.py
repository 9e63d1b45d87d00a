"""Writing on the desk: drafts that go out at a time, who changed and who confirmed them, an alert's first words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_writing"
down_revision = "0008_people"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("desk_drafts", sa.Column("send_at", time))
    op.add_column("desk_drafts", sa.Column("changed_by", sa.Text))
    op.add_column("desk_drafts", sa.Column("confirmed_by", sa.JSON))
    # Asked for every second: it holds a handful of rows.
    due = sa.text("state IN ('scheduled', 'due')")
    op.create_index("ix_desk_drafts_due", "desk_drafts", ["send_at"], sqlite_where=due, postgresql_where=due)
    op.add_column("alerts", sa.Column("first_message", sa.JSON))


def downgrade() -> None:
    op.drop_column("alerts", "first_message")
    op.drop_index("ix_desk_drafts_due", "desk_drafts")
    op.drop_column("desk_drafts", "confirmed_by")
    op.drop_column("desk_drafts", "changed_by")
    op.drop_column("desk_drafts", "send_at")
