"""Whether a channel may be written to now: its platform answers, takes our account, and has not blocked it.

    holds    the platform is away, or refuses our account: it is asked, with a question that touches no reader, ever
             more rarely, until it answers and takes our token
    halts    our account was refused (token, settings, the Page as a whole). Editors are told, once, and once more when
             it is mended: when messages are accepted and none is refused for a while, or where the token was refused,
             when it is taken
    barred   nothing may be sent whatever the platform answers: it has blocked us, and said so

Alerts don't pause for any of it, and nobody's reachability is judged by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from newsbot.channels.channel import Pusher
from newsbot.delivery.notices import NoticeStore
from newsbot.domain.attempt import Attempt, Reason, Refused
from newsbot.errors import StoreError
from newsbot.observability import Metrics

FIRST_PROBE: Final = 1.0  #: seconds before the first question whether the platform is back
LONGEST_PROBE: Final = 30.0  #: seconds between two of them
LONGEST_PROBE_WHEN_REFUSED: Final = 120.0  #: the same, while people have something to mend
#: seconds of sending after which nothing is wrong any more: a permission may be missing for some readers only
MENDED_AFTER: Final = 10.0

_log = structlog.get_logger()


async def never_barred() -> str:
    return ""


class ChannelHealth:
    """`keep` does something with a store until it is done; `back` is told when sending may be tried again."""

    def __init__(
        self,
        pusher: Pusher,
        metrics: Metrics,
        *,
        notices: NoticeStore | None,
        barred: Callable[[], Awaitable[str]],
        keep: Callable[[Callable[[], Awaitable[object]]], None],
        back: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._pusher = pusher
        self._metrics = metrics
        self._notices = notices
        self._ask_whether_barred = barred
        self._keep = keep
        self._back = back
        self._clock = clock
        self._holding = False
        self._ill = asyncio.Event()  # the same, for the probe to wait for
        self._pause = FIRST_PROBE
        self._refused = ""  # why our account is
        self._went_on_at = 0.0  # when sending was tried again
        self._accepted = False  # something, since then
        self._barred = ""

    @property
    def may_send(self) -> bool:
        return not self._holding and not self._barred

    @property
    def why_not(self) -> str:
        """Why nothing may be sent, in words; '' if it may be."""
        if self._barred or not self._holding:
            return self._barred
        return f"the platform refuses our account ({self._refused})" if self._refused else "the platform is away"

    def accepted(self) -> None:
        """A message was."""
        if self._refused:
            self._accepted = True
        else:
            self._pause = FIRST_PROBE

    def hold(self, attempt: Attempt | None) -> None:
        """The platform is away."""
        if not self._holding:
            self._metrics.delivery_holds.labels(self._pusher.name, "platform_away").inc()
            _log.warning("the platform is away, sending waits", channel=self._pusher.name, attempt=attempt)
        self._wait()

    def halt(self, refusal: Refused) -> None:
        """Our account is refused."""
        self._accepted = False
        if not self._refused:
            self._refused = refusal.reason
            self._metrics.delivery_holds.labels(self._pusher.name, refusal.reason).inc()
            _log.error("our account is refused, the channel halts", channel=self._pusher.name, attempt=refusal)
            if self._notices is not None:
                self._keep(partial(self._notices.halted, self._pusher.name, refusal.reason, now=self._clock()))
        self._wait()

    async def look(self) -> None:
        """Whether we are barred (who can't be asked says nothing new), and whether what was refused is mended."""
        sends = self._accepted and not self._holding
        if sends and asyncio.get_running_loop().time() - self._went_on_at >= MENDED_AFTER:
            self._mended()
        with suppress(StoreError):
            barred = await self._ask_whether_barred()
            if barred and not self._barred:
                self._metrics.delivery_holds.labels(self._pusher.name, "account_barred").inc()
                _log.error("nothing may be sent", channel=self._pusher.name, reason=barred)
            elif self._barred and not barred:
                _log.info("sending is allowed again", channel=self._pusher.name)
            self._barred = barred
        self._metrics.channel_halted.labels(self._pusher.name).set(bool(self._refused or self._barred))

    async def probe(self) -> None:
        """Never returns: waits for the platform to be ill, and then for it to be well."""
        await self._remember()
        while True:
            await self._ill.wait()
            while True:
                await asyncio.sleep(self._pause)
                longest = LONGEST_PROBE_WHEN_REFUSED if self._refused else LONGEST_PROBE
                self._pause = min(self._pause * 2, longest)
                if await self._pusher.answers():
                    break
            _log.info("the platform answers, sending goes on", channel=self._pusher.name)
            if self._refused == Reason.BAD_TOKEN:  # whether anything else is mended shows when a message is accepted
                self._mended()
            self._ill.clear()
            self._holding = False
            self._went_on_at = asyncio.get_running_loop().time()
            self._back()

    async def _remember(self) -> None:
        """A channel that had halted before we started: it is asked before anything is sent there."""
        if self._notices is None:
            return
        with suppress(StoreError):  # then the first message tells
            standing = await self._notices.standing(self._pusher.name)
            if standing is not None and not self._refused:
                self._refused = standing.reason
                self._wait()

    def _wait(self) -> None:
        self._holding = True
        self._ill.set()

    def _mended(self) -> None:
        self._refused, self._accepted, self._pause = "", False, FIRST_PROBE
        _log.info("our account is in order again", channel=self._pusher.name)
        if self._notices is not None:
            self._keep(partial(self._notices.mended, self._pusher.name, now=self._clock()))
