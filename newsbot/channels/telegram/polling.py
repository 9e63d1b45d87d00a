"""Long polling: fetch updates, keep them in the inbox, and only then tell Telegram that we have them."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from newsbot.channels.http_exchange import HttpFailure
from newsbot.channels.inbox import Inbox
from newsbot.channels.telegram import outcomes
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.receiver import ALLOWED_UPDATES, BotIdentity, receive
from newsbot.channels.telegram.wire import Parameters
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater, Unknown
from newsbot.errors import ConfigurationError, StoreError

LONG_POLL: Final = 50  #: seconds that Telegram holds a request with nothing to tell; its own maximum
GRACE: Final = 15.0  #: seconds beyond, before the answer counts as lost
BATCH: Final = 100  #: updates at once; Telegram's maximum
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(seconds=60)
CONFLICT_PATIENCE: Final = 10  #: first pauses: another program polls with our token, knocking more often helps neither

_log = structlog.get_logger(channel="telegram")


class _Failed(Exception):
    """One turn of the loop came to nothing."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.detail = getattr(attempt, "detail", "")


class Poller:
    """Fetches updates for one bot until cancelled. Only one process may do this at a time."""

    def __init__(
        self,
        api: TelegramApi,
        inbox: Inbox,
        bot: BotIdentity,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        long_poll: int = LONG_POLL,
        first_pause: timedelta = FIRST_PAUSE,
    ) -> None:
        self._api = api
        self._inbox = inbox
        self._bot = bot
        self._clock = clock
        self._long_poll = long_poll
        self._first_pause = first_pause

    async def run(self) -> None:
        """Poll until cancelled, through any outage. Raises ConfigurationError when Telegram doesn't know our token."""
        offset = failures = 0
        webhook_gone = False
        while True:
            try:
                if not webhook_gone:
                    await self._ask("deleteWebhook", {})  # updates that wait stay there
                    webhook_gone = True
                offset = await self._fetch_and_keep(offset)
                failures = 0
                continue
            except _Failed as failure:
                attempt: Attempt | None = failure.attempt
                webhook_gone = webhook_gone and "webhook" not in failure.detail.casefold()
                self._complain(failure)
            except StoreError as error:
                attempt = None
                _log.error("updates can't be kept; they stay with telegram", why=str(error))
            failures += 1
            await asyncio.sleep(pause_after(attempt, failures, self._first_pause).total_seconds() * _jitter())

    async def _fetch_and_keep(self, offset: int) -> int:
        parameters: Parameters = {"timeout": self._long_poll, "limit": BATCH, "allowed_updates": list(ALLOWED_UPDATES)}
        if offset:
            parameters["offset"] = offset
        updates = await self._ask("getUpdates", parameters, read_limit=self._long_poll + GRACE)
        if not isinstance(updates, list):
            raise _Failed(Unknown(Reason.NO_ANSWER, "the answer is not the Bot API's"))
        numbers = [int(update["update_id"]) for update in updates]
        received = [receive(update, self._bot, self._clock()) for update in updates]
        if incoming := [one for one in received if one is not None]:
            await self._inbox.put_many(incoming)
        # Only after they are kept: asking from the next number on makes Telegram forget them.
        return max([offset, *(number + 1 for number in numbers)])

    async def _ask(self, method: str, parameters: Parameters, *, read_limit: float | None = None) -> Any:
        try:
            answer = await self._api.raw(method, parameters, read_limit=read_limit)
        except HttpFailure as error:
            raise _Failed(outcomes.from_error(error)) from None
        attempt = outcomes.from_answer(answer)
        if isinstance(attempt, Sent):
            return json.loads(answer.body).get("result")
        if isinstance(attempt, Refused) and attempt.stop:
            raise ConfigurationError(self._api.mistake(method, attempt))
        raise _Failed(attempt)

    def _complain(self, failure: _Failed) -> None:
        reason = getattr(failure.attempt, "reason", None)
        if reason is Reason.CONFLICT:
            _log.error("another program gets the updates of this bot; only one can", why=failure.detail)
        else:
            _log.warning("can't fetch updates", reason=reason, why=failure.detail)


def pause_after(attempt: Attempt | None, failures: int, first: timedelta = FIRST_PAUSE) -> timedelta:
    """How long to leave Telegram, or the store (None), alone after so many failures in a row."""
    match attempt:
        case TryLater(after=after, reason=Reason.FLOOD):
            return after
        case Refused(reason=Reason.CONFLICT):
            return first * CONFLICT_PATIENCE
        case _:
            doubled: int = 2 ** min(failures - 1, 10)
            return min(first * doubled, LONGEST_PAUSE)


def _jitter() -> float:
    """Many bots that lost one server shouldn't come back in step. Never under 1: Telegram's own waits are minimums."""
    return random.uniform(1.0, 1.3)  # noqa: S311 - nothing secret about it
