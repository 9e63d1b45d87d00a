"""What simulated readers have got, told by the server that sent it: one text that goes out to many is a *wave*.

A broadcast, an alert, a greeting: each counts a reader once and says who got it more than once, whose copy was changed
since and whose was taken away.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["Wave", "Waves", "beginning_of"]

MOST_WAVES: Final = 50  #: kept, the newest
MANY: Final = 5  #: readers that make a wave
SAME_BEGINNING: Final = 50  #: code points by which two texts are taken for one
SHOWN_SECONDS: Final = 60  #: of the curve
SHOWN_TEXT: Final = 160  #: code points of a wave's text


@dataclass(slots=True)
class Wave:
    """One text and whom it reached. Times are seconds since 1970."""

    text: str
    started_at: float
    last_at: float
    readers: set[int] = field(default_factory=set)
    last_reader: int = 0
    twice: int = 0  #: copies beyond each reader's first
    corrected: int = 0  #: copies that were edited since, each once
    recalled: int = 0  #: copies that were deleted

    def json(self) -> dict[str, Any]:
        return {
            "text": self.text[:SHOWN_TEXT],
            "started_at": self.started_at,
            "last_at": self.last_at,
            "readers": len(self.readers),
            "last_reader": self.last_reader,
            "twice": self.twice,
            "corrected": self.corrected,
            "recalled": self.recalled,
        }


class Waves:
    """The newest of them by origin, and the curve of messages a second. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waves: OrderedDict[str, Wave] = OrderedDict()
        self._seconds: Counter[int] = Counter()

    def sent(self, origin: str, text: str, reader: int, at: float | None = None) -> None:
        """A message was accepted, now or at a time. `origin`: what copies of it have in common."""
        when = self._clock() if at is None else at
        wave = self._waves.get(origin)
        if wave is None:
            wave = self._waves[origin] = Wave(text, when, when)
            if len(self._waves) > MOST_WAVES:
                self._waves.popitem(last=False)
        wave.last_at, wave.last_reader = when, reader
        wave.twice += reader in wave.readers
        wave.readers.add(reader)
        self._tick(when)

    def changed(self, origin: str) -> Wave | None:
        """The wave a copy of which is being changed or taken away, which counts for the curve too."""
        wave = self._waves.get(origin)
        if wave is not None:
            self._tick(self._clock())
        return wave

    def json(self, waves: int) -> dict[str, Any]:
        """The figures for a page: waves, the newest first, and how many messages each of the last seconds took."""
        now = int(self._clock())
        curve = [self._seconds[now - age] for age in range(SHOWN_SECONDS, 0, -1)]
        # What went to a handful is conversation; it is shown where there is nothing better.
        newest = sorted(
            self._waves.values(), key=lambda wave: (len(wave.readers) >= MANY, wave.started_at), reverse=True
        )
        return {
            "waves": [wave.json() for wave in newest[:waves]],
            "curve": curve,
            "per_second": round(sum(curve[-3:]) / 3),
        }

    def _tick(self, when: float) -> None:
        self._seconds[int(when)] += 1
        if len(self._seconds) > 10 * SHOWN_SECONDS:
            oldest = int(self._clock()) - SHOWN_SECONDS
            self._seconds = Counter({second: count for second, count in self._seconds.items() if second >= oldest})


def beginning_of(text: str) -> str:
    """What names a wave's text. Its end differs by language: the time, the day."""
    return text[:SAME_BEGINNING]
