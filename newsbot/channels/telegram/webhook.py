"""The webhook: Telegram posts an update, we keep it in the inbox, and only then answer 200.

Telegram repeats an update until it gets a 2xx, so whatever can't be kept now is answered 503 and comes again; what we
don't act on is answered 200 too, or it would come again for a day and hold up that chat's other updates.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from newsbot.channels.inbox import Inbox
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.receiver import ALLOWED_UPDATES, BotIdentity, receive
from newsbot.channels.webhook_body import read_body
from newsbot.errors import ConfigurationError, StoreError

PATH: Final = "/telegram/webhook"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
BODY_LIMIT: Final = 1_048_576  #: bytes; Telegram's updates are a few kilobytes
BODY_PATIENCE: Final = 10.0  #: seconds for the whole body to arrive
COME_AGAIN: Final = "5"  #: seconds, when the inbox can't keep it; Telegram obeys
CONNECTIONS: Final = 40  #: updates at once, each of another chat

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_log = structlog.get_logger(channel="telegram")


def webhook_handler(
    inbox: Inbox,
    bot: BotIdentity,
    secret: str,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    body_patience: float = BODY_PATIENCE,
) -> Handler:
    """The handler of `POST /telegram/webhook`, for any aiohttp application.

    401 or 403 without the secret, before the body is read; 413 over BODY_LIMIT; 408 when it trickles; 400 for what is
    not a JSON object; 503 with Retry-After while the inbox can't keep anything; else 200, for repeated updates too.
    """
    check_secret(secret)
    expected = secret.encode()

    async def handle(request: web.Request) -> web.StreamResponse:
        given = request.headers.get(SECRET_HEADER)
        if given is None:
            raise web.HTTPUnauthorized(text="The secret token is missing.")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected):
            _log.warning("a webhook call with a wrong secret", remote=request.remote)
            raise web.HTTPForbidden(text="The secret token is wrong.")
        body = await read_body(request, limit=BODY_LIMIT, patience=body_patience)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            update = None
        if not isinstance(update, dict):
            raise web.HTTPBadRequest(text="The body is not a JSON object.")
        incoming = receive(update, bot, clock())
        if incoming is not None:
            try:
                await inbox.put(incoming)
            except StoreError as error:
                _log.error("an update can't be kept; telegram will send it again", why=str(error))
                raise web.HTTPServiceUnavailable(
                    text="The update can't be kept now. Please send it again soon.",
                    headers={"Retry-After": COME_AGAIN},
                ) from None
        return web.Response()

    return handle


async def register_webhook(api: TelegramApi, public_url: str, secret: str) -> bool:
    """Have Telegram send updates to `public_url` + PATH. True if anything had to be changed.

    Telegram never tells the secret that it holds, so the address carries a mark made from secret and token: whoever
    knows both sees whether it is still the same. Raises ConfigurationError when Telegram refuses the address,
    StartError when it doesn't answer.
    """
    check_secret(secret)
    mark = hmac.new(api.bot.token.encode(), secret.encode(), "sha256").hexdigest()[:12]
    url = f"{public_url.rstrip('/')}{PATH}?v={mark}"
    known = await api.patiently("getWebhookInfo", api.bot.get_webhook_info)
    if known.url == url and set(known.allowed_updates or ()) == set(ALLOWED_UPDATES):
        return False
    try:
        await api.patiently(
            "setWebhook",
            lambda: api.bot.set_webhook(
                url, allowed_updates=ALLOWED_UPDATES, secret_token=secret, max_connections=CONNECTIONS
            ),
        )
    except ConfigurationError as error:
        raise ConfigurationError(
            f"NEWSBOT_WEB__PUBLIC_URL: {error}. Telegram needs a public https address, like https://bot.example.com"
        ) from None
    _log.info("webhook set", url=f"{public_url.rstrip('/')}{PATH}")
    return True


def check_secret(secret: str) -> None:
    """Raises ConfigurationError unless Telegram would take it."""
    if not _SECRET.fullmatch(secret):
        raise ConfigurationError(
            "NEWSBOT_TELEGRAM__WEBHOOK_SECRET: write up to 256 letters, digits, '_' or '-', like a-long-random-text"
        )
