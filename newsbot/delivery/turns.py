"""Whose turn it is to send when several alerts want to: by weight between the classes, evenly within one. Pure.

Stride scheduling: whoever has had the least, measured by weight, is next. Who comes later, or comes back, starts level
with the others: neither a debt nor a credit is kept for the time in which nothing was wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from newsbot.domain.alert import AlertClass

#: a small alert is not stuck behind a large one, and breaking news gets most of the budget
WEIGHTS: Final = {AlertClass.BREAKING: 8, AlertClass.TOPIC: 3, AlertClass.DIGEST: 1}

K = TypeVar("K")


def _evenly(one: object) -> int:
    return 1


@dataclass(slots=True)
class _Shares(Generic[K]):
    weight: Callable[[K], int] = _evenly
    had: dict[K, float] = field(default_factory=dict)  #: messages by weight
    #: what one that had wanted all the time would have had by now. Not what the last one has had: a stream of small
    #: alerts that come and go, each level with the one before it, would be served for ever before a large one
    level: float = 0.0
    wanted: frozenset[K] = frozenset()

    def next(self, wanting: Collection[K]) -> K:
        """The one that has had least; the first of those who are equal."""
        for one in wanting:
            if one not in self.wanted:
                self.had[one] = max(self.had.get(one, self.level), self.level)
        self.wanted = frozenset(wanting)
        return min(wanting, key=self.had.__getitem__)

    def took(self, one: K, count: int) -> None:
        self.had[one] = self.had.get(one, self.level) + count / self.weight(one)
        self.level += count / (sum(map(self.weight, self.wanted)) or self.weight(one))

    def forget(self, one: K) -> None:
        self.had.pop(one, None)
        self.wanted -= {one}


class Turns:
    """Asked before each batch, told after it."""

    def __init__(self) -> None:
        self._classes: _Shares[AlertClass] = _Shares(WEIGHTS.__getitem__)
        self._alerts: dict[AlertClass, _Shares[int]] = {cls: _Shares() for cls in AlertClass}

    def next(self, wanting: Collection[tuple[AlertClass, int]]) -> int:
        """The alert whose turn it is; `wanting` (class, id) is not empty. Asked again, it says the same."""
        cls = self._classes.next(sorted({cls for cls, _ in wanting}, key=lambda cls: -WEIGHTS[cls]))
        return self._alerts[cls].next([alert_id for one, alert_id in wanting if one is cls])

    def took(self, cls: AlertClass, alert_id: int, count: int) -> None:
        """It was granted so many messages."""
        self._classes.took(cls, count)
        self._alerts[cls].took(alert_id, count)

    def forget(self, cls: AlertClass, alert_id: int) -> None:
        """It is over."""
        self._alerts[cls].forget(alert_id)
