"""Simulated readers in any number: people of made-up ranges who are real subscribers of the bot.

Those of the beginning stand in a file that `newsbot subscribers import` reads, so that a demo of 50,000 begins at once;
those who come later press Start under a link to a topic, like real people, and the bot greets each of them. What a
reader follows, speaks and suffers from is drawn from their id: the same in every run, spread as a newspaper's readers
are. Some have blocked the bot, some have closed their account, to some the server answers late.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from newsbot.sandbox.joining import MOST, Joining, refuse_too_many
from newsbot.sandbox.telegram import ReaderSide, User
from newsbot.sandbox.telegram.model import VirtualUsers

FIRST_ID: Final = 4_400_000_001  #: of those who were there at the beginning; above 2^32, below people added by name
FIRST_JOINED_ID: Final = 4_700_000_001  #: of those who come later

BLOCKED: Final = 0.03
DEACTIVATED: Final = 0.015
PAUSED: Final = 0.02
SLOW: Final = 0.04
SLOW_SECONDS: Final = 2.5
LANGUAGES: Final = ("bn",) * 9 + ("en",)
AGE: Final = timedelta(days=300)  #: of the oldest subscription

#: how many of a hundred readers follow a topic
TOPICS: Final = {
    "national": 42,
    "sports": 40,
    "politics": 36,
    "world": 25,
    "entertainment": 24,
    "country": 20,
    "economy": 18,
    "technology": 16,
    "education": 14,
    "health": 12,
    "lifestyle": 8,
    "opinion": 7,
}


class SimulatedReaders:
    """Adds them, and says how many there are. Belongs to the sandbox's event loop."""

    def __init__(self, readers: ReaderSide) -> None:
        self._readers = readers
        self._state = readers.state
        self._joining = Joining(self._start)
        self.let_them_come = self._joining.let_them_come

    @property
    def count(self) -> int:
        """Those of the beginning, and those who have pressed Start since."""
        return max(0, self._size(FIRST_ID) + self._size(FIRST_JOINED_ID) - self.joining)

    @property
    def joining(self) -> int:
        """Who will press Start next."""
        return self._joining.waiting

    def begin_with(self, count: int, file: Path | None) -> None:
        """Have at least `count` of them; those who are new stand in `file`, for the bot to take over as subscribers."""
        known = self._size(FIRST_ID)
        if count <= known:
            return
        everybody = replace(_group(FIRST_ID, count), blocked=BLOCKED, deactivated=DEACTIVATED)
        new = replace(everybody, first_id=FIRST_ID + known, count=count - known)
        if file is not None:
            # Before they are known here, or a crash in between would leave them without a subscription for ever.
            _write(file, everybody if file.exists() else new, self._state.clock())
        self._state.add_range(new)

    def call(self, count: int) -> None:
        """More people, who press Start one after another. Raises SandboxError for too many."""
        known = self._size(FIRST_JOINED_ID)
        refuse_too_many(count, known)
        first = FIRST_JOINED_ID + known
        self._state.add_range(_group(first, count))
        self._joining.call(range(first, first + count))

    def _start(self, user_id: int) -> None:
        if self._state.people.user(user_id) is not None:  # the sandbox may have been reset
            self._readers.start(user_id, f"topic-{first_topic(user_id)}")

    def _size(self, first_id: int) -> int:
        """How many there are of one kind: ranges of it follow one another."""
        return sum(group.count for group in self._state.people.ranges if first_id <= group.first_id < first_id + MOST)


def _group(first_id: int, count: int) -> VirtualUsers:
    return VirtualUsers(first_id, count, language_codes=LANGUAGES, slow=SLOW, slow_seconds=SLOW_SECONDS)


def _write(file: Path, group: VirtualUsers, now: datetime) -> None:
    """An export of Newsbot's subscribers, whole or not at all."""
    draft = file.with_name(f"{file.name}.part")
    with draft.open("w", encoding="utf-8") as out:
        out.write(json.dumps({"format": "newsbot-subscribers", "version": 1}) + "\n")
        for user_id in range(group.first_id, group.first_id + group.count):
            user = group.find(user_id)
            assert user is not None
            out.write(json.dumps(_subscriber(user, now), ensure_ascii=False) + "\n")
    draft.replace(file)


def _subscriber(user: User, now: datetime) -> dict[str, Any]:
    shares = _shares(user.id)
    topics = [topic for topic, per_cent in TOPICS.items() if shares[topic] < per_cent / 100]
    preferences: dict[str, Any] = {
        "language": user.language_code,
        "timezone": "Asia/Dhaka",
        "topics": topics or [first_topic(user.id)],
        "onboarded": True,
    }
    if shares["paused"] < PAUSED:
        preferences["paused"] = True
    since = (now - shares["since"] * AGE).replace(microsecond=0)
    return {"address": f"telegram:{user.id}", "since": since.isoformat(), "preferences": preferences}


def first_topic(user_id: int) -> str:
    """The topic whose link brought them."""
    place = _shares(user_id)["first"] * sum(TOPICS.values())
    for topic, per_cent in TOPICS.items():
        place -= per_cent
        if place < 0:
            return topic
    return next(iter(TOPICS))


def _shares(user_id: int) -> dict[str, float]:
    """What is drawn for one of them: a number from 0 to 1 by name."""
    draw = hashlib.blake2b(str(user_id).encode(), digest_size=64, person=b"readers").digest()
    names = ("paused", "since", "first", *TOPICS)
    return {name: int.from_bytes(draw[4 * n : 4 * n + 4]) / (1 << 32) for n, name in enumerate(names)}
