"""Pictures that Telegram holds, for channels that can't be given its references."""

from __future__ import annotations

import json
from typing import Any, Final

from telegram import InputFile

from newsbot.channels.http_exchange import Answer, HttpFailure
from newsbot.channels.pictures import PictureFile
from newsbot.channels.telegram import outcomes
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.receiver import CHANNEL
from newsbot.channels.telegram.wire import number
from newsbot.delivery.pacing import Lane, Pacing
from newsbot.domain.attempt import Reason, Refused, TryLater, Unreachable
from newsbot.errors import ChannelUnavailable, InvalidMessage

LARGEST: Final = 20 * 1024 * 1024  #: bytes of a file that a bot may fetch (Bot API, getFile)

#: by the first bytes; Telegram's photos are JPEG
_TYPES: Final = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG", "image/png", "png"),
    (b"GIF8", "image/gif", "gif"),
    (b"RIFF", "image/webp", "webp"),
)


async def fetch_picture(api: TelegramApi, file_id: str) -> PictureFile:
    """See `FetchPicture`."""
    try:
        answer = await api.raw("getFile", {"file_id": file_id})
        found = _result(answer)
        size = found.get("file_size")
        if isinstance(size, int) and size > LARGEST:
            raise InvalidMessage("Telegram gives bots no file as large as this picture")
        file = await api.file(str(found.get("file_path", "")))
    except HttpFailure as failure:
        raise ChannelUnavailable(f"Telegram can't be asked for a picture: {failure.message}") from None
    if file.status != 200:
        raise _refusal(file)
    for beginning, media_type, ending in _TYPES:
        if file.body.startswith(beginning):
            return PictureFile(file.body, media_type, f"picture.{ending}")
    raise InvalidMessage("what Telegram holds there is no picture")


def _result(answer: Answer) -> dict[str, Any]:
    try:
        parsed = json.loads(answer.body)
    except (ValueError, RecursionError):
        parsed = None
    result = parsed.get("result") if isinstance(parsed, dict) else None
    if answer.status != 200 or not isinstance(result, dict):
        raise _refusal(answer)
    return result


def _refusal(answer: Answer) -> ChannelUnavailable | InvalidMessage:
    if 400 <= answer.status < 500 and answer.status not in (401, 429):
        return InvalidMessage("Telegram no longer has this picture")
    return ChannelUnavailable(f"Telegram gives no picture now (HTTP {answer.status})")


class TelegramShelf:
    """Implements `PictureShelf`: Telegram keeps what stands in a chat, so a picture is sent to who uploads it: within
    `pacing`, like any reply.
    """

    def __init__(self, api: TelegramApi, pacing: Pacing) -> None:
        self._api = api
        self._pacing = pacing

    def may_keep(self, channel: str) -> bool:
        return channel == CHANNEL

    async def keep(self, user_id: str, picture: PictureFile) -> str:
        if not any(picture.content.startswith(beginning) for beginning, _, _ in _TYPES):
            raise InvalidMessage("this is no picture that can be sent: JPEG, PNG, GIF and WebP can")
        await self._pacing.turn(user_id, Lane.REPLY)
        try:
            sent = await self._api.bot.send_photo(
                number(user_id), InputFile(picture.content, filename=picture.name), disable_notification=True
            )
        except Exception as error:
            attempt = outcomes.from_error(error)
            if isinstance(attempt, Refused | Unreachable):
                raise InvalidMessage(f"Telegram does not take this picture: {attempt.reason}") from None
            if isinstance(attempt, TryLater) and attempt.reason is Reason.FLOOD:
                await self._pacing.flooded(user_id, attempt.after)
            raise ChannelUnavailable("Telegram takes no picture now") from None
        return sent.photo[-1].file_id

    async def fetch(self, reference: str) -> PictureFile:
        return await fetch_picture(self._api, reference)
