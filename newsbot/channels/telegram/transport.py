"""python-telegram-bot's `BaseRequest` over the session that all channels share.

The library's own transport doesn't tell what was not sent from what may have been; it closes idle connections after
5 seconds and gives up reading after 5, while Telegram may hold an answer for 60 seconds because of a flood wait.
"""

from __future__ import annotations

import json
from typing import Any, Final

import aiohttp
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from newsbot.channels.http_exchange import READ_LIMIT, Answer, AnswerLost, NotSent, exchange

_TYPED_BY_LIBRARY: Final = frozenset({400, 401, 403, 404, 409})  #: others lose their status in the library's exceptions


class LibraryNotSent(NotSent, NetworkError):
    """The same, as an error that the library lets through."""


class LibraryAnswerLost(AnswerLost, NetworkError):
    """The same, as an error that the library lets through."""


class UnexpectedAnswer(NetworkError):
    """An answer whose status says more than the library's exceptions can hold."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


class AiohttpRequest(BaseRequest):
    """For `telegram.Bot(request=…)`. The session is the caller's, who closes it."""

    def __init__(self, session: aiohttp.ClientSession, *, read_limit: float = READ_LIMIT) -> None:
        self._session = session
        self._read_limit = read_limit

    @property
    def read_timeout(self) -> float:
        return self._read_limit

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close: the session is shared."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """The library's seam. Of its four time limits only reading counts here; the rest is CONNECT_LIMIT and a total.

        Raises NotSent, AnswerLost, UnexpectedAnswer and whatever the library makes of the statuses it knows.
        """
        if method != "POST":
            raise NotImplementedError("files are not downloaded here")
        read_limit = float(read_timeout) if isinstance(read_timeout, int | float) else self._read_limit
        failure: TelegramError
        try:
            answer = await exchange(self._session, url, _body(request_data), read_limit=read_limit)
        except NotSent as error:
            failure = LibraryNotSent(error.message)
        except AnswerLost as error:
            failure = LibraryAnswerLost(error.message)
        else:
            if 200 <= answer.status < 300 or answer.status in _TYPED_BY_LIBRARY:
                return answer.status, answer.body
            failure = UnexpectedAnswer(answer)
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library does it, but the payload stays out of the log and anything but an object is refused."""
        try:
            parsed = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            raise TelegramError("Invalid server response")
        return parsed


def _body(request_data: RequestData | None) -> bytes | aiohttp.FormData:
    if request_data is None:
        return b"{}"
    if not request_data.contains_files:
        return json.dumps(request_data.parameters, ensure_ascii=False).encode()
    form = aiohttp.FormData(quote_fields=False)  # Telegram shows a file's name as it is written here
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form
