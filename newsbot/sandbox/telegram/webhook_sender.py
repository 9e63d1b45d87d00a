"""Sends updates to the webhook: of one lane in order and one at a time, lanes side by side up to max_connections.

An update is done when the bot answers 2xx; anything else, or a lost connection, is tried again: after the seconds of
`Retry-After` if the bot says so (at most an hour), otherwise the first time at once and then after doubling pauses.
An answer may carry a method call.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from newsbot.sandbox.telegram.arguments import Arguments
from newsbot.sandbox.telegram.state import SandboxState
from newsbot.sandbox.telegram.update_queue import Update
from newsbot.sandbox.telegram.webhook_settings import WebhookSettings

__all__ = ["RetryPolicy", "WebhookSender"]

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)
MAX_RETRY_AFTER: Final = 3600
GONE_FOR: Final = 23 * 3600  #: seconds of 410 after which the webhook is removed
MAX_REPLY_BYTES: Final = 1 << 20
_NOT_FROM_REPLY: Final = frozenset({"setwebhook", "deletewebhook", "close", "logout"})

Execute = Callable[[str, Arguments], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Pauses between tries, in seconds: none, `base`, twice that, … up to a random time within `cap`."""

    base: float = 1.0
    cap: tuple[float, float] = (60.0, 120.0)
    timeout: float = 60.0  #: how long the bot may take to answer

    def pause(self, failures: int) -> float:
        """How long to wait after so many failures of one update."""
        if failures <= 1:
            return 0.0
        most = random.uniform(*self.cap)  # noqa: S311  (spreads load)
        return float(min(self.base * 2 ** min(failures - 2, 30), most))


class WebhookSender:
    """The task that empties the update queue while a webhook is set."""

    def __init__(
        self, state: SandboxState, session: aiohttp.ClientSession, execute: Execute, retry: RetryPolicy
    ) -> None:
        self._state = state
        self._session = session
        self._execute = execute
        self._retry = retry
        self._lanes: dict[int, deque[Update]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._seen = 0  # highest update id that has been given to a lane

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                webhook = self._state.webhook
                await self._serve(webhook)
                await self._stop_lanes()
        finally:
            await self._stop_lanes()

    async def _serve(self, webhook: WebhookSettings) -> None:
        """Hand updates to lanes until the webhook is another one."""
        slots = asyncio.Semaphore(webhook.max_connections)
        while self._state.webhook is webhook:
            arrival = self._state.updates.arrival
            if webhook.url:
                for update in self._state.updates.waiting(after=self._seen):
                    self._seen = update.update_id
                    self._lanes.setdefault(update.lane, deque()).append(update)
                    if update.lane not in self._tasks:
                        task = asyncio.create_task(self._run_lane(update.lane, webhook, slots))
                        self._tasks[update.lane] = task
            await arrival.wait()

    async def _stop_lanes(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._lanes.clear()
        self._seen = 0

    async def _run_lane(self, lane: int, webhook: WebhookSettings, slots: asyncio.Semaphore) -> None:
        waiting = self._lanes[lane]
        while waiting:
            update = waiting[0]
            failures = 0
            while self._state.updates.get(update.update_id) is not None:
                async with slots:
                    pause = await self._deliver(update, webhook)
                if pause is None:
                    self._state.updates.confirm([update.update_id])
                    break
                failures += 1
                await asyncio.sleep(pause if pause > 0 else self._retry.pause(failures))
            waiting.popleft()
        del self._lanes[lane], self._tasks[lane]

    async def _deliver(self, update: Update, webhook: WebhookSettings) -> float | None:
        """Send once. None: done; a positive number: try again after so many seconds; 0: after a pause of ours."""
        headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
        try:
            async with self._session.post(
                webhook.url,
                json=update.json(),
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self._retry.timeout),
            ) as answer:
                if 200 <= answer.status < 300:
                    reply = await _read_reply(answer)
                    webhook.gone_since = None
                else:
                    return self._refused(answer, webhook)
        except TimeoutError:
            self._note_error(webhook, "Read timeout expired")
            return 0.0
        except aiohttp.ClientError as error:
            self._note_error(webhook, _reason(error))
            return 0.0
        if reply is not None:
            await self._carry_out(reply)
        return None

    def _refused(self, answer: aiohttp.ClientResponse, webhook: WebhookSettings) -> float:
        try:
            phrase = HTTPStatus(answer.status).phrase
        except ValueError:
            phrase = answer.reason or ""
        self._note_error(webhook, f"Wrong response from the webhook: {answer.status} {phrase}".rstrip())
        now = self._state.clock().timestamp()
        if answer.status == HTTPStatus.GONE:
            webhook.gone_since = webhook.gone_since if webhook.gone_since is not None else now
            if now - webhook.gone_since >= GONE_FOR:
                self._state.webhook = WebhookSettings()
                self._state.settings_changed()
                self._state.updates.wake()
        else:
            webhook.gone_since = None
        try:
            return max(0.0, min(float(answer.headers.get("Retry-After", "0")), MAX_RETRY_AFTER))
        except ValueError:
            return 0.0

    def _note_error(self, webhook: WebhookSettings, message: str) -> None:
        webhook.last_error_date = self._state.now()
        webhook.last_error_message = message
        self._state.settings_changed()

    async def _carry_out(self, reply: Arguments) -> None:
        """Run the method that the bot put into its answer; it never learns the result."""
        method = reply.text("method")
        lowered = method.lower()
        if method and lowered not in _NOT_FROM_REPLY and not lowered.startswith("get"):
            await self._execute(method, reply)


def _reason(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return "Connection refused" if isinstance(error.os_error, ConnectionRefusedError) else "Connection failed"
    return "Connection closed"


async def _read_reply(answer: aiohttp.ClientResponse) -> Arguments | None:
    """The method call in a bot's answer, if there is one; a body that is none is ignored."""
    values: dict[str, str] = {}
    if answer.content_type == "multipart/form-data":
        with suppress(ValueError):
            reader = aiohttp.MultipartReader.from_response(answer)
            async for part in reader:
                if isinstance(part, aiohttp.BodyPartReader) and part.name and part.filename is None:
                    values[part.name] = await part.text()
        return Arguments(values)
    body = await answer.content.read(MAX_REPLY_BYTES)
    with suppress(ValueError, UnicodeDecodeError):
        given = json.loads(body)
        if isinstance(given, dict):
            for key, value in given.items():
                values[str(key)] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Arguments(values) if values else None
