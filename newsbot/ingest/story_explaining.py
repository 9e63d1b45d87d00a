"""What made two articles one story, or what kept them apart, in plain English for whoever runs the bot. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from newsbot.domain.article import Article
from newsbot.ingest.story_decider import Comparison, Rarity, compare
from newsbot.ingest.story_features import Telling, telling_of

__all__ = ["explain", "words_of"]

WORDS_SHOWN: Final = 8


def words_of(one: Article, other: Article) -> frozenset[str]:
    """What must be counted to compare them."""
    return telling_of(one).lead | telling_of(other).lead


def explain(one: Article, other: Article, rarity: Rarity, zone: tzinfo) -> Iterator[str]:
    for article in (one, other):
        yield f"Article {article.id}: {article.headline}"
        at = f"{article.published_at.astimezone(zone):%Y-%m-%d %H:%M}"
        yield f"{article.url}, from {article.source}, published {at}."
    here, there = telling_of(one), telling_of(other)
    comparison = compare(here, there, rarity)
    yield _stored(one, other)
    yield _likeness(one, other, comparison)
    yield f"Both have: {_weighed(here.lead & there.lead, rarity)}."
    for article, telling, by in ((one, here, there), (other, there, here)):
        yield f"In the headline of {article.id} and not in the other article: {_own(telling, by, rarity)}."
    against = "; ".join(reason.value for reason in comparison.against)
    yield f"Against it: {against}." if against else "Nothing else speaks against it."
    yield from _differently(one, other, comparison)


def _stored(one: Article, other: Article) -> str:
    if one.tells == other.tells:
        return f"They are one story, number {one.tells}."
    return f"They are two stories, numbers {one.tells} and {other.tells}."


def _likeness(one: Article, other: Article, comparison: Comparison) -> str:
    by_other, by_one = comparison.told
    parts = (
        f"headlines {comparison.headlines:.2f}",
        f"with first sentences {comparison.leads:.2f}",
        f"{by_other:.2f} of the headline of {one.id} is told by {other.id}, {by_one:.2f} the other way round",
    )
    copy = " One is mostly a copy of the other." if comparison.copy else ""
    return f"Likeness {comparison.likeness:.2f}, enough is {comparison.enough:.2f}: {', '.join(parts)}.{copy}"


def _weighed(words: frozenset[str], rarity: Rarity) -> str:
    shown = rarity.rarest(words, WORDS_SHOWN)
    more = f" and {len(words) - len(shown)} more" if len(words) > len(shown) else ""
    return (", ".join(f"{word} ({rarity.weight(word):.1f})" for word in shown) or "nothing") + more


def _own(telling: Telling, by: Telling, rarity: Rarity) -> str:
    return _weighed(telling.headline - by.whole, rarity)


def _differently(one: Article, other: Article, comparison: Comparison) -> Iterator[str]:
    """Where they stand otherwise than this comparison says."""
    together = one.tells == other.tells
    if comparison.one_story and not together:
        yield (
            "Compared now they would be one story. They are not: one was stored while the other was not, or was "
            "withdrawn; its story was over or spoke against it; or words were rarer or commoner then, or theirs others."
        )
    elif together and not comparison.one_story:
        yield (
            "Compared now they would be two stories. They are one by another article of it that is like both, or words "
            "were rarer or commoner then, or theirs were others. A story stays as it was decided."
        )
