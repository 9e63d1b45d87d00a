"""Which of the newsroom's topics an article belongs to, and by what it was told.

Evidence in the order in which it can be trusted, measured on 3,415 addresses of eight portals: the article's own
section and the section in its address (they cover 95 %), then the categories of the feed's item, then what the whole
source is about (which agrees with the article's section in only 82 %). Of each the newsroom's own words are asked
first, then those of the shipped table. The first that names a topic decides; the rest is not asked, since a wrong topic
disturbs readers who never wanted it.

What nobody named is guessed from the words, and only if they are sure: by the model that the newsroom has trained, else
by the shipped lists. A section that is known and of which the newsroom has no topic is an answer too: then nothing is
guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from newsbot.domain.topic import Topic, Topics
from newsbot.ingest.topic_keywords import Keywords
from newsbot.ingest.topic_model import TopicModel
from newsbot.ingest.topic_table import TopicTable, compared, parts_of
from newsbot.text.normalise import normalise

__all__ = ["By", "Classification", "TopicClassifier"]


class By(StrEnum):
    """What named the topics."""

    SECTION = "section"  #: the newsroom's word for the article's section, or for a part of its address
    TABLE = "table"  #: the shipped table, of section or address
    CATEGORY = "category"  #: the item's categories, by either
    SOURCE = "source"  #: what the whole source is about
    MODEL = "model"  #: guessed by the trained model
    KEYWORDS = "keywords"  #: guessed by the shipped lists
    NOTHING = ""


class Classification(NamedTuple):
    topics: tuple[str, ...] = ()
    by: By = By.NOTHING
    confidence: float = 1.0  #: of a guess by the model

    @property
    def guessed(self) -> bool:
        return self.by in (By.MODEL, By.KEYWORDS)


class TopicClassifier:
    """`model` is asked each time, so that a model which is trained meanwhile counts at once."""

    def __init__(self, topics: Topics, model: Callable[[], TopicModel | None] = lambda: None) -> None:
        self._topics = topics
        self._model = model
        self._table = TopicTable(topics)
        self._keywords = Keywords(self._table)
        self._sections = _by_name(topics, _section_names)
        self._categories = _by_name(topics, _category_names)

    def classify(
        self,
        *,
        section: str = "",
        url: str = "",
        categories: Sequence[str] = (),
        source_topics: Sequence[str] = (),
        headline: str = "",
        text: str = "",
    ) -> Classification:
        """Ids of configured topics, the most trusted first; () if nothing names one. Any text; never raises.

        `section`: as the page prints it, perhaps several (`খেলা, ক্রিকেট`). `categories`: of the feed's item.
        `source_topics`: ids that the source is configured with. `headline` and `text` are what a guess is made from;
        without them nothing is guessed. Takes 0.1 ms, a guess 1 ms.
        """
        of_table = self._table.named([section], url)
        of_categories = self._table.named(categories, most=1)  # they may be any word of the article's: ক্রিকেট, ভারত
        evidence = (
            (By.SECTION, (*_named([section], self._sections), *_by_address(url, self._topics))),
            (By.TABLE, of_table or ()),
            (By.CATEGORY, tuple(_named(categories, self._categories)) or of_categories or ()),
            (By.SOURCE, tuple(topic_id for topic_id in source_topics if topic_id in self._topics)),
        )
        for by, found in evidence:
            if found:
                return Classification(tuple(dict.fromkeys(found)), by)
        if of_table is not None or of_categories is not None or not headline:
            return Classification()
        return self.guess(headline, text)

    def guess(self, headline: str, text: str) -> Classification:
        """By the words alone."""
        model = self._model()
        if model is None:
            found = self._keywords.topics(headline, text)
            return Classification(found, By.KEYWORDS) if found else Classification()
        said = model.say(headline, text)
        found = tuple(topic_id for topic_id in said.topics if topic_id in self._topics)
        return Classification(found, By.MODEL if found else By.NOTHING, said.confidence)


def _section_names(topic: Topic) -> Iterable[str]:
    return (topic.id, *topic.names.values(), *topic.sections)


def _category_names(topic: Topic) -> Iterable[str]:
    return (*_section_names(topic), *topic.categories)


def _by_name(topics: Topics, names_of: Callable[[Topic], Iterable[str]]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for topic in topics:
        for own in names_of(topic):
            known.setdefault(compared(own), []).append(topic.id)
    return known


def _named(names: Iterable[str], known: Mapping[str, list[str]]) -> Iterator[str]:
    """Ids of the topics named: by a name as a whole (`আইন-আদালত`, `Law & Order`), else by its parts."""
    for name in names:
        for part in parts_of(name, known):
            yield from known.get(part, ())


def _by_address(url: str, topics: Topics) -> Iterator[str]:
    try:
        path = urlsplit(url).path
    except ValueError:
        return
    path = normalise(unquote(path, errors="replace")).casefold()
    for topic in topics:
        if any(_pattern(p).match(path) or _pattern(p).match(f"{path}/") for p in topic.url_patterns):
            yield topic.id


@lru_cache(maxsize=1_024)
def _pattern(shell_style: str) -> re.Pattern[str]:
    return re.compile(translate(normalise(unquote(shell_style)).casefold()))
