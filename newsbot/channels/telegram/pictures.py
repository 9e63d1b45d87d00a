"""Pictures that Telegram holds, for channels that can't be given its references."""

from __future__ import annotations

import json
from typing import Any, Final

from newsbot.channels.http_exchange import Answer, HttpFailure
from newsbot.channels.pictures import PictureFile
from newsbot.channels.telegram.api import TelegramApi
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
