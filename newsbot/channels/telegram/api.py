"""The Bot API of one bot: the library's `Bot` over our transport, and calls that don't need its objects."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar
from urllib.parse import quote

import aiohttp
import structlog
from telegram import Bot, InputFile
from yarl import URL

from newsbot.channels.http_exchange import CONNECT_LIMIT, READ_LIMIT, Answer, exchange
from newsbot.channels.mass_transport import MassTransport, Target
from newsbot.channels.telegram import outcomes
from newsbot.channels.telegram.receiver import BotIdentity
from newsbot.channels.telegram.transport import AiohttpRequest
from newsbot.channels.telegram.wire import (
    AnswerCallback,
    DeleteMessage,
    Destination,
    EditCaption,
    EditMessage,
    Parameters,
    Request,
    SendDocument,
    SendMessage,
    SendPhoto,
    number,
)
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater
from newsbot.errors import ConfigurationError, StartError

OFFICIAL: Final = "https://api.telegram.org"
TRIES: Final = 4  #: of a call at the start, before giving up
LONGEST_PAUSE: Final = timedelta(seconds=10)  #: between two of them
_TOKEN: Final = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,100}")

T = TypeVar("T")
_log = structlog.get_logger()


class TelegramApi:
    """Everything that is asked of Telegram goes through here. The session is the caller's."""

    def __init__(
        self, session: aiohttp.ClientSession, token: str, *, api_url: str = OFFICIAL, read_limit: float = READ_LIMIT
    ) -> None:
        """Raises ConfigurationError when `token` can't be one. `read_limit`: seconds, as in `http_exchange`."""
        if not _TOKEN.fullmatch(token):
            raise ConfigurationError(
                "NEWSBOT_TELEGRAM__TOKEN: this is not a token; one looks like 123456789:AAH…, copy it from @BotFather"
            )
        # The library logs, at DEBUG, the address with the token and the webhook's secret.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self.api_url = api_url.rstrip("/")
        self._session = session
        self._read_limit = read_limit
        #: for bodies that are ready
        self.mass = MassTransport(session, limit=CONNECT_LIMIT + read_limit)
        self._method_url = f"{self.api_url}/bot{token}"
        self._files_url = f"{self.api_url}/file/bot{token}"
        request = AiohttpRequest(session, read_limit=read_limit)
        self.bot = Bot(
            token,
            base_url=f"{self.api_url}/bot",
            base_file_url=f"{self.api_url}/file/bot",
            request=request,
            get_updates_request=request,
        )

    async def raw(self, method: str, parameters: Parameters, *, read_limit: float | None = None) -> Answer:
        """Call a method without the library's objects. Raises NotSent, AnswerLost."""
        body = json.dumps(parameters, ensure_ascii=False).encode()
        limit = self._read_limit if read_limit is None else read_limit
        return await exchange(self._session, f"{self._method_url}/{method}", body, read_limit=limit)

    async def file(self, path: str) -> Answer:
        """The file at the `file_path` of getFile. Raises NotSent, AnswerLost."""
        return await exchange(
            self._session, f"{self._files_url}/{quote(path)}", None, method="GET", read_limit=self._read_limit
        )

    def target(self, method: str) -> Target:
        return Target(URL(f"{self._method_url}/{method}"))

    async def send(self, request: Request, to: Destination) -> Attempt:
        """One try. Never raises for what Telegram or the network does."""
        try:
            return Sent(await self._call(request, to))
        except Exception as error:
            attempt = outcomes.from_error(error)
            if not isinstance(attempt, Sent):
                _log.debug("telegram did not take it", method=request.method, chat=to.chat_id, attempt=attempt)
            return attempt

    async def _call(self, request: Request, to: Destination) -> str:
        parameters = request.parameters()
        match request:
            case SendMessage():
                text = parameters.pop("text")
                sent = await self.bot.send_message(text=text, api_kwargs=parameters, **to.parameters())
                return str(sent.message_id)
            case EditMessage():
                parameters |= Destination(to.chat_id).parameters()
                text = parameters.pop("text")
                edited = await self.bot.edit_message_text(text=text, api_kwargs=parameters)
                return "" if isinstance(edited, bool) else str(edited.message_id)
            case SendPhoto():
                photo = parameters.pop("photo")
                sent = await self.bot.send_photo(photo=photo, api_kwargs=parameters, **to.parameters())
                return str(sent.message_id)
            case EditCaption():
                parameters |= Destination(to.chat_id).parameters()
                caption = parameters.pop("caption", "")
                edited = await self.bot.edit_message_caption(caption=caption, api_kwargs=parameters)
                return "" if isinstance(edited, bool) else str(edited.message_id)
            case DeleteMessage():
                await self.bot.delete_message(number(to.chat_id), int(request.message_id))
                return ""
            case SendDocument():
                file = InputFile(request.content, filename=request.name)
                file.mimetype = request.media_type  # or the library guesses from the name
                sent = await self.bot.send_document(document=file, api_kwargs=parameters, **to.parameters())
                return str(sent.message_id)
            case AnswerCallback():
                await self.bot.answer_callback_query(request.callback_id, text=request.text or None)
                return ""

    async def check_token(self) -> BotIdentity:
        """Who the token belongs to. Raises ConfigurationError (wrong token or address), StartError (unreachable)."""
        user = await self.patiently("getMe", self.bot.get_me)
        return BotIdentity(id=user.id, username=user.username or "", name=user.first_name)

    async def patiently(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        """`call`, which may be repeated, tried again while Telegram can't be reached or asks to wait a little.

        Raises ConfigurationError when Telegram refuses it for good, StartError when it doesn't answer in a few tries.
        """
        pause = timedelta(seconds=1)
        for tries_left in reversed(range(TRIES)):
            try:
                return await call()
            except Exception as error:
                attempt = outcomes.from_error(error)
                # A conflict: another of our processes asks for the same at this moment.
                if isinstance(attempt, Refused) and attempt.reason is not Reason.CONFLICT:
                    raise ConfigurationError(self.mistake(what, attempt)) from None
                wait = max(pause, attempt.after) if isinstance(attempt, TryLater) else pause
                if not tries_left or wait > LONGEST_PAUSE:
                    raise StartError(f"Telegram at {self.api_url} doesn't answer {what}: {_why(error)}") from None
                _log.warning("telegram does not answer, trying again", method=what, why=_why(error))
            await asyncio.sleep(wait.total_seconds())
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def mistake(self, what: str, refusal: Refused) -> str:
        """The line for whoever set us up: what Telegram refuses for good, and what to do."""
        if not refusal.stop:
            return f"Telegram refuses {what}: {refusal.detail}"
        if self.api_url == OFFICIAL:
            return (
                f"NEWSBOT_TELEGRAM__TOKEN: Telegram doesn't know this token ({refusal.detail}); "
                "copy it again from @BotFather, or make a new one there with /token"
            )
        return (
            f"NEWSBOT_TELEGRAM__TOKEN or __API_URL: {self.api_url} doesn't know this token ({refusal.detail}); "
            f"check both, the usual address is {OFFICIAL}"
        )


def _why(error: Exception) -> str:
    attempt = outcomes.from_error(error)
    detail = getattr(attempt, "detail", "") or getattr(error, "message", "") or type(error).__name__
    return str(detail)
