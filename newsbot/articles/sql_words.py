"""The words of articles, and each word of the archive once with the number of articles that have it.

Both are written with the article. The counts make a rare word count for more than a common one, and are where a
beginning, a misspelt or a Latin-spelt word finds what may be meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.ranking import WEIGHTS
from newsbot.articles.schema import article_words, search_words
from newsbot.articles.search_terms import IndexedText, indexed_text
from newsbot.articles.spelling import one_consonant_apart
from newsbot.articles.sql_rows import batches
from newsbot.articles.sql_search import FIELDS, SearchIndex
from newsbot.database import insert_into
from newsbot.domain.article import Article
from newsbot.text.analyser import ANALYSER
from newsbot.text.sounds import skeleton

_LAST: Final = "\U0010ffff"  #: after every word that begins so
_ARTICLES, _OLDEST = "articles ", "oldest "  # no words: they have a space
_READ: Final = 16_000  #: characters of a body that are ranked
_UNCOUNTED: Final = 1  #: up to this version of the analyser words were indexed and not counted

_COUNTED: Final = tuple(article_words.c[name] for name in WEIGHTS)
# Made once: to put a question together costs as much as its answer.
_RANKED: Final = select(
    article_words.c.article_id,
    *(func.substr(article_words.c.body, 1, _READ) if name == "body" else article_words.c[name] for name in WEIGHTS),
).where(article_words.c.article_id.in_(bindparam("ids", expanding=True)))
_ARCHIVE: Final = union_all(  # in one question, since each costs a change of threads
    select(search_words.c.word, search_words.c.articles).where(
        search_words.c.word.in_(bindparam("words", expanding=True))
    ),
    select(literal(_ARTICLES), func.coalesce(func.max(article_words.c.article_id), 0)),
    select(
        literal(_OLDEST),
        func.coalesce(
            select(article_words.c.analyser).order_by(article_words.c.analyser).limit(1).scalar_subquery(), ANALYSER
        ),
    ),
)


async def write_words(connection: AsyncConnection, index: SearchIndex, written: Sequence[Article]) -> None:
    """Index articles, in place of what was known of them."""
    texts = {article.id: indexed_text(article) for article in written}
    before = await _forget(connection, index, list(texts))
    await connection.execute(article_words.insert(), [_row(article_id, words) for article_id, words in texts.items()])
    await index.store(connection, texts)
    now = Counter(word for words in texts.values() for word in words.words)
    forms: dict[str, str] = {}
    for words in texts.values():
        for word, form in words.written.items():
            if len(form) < len(forms.get(word, form + " ")):
                forms[word] = form
    await _count(connection, now, before, forms)


async def remove_words(connection: AsyncConnection, index: SearchIndex, article_ids: Sequence[int]) -> None:
    await _count(connection, Counter(), await _forget(connection, index, article_ids), {})


async def stale(connection: AsyncConnection, limit: int) -> list[int]:
    """Articles that an older analyser indexed, the newest first."""
    query = select(article_words.c.article_id).where(article_words.c.analyser < ANALYSER)
    return list((await connection.execute(query.order_by(article_words.c.article_id.desc()).limit(limit))).scalars())


async def archive(connection: AsyncConnection, words: Iterable[str]) -> tuple[dict[str, int], int, bool]:
    """In how many articles each of the words stands (without those that stand in none); about how many articles there
    are; whether an older analyser indexed some of them.
    """
    found = {row.word: row.articles for row in await connection.execute(_ARCHIVE, {"words": list(words)})}
    return found, found.pop(_ARTICLES), found.pop(_OLDEST) < ANALYSER


async def fields_of(connection: AsyncConnection, article_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What is ranked of articles: their words by field, with a space before, between and after them."""
    found = {}
    for ids in batches(article_ids):
        for article_id, *fields in await connection.execute(_RANKED, {"ids": ids}):
            found[article_id] = dict(zip(WEIGHTS, (f" {words} " for words in fields), strict=True))
    return found


async def beginning_so(connection: AsyncConnection, beginning: str, limit: int) -> dict[str, int]:
    """The commonest words that begin so, with their counts."""
    query = select(search_words.c.word, search_words.c.articles)
    query = query.where(search_words.c.word >= beginning, search_words.c.word < beginning + _LAST)
    rows = await connection.execute(query.order_by(search_words.c.articles.desc(), search_words.c.word).limit(limit))
    return {row.word: row.articles for row in rows}


async def sounding_so(connection: AsyncConnection, sounds: Sequence[str], limit: int) -> list[tuple[str, str, int]]:
    """The commonest words whose consonants are one of these: the word, as it is written, its count."""
    return await _spelt(connection, search_words.c.sound.in_(list(sounds)), limit)


async def sounding_nearly_so(connection: AsyncConnection, sound: str, limit: int) -> list[tuple[str, str, int]]:
    """The commonest words that begin with the same consonant and differ from it by one: see `one_consonant_apart`."""
    first, length = sound[:1], func.length(search_words.c.sound)
    near = (search_words.c.sound >= first) & (search_words.c.sound < first + _LAST)
    length_fits = length.between(len(sound) - 1, len(sound) + 1)
    query = select(search_words.c.sound).distinct().where(near & length_fits)
    sounds = (await connection.execute(query)).scalars()
    return await sounding_so(connection, [other for other in sounds if one_consonant_apart(sound, other)], limit)


async def _spelt(connection: AsyncConnection, condition: ColumnElement[bool], limit: int) -> list[tuple[str, str, int]]:
    query = select(search_words.c.word, search_words.c.written, search_words.c.articles).where(condition)
    rows = await connection.execute(query.order_by(search_words.c.articles.desc(), search_words.c.word).limit(limit))
    return [(row.word, row.written, row.articles) for row in rows]


async def _forget(connection: AsyncConnection, index: SearchIndex, article_ids: Sequence[int]) -> Counter[str]:
    """Remove the articles' words; says which were counted."""
    counted: Counter[str] = Counter()
    for ids in batches(article_ids):
        query = select(article_words.c.analyser, *_COUNTED).where(article_words.c.article_id.in_(ids))
        for analyser, *fields in await connection.execute(query):
            if analyser > _UNCOUNTED:
                counted.update(set(" ".join(fields).split()))
        await index.remove(connection, ids)
        await connection.execute(delete(article_words).where(article_words.c.article_id.in_(ids)))
    return counted


async def _count(
    connection: AsyncConnection, now: Mapping[str, int], before: Mapping[str, int], forms: Mapping[str, str]
) -> None:
    more = {word: times for word in now if (times := now[word] - before.get(word, 0)) > 0}
    less = {word: times for word in before if (times := before[word] - now.get(word, 0)) > 0}
    if more:
        row = insert_into(search_words, connection.dialect.name)
        shorter = func.length(row.excluded.written) < func.length(search_words.c.written)
        await connection.execute(
            row.on_conflict_do_update(
                index_elements=["word"],
                set_={
                    "articles": search_words.c.articles + row.excluded.articles,
                    "written": case((shorter, row.excluded.written), else_=search_words.c.written),
                },
            ),
            [
                {"word": word, "written": forms.get(word, word), "sound": skeleton(word), "articles": more[word]}
                for word in sorted(more)
            ],
        )
    by_times: dict[int, list[str]] = {}
    for word, times in less.items():
        by_times.setdefault(times, []).append(word)
    for times, words in by_times.items():
        for some in batches(words):
            fewer = update(search_words).where(search_words.c.word.in_(some))
            await connection.execute(fewer.values(articles=search_words.c.articles - times))
    for some in batches(list(less)):
        await connection.execute(
            delete(search_words).where(search_words.c.word.in_(some), search_words.c.articles <= 0)
        )


def _row(article_id: int, words: IndexedText) -> dict[str, object]:
    fields = {name: " ".join(getattr(words, name)) for name in FIELDS}
    return {"article_id": article_id, "analyser": ANALYSER, **fields}
