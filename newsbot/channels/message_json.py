"""An incoming message as bytes and back: how it waits in the inbox."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from newsbot.domain.message import ChatKind, IncomingMessage, Kind, MessageRef, Span
from newsbot.domain.subscriber import Address

_USUAL: Final = {field.name: field.default for field in fields(IncomingMessage)}


def dump(incoming: IncomingMessage) -> bytes:
    """Compact JSON without what is as usual. Broken text (a lone surrogate) is kept as it is."""
    found: dict[str, Any] = {
        name: getattr(incoming, name) for name, usual in _USUAL.items() if getattr(incoming, name) != usual
    }
    found["address"] = [incoming.address.channel, incoming.address.user_id]
    if incoming.about is not None:
        found["about"] = [incoming.about.channel, incoming.about.user_id]
    if incoming.message is not None:
        found["message"] = [incoming.message.chat_id, incoming.message.message_id]
    if incoming.received_at is not None:
        found["received_at"] = incoming.received_at.isoformat()
    if incoming.spans:
        found["spans"] = [[span.text, span.style, span.url] for span in incoming.spans]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def load(content: bytes) -> IncomingMessage:
    """Raises ValueError when `content` is not what `dump` gives. Fields of a newer program are left aside."""
    try:
        found = dict(json.loads(content.decode("utf-8", "surrogatepass")))
        found["kind"] = Kind(found["kind"])
        found["address"] = Address(*found["address"])
        if "about" in found:
            found["about"] = Address(*found["about"])
        if "chat_kind" in found:
            found["chat_kind"] = ChatKind(found["chat_kind"])
        if "message" in found:
            found["message"] = MessageRef(*found["message"])
        if "received_at" in found:
            found["received_at"] = datetime.fromisoformat(found["received_at"])
        if "spans" in found:
            found["spans"] = tuple(Span(*span) for span in found["spans"])
        return IncomingMessage(**{name: value for name, value in found.items() if name in _USUAL})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an incoming message: {error!r}") from error
