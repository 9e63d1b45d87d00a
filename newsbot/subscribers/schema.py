"""The tables of subscribers: who has which number, and the journal of everything that was ever true of them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from newsbot.database import UtcTime, metadata

#: A number is given once per channel and its row stays for ever, so that it is never given again.
subscribers = Table(
    "subscribers",
    metadata,
    Column("channel", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("account", Text, nullable=False),  # of the newsroom on this channel: the bot's id, the page's id
    Column("user_id", Text),  # null: forgotten
    Column("since", UtcTime, nullable=False),
    PrimaryKeyConstraint("channel", "number"),
)
Index("ix_subscribers_address", subscribers.c.channel, subscribers.c.account, subscribers.c.user_id, unique=True)
Index("ix_subscribers_account", subscribers.c.channel, subscribers.c.account, subscribers.c.number)

#: Rows are added, never changed; deleted only when a reader asks to be forgotten.
subscriber_events = Table(
    "subscriber_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("what", Text, nullable=False),
    Column("state", JSON(none_as_null=True)),  # `preferences_json`; null: forgotten
    UniqueConstraint("channel", "number", "version", name="uq_subscriber_events_version"),
    sqlite_autoincrement=True,  # who has replayed up to an id must not meet it again with another content
)
Index("ix_subscriber_events_at", subscriber_events.c.at, subscriber_events.c.id)
