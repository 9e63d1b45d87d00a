"""Sends events to the webhook, signed: of one person in order while it answers, people side by side.

An event is done when the answer is 2xx within a few seconds. Anything else is tried again, at once and then after
growing pauses, and what comes meanwhile doesn't wait for it: after an outage events come out of order, with their
mids of before and another `entry.time`. After an hour of failures by the sandbox's time the Page is unsubscribed and
what waits is lost.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from newsbot.sandbox.messenger.envelopes import SIGNATURE_HEADER, body_of, encode, sign
from newsbot.sandbox.messenger.events import Event
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.webhook_settings import Delivery

__all__ = ["RetryPolicy", "WebhookSender"]

GIVEN_UP_AFTER: Final = 3600.0  #: seconds of the sandbox's time
MOST_AT_ONCE: Final = 100  #: requests under way


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Pauses in seconds before each further try; the last one repeats."""

    pauses: tuple[float, ...] = (0.0, 1.0, 5.0, 30.0, 60.0)
    timeout: float = 5.0  #: how long the program may take to answer

    def pause(self, tries: int) -> float:
        return self.pauses[min(tries, len(self.pauses)) - 1]


class WebhookSender:
    """The task that empties the event queue."""

    def __init__(self, state: GraphState, session: aiohttp.ClientSession, retry: RetryPolicy) -> None:
        self._state = state
        self._session = session
        self._retry = retry
        self._lanes: dict[str, deque[Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Event] = []
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                event = await self._state.events.next()
                if self._state.form.held:
                    self._held.append(event)
                    continue
                lane = self._lanes.get(event.person_id)
                if lane is not None:
                    lane.append(event)
                else:
                    self._lanes[event.person_id] = deque([event])
                    self._start(self._run_lane(event.person_id))
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_lane(self, person_id: str) -> None:
        waiting = self._lanes[person_id]
        while waiting:
            event, drops = waiting.popleft(), self._state.events.drops
            # What the Page isn't subscribed to any more is lost.
            if not self._state.webhook.wants(event.field) or await self.deliver([event], 1):
                self._state.events.finished([event])
            else:
                self._start(self._try_again([event], drops))
        del self._lanes[person_id]

    async def _try_again(self, events: Sequence[Event], drops: int) -> None:
        """Until they are through, the hour is over, or everything was given up since (`drops`: how often before)."""
        state = self._state
        began = state.clock()
        tries = 1
        try:
            while drops == state.events.drops and state.clock() - began < GIVEN_UP_AFTER:
                await state.clock.pause(self._retry.pause(tries))
                tries += 1
                if drops == state.events.drops and await self.deliver(events, tries):
                    return
        finally:
            state.events.finished(events)

    async def release(self) -> int | None:
        """Send what was held back, in one body; the answer's status, None if there was none or nothing to send."""
        events, self._held = [*self._held, *self._state.events.take_waiting()], []
        if not events:
            return None
        state, drops = self._state, self._state.events.drops
        status = await self.post(encode(body_of(state.account.id, events, state.now_ms(), state.form)))
        if status is not None and 200 <= status < 300:
            state.events.finished(events)
        else:
            self._start(self._try_again(events, drops))
        return status

    async def send_again(self, count: int = 1, mid: str | None = None) -> list[int | None]:
        """Repeat the last bodies that arrived (those with `mid`, if given), each with a new `entry.time`."""
        state = self._state
        arrived = [one for one in state.deliveries if one.arrived and (mid is None or f'"{mid}"'.encode() in one.body)]
        statuses = []
        for delivery in arrived[-count:] if count > 0 else ():
            body = json.loads(delivery.body)
            for entry in body.get("entry", ()):
                entry["time"] = max(state.now_ms(), entry.get("time", 0) + 1)
            statuses.append(await self.post(encode(body), delivery.try_number + 1))
        return statuses

    async def deliver(self, events: Sequence[Event], try_number: int) -> bool:
        """Send them in one body."""
        state = self._state
        body = encode(body_of(state.account.id, events, state.now_ms(), state.form))
        status = await self.post(body, try_number)
        return status is not None and 200 <= status < 300

    async def post(self, body: bytes, try_number: int = 1, signature: str | None = None) -> int | None:
        """Sign and send a body; the answer's status, None if there was none in time."""
        state = self._state
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: sign(body, state.account.app_secret) if signature is None else signature,
        }
        status = None
        try:
            async with (
                self._slots,
                self._session.post(
                    state.webhook.url,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=self._retry.timeout),
                ) as answer,
            ):
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, ValueError):
            pass
        state.delivered(Delivery(state.clock(), status, body, try_number))
        return status
