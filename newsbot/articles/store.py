"""What the rest of the house asks of the storage of articles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from newsbot.domain.article import Article, ArticleDraft, Cursor, Edit, Page
from newsbot.domain.search import Found, Query


class Change(StrEnum):
    """What storing a draft did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Stored:
    article: Article
    change: Change


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between fetches."""

    source: str
    etag: str = ""
    last_modified: str = ""
    fetched_at: datetime | None = None  #: last time it was read, changed or not
    due_at: datetime | None = None  #: not before (schedule, back-off, the server's own wish); the table is the schedule
    failures: int = 0  #: in a row
    error: str = ""  #: the last failure in words, '' after a success
    known: bool = False  #: its first fetch is done: from now on its new articles may be alerted


@dataclass(frozen=True, slots=True)
class Retelling:
    """An article that readers of its story may have been shown otherwise, or not at all."""

    article: Article
    since: datetime  #: when it came to its story, or its words changed


class ArticleStore(Protocol):
    """Articles and the schedule of their sources. Every method raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_article_store.py`) runs against every implementation.
    """

    async def put(self, draft: ArticleDraft, *, now: datetime, announce: bool) -> Stored:
        """Store or update the article that this draft is: same `url`, one of `other_urls`, or same `content_hash`.

        `announce=False` stores a new article as already announced (first fetch of a source, older than three hours): it
        never becomes an alert. An update never puts an announced article back into the outbox. Empty fields of the
        draft don't erase what is known; what else replaces what stands in `merging`. Safe to repeat; two concurrent
        calls with one url store one article.

        A new article joins the story that it tells (`newsbot.ingest.story_finder`), and stays with it; of two that come
        at once one joins the other. What readers may have to be shown anew is put among the `retellings`.
        """
        ...

    async def get(self, article_id: int) -> Article | None: ...

    async def headlines(self, article_ids: Collection[int]) -> dict[int, str]:
        """Of those of them that are stored, by id."""
        ...

    async def by_url(self, url: str) -> Article | None:
        """Also by any address that was seen to lead to it."""
        ...

    async def known_urls(self, urls: Sequence[str]) -> dict[str, Article]:
        """Those of `urls` that lead to a stored article."""
        ...

    async def latest(
        self,
        *,
        topic: str | None = None,
        before: Cursor | None = None,
        after: Cursor | None = None,
        limit: int = 10,
        once_per_story: bool = False,
        now: datetime,
    ) -> Page:
        """Newest first by published time then id; without withdrawn ones and without those published after `now`.

        `once_per_story`: of each story only its newest article (of the topic), and the page says how many others there
        are. What is stored after a page is not on the older ones that follow it (`Cursor.seen`).

        `before`: only older ones than this. `after`: only newer ones, and of them the oldest `limit`, so that one can
        page back; the page is still newest first, and its `next` is its last article's cursor, or None if it is empty.
        """
        ...

    async def awaiting_summary(self, *, since: datetime, longer_than: int, limit: int = 20) -> tuple[Article, ...]:
        """Articles whose summary we chose from their text and no model was asked for, the newest first.

        Published since then, not withdrawn, with a body of more than so many code points.
        """
        ...

    async def settle_summary(self, article: Article, summary: str, method: str) -> bool:
        """This is the summary of the article's text; false if that has changed meanwhile. Readers aren't told anew.

        Its version stays: the article says what it said.
        """
        ...

    async def of_story(self, story: int, *, now: datetime, limit: int = 50) -> tuple[Article, ...]:
        """Those that tell it (`Article.tells`), newest first; without withdrawn ones and what is published later."""
        ...

    async def word_counts(self, words: Collection[str], *, now: datetime) -> tuple[int, dict[str, int]]:
        """How many articles came in the last days, and in how many of them each of these keys stands."""
        ...

    async def retellings(self, *, limit: int = 100) -> tuple[Retelling, ...]:
        """What has come to a story or changed since readers were shown it, the oldest first."""
        ...

    async def retold(self, done: Collection[Retelling]) -> None:
        """These are looked after. One that has changed again since stays. Safe to repeat."""
        ...

    async def search(
        self, query: Query, *, offset: int = 0, limit: int = 10, count_to: int = 0, now: datetime
    ) -> Found:
        """Best first, without withdrawn ones and those published after `now`. An empty query finds nothing.

        `count_to`: how many are looked for to be counted, beside those that are asked for.

        Words that no article has are replaced by those that may be meant when nothing is found otherwise; it says so.
        """
        ...

    async def index_anew(self, limit: int) -> int:
        """Index up to `limit` articles anew that are indexed as an older version of the program did it.

        Says how many; 0 when all are up to date. They are found meanwhile as they are.
        """
        ...

    async def unannounced(self, *, limit: int = 100, now: datetime | None = None) -> tuple[Article, ...]:
        """The outbox: stored, not announced, withdrawn or held; oldest first. `now`: without those published after."""
        ...

    async def everything(self, *, before: Cursor | None = None, limit: int = 30) -> Page:
        """For editors: newest first, with what is withdrawn, held back or published later."""
        ...

    async def edit(
        self, article_id: int, by: Edit, *, topics: Sequence[str] | None = None, breaking: bool | None = None
    ) -> Article | None:
        """Set what isn't None, as an editor says; from then on no source changes it. None if there is no such article.

        What is as it was before is set, too: a source may have wanted to change it.
        """
        ...

    async def hold(self, article_id: int, *, now: datetime) -> bool:
        """Keep it in the outbox until `release`. False if it isn't there: decided already, withdrawn, held before."""
        ...

    async def release(self, article_id: int) -> bool:
        """Let it be decided. False if it wasn't held."""
        ...

    async def mark_announced(self, article_ids: Sequence[int], *, now: datetime) -> None:
        """Safe to repeat."""
        ...

    async def withdraw(self, url: str, *, now: datetime) -> Article | None:
        """None if no such article. Safe to repeat. If it was the newest of its story, the newest of the others is put
        among the `retellings`.
        """
        ...

    async def retain(self, *, keep_since: datetime) -> int:
        """Delete articles published before `keep_since` that are announced or withdrawn; says how many."""
        ...

    async def count(self) -> int: ...

    async def source_states(self) -> dict[str, SourceState]: ...

    async def save_source_state(self, state: SourceState) -> None: ...

    def export(self) -> AsyncIterator[Article]:
        """Every article, oldest first."""
        ...
