"""An intent as plain values, for `newsbot text intents` and for lists of examples. Only what it says is there."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any, Final

from newsbot.conversation.intents import Intent, Unrecognised

__all__ = ["as_record"]

_HUMP: Final = re.compile(r"(?<!^)(?=[A-Z])")


def as_record(intent: Intent) -> dict[str, Any]:
    """`{"intent": "latest", "topic": "sports"}`; of a question, also what it asks about: `"wish": {…}`."""
    return _named(intent)


def _named(value: Any) -> dict[str, Any]:
    return {"intent": _HUMP.sub("_", type(value).__name__).lower(), **_said(value)}


def _said(value: Any) -> dict[str, Any]:
    given = ((one.name, getattr(value, one.name)) for one in fields(value) if getattr(value, one.name) != one.default)
    return {name: _plain(what) for name, what in given}


def _plain(value: Any) -> Any:
    if isinstance(value, Unrecognised):
        return _said(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return _named(value) if is_dataclass(value) else value
