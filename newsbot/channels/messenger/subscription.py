"""Which of the Page's events the platform sends us. `newsbot messenger subscribe` asks for them, `watchdog` watches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from newsbot.channels.messenger.graph import GraphApi

__all__ = ["WANTED", "missing_fields", "missing_of", "subscribe"]

#: what we read; the first two are the conversation itself
WANTED: Final = (
    "messages",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "message_reactions",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_edits",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
)


async def missing_fields(api: GraphApi, app_id: str = "") -> tuple[str, ...]:
    """Of WANTED, those that our app is not subscribed to at the Page. Raises GraphRefused, ChannelUnavailable."""
    answer = await api.ask("GET", f"{api.page_id}/subscribed_apps", query={"fields": "id,name,subscribed_fields"})
    return missing_of(answer, app_id)


async def subscribe(api: GraphApi) -> None:
    """Have all WANTED events sent. Raises GraphRefused, ChannelUnavailable."""
    await api.ask("POST", f"{api.page_id}/subscribed_apps", body={"subscribed_fields": ",".join(WANTED)})


def missing_of(answer: Mapping[str, Any], app_id: str = "") -> tuple[str, ...]:
    """What a list of subscribed apps lacks of WANTED. Several apps may be subscribed to a Page: `app_id` is ours; where
    that is not known or not told, ours is taken to be the one with the most of our fields.
    """
    data = answer.get("data")
    apps = [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
    if app_id and all(one.get("id") for one in apps):
        apps = [one for one in apps if str(one["id"]) == app_id]
    return min((_missing(one.get("subscribed_fields")) for one in apps), key=len, default=WANTED)


def _missing(fields: object) -> tuple[str, ...]:
    # Each is a name, or an object that has one.
    names = {one.get("name") if isinstance(one, dict) else one for one in (fields if isinstance(fields, list) else ())}
    return tuple(name for name in WANTED if name not in names)
