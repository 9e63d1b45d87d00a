"""The sandbox as the judge: who got the alert, how often and when, and how long replies took.

It follows the list of accepted messages that the sandbox keeps; nothing is asked of the program.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

LOOK_EVERY: Final = 0.1  #: seconds
PAGE: Final = 5_000  #: messages read at a time
CONTROL: Final = "/sandbox/telegram"


class Judge:
    """`words`: what the alert's text holds and no other message."""

    def __init__(self, session: aiohttp.ClientSession, address: str, words: str) -> None:
        self._session = session
        self._address = address
        self._words = words
        self._read = 0
        self.copies: Counter[int] = Counter()  #: chat → how often it got the alert
        self.seconds: Counter[int] = Counter()  #: whole second of the clock → messages accepted in it
        self.first_at = 0.0  #: unix seconds of the alert's first message
        self.last_at = 0.0
        self._reached: dict[int, float] = {}  # chat → when it had it
        self.other = 0  #: messages that are not the alert's, while it went out
        self._new_ids: dict[int, int] = {}  # a supergroup's → the group's that it was
        self._asked: dict[int, float] = {}  # caller → when they asked
        self.replies: list[float] = []  #: milliseconds of each reply since `forget_replies`

    async def follow(self) -> None:
        """Until cancelled; nobody else may `look` meanwhile."""
        while True:
            if await self.look() < PAGE:
                await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> int:
        """Read what is new; how many messages."""
        found = await self.get("/ledger", after=self._read, limit=PAGE)
        entries = found["entries"]
        for entry in entries:
            self._note(entry)
        self._read += len(entries)
        return len(entries)

    def _note(self, entry: Mapping[str, Any]) -> None:
        at, chat = float(entry["at"]), int(entry["chat_id"])
        self.seconds[int(at)] += 1
        if self._words in entry["text"]:
            self.first_at = self.first_at or at
            self.last_at = at
            chat = self._new_ids.get(chat, chat)
            self._reached.setdefault(chat, at)
            self.copies[chat] += 1
            return
        if self.first_at:
            self.other += 1
        if (asked := self._asked.pop(chat, None)) is not None:
            self.replies.append((at - asked) * 1000)

    @property
    def reached_at(self) -> list[float]:
        """When each next chat had it."""
        return sorted(self._reached.values())

    def moved(self, group: int, supergroup: int) -> None:
        """They are one reader: a copy under each id is one too many."""
        self._new_ids[supergroup] = group
        if copies := self.copies.pop(supergroup, 0):  # seen before we were told
            at = self._reached.pop(supergroup)
            self._reached[group] = min(at, self._reached.get(group, at))
            self.copies[group] += copies

    def ids(self, chat: int) -> tuple[int, ...]:
        """Whatever a reader is called by now, newest first."""
        return (*(new for new, old in self._new_ids.items() if old == chat), chat)

    async def ask(self, caller: int, text: str) -> None:
        """Have this person write; the reply's time is noted when it comes."""
        self._asked[caller] = time.time()
        await self.post(f"/users/{caller}/text", text=text)

    async def all_answered(self) -> None:
        """Until nobody waits for a reply; for as long as `follow` runs."""
        while self._asked:  # noqa: ASYNC110 - it is what the sandbox says at the next look
            await asyncio.sleep(LOOK_EVERY)

    def forget_replies(self) -> list[float]:
        taken, self.replies = self.replies, []
        return taken

    async def get(self, path: str, **query: Any) -> Any:
        async with self._session.get(f"{self._address}{CONTROL}{path}", params=query) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with self._session.post(f"{self._address}{CONTROL}{path}", json=body) as answer:
            if answer.status != 200:
                raise RuntimeError(f"the sandbox refused {path}: {await answer.text()}")
            return await answer.json()

    async def put(self, path: str, **body: Any) -> Any:
        async with self._session.put(f"{self._address}{CONTROL}{path}", json=body) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def delete(self, path: str, **query: Any) -> None:
        async with self._session.delete(f"{self._address}{CONTROL}{path}", params=query) as answer:
            answer.raise_for_status()
