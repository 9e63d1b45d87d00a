"""Who may decide for a group: its administrators, as Telegram says, asked for rarely.

The whole list is asked for: about single people a bot is sure to be told only where it is an administrator itself
(Bot API, getChatMember).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from newsbot.channels.telegram import outcomes
from newsbot.channels.telegram.api import TelegramApi
from newsbot.domain.attempt import TryLater, Unknown
from newsbot.domain.message import ChatKind, IncomingMessage
from newsbot.errors import ChannelUnavailable

__all__ = ["Administrators"]

TRUSTED_FOR: Final = 60.0  #: seconds that who was an administrator counts as one
MISSED_FOR: Final = 10.0  #: seconds until somebody who was none is looked for again: they may have been made one
ANSWERS_WITHIN: Final = 5.0  #: seconds
REMEMBERED: Final = 4_096  #: groups

_log = structlog.get_logger(channel="telegram")


@dataclass(frozen=True, slots=True)
class _Known:
    at: float
    user_ids: frozenset[str]


class Administrators:
    """`clock`: seconds, never set back."""

    def __init__(self, api: TelegramApi, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def include(self, incoming: IncomingMessage) -> bool:
        """Whether who did this is one of them. Raises ChannelUnavailable."""
        chat_id, who = incoming.address.user_id, incoming.sender_id
        # In the chat's own name write its anonymous administrators, and in a channel whoever may post there.
        if incoming.chat_kind is ChatKind.PRIVATE or who == chat_id:
            return True
        if not who.isdecimal():  # another channel, or nobody
            return False
        known, now = self._known.get(chat_id), self._clock()
        if known and now - known.at < (TRUSTED_FOR if who in known.user_ids else MISSED_FOR):
            return who in known.user_ids
        user_ids = await self._ask(chat_id)
        self._known.pop(chat_id, None)
        if len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]  # the one asked for longest ago
        self._known[chat_id] = _Known(now, user_ids)
        return who in user_ids

    async def _ask(self, chat_id: str) -> frozenset[str]:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                members = await self._api.bot.get_chat_administrators(chat_id)
        except Exception as error:
            attempt = outcomes.from_error(error)
            _log.warning("a group's administrators are not known", chat=chat_id, attempt=attempt)
            if isinstance(attempt, TryLater | Unknown):
                raise ChannelUnavailable from None
            return frozenset()
        return frozenset(str(member.user.id) for member in members)
