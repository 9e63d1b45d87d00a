"""Bodies of requests to the Send API: serialised once, the reader put in for each. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from newsbot.channels.messenger.receiver import REPLY
from newsbot.channels.messenger.wire import File, Message
from newsbot.delivery.permits import Messaging

METADATA_LIMIT: Final = 1_000  #: characters; the echo brings it back

_AS: Final[dict[Messaging, dict[str, str]]] = {
    Messaging.RESPONSE: {"messaging_type": "RESPONSE"},
    Messaging.UPDATE: {"messaging_type": "UPDATE"},
    Messaging.HUMAN_AGENT: {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"},
}


def head_of(message: Message, messaging: Messaging, *, silent: bool, ready: Mapping[str, str]) -> bytes:
    """The JSON object up to where the message's metadata and the recipient follow. `ready`: `GraphApi.ready_fields`."""
    fields = {**_about(messaging, silent=silent), **ready, "message": message.fields()}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()[:-2]


def body_of(head: bytes, user_id: str, metadata: str) -> bytes:
    """The whole JSON object. `user_id` is digits; `metadata`: a delivery's id, or REPLY."""
    reader = user_id if user_id.isascii() and user_id.isdecimal() else json.dumps(user_id)[1:-1]
    said = metadata if metadata.isascii() and metadata.isprintable() and '"' not in metadata else REPLY
    return head + f',"metadata":"{said[:METADATA_LIMIT]}"}},"recipient":{{"id":"{reader}"}}}}'.encode()


def form_of(file: File, user_id: str, metadata: str, messaging: Messaging, *, silent: bool) -> aiohttp.FormData:
    """The same with the file itself."""
    form = aiohttp.FormData(quote_fields=False)  # the name is shown as it is written here
    form.add_field("recipient", json.dumps({"id": user_id}))
    form.add_field("message", json.dumps({**file.fields(), "metadata": metadata}, ensure_ascii=False))
    for name, value in _about(messaging, silent=silent).items():
        form.add_field(name, value)
    form.add_field("filedata", file.file, filename=file.name, content_type=file.media_type)
    return form


def action_of(action: str, user_id: str) -> dict[str, Any]:
    """What is no message and goes alone: `typing_on`, `mark_seen`."""
    return {"recipient": {"id": user_id}, "sender_action": action}


def _about(messaging: Messaging, *, silent: bool) -> dict[str, str]:
    return _AS[messaging] | ({"notification_type": "SILENT_PUSH"} if silent else {})
