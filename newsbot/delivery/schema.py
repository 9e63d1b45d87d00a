"""The tables of alerts: each alert whole, and what was decided for each article that was in the outbox."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, false, text

from newsbot.database import UtcTime, metadata

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")

#: No foreign keys: an alert outlives its article, and what is corrected may be deleted before its correction.
alerts = Table(
    "alerts",
    metadata,
    Column("id", _BIG_ID, primary_key=True, autoincrement=True),
    Column("origin", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cls", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("story", Text, nullable=False),
    Column("article_id", BigInteger),
    Column("of_alert", BigInteger),
    Column("source", Text, nullable=False, server_default=""),
    Column("editor", Text),  # an address
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),  # set in a final state, and only there
    Column("silent", Boolean, nullable=False, server_default=false()),
    Column("again", Boolean, nullable=False, server_default=false()),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("audience", JSON, nullable=False),  # `alert_json`, as the next three
    Column("message", JSON(none_as_null=True)),
    Column("first_message", JSON(none_as_null=True)),  # once a correction has replaced it
    Column("totals", JSON(none_as_null=True)),
    UniqueConstraint("origin", name="uq_alerts_origin"),
    sqlite_autoincrement=True,  # the ledger's keys and readers' buttons carry the id: it must never mean another alert
)
# Asked for several times a second: each of these indexes holds a handful of rows.
_STANDING = text("ended_at IS NULL")
Index("ix_alerts_standing", alerts.c.id, sqlite_where=_STANDING, postgresql_where=_STANDING)
_UNACCOUNTED = text("ended_at IS NOT NULL AND totals IS NULL")
Index("ix_alerts_unaccounted", alerts.c.id, sqlite_where=_UNACCOUNTED, postgresql_where=_UNACCOUNTED)
_BY_EDITORS = text("editor IS NOT NULL")
Index("ix_alerts_by_editors", alerts.c.id, sqlite_where=_BY_EDITORS, postgresql_where=_BY_EDITORS)
Index("ix_alerts_story", alerts.c.story)
Index("ix_alerts_article", alerts.c.article_id)
Index("ix_alerts_of", alerts.c.of_alert)
Index("ix_alerts_source", alerts.c.source, alerts.c.cls, alerts.c.created_at)
Index("ix_alerts_created", alerts.c.created_at)

#: where an alert has paused itself: rows are as few as alerts that stand
alert_pauses = Table(
    "alert_pauses",
    metadata,
    Column("alert_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

#: how far an alert had come, now and then while it ran
alert_points = Table(
    "alert_points",
    metadata,
    Column("alert_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, primary_key=True),
    Column("sent", Integer, nullable=False),
    Column("settled", Integer, nullable=False),
)

#: what happened to our accounts on the channels, that editors are told
channel_notices = Table(
    "channel_notices",
    metadata,
    Column("id", _BIG_ID, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("origin", name="uq_channel_notices_origin"),
    sqlite_autoincrement=True,  # what editors are shown stands under the id
)
Index("ix_channel_notices_at", channel_notices.c.at)

article_decisions = Table(
    "article_decisions",
    metadata,
    Column("article_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("alert_id", BigInteger),
)
Index("ix_article_decisions_at", article_decisions.c.at)
