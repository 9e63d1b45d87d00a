"""A webhook's body and its signature: JSON in ASCII, other characters as `\\u09xx`, signed as it stands."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any, Final

from newsbot.sandbox.messenger.events import Event

__all__ = ["SIGNATURE_HEADER", "body_of", "encode", "sign"]

SIGNATURE_HEADER: Final = "X-Hub-Signature-256"


def sign(body: bytes, app_secret: str) -> str:
    """The header's value for a body."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def encode(body: dict[str, Any]) -> bytes:
    """As the platform writes JSON: no character beyond ASCII, and slashes escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def body_of(page_id: str, events: Sequence[Event], at: int) -> dict[str, Any]:
    """One entry for each event; `at` (milliseconds) is when it is sent, so that of a repetition is another."""
    return {
        "object": "page",
        "entry": [
            {"id": page_id, "time": at, "standby" if event.field == "standby" else "messaging": [event.item]}
            for event in events
        ],
    }
