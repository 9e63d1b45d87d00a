"""Many articles at once, for an archive that is only looked at: measuring a search, filling a benchmark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice

from sqlalchemy import insert

from newsbot.articles.schema import article_topics, articles
from newsbot.articles.sql_rows import edits_to_json, storable
from newsbot.articles.sql_search import search_index
from newsbot.articles.sql_words import write_words
from newsbot.database import Database
from newsbot.domain.article import Article

AT_ONCE = 1_000  #: articles in a transaction


async def load_articles(database: Database, given: Iterable[Article]) -> int:
    """Store articles under the ids that they have, in an archive that has none of them; says how many.

    What leads to an article by its address is left out, and of texts the characters that no database holds.
    """
    index = search_index(database.dialect)
    rest = map(storable, given)
    count = 0
    while some := list(islice(rest, AT_ONCE)):
        topics = [
            {"article_id": article.id, "topic": topic, "published_at": article.published_at}
            for article in some
            for topic in article.topics
        ]
        async with database.writing() as connection:
            await connection.execute(
                insert(articles), [asdict(one) | {"edits": edits_to_json(one.edits)} for one in some]
            )
            if topics:
                await connection.execute(insert(article_topics), topics)
            await write_words(connection, index, some)
        count += len(some)
    return count
