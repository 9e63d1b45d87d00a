"""Pictures that Messenger holds for us: uploaded once, sent to many, for as long as it keeps them.

A picture is named by a reference: a web address, or another channel's own (Telegram's file_id) whose bytes are fetched.
Pictures of articles need none of this: a card names their address.

key                                        type    what                                     how long
{attachments:<page>}:<sha256 of the ref>   string  the id under which Messenger holds it    KEPT after the upload

Messages with pictures have a pace of their own, slower than the Page's: see `redis_pacing`, account
`messenger:<page>:pictures`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Final, cast

import aiohttp
import structlog
from redis.asyncio import Redis

from newsbot.channels.http_exchange import Answer, HttpFailure
from newsbot.channels.messenger import outcomes
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.graph_error import error_of, object_of
from newsbot.channels.messenger.texts import is_web_address
from newsbot.channels.messenger.wire import Picture
from newsbot.channels.pictures import FetchPicture, PictureFile
from newsbot.delivery.pacing import Lane
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, TryLater, Unknown
from newsbot.errors import ChannelUnavailable, InvalidMessage, StoreError
from newsbot.redis_client import store_errors

KEPT: Final = timedelta(days=80)  #: the platform forgets an upload after 90 days
#: messages with a picture a second. Ten are documented for sound and film, nothing for pictures; and one too many stops
#: everything for a while, so this keeps away from it by more than the unevenness of a busy machine
RATE: Final = 8.0
LARGEST: Final = 25 * 1024 * 1024  #: bytes of an upload
REMEMBERED: Final = 200  #: pictures that a process knows without asking Redis
UPLOAD_LIMIT: Final = 90.0  #: seconds of silence: the platform may fetch the picture for up to 75 first

_log = structlog.get_logger(channel="messenger")


async def _no_fetching(reference: str) -> PictureFile:
    raise InvalidMessage("the picture is no web address, and no channel that holds it is connected")


class Attachments:
    """Of one Page. `fetch`: the bytes of a picture that another channel holds."""

    def __init__(
        self,
        redis: Redis,
        graph: GraphApi,
        *,
        fetch: FetchPicture = _no_fetching,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._redis = redis
        self._graph = graph
        self._fetch = fetch
        self._clock = clock
        self._prefix = f"{{attachments:{graph.page_id}}}"
        self._pacing = RedisPacing(redis, f"messenger:{graph.page_id}:pictures", RATE)
        self._known: dict[str, tuple[str, float]] = {}  # reference → id, until when
        self._uploads: dict[str, asyncio.Task[str | Attempt]] = {}

    async def id_of(self, reference: str) -> str | Attempt:
        """Messenger's id of the picture; where it has none and gets none, what a message with it would have met.

        Who asks while it is being uploaded waits for that upload.
        """
        if (known := self._known.get(reference)) and self._clock() < known[1]:
            return known[0]
        upload = self._uploads.get(reference)
        if upload is None:
            upload = self._uploads[reference] = asyncio.create_task(self._found_or_uploaded(reference))
            upload.add_done_callback(lambda _: self._uploads.pop(reference, None))
        return await asyncio.shield(upload)

    async def sent(self, picture: Picture, user_id: str, send: Callable[[Picture], Awaitable[Attempt]]) -> Attempt:
        """What became of `send` with the picture's id; it is uploaded first if it isn't yet, and once more if Messenger
        has forgotten it. Raises StoreUnavailable.
        """
        attempt: Attempt | None = None
        for _ in range(2):
            found = await self.id_of(picture.picture)
            if not isinstance(found, str):
                return found
            await self.turn(user_id)
            attempt = await send(replace(picture, attachment_id=found))
            if not (isinstance(attempt, Refused) and attempt.reason is Reason.BAD_REQUEST):
                break
            await self.forget(picture.picture, found)
        assert attempt is not None
        return attempt

    async def turn(self, user_id: str) -> None:
        """Returns when a picture may be sent to this reader. Raises StoreUnavailable."""
        await self._pacing.turn(user_id, Lane.REPLY)

    async def forget(self, reference: str, attachment_id: str) -> None:
        """Messenger no longer knows this id. Nothing happens to a newer one."""
        if self._known.get(reference, ("", 0.0))[0] == attachment_id:
            del self._known[reference]
        try:
            with store_errors("forgetting an upload"):
                if await self._redis.get(self._key(reference)) == attachment_id.encode():
                    await self._redis.delete(self._key(reference))
        except StoreError as error:
            _log.warning("an upload that is gone stays noted", reason=str(error))

    async def _found_or_uploaded(self, reference: str) -> str | Attempt:
        try:
            with store_errors("looking for an upload"):
                kept = cast(bytes | None, await self._redis.get(self._key(reference)))
                left = await self._redis.pttl(self._key(reference))
        except StoreError:
            kept, left = None, 0  # then it is uploaded once more
        if kept:
            self._remember(reference, kept.decode(), max(0, left) / 1000)
            return kept.decode()
        found = await self._uploaded(reference)
        if isinstance(found, str):
            self._remember(reference, found, KEPT.total_seconds())
            try:
                with store_errors("noting an upload"):
                    await self._redis.set(self._key(reference), found, px=int(KEPT.total_seconds() * 1000))
            except StoreError as error:
                _log.warning("an upload can't be noted, it will be made again", reason=str(error))
        return found

    async def _uploaded(self, reference: str) -> str | Attempt:
        payload: dict[str, object] = {"is_reusable": True}
        try:
            if is_web_address(reference):
                body: dict[str, object] | aiohttp.FormData = {"message": _image(payload | {"url": reference})}
            else:
                body = _form(await self._fetch(reference), payload)
            answer = await self._graph.call("POST", "me/message_attachments", body=body, read_limit=UPLOAD_LIMIT)
        except InvalidMessage as error:
            return Refused(Reason.BAD_PICTURE, str(error))
        except ChannelUnavailable:
            return TryLater(outcomes.TEMPORARY_FOR, Reason.NO_CONNECTION, Scope.CHAT)
        except HttpFailure as failure:
            attempt = outcomes.from_failure(failure)
            # An upload that may have been made is no message: making it again doubles nothing.
            again = TryLater(outcomes.TEMPORARY_FOR, Reason.NO_CONNECTION, Scope.CHANNEL)
            return again if isinstance(attempt, Unknown) else attempt
        return _id_in(answer)

    def _remember(self, reference: str, attachment_id: str, seconds: float) -> None:
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[reference] = attachment_id, self._clock() + seconds

    def _key(self, reference: str) -> str:
        return f"{self._prefix}:{hashlib.sha256(reference.encode('utf-8', 'replace')).hexdigest()}"


def _image(payload: dict[str, object]) -> dict[str, object]:
    return {"attachment": {"type": "image", "payload": payload}}


def _form(picture: PictureFile, payload: dict[str, object]) -> aiohttp.FormData:
    if len(picture.content) > LARGEST:
        raise InvalidMessage(f"the picture has {len(picture.content)} bytes, the platform takes {LARGEST}")
    form = aiohttp.FormData()
    form.add_field("message", json.dumps(_image(payload)))
    form.add_field("filedata", picture.content, filename=picture.name, content_type=picture.media_type)
    return form


def _id_in(answer: Answer) -> str | Attempt:
    parsed = object_of(answer)
    error = error_of(answer, parsed)
    if error is not None:
        attempt = outcomes.classify(error)
        if isinstance(attempt, Refused) and not attempt.stop:  # of this picture, not of a reader or the account
            return Refused(Reason.BAD_PICTURE, attempt.detail)
        return attempt if isinstance(attempt, Refused | TryLater) else Refused(Reason.BAD_PICTURE, str(error))
    attachment_id = parsed.get("attachment_id") if parsed is not None else None
    if isinstance(attachment_id, str | int) and not isinstance(attachment_id, bool) and str(attachment_id).isalnum():
        return str(attachment_id)
    return TryLater(outcomes.TEMPORARY_FOR, Reason.SERVER_ERROR, Scope.CHANNEL)
