"""The audience's view: what simulated readers (people of made-up ranges) have got, told by the server that sent it.

A *wave* is one text that goes out to many: a broadcast, an alert, a greeting. It counts each reader once and says who
got it more than once, whose copy was changed since and whose was taken away. Nothing here is asked of the bot.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from newsbot.sandbox.telegram.model import BOT, StoredMessage

__all__ = ["Audience", "Wave"]

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


class Audience:
    """Counts what concerns simulated readers. `clock` gives seconds since 1970."""

    def __init__(self, is_simulated: Callable[[int], bool], clock: Callable[[], float]) -> None:
        self._is_simulated = is_simulated
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        self._waves: OrderedDict[str, Wave] = OrderedDict()
        self._seconds: Counter[int] = Counter()
        self._refused: set[int] = set()
        self.floods = 0  #: 429s given, whoever they were about

    def sent(self, message: StoredMessage, at: float | None = None) -> None:
        """The bot's message was accepted, now or (from the ledger) at a time."""
        if message.sender_id != BOT or not self._is_simulated(message.chat_id):
            return
        when = self._clock() if at is None else at
        wave = self._waves.get(_origin(message))
        if wave is None:
            wave = self._waves[_origin(message)] = Wave(message.content.text.text, when, when)
            if len(self._waves) > MOST_WAVES:
                self._waves.popitem(last=False)
        wave.last_at, wave.last_reader = when, message.chat_id
        wave.twice += message.chat_id in wave.readers
        wave.readers.add(message.chat_id)
        self._refused.discard(message.chat_id)
        self._tick(when)

    def edited(self, message: StoredMessage) -> None:
        wave = self._wave_of(message)
        if wave is not None:
            wave.corrected += len(message.history) == 1
            self._tick(self._clock())

    def deleted(self, message: StoredMessage) -> None:
        wave = self._wave_of(message)
        if wave is not None:
            wave.recalled += 1
            self._tick(self._clock())

    def refused(self, chat_id: int | None, code: int) -> None:
        """A call about this chat was answered with an error."""
        if code == 429:
            self.floods += 1
        elif code == 403 and chat_id is not None and self._is_simulated(chat_id):
            self._refused.add(chat_id)

    def json(self, waves: int = 3) -> dict[str, Any]:
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
            "refused": len(self._refused),
            "floods": self.floods,
        }

    def _wave_of(self, message: StoredMessage) -> Wave | None:
        if message.sender_id != BOT or not self._is_simulated(message.chat_id):
            return None
        return self._waves.get(_origin(message))

    def _tick(self, when: float) -> None:
        self._seconds[int(when)] += 1
        if len(self._seconds) > 10 * SHOWN_SECONDS:
            oldest = int(self._clock()) - SHOWN_SECONDS
            self._seconds = Counter({second: count for second, count in self._seconds.items() if second >= oldest})


def _origin(message: StoredMessage) -> str:
    """What names a wave: how the text began as it was sent at first. Its end differs by language: the time, the day."""
    content = message.history[0][1] if message.history else message.content
    return f"{content.kind}:{content.text.text[:SAME_BEGINNING]}"
