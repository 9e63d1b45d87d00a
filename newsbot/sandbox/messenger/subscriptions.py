"""`/<PAGE>/subscribed_apps` and `/<APP>/subscriptions`: which events come, and to which address."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Final

import aiohttp
from yarl import URL

from newsbot.sandbox.messenger.api import Api, Call
from newsbot.sandbox.messenger.errors import GraphError, bad_parameter
from newsbot.sandbox.messenger.events import FIELDS
from newsbot.sandbox.messenger.webhook_settings import WebhookSettings

__all__ = ["connect", "set_callback", "subscribed_apps", "subscriptions", "wanted_fields"]

VERIFY_WITHIN: Final = 5.0  #: seconds
CONNECT_EVERY: Final = 1.0


async def subscribed_apps(api: Api, call: Call) -> dict[str, Any]:
    """The Page's subscription: asked for, made or ended."""
    state = api.state
    webhook = state.webhook
    state.standing.check_permission("pages_manage_metadata")
    match call.verb:
        case "POST":
            fields = call.arguments.names("subscribed_fields")
            if not fields:
                raise bad_parameter("The parameter subscribed_fields is required.")
            state.subscribe(wanted_fields(fields))
            return {"success": True}
        case "DELETE":
            state.subscribe(())
            return {"success": True}
    if not webhook.fields:
        return {"data": []}
    app = {"id": state.account.app_id, "name": state.account.app_name, "subscribed_fields": list(webhook.fields)}
    return {"data": [app]}


async def subscriptions(api: Api, call: Call) -> dict[str, Any]:
    """The app's callback address; needs the app's own token."""
    state = api.state
    if not call.by_app:
        raise GraphError(15, "(#15) This method must be called with an app access_token.")
    match call.verb:
        case "POST":
            url, verify_token = call.arguments.text("callback_url"), call.arguments.text("verify_token")
            await set_callback(api, url, verify_token)
            return {"success": True}
        case "DELETE":
            state.webhook.url = ""
            state.settings_changed()
            return {"success": True}
    if not state.webhook.url:
        return {"data": []}
    fields = [{"name": field, "version": "v26.0"} for field in FIELDS]
    return {"data": [{"object": "page", "callback_url": state.webhook.url, "active": True, "fields": fields}]}


def wanted_fields(given: list[Any]) -> tuple[str, ...]:
    """The fields by their names. Raises GraphError for one that there isn't."""
    for field in given:
        if field not in FIELDS:
            raise bad_parameter(f"Param subscribed_fields[0] must be one of {{{', '.join(FIELDS)}}} - got {field!r}.")
    return tuple(dict.fromkeys(given))


async def connect(api: Api, url: str) -> None:
    """What one does by hand in the app's dashboard: subscribe, and give the address, again and again until it answers.

    Nothing without an address. A program that starts after the sandbox is found within a second, and finds nothing
    missing when it looks at its subscription before that.
    """
    if url:
        api.state.subscribe(FIELDS)
    while url:
        try:
            await set_callback(api, url, api.state.account.verify_token)
        except GraphError:
            await asyncio.sleep(CONNECT_EVERY)
        else:
            return


async def set_callback(api: Api, url: str, verify_token: str) -> None:
    """Ask the address for its challenge and keep it when the answer is right. Raises GraphError."""
    if not url or not verify_token:
        raise bad_parameter("The parameters callback_url and verify_token are required.")
    challenge = str(secrets.randbelow(1 << 31))
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    refusal = GraphError(2200, "(#2200) The URL couldn't be validated. Callback verification failed.")
    try:
        address = URL(url)
        timeout = aiohttp.ClientTimeout(total=VERIFY_WITHIN)
        async with api.session.get(address.update_query(query), allow_redirects=False, timeout=timeout) as answer:
            body = await answer.content.read(len(challenge) + 1)
            if answer.status != 200 or body != challenge.encode():
                raise refusal
    except (TimeoutError, aiohttp.ClientError, ValueError):
        raise refusal from None
    state = api.state
    state.webhook = WebhookSettings(str(address), verify_token, state.webhook.fields)
    state.settings_changed()
