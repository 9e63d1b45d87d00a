"""The tables of what is counted by the day. None of them knows a reader."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, PrimaryKeyConstraint, Table, Text

from newsbot.database import metadata

day_counts = Table(
    "day_counts",
    metadata,
    Column("day", Date, nullable=False),
    Column("layer", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("figure", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "layer", "channel", "account", "figure", "part", name="pk_day_counts"),
)

day_marks = Table(  # how far each layer has been counted
    "day_marks",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("zone", Text, nullable=False),  # whose days they are: in another one everything is counted anew
    Column("through", Date),  # the last day that is closed: it is not counted again
    #: readers forgotten so far: who counts the journal sees by it that a reader's rows went meanwhile
    Column("forgets", BigInteger, nullable=False, server_default="0"),
)

vain_searches = Table(
    "vain_searches",
    metadata,
    Column("day", Date, nullable=False),
    Column("words", Text, nullable=False),
    Column("times", Integer, nullable=False),
    PrimaryKeyConstraint("day", "words", name="pk_vain_searches"),
)
