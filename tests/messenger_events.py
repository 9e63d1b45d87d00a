"""Bodies of Messenger's webhook, as the platform writes them: escaped beyond ASCII, and signed."""

from __future__ import annotations

import json
from typing import Any

from newsbot.channels.messenger.receiver import PageIdentity
from newsbot.channels.messenger.signature import SIGNATURE_HEADER, sign

PAGE = PageIdentity(id="105550001112223", app_id="990000000000001")
READER = "6012345678901234"
SECRET = "0123456789abcdef0123456789abcdef"
OLD_SECRET = "fedcba9876543210fedcba9876543210"
VERIFY_TOKEN = "a-word-of-these-tests"
SENT = 1_763_445_600_000  #: 2025-11-18 06:00 UTC, in milliseconds

Json = dict[str, Any]


def an_item(reader: str = READER, timestamp: object = SENT, **event: Any) -> Json:
    """What a reader did: `an_item(message={"mid": "m_1", "text": "খেলা"})`."""
    return {"sender": {"id": reader}, "recipient": {"id": PAGE.id}, "timestamp": timestamp, **event}


def a_text(text: str = "খেলার খবর", mid: str = "m_1", **changes: Any) -> Json:
    return an_item(**{"message": {"mid": mid, "text": text}} | changes)


def an_echo(mid: str = "m_echo", reader: str = READER, timestamp: object = SENT, **message: Any) -> Json:
    """What the Page wrote to a reader."""
    item = {"sender": {"id": PAGE.id}, "recipient": {"id": reader}, "timestamp": timestamp}
    return item | {"message": {"is_echo": True, "mid": mid, "app_id": int(PAGE.app_id), **message}}


def an_entry(*items: Json, name: str = "messaging", time: int = SENT + 400) -> Json:
    return {"id": PAGE.id, "time": time, name: list(items)}


def a_body(*entries: Json) -> Json:
    return {"object": "page", "entry": list(entries)}


def wire(body: object) -> bytes:
    """The bytes that the platform sends and signs."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()


def signed(raw: bytes, secret: str = SECRET) -> dict[str, str]:
    return {SIGNATURE_HEADER: sign(secret, raw), "Content-Type": "application/json"}
