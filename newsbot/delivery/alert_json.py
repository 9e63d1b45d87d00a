"""An alert's audience, text and totals as JSON: how they stand in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsbot.domain.alert import AlertText, Audience, Outcome, Totals
from newsbot.domain.message import Button, Span


def audience_to_json(audience: Audience) -> dict[str, Any]:
    channels = {"channels": list(audience.channels)} if audience.channels else {}
    return {"topics": list(audience.topics), "languages": list(audience.languages), **channels}


def audience_from_json(found: Mapping[str, Any]) -> Audience:
    return Audience(tuple(found["topics"]), tuple(found["languages"]), tuple(found.get("channels", ())))


def text_to_json(text: AlertText | None) -> dict[str, Any] | None:
    if text is None:
        return None
    spans = [[span.text, span.style, span.url] for span in text.spans]
    buttons = {"buttons": [[button.label, button.url] for button in text.buttons]} if text.buttons else {}
    return {"spans": spans, "picture": text.picture, **buttons}


def text_from_json(found: Mapping[str, Any] | None) -> AlertText | None:
    if found is None:
        return None
    buttons = tuple(Button(label, url=url) for label, url in found.get("buttons", ()))
    return AlertText(tuple(Span(*span) for span in found["spans"]), found["picture"], buttons)


def totals_to_json(totals: Totals | None) -> dict[str, Any] | None:
    """Outcomes by their number, which never changes its meaning; their names may."""
    if totals is None:
        return None
    channels = {channel: totals_to_json(own) for channel, own in totals.channels.items()}
    return {
        "audience": totals.audience,
        "outcomes": {str(int(outcome)): count for outcome, count in sorted(totals.outcomes.items())},
        "waiting": totals.waiting,
        "in_flight": totals.in_flight,
        "untouched": totals.untouched,
        **({"channels": channels} if channels else {}),
    }


def totals_from_json(found: Mapping[str, Any] | None) -> Totals | None:
    if found is None:
        return None
    outcomes = {Outcome(int(number)): count for number, count in found["outcomes"].items()}
    channels = {channel: totals_from_json(own) or Totals() for channel, own in found.get("channels", {}).items()}
    return Totals(**{**found, "outcomes": outcomes, "channels": channels})
