"""Stores in memory, at the height of their protocols: the contract suites of the real ones run against them too.

`away` makes any of them as unreachable as a server that is down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from newsbot.articles.merging import edited_by, merge
from newsbot.articles.store import Change, Retelling, SourceState, Stored
from newsbot.domain.article import EXTRACTIVE, Article, ArticleDraft, Cursor, Edit, Page
from newsbot.domain.search import Found, Query
from newsbot.domain.subscriber import LINKED, Address, Preferences, Subscriber
from newsbot.domain.window import Window
from newsbot.errors import StoreUnavailable
from newsbot.ingest.story_decider import WINDOW, Rarity
from newsbot.ingest.story_features import telling_of
from newsbot.ingest.story_finder import Candidate, find_story, rare_words, worth_comparing
from newsbot.subscribers.link_codes import MOST_WRONG, TooManyWrong
from newsbot.subscribers.linking import alone, check_link, mirrored, settled, united
from newsbot.subscribers.list_memory import token_of
from newsbot.subscribers.store import SubscriberCounts, SubscriberEvent
from newsbot.text.analyser import keys

SAME_NEWS_WITHIN = timedelta(hours=72)


@dataclass
class _Server:
    away: bool = False

    def _reach(self) -> None:
        if self.away:
            raise StoreUnavailable


@dataclass
class MemoryArticleStore(_Server):
    """Implements `newsbot.articles.store.ArticleStore`."""

    _articles: dict[int, Article] = field(default_factory=dict)
    _urls: dict[str, int] = field(default_factory=dict)
    _states: dict[str, SourceState] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _kept: dict[int, frozenset[str]] = field(default_factory=dict)
    _counted: int = 0
    _retellings: dict[int, datetime] = field(default_factory=dict)
    _next_id: int = 1

    async def put(self, draft: ArticleDraft, *, now: datetime, announce: bool) -> Stored:
        self._reach()
        if draft.published_at.tzinfo is None:
            raise ValueError("a time needs a zone")
        draft = replace(draft, published_at=draft.published_at.astimezone(UTC))
        known = self._known(draft)
        if known is None:
            story = self._story(draft, now)
            announced_at = None if announce else now
            article = Article(**_fields(draft), id=self._next_id, stored_at=now, announced_at=announced_at, story=story)
            self._next_id += 1
            if story and announce:
                self._retellings[article.id] = now
            return Stored(self._keep(article), Change.CREATED)
        article = self._keep(merge(known, draft))
        if article.announced_at and not article.withdrawn_at and _told(article) != _told(known):
            self._retellings[article.id] = now
        return Stored(article, Change.UPDATED if article.version > known.version else Change.UNCHANGED)

    def _story(self, draft: ArticleDraft, now: datetime) -> int:
        if draft.published_at < now - WINDOW:
            return 0
        telling = telling_of(draft)
        rarity = Rarity(self._counted, dict(self._counts))
        self._counts.update(telling.lead)
        self._counted += 1
        kept = frozenset(rare_words(telling, rarity))
        near = [one for one in self._articles.values() if abs(one.published_at - draft.published_at) <= WINDOW]
        shared = [(one.id, word) for one in near for word in kept & self._kept.get(one.id, frozenset())]
        self._kept[self._next_id] = kept
        candidates = [
            Candidate(one.id, one.tells, begun.published_at if begun else None, telling_of(one))
            for one in map(self._articles.__getitem__, worth_comparing(shared, rarity))
            if one.withdrawn_at is None
            for begun in [self._articles.get(one.tells)]
        ]
        return find_story(telling, candidates, rarity)

    def _known(self, draft: ArticleDraft) -> Article | None:
        for url in (draft.url, *draft.other_urls):
            if url in self._urls:
                return self._articles[self._urls[url]]
        return next((one for one in self._articles.values() if _same_text(one, draft)), None)

    def _keep(self, article: Article) -> Article:
        """An address stays with the article that had it first."""
        ours = tuple(url for url in article.other_urls if self._urls.get(url, article.id) == article.id)
        article = self._articles[article.id] = replace(article, other_urls=ours)
        self._urls.update(dict.fromkeys((article.url, *ours), article.id))
        return article

    async def get(self, article_id: int) -> Article | None:
        self._reach()
        return self._articles.get(article_id)

    async def headlines(self, article_ids: Collection[int]) -> dict[int, str]:
        self._reach()
        return {number: self._articles[number].headline for number in article_ids if number in self._articles}

    async def by_url(self, url: str) -> Article | None:
        self._reach()
        return self._articles[self._urls[url]] if url in self._urls else None

    async def known_urls(self, urls: Sequence[str]) -> dict[str, Article]:
        self._reach()
        return {url: self._articles[self._urls[url]] for url in urls if url in self._urls}

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
        self._reach()
        readable = self._readable(now)
        seen = 0
        if once_per_story:
            seen = before.seen if before else max(self._articles, default=0)
        of_topic = [
            article
            for article in readable
            if (topic is None or topic in article.topics) and not (before and seen and article.id > seen)
        ]
        newest = {
            article.tells: article.id
            for article in reversed(of_topic)
            if seen or before is None or _place(article) < (before.published_at, before.id)
        }
        telling = Counter(article.tells for article in readable)
        fitting = [
            article
            for article in of_topic
            if (not once_per_story or newest.get(article.tells) == article.id)
            and (before is None or _place(article) < (before.published_at, before.id))
            and (after is None or _place(article) > (after.published_at, after.id))
        ]
        if after is not None:
            shown = fitting[-limit:]
            page = Page(tuple(shown), _cursor(shown[-1], seen) if shown else None)
        else:
            shown = fitting[:limit]
            page = Page(tuple(shown), _cursor(shown[-1], seen) if len(fitting) > limit else None)
        others = {article.tells: telling[article.tells] - 1 for article in shown if telling[article.tells] > 1}
        return replace(page, others=others) if once_per_story else page

    async def of_story(self, story: int, *, now: datetime, limit: int = 50) -> tuple[Article, ...]:
        self._reach()
        return tuple(article for article in self._readable(now) if article.tells == story)[:limit]

    async def word_counts(self, words: Collection[str], *, now: datetime) -> tuple[int, dict[str, int]]:
        self._reach()
        return self._counted, {word: self._counts[word] for word in words if word in self._counts}

    async def retellings(self, *, limit: int = 100) -> tuple[Retelling, ...]:
        self._reach()
        oldest = sorted((since, article_id) for article_id, since in self._retellings.items())
        return tuple(Retelling(self._articles[article_id], since) for since, article_id in oldest[:limit])

    async def retold(self, done: Collection[Retelling]) -> None:
        self._reach()
        for one in done:
            if self._retellings.get(one.article.id, one.since) <= one.since:
                self._retellings.pop(one.article.id, None)

    async def search(
        self, query: Query, *, offset: int = 0, limit: int = 10, count_to: int = 0, now: datetime
    ) -> Found:
        self._reach()
        if query.empty:
            return Found()
        found = [article for article in self._readable(now) if _answers(article, query)]
        if not found and query.timeless:
            return await self.search(query.timeless, offset=offset, limit=limit, count_to=count_to, now=now)
        return Found(tuple(found[offset : offset + limit]), min(len(found), max(offset + limit, count_to)))

    async def index_anew(self, limit: int) -> int:
        self._reach()
        return 0

    def _readable(self, now: datetime) -> list[Article]:
        readable = (a for a in self._articles.values() if a.withdrawn_at is None and a.published_at <= now)
        return sorted(readable, key=_place, reverse=True)

    async def awaiting_summary(self, *, since: datetime, longer_than: int, limit: int = 20) -> tuple[Article, ...]:
        self._reach()
        waiting = [
            article
            for article in self._articles.values()
            if article.published_at >= since
            and article.summary_method == EXTRACTIVE
            and article.withdrawn_at is None
            and len(article.body) > longer_than
        ]
        return tuple(sorted(waiting, key=_place, reverse=True)[:limit])

    async def settle_summary(self, article: Article, summary: str, method: str) -> bool:
        self._reach()
        stored = self._articles.get(article.id)
        if stored is None or (stored.version, stored.summary_method) != (article.version, article.summary_method):
            return False
        self._articles[article.id] = replace(stored, summary=summary, summary_method=method)
        return True

    async def unannounced(self, *, limit: int = 100, now: datetime | None = None) -> tuple[Article, ...]:
        self._reach()
        waiting = [
            a
            for a in self._articles.values()
            if _in_outbox(a) and a.held_at is None and (now is None or a.published_at <= now)
        ]
        return tuple(sorted(waiting, key=_place)[:limit])

    async def everything(self, *, before: Cursor | None = None, limit: int = 30) -> Page:
        self._reach()
        at = (before.published_at, before.id) if before else None
        found = [one for one in sorted(self._articles.values(), key=_place, reverse=True) if not at or _place(one) < at]
        shown = tuple(found[:limit])
        return Page(shown, Cursor(shown[-1].published_at, shown[-1].id) if len(found) > limit else None)

    async def edit(
        self, article_id: int, by: Edit, *, topics: Sequence[str] | None = None, breaking: bool | None = None
    ) -> Article | None:
        self._reach()
        article = self._articles.get(article_id)
        return article and self._keep(edited_by(article, by, topics=topics, breaking=breaking))

    async def hold(self, article_id: int, *, now: datetime) -> bool:
        article = await self.get(article_id)
        if article is None or not _in_outbox(article) or article.held_at is not None:
            return False
        self._articles[article_id] = replace(article, held_at=now)
        return True

    async def release(self, article_id: int) -> bool:
        article = await self.get(article_id)
        if article is None or not _in_outbox(article) or article.held_at is None:
            return False
        self._articles[article_id] = replace(article, held_at=None)
        return True

    async def mark_announced(self, article_ids: Sequence[int], *, now: datetime) -> None:
        self._reach()
        for article_id in article_ids:
            article = self._articles.get(article_id)
            if article and article.announced_at is None:
                self._articles[article_id] = replace(article, announced_at=now, held_at=None)

    async def withdraw(self, url: str, *, now: datetime) -> Article | None:
        self._reach()
        article = await self.by_url(url)
        if article and article.withdrawn_at is None:
            article = replace(article, withdrawn_at=now)
            self._articles[article.id] = article
            others = await self.of_story(article.tells, now=now)
            if others and _place(others[0]) < _place(article) and article.published_at <= now:
                self._retellings[others[0].id] = now
        return article

    async def retain(self, *, keep_since: datetime) -> int:
        self._reach()
        old = [
            a.id for a in self._articles.values() if a.published_at < keep_since and (a.announced_at or a.withdrawn_at)
        ]
        for article_id in old:
            del self._articles[article_id]
            self._retellings.pop(article_id, None)
        self._urls = {url: article_id for url, article_id in self._urls.items() if article_id in self._articles}
        return len(old)

    async def count(self) -> int:
        self._reach()
        return len(self._articles)

    async def source_states(self) -> dict[str, SourceState]:
        self._reach()
        return dict(self._states)

    async def save_source_state(self, state: SourceState) -> None:
        self._reach()
        self._states[state.source] = state

    async def export(self) -> AsyncIterator[Article]:
        self._reach()
        for article in sorted(self._articles.values(), key=_place):
            yield article


def _in_outbox(article: Article) -> bool:
    return article.announced_at is None and article.withdrawn_at is None


def _fields(draft: ArticleDraft) -> dict[str, object]:
    return {name: getattr(draft, name) for name in ArticleDraft.__slots__}


def _told(article: Article) -> tuple[str, str, str]:
    return article.headline, article.kicker, article.summary


def _place(article: Article) -> tuple[datetime, int]:
    return article.published_at, article.id


def _cursor(article: Article, seen: int) -> Cursor:
    return Cursor(article.published_at, article.id, seen)


def _same_text(article: Article, draft: ArticleDraft) -> bool:
    return (
        bool(draft.content_hash)
        and article.content_hash == draft.content_hash
        and article.withdrawn_at is None
        and abs(article.published_at - draft.published_at) <= SAME_NEWS_WITHIN
    )


def _answers(article: Article, query: Query) -> bool:
    text = keys(f"{article.headline} | {article.kicker} | {article.summary} | {article.body}")
    line = f" {' '.join(text)} "
    wanted = [term.key for term in query.terms if not term.small] or [term.key for term in query.terms]
    return (
        (query.topic is None or query.topic in article.topics)
        and (query.since is None or article.published_at >= query.since)
        and (query.until is None or article.published_at < query.until)
        and all(any(word.startswith(part) for word in text) for part in wanted)
        and all(f" {' '.join(phrase)} " in line for phrase in query.phrases)
        and not any(f" {' '.join(phrase)} " in line for phrase in query.without)
    )


@dataclass
class MemorySubscriberStore(_Server):
    """Implements `newsbot.subscribers.store.SubscriberStore`. `order`: see `SqlJournal`."""

    order: Sequence[str] = ()
    _subscribers: dict[Address, Subscriber] = field(default_factory=dict)
    _history: dict[Address, list[SubscriberEvent]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _windows: dict[Address, Window] = field(default_factory=dict)

    async def get(self, address: Address) -> Subscriber | None:
        self._reach()
        return self._subscribers.get(address)

    async def change(
        self,
        address: Address,
        what: str,
        change: Callable[[Preferences], Preferences],
        *,
        now: datetime,
        initial: Preferences | None = None,
    ) -> Subscriber:
        self._reach()
        known = self._subscribers.get(address)
        if known is None:
            return self._register(address, what, change(initial or Preferences()), now)
        preferences = change(known.preferences)
        if (partner := self._partner(known)) is not None:
            preferences, theirs = settled(address, preferences, partner.address, partner.preferences, self.order)
            only_way = replace(theirs, extra=partner.preferences.extra) == partner.preferences
            self._put(partner, "elsewhere" if only_way else what, theirs, now)
        return self._put(known, what, preferences, now)

    def _partner(self, known: Subscriber | None) -> Subscriber | None:
        linked = known.preferences.linked_with if known else None
        return self._subscribers.get(linked) if linked else None

    def _register(self, address: Address, what: str, preferences: Preferences, now: datetime) -> Subscriber:
        number = self._numbers.get(address.channel, 0)
        self._numbers[address.channel] = number + 1
        new = Subscriber(address=address, number=number, version=1, preferences=preferences, since=now)
        return self._journal(what, new, now)

    def _put(self, known: Subscriber, what: str, preferences: Preferences, now: datetime) -> Subscriber:
        if preferences == known.preferences:
            return known
        return self._journal(what, replace(known, preferences=preferences, version=known.version + 1), now)

    def _journal(self, what: str, subscriber: Subscriber, now: datetime) -> Subscriber:
        self._subscribers[subscriber.address] = subscriber
        self._history.setdefault(subscriber.address, []).append(SubscriberEvent(now, what, subscriber))
        return subscriber

    async def touch(self, address: Address, *, now: datetime, window: Window | None = None) -> None:
        self._reach()
        known = self._subscribers.get(address)
        if known is None:
            return
        before = self._windows.get(address)
        if window is not None and (before is None or before.expires_at < window.expires_at):
            self._windows[address] = replace(window, expires_at=window.expires_at.replace(microsecond=0))
        today = max(filter(None, (known.active_at, _day(now))))
        self._subscribers[address] = known = replace(known, active_at=today)
        if known.preferences.unreachable:
            await self.change(address, "revived", lambda they: replace(they, unreachable=False), now=now)

    async def link(
        self, address: Address, other: Address, *, now: datetime, initial: Preferences | None = None
    ) -> Subscriber:
        self._reach()
        mine, theirs = self._subscribers.get(address), self._subscribers.get(other)
        partner, others_partner = self._partner(mine), self._partner(theirs)
        check_link(
            address, other, partner.address if partner else None, others_partner.address if others_partner else None
        )
        if mine and partner:
            return mine
        if mine and theirs:
            wanted = united(mine.preferences, theirs.preferences)
        elif theirs:
            wanted = mirrored(theirs.preferences, Preferences())
        else:
            wanted = mine.preferences if mine else initial or Preferences()
        sides = settled(address, wanted, other, theirs.preferences if theirs else Preferences(), self.order)
        for at, known, preferences in zip((address, other), (mine, theirs), sides, strict=True):
            if known is None:
                self._register(at, "linked", preferences, now)
            else:
                self._put(known, "linked", preferences, now)
        return self._subscribers[address]

    async def unlink(self, address: Address, *, now: datetime) -> Address | None:
        self._reach()
        known = self._subscribers.get(address)
        partner = self._partner(known)
        if known is None or partner is None:
            return None
        for one in (known, partner):
            self._put(one, "unlinked", alone(one.preferences), now)
        return partner.address

    async def window(self, address: Address) -> Window | None:
        self._reach()
        return self._windows.get(address)

    async def close_window(self, address: Address) -> None:
        self._reach()
        self._windows.pop(address, None)

    async def move(self, old: Address, new: Address, *, now: datetime) -> Subscriber | None:
        self._reach()
        leaving = self._subscribers.get(old)
        if leaving is None or old == new:
            return leaving
        staying = self._subscribers.get(new)
        if staying is None:
            partner = self._partner(leaving)
            del self._subscribers[old]
            self._history[new] = self._history.pop(old)
            if (window := self._windows.pop(old, None)) is not None:
                self._windows[new] = window
            if partner is not None:
                self._put(partner, "moved", partner.preferences.with_note(LINKED, str(new)), now)
            return self._journal("moved", replace(leaving, address=new, version=leaving.version + 1), now)
        topics = staying.preferences.topics | leaving.preferences.topics
        moved = await self.change(new, "moved", lambda known: replace(known, topics=topics), now=now)
        await self.forget(old, now=now)
        return moved

    async def forget(self, address: Address, *, now: datetime) -> bool:
        self._reach()
        self._history.pop(address, None)
        self._windows.pop(address, None)
        known = self._subscribers.pop(address, None)
        if (partner := self._partner(known)) is not None:
            self._put(partner, "unlinked", alone(partner.preferences), now)
        return known is not None

    async def history(self, address: Address) -> tuple[SubscriberEvent, ...]:
        self._reach()
        return tuple(self._history.get(address, ()))

    async def counts(self, channel: str | None = None) -> SubscriberCounts:
        self._reach()
        ours = [
            s for s in self._subscribers.values() if channel in (None, s.address.channel) and not s.preferences.stopped
        ]
        reachable = [s for s in ours if s.preferences.wants_alerts]
        by_topic: dict[str, int] = {}
        for subscriber in reachable:
            for topic in subscriber.preferences.topics:
                by_topic[topic] = by_topic.get(topic, 0) + 1
        return SubscriberCounts(len(ours), len(reachable), by_topic)

    async def all(self) -> AsyncIterator[Subscriber]:
        self._reach()
        for subscriber in sorted(self._subscribers.values(), key=lambda s: (s.address.channel, s.number)):
            yield subscriber


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass
class MemoryListMemory(_Server):
    """Implements `newsbot.subscribers.list_memory.ListMemory`; forgets nothing by itself."""

    _lists: dict[Address, tuple[int, ...]] = field(default_factory=dict)
    _words: dict[str, str] = field(default_factory=dict)

    async def keep_list(self, address: Address, article_ids: Sequence[int]) -> None:
        self._reach()
        self._lists[address] = tuple(article_ids)

    async def last_list(self, address: Address) -> tuple[int, ...]:
        self._reach()
        return self._lists.get(address, ())

    async def keep_words(self, words: str) -> str:
        self._reach()
        token = token_of(words)
        self._words[token] = words
        return token

    async def words(self, token: str) -> str | None:
        self._reach()
        return self._words.get(token)

    async def forget(self, address: Address) -> None:
        self._reach()
        self._lists.pop(address, None)


@dataclass
class MemoryLinkCodes(_Server):
    """Implements `newsbot.subscribers.link_codes.LinkCodes`; nothing ends by itself. The first code is CDE22223."""

    _made: dict[Address, str] = field(default_factory=dict)
    _asked: dict[Address, tuple[str, Address]] = field(default_factory=dict)
    _wrong: dict[Address, int] = field(default_factory=dict)
    _count: int = 0

    async def make(self, address: Address) -> str:
        self._reach()
        self._count += 1
        self._made[address] = f"CDE{self._count:05}".translate(str.maketrans("0123456789", "23456789XY"))
        return self._made[address]

    async def find(self, address: Address, code: str) -> Address | None:
        self._reach()
        if self._wrong.get(address, 0) >= MOST_WRONG:
            raise TooManyWrong
        maker = self._maker(code)
        taken = self._asked.get(address)
        if maker is None and taken is not None and taken[0] == code:
            maker = taken[1]
        if maker is None:
            self._wrong[address] = self._wrong.get(address, 0) + 1
        return maker

    async def take(self, address: Address, code: str) -> bool:
        self._reach()
        maker = self._maker(code)
        if maker is None:
            return address in self._asked and self._asked[address][0] == code
        del self._made[maker]
        self._asked[address] = code, maker
        return True

    async def asked(self, address: Address) -> Address | None:
        self._reach()
        return self._asked[address][1] if address in self._asked else None

    async def answered(self, address: Address) -> None:
        self._reach()
        self._asked.pop(address, None)

    async def forget(self, address: Address) -> None:
        self._reach()
        self._made.pop(address, None)
        self._asked.pop(address, None)

    def _maker(self, code: str) -> Address | None:
        return next((maker for maker, made in self._made.items() if made == code), None)
