"""People of the desk and their roles; who did what becomes a log that only grows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_people"
down_revision = "0007_channels"
branch_labels = None
depends_on = None

time = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

# SQLite's INSERT OR REPLACE deletes without asking the trigger for deletions.
SQLITE = (
    """CREATE TRIGGER desk_audit_update BEFORE UPDATE ON desk_audit
    BEGIN SELECT RAISE(ABORT, 'desk_audit only grows: nothing in it can be changed'); END""",
    """CREATE TRIGGER desk_audit_delete BEFORE DELETE ON desk_audit
    WHEN OLD.at > (CAST(strftime('%s', 'now') AS INTEGER) - 90 * 86400) * 1000000
    BEGIN SELECT RAISE(ABORT, 'desk_audit only grows: an entry stays for 90 days at least'); END""",
    """CREATE TRIGGER desk_audit_replace BEFORE INSERT ON desk_audit
    WHEN EXISTS (SELECT 1 FROM desk_audit WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'desk_audit only grows: nothing in it can be changed'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION desk_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.at <= now() - interval '90 days' THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'desk_audit only grows: % is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER desk_audit_rows BEFORE UPDATE OR DELETE ON desk_audit
    FOR EACH ROW EXECUTE FUNCTION desk_audit_only_grows()""",
    """CREATE TRIGGER desk_audit_all BEFORE TRUNCATE ON desk_audit
    FOR EACH STATEMENT EXECUTE FUNCTION desk_audit_only_grows()""",
)


def upgrade() -> None:
    op.create_table(
        "desk_people",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since", time),
        sa.Column("given_by", sa.Text),
        sa.PrimaryKeyConstraint("address", name="pk_desk_people"),
    )
    # Who was an editor once: their menus are taken back when they are none any more.
    op.execute("INSERT INTO desk_people (address, name) SELECT DISTINCT editor, '' FROM desk_drafts")
    op.create_table(
        "desk_audit",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_desk_audit_subject", "desk_audit", ["subject"])
    op.create_index("ix_desk_audit_at", "desk_audit", ["at"])
    op.execute(
        "INSERT INTO desk_audit (at, address, name, place, act, subject, before, after) "
        "SELECT at, editor, name, 'chat', 'alert.' || act, 'alert:' || alert_id, '{}', '{}' FROM desk_deeds ORDER BY id"
    )
    op.drop_table("desk_deeds")
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
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
    known = "'sent', 'paused', 'resumed', 'stopped', 'corrected', 'recalled', 'left'"
    op.execute(
        "INSERT INTO desk_deeds (alert_id, editor, name, act, at) "
        "SELECT CAST(substr(subject, 7) AS BIGINT), address, name, substr(act, 7), at FROM desk_audit "
        f"WHERE subject LIKE 'alert:%' AND substr(act, 7) IN ({known}) ORDER BY id"
    )
    op.drop_table("desk_audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION desk_audit_only_grows()")
    op.drop_table("desk_people")
