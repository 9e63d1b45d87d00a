"""The audience's view: what simulated readers (people of made-up ranges) have got, told by the server that sent it.

Nothing here is asked of the bot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from newsbot.sandbox.telegram.model import BOT, StoredMessage
from newsbot.sandbox.waves import Wave, Waves, beginning_of

__all__ = ["Audience"]


class Audience:
    """Counts what concerns simulated readers. `clock` gives seconds since 1970."""

    def __init__(self, is_simulated: Callable[[int], bool], clock: Callable[[], float]) -> None:
        self._is_simulated = is_simulated
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        self._waves = Waves(self._clock)
        self._refused: set[int] = set()
        self.floods = 0  #: 429s given, whoever they were about

    def sent(self, message: StoredMessage, at: float | None = None) -> None:
        """The bot's message was accepted, now or (from the ledger) at a time."""
        if message.sender_id != BOT or not self._is_simulated(message.chat_id):
            return
        self._waves.sent(_origin(message), message.content.text.text, message.chat_id, at)
        self._refused.discard(message.chat_id)

    def edited(self, message: StoredMessage) -> None:
        wave = self._wave_of(message)
        if wave is not None:
            wave.corrected += len(message.history) == 1

    def deleted(self, message: StoredMessage) -> None:
        wave = self._wave_of(message)
        if wave is not None:
            wave.recalled += 1

    def refused(self, chat_id: int | None, code: int) -> None:
        """A call about this chat was answered with an error."""
        if code == 429:
            self.floods += 1
        elif code == 403 and chat_id is not None and self._is_simulated(chat_id):
            self._refused.add(chat_id)

    def json(self, waves: int = 3) -> dict[str, Any]:
        """The figures for a page: see `Waves.json`; how many could not be reached, and the 429s."""
        return {**self._waves.json(waves), "refused": len(self._refused), "floods": self.floods}

    def _wave_of(self, message: StoredMessage) -> Wave | None:
        if message.sender_id != BOT or not self._is_simulated(message.chat_id):
            return None
        return self._waves.changed(_origin(message))


def _origin(message: StoredMessage) -> str:
    """What names a wave: how the text began as it was sent at first."""
    content = message.history[0][1] if message.history else message.content
    return f"{content.kind}:{beginning_of(content.text.text)}"
