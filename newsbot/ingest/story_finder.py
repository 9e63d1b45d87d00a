"""Which story a new article tells. Pure; the store looks up and obeys.

It is compared with recent articles that share rare words with it: of each the store keeps the `KEPT` rarest, and asks
for those that have at least two of the new one's. Articles of one event share the names in it; measured on the labelled
set, all pairs that are one story are found so. `compare` decides of each pair. The new article joins the story of the
one that is most like it, unless another article of that story is of another day, place or match: a story must not
wander. A story takes nothing in that comes more than three days after it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsbot.ingest import story_words as words
from newsbot.ingest.story_decider import WINDOW, Against, Rarity, compare
from newsbot.ingest.story_features import Telling

__all__ = ["COMPARED", "KEPT", "Candidate", "find_story", "rare_words", "worth_comparing"]

KEPT: Final = 12  #: words of an article that others are found by
SHARED: Final = 2  #: of them that another article must have
COMPARED: Final = 12  #: articles that a new one is compared with
ELSEWHERE: Final = frozenset({Against.LANGUAGE, Against.DAY, Against.PLACE, Against.ORDER, Against.TITLE})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may tell the same story. `began`: when its story did, None where that is not known any more."""

    article_id: int
    story: int
    began: datetime | None
    telling: Telling


def rare_words(telling: Telling, rarity: Rarity) -> tuple[str, ...]:
    """The words to keep an article by, and to ask for others by."""
    return rarity.rarest(telling.lead - words.COMMON, KEPT)


def worth_comparing(shared: Iterable[tuple[int, str]], rarity: Rarity) -> list[int]:
    """Of articles and the words that each shares, those to compare with: what shares most first."""
    found: dict[int, dict[str, float]] = {}
    for article_id, word in shared:
        found.setdefault(article_id, {})[word] = rarity.weight(word)
    enough = {article_id: sum(of.values()) for article_id, of in found.items() if len(of) >= SHARED}
    return sorted(enough, key=lambda article_id: (-enough[article_id], -article_id))[:COMPARED]


def find_story(telling: Telling, candidates: Sequence[Candidate], rarity: Rarity) -> int:
    """The story that it tells, 0 if it is the first to tell one."""
    found = [(compare(telling, one.telling, rarity), one) for one in candidates]
    elsewhere = {one.story for comparison, one in found if ELSEWHERE & set(comparison.against)}
    fitting = [
        (comparison.likeness, one.article_id, one.story)
        for comparison, one in found
        if comparison.one_story and one.story not in elsewhere and _goes_on(one, telling)
    ]
    return max(fitting, default=(0.0, 0, 0))[2]


def _goes_on(one: Candidate, telling: Telling) -> bool:
    return one.began is not None and abs(telling.at - one.began) <= WINDOW
