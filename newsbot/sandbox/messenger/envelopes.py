"""A webhook's body and its signature: JSON in ASCII, other characters as `\\u09xx`, signed as it stands."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from newsbot.sandbox.messenger.events import Event

__all__ = ["SIGNATURE_HEADER", "Form", "body_of", "encode", "sign"]

SIGNATURE_HEADER: Final = "X-Hub-Signature-256"
TIMESTAMPS: Final = ("milliseconds", "seconds", "text", "float", "missing")
TOGETHER: Final = ("entries", "messaging")


@dataclass(frozen=True, slots=True)
class Form:
    """How bodies are put together. The default is what mostly comes; everything else has been seen to come too."""

    held: bool = False  #: keep events back until they are released, all in one body
    together: str = "entries"  #: several events in a body: each an entry of its own, or all in one entry's `messaging`
    timestamps: str = "milliseconds"  #: of the events: also in seconds, as text, as a fraction, or left out
    numeric_ids: bool = False  #: ids as numbers
    unknown_keys: bool = False  #: with keys that nobody has documented

    def __post_init__(self) -> None:
        if self.together not in TOGETHER or self.timestamps not in TIMESTAMPS:
            raise ValueError(f"`together` is one of {', '.join(TOGETHER)}, `timestamps` of {', '.join(TIMESTAMPS)}")


def sign(body: bytes, app_secret: str) -> str:
    """The header's value for a body."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def encode(body: Any) -> bytes:
    """As the platform writes JSON: no character beyond ASCII, and slashes escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def body_of(page_id: str, events: Sequence[Event], at: int, form: Form) -> dict[str, Any]:
    """Events in one body; `at` (milliseconds) is when it is sent, so that of a repetition is another."""
    entries: list[dict[str, Any]] = []
    for event in events:
        kind = "standby" if event.field == "standby" else "messaging"
        if form.together == "messaging" and entries:
            entries[0].setdefault(kind, []).append(_item(event, form))
        else:
            entries.append({"id": _id(page_id, form), "time": at, kind: [_item(event, form)]})
    body: dict[str, Any] = {"object": "page", "entry": entries}
    return {**body, "hop_context": [{"source": "sandbox"}]} if form.unknown_keys else body


def _item(event: Event, form: Form) -> dict[str, Any]:
    item = dict(event.item)
    at = item.pop("timestamp")
    match form.timestamps:
        case "milliseconds":
            item["timestamp"] = at
        case "seconds":
            item["timestamp"] = at // 1000
        case "text":
            item["timestamp"] = str(at)
        case "float":
            item["timestamp"] = at / 1000
        case _:
            pass
    for side in ("sender", "recipient"):
        if side in item:
            item[side] = {"id": _id(item[side]["id"], form)}
    return {**item, "prior_message": {"source": "sandbox"}} if form.unknown_keys else item


def _id(number: str, form: Form) -> int | str:
    return int(number) if form.numeric_ids else number
