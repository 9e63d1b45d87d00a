"""A reader's preferences as JSON: in the journal, and in the file that `newsbot subscribers export` writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsbot.domain.subscriber import Preferences

_FLAGS = ("paused", "stopped", "unreachable", "onboarded")


def to_json(preferences: Preferences) -> dict[str, Any]:
    """What differs from a flag's default is left out, and comes back from `from_json`."""
    return {
        "language": preferences.language,
        "timezone": preferences.timezone,
        "topics": sorted(preferences.topics),
        **{flag: True for flag in _FLAGS if getattr(preferences, flag)},
        **({"extra": dict(preferences.extra)} if preferences.extra else {}),
    }


def from_json(state: Mapping[str, Any]) -> Preferences:
    """Raises ValueError, naming the field, when `state` is not what `to_json` gives. Unknown fields are left aside."""
    topics, extra = state.get("topics", []), state.get("extra", {})
    if not isinstance(topics, list) or not all(isinstance(topic, str) and topic for topic in topics):
        raise ValueError("topics is not a list of names")
    if not isinstance(extra, dict) or not all(isinstance(value, str) for value in extra.values()):
        raise ValueError("extra is not an object of texts")
    for flag in _FLAGS:
        if not isinstance(state.get(flag, False), bool):
            raise ValueError(f"{flag} is neither true nor false")  # noqa: TRY004 - of data, not of a call
    return Preferences(
        language=_text(state, "language"),
        timezone=_text(state, "timezone"),
        topics=frozenset(topics),
        extra=tuple(sorted(extra.items())),
        **{flag: state.get(flag, False) for flag in _FLAGS},
    )


def _text(state: Mapping[str, Any], name: str) -> str:
    value = state.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing or is not text")
    return value
