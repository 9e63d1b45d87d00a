"""The tables of the desk: drafts, the messages that keep editors informed, people and their roles, who did what."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, false, text

from newsbot.database import UtcTime, metadata

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")

desk_drafts = Table(
    "desk_drafts",
    metadata,
    Column("id", _BIG_ID, primary_key=True, autoincrement=True),
    Column("editor", Text, nullable=False),  # an address
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("begun_by", Text, nullable=False),  # the event
    Column("event", Text, nullable=False),
    Column("message", JSON(none_as_null=True)),  # `alert_json`, as the next but one
    Column("article_id", BigInteger, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("cls", Text, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("corrects", BigInteger, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", Text),  # an address
    Column("confirmed_by", JSON(none_as_null=True)),  # as the audit log names who does something
    Column("send_at", UtcTime),
    UniqueConstraint("editor", "begun_by", name="uq_desk_drafts_begun"),
    sqlite_autoincrement=True,  # a draft's id stands in the origin of its alert: it must never name another
)
Index("ix_desk_drafts_latest", desk_drafts.c.editor, desk_drafts.c.changed_at)
# Asked for every second: it holds a handful of rows.
_DUE = text("state IN ('scheduled', 'due')")
Index("ix_desk_drafts_due", desk_drafts.c.send_at, sqlite_where=_DUE, postgresql_where=_DUE)

desk_bulletins = Table(
    "desk_bulletins",
    metadata,
    Column("alert_id", BigInteger, primary_key=True, autoincrement=False),
    Column("editor", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("message_id", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("touched_at", UtcTime, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=false()),
)
_STANDING = text("NOT closed")
Index("ix_desk_bulletins_standing", desk_bulletins.c.alert_id, sqlite_where=_STANDING, postgresql_where=_STANDING)

desk_people = Table(
    "desk_people",
    metadata,
    Column("address", Text, primary_key=True),
    Column("role", Text),  # without: had one once, or owns by the settings
    Column("name", Text, nullable=False),
    Column("since", UtcTime),
    Column("given_by", Text),  # an address
)

#: only grows: triggers refuse to change or delete (migration 0008)
desk_audit = Table(
    "desk_audit",
    metadata,
    Column("id", _BIG_ID, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    sqlite_autoincrement=True,  # an id is never given twice, though old entries may be deleted
)
Index("ix_desk_audit_subject", desk_audit.c.subject)
Index("ix_desk_audit_at", desk_audit.c.at)

desk_invitations = Table(
    "desk_invitations",
    metadata,
    Column("id", _BIG_ID, primary_key=True, autoincrement=True),
    Column("mark", Text, nullable=False),  # the code's fingerprint
    Column("role", Text, nullable=False),
    Column("made_by", Text, nullable=False),  # an address
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    UniqueConstraint("mark", name="uq_desk_invitations_mark"),
    sqlite_autoincrement=True,  # an id stands in buttons: it must never name another
)

desk_approvals = Table(
    "desk_approvals",
    metadata,
    Column("id", _BIG_ID, primary_key=True, autoincrement=True),
    Column("draft_id", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("asked_by", Text, nullable=False),  # an address
    Column("asked_name", Text, nullable=False),
    Column("asked_from", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),  # an address
    Column("decided_name", Text),
    Column("decided_at", UtcTime),
    sqlite_autoincrement=True,  # an id stands in buttons: it must never name another
)
Index("ix_desk_approvals_draft_id", desk_approvals.c.draft_id)
