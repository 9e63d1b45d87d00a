"""Which configured topics an article belongs to.

Evidence in the order in which it can be trusted, measured on 3,415 addresses of eight portals: the
article's own section and the section in its address (they cover 95 %), then the categories of the feed's
item, then what the whole source is about (which agrees with the article's section in only 82 %). The first
that names a configured topic decides; the rest is not asked, since a wrong topic disturbs readers who never
wanted it. One kind of evidence may name several topics: national and politics can't be told apart even by
people. What names none is of no topic; nothing is guessed from words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import translate
from typing import Final
from urllib.parse import unquote, urlsplit

from newsbot.domain.topic import Topic, Topics
from newsbot.text.normalise import normalise

__all__ = ["TopicClassifier"]

_SEPARATORS: Final = re.compile(r"\s*(?:[,;|/>»›]|\s-\s)\s*")


class TopicClassifier:
    """Made once from the configured topics; `classify` is pure."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._by_section = _index(topics, lambda topic: (topic.id, *topic.names.values(), *topic.sections))
        self._by_category = _index(
            topics, lambda topic: (topic.id, *topic.names.values(), *topic.sections, *topic.categories)
        )
        self._patterns = tuple(
            (re.compile(translate(normalise(unquote(pattern)).casefold())), topic.id)
            for topic in topics
            for pattern in topic.url_patterns
        )

    def classify(
        self, *, url: str = "", section: str = "", categories: Sequence[str] = (), source_topics: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Ids of configured topics, the most trusted first; () if nothing names one.

        `section`: as the page prints it, perhaps several (`খেলা, ক্রিকেট`). `categories`: of the feed's item.
        `source_topics`: ids that the source is configured with.
        """
        own = (*_named(self._by_section, [section]), *self._by_address(url))
        evidence = (own, _named(self._by_category, categories), (id_ for id_ in source_topics if id_ in self._topics))
        return next(filter(None, (tuple(dict.fromkeys(found)) for found in evidence)), ())

    def _by_address(self, url: str) -> Iterator[str]:
        try:
            path = urlsplit(url).path
        except ValueError:
            return
        path = normalise(unquote(path, errors="replace")).casefold()
        for pattern, topic_id in self._patterns:
            if pattern.match(path) or pattern.match(f"{path}/"):
                yield topic_id


def _index(topics: Topics, names_of: Callable[[Topic], Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Name as compared → ids of the topics that carry it."""
    index: dict[str, tuple[str, ...]] = {}
    for topic in topics:
        for name in dict.fromkeys(map(_compared, names_of(topic))):
            index[name] = (*index.get(name, ()), topic.id)
    return index


def _named(index: dict[str, tuple[str, ...]], names: Iterable[str]) -> Iterator[str]:
    """Ids that the names lead to: as a whole (`আইন-আদালত`, `Law & Order`), else each of their parts."""
    for name in names:
        whole = index.get(_compared(name))
        for part in [name] if whole else _SEPARATORS.split(name)[:20]:
            yield from index.get(_compared(part), ())


def _compared(name: str) -> str:
    return " ".join(normalise(name).casefold().replace("-", " ").replace("_", " ").split())
