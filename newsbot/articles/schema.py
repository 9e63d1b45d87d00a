"""The tables of articles.

`articles` holds each article whole. `article_urls`, `article_topics`, `article_words` and `article_search` are its
indexes, written in the same transaction: which addresses lead to it, the newest of a topic, its words and the index of
them. `article_search` is not described here, since each database has its own kind of it (`sql_search`). `search_words`
has each word of the archive once.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, false, text

from newsbot.database import UtcTime, metadata

WRITERS: Final = 0x6E657773_00000001  #: the lock of those who write articles (`Database.writing`)

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only an INTEGER PRIMARY KEY, of 64 bits too


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


articles = Table(
    "articles",
    metadata,
    Column("id", _BIG_ID, primary_key=True, autoincrement=True),
    # What filters and sorts comes first: SQLite need not read the pages that a long body spills into.
    Column("published_at", UtcTime, nullable=False),
    Column("withdrawn_at", UtcTime),
    Column("announced_at", UtcTime),
    Column("stored_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime),
    Column("version", Integer, nullable=False),
    Column("breaking", Boolean, nullable=False, server_default=false()),
    Column("source", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("other_urls", JSON, nullable=False),
    Column("topics", JSON, nullable=False),
    _words("content_hash"),
    _words("section"),
    _words("kicker"),
    Column("headline", Text, nullable=False),
    _words("byline"),
    _words("image_url"),
    _words("summary"),
    _words("summary_method"),
    _words("body"),
    Column("story", BigInteger, nullable=False, server_default="0"),
    Column("held_at", UtcTime),
    Column("edits", JSON, nullable=False, server_default="{}"),  # what an editor set → who, and when
    sqlite_autoincrement=True,  # an id is never given twice, not even after the newest article was deleted
)
Index("ix_articles_newest", articles.c.published_at, articles.c.id)
Index("ix_articles_content", articles.c.content_hash, articles.c.published_at)
_NOT_WITHDRAWN = text("withdrawn_at IS NULL")
Index(  # what a search must know of its hits
    "ix_articles_readable",
    articles.c.id,
    articles.c.published_at,
    sqlite_where=_NOT_WITHDRAWN,
    postgresql_where=_NOT_WITHDRAWN,
)
IN_OUTBOX: Final = articles.c.announced_at.is_(None) & articles.c.withdrawn_at.is_(None)
_IN_OUTBOX = text("announced_at IS NULL AND withdrawn_at IS NULL")
Index(
    "ix_articles_outbox",
    articles.c.published_at,
    articles.c.id,
    sqlite_where=_IN_OUTBOX,
    postgresql_where=_IN_OUTBOX,
)
_JOINED = text("story <> 0")
Index(
    "ix_articles_story",
    articles.c.story,
    articles.c.published_at,
    articles.c.id,
    sqlite_where=_JOINED,
    postgresql_where=_JOINED,
)

article_urls = Table(
    "article_urls",
    metadata,
    Column("url", Text, primary_key=True),
    Column("article_id", _BIG_ID, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
)

article_topics = Table(
    "article_topics",
    metadata,
    Column("article_id", _BIG_ID, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("published_at", UtcTime, nullable=False),  # the article's own, so that a topic's newest are one index range
)
Index("ix_article_topics_newest", article_topics.c.topic, article_topics.c.published_at, article_topics.c.article_id)

# Words are compared by their code points on every database, so that a beginning is a range.
_WORD = Text().with_variant(Text(collation="C"), "postgresql")

article_words = Table(  # as the analyser saw it, a space between two words
    "article_words",
    metadata,
    Column("article_id", _BIG_ID, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("analyser", Integer, nullable=False),  # the version of the analyser that saw it
    _words("headline"),
    _words("kicker"),
    _words("lead"),
    _words("topics"),
    _words("body"),
)
Index("ix_article_words_analyser", article_words.c.analyser, article_words.c.article_id)

search_words = Table(
    "search_words",
    metadata,
    Column("word", _WORD, primary_key=True),
    Column("written", Text, nullable=False),  # how a reader would write it
    Column("sound", _WORD, nullable=False),  # newsbot.text.sounds.skeleton
    Column("articles", Integer, nullable=False),  # that have it
    sqlite_with_rowid=False,
)
Index("ix_search_words_sound", search_words.c.sound, search_words.c.articles)

# What a new article is compared with: the rarest words of those of the last days, and how rare words are.
story_words = Table(
    "story_words",
    metadata,
    Column("word", _WORD, primary_key=True),
    Column("published_at", UtcTime, primary_key=True),
    Column("article_id", _BIG_ID, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
Index("ix_story_words_published", story_words.c.published_at)

word_days = Table(
    "word_days",
    metadata,
    Column("word", _WORD, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970
    Column("articles", Integer, nullable=False),  # that have it and were stored that day; of the word '': all of them
    sqlite_with_rowid=False,
)
Index("ix_word_days_day", word_days.c.day)

retellings = Table(  # the outbox of stories that readers may have been shown otherwise
    "retellings",
    metadata,
    Column("article_id", _BIG_ID, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("since", UtcTime, nullable=False),
)

source_states = Table(
    "source_states",
    metadata,
    Column("source", Text, primary_key=True),
    _words("etag"),
    _words("last_modified"),
    Column("fetched_at", UtcTime),
    Column("due_at", UtcTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    _words("error"),
    Column("known", Boolean, nullable=False, server_default=false()),
)
