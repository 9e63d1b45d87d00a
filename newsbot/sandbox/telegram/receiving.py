"""getUpdates and the webhook's settings."""

from __future__ import annotations

from typing import Any, Final

from newsbot.sandbox.telegram.api import Api, Described, Method
from newsbot.sandbox.telegram.arguments import Arguments
from newsbot.sandbox.telegram.errors import conflict, too_many_requests
from newsbot.sandbox.telegram.polling import SET_WEBHOOK, WEBHOOK_ACTIVE
from newsbot.sandbox.telegram.webhook_settings import WebhookSettings, read_allowed_updates, read_webhook

__all__ = ["RECEIVING"]

SET_INTERVAL: Final = 1.0  #: seconds between two settings of the webhook
MAX_POLL_TIMEOUT: Final = 50  #: seconds


async def get_updates(api: Api, arguments: Arguments) -> list[dict[str, Any]]:
    state = api.state
    if state.webhook.url:
        raise conflict(WEBHOOK_ACTIVE)
    _set_allowed(api, arguments)
    return await api.poller.poll(
        state.updates,
        offset=arguments.integer("offset"),
        limit=arguments.integer("limit", 100, 1, 100),
        timeout=arguments.integer("timeout", 0, 0, MAX_POLL_TIMEOUT),
    )


async def set_webhook(api: Api, arguments: Arguments) -> Described:
    wanted = read_webhook(arguments)
    if not wanted.url:
        return await delete_webhook(api, arguments)
    state = api.state
    changed = not wanted.same_target(state.webhook)
    now = state.clock().timestamp()
    if changed and 0 <= now - api.poller.webhook_set_at < SET_INTERVAL:
        raise too_many_requests(1)
    _set_allowed(api, arguments)
    _drop_pending(api, arguments)
    if not changed:
        return Described(True, "Webhook is already set")
    api.poller.webhook_set_at = now
    api.poller.interrupt(conflict(SET_WEBHOOK))
    _install(api, wanted)
    return Described(True, "Webhook was set")


async def delete_webhook(api: Api, arguments: Arguments) -> Described:
    _drop_pending(api, arguments)
    if not api.state.webhook.url:
        return Described(True, "Webhook is already deleted")
    _install(api, WebhookSettings())
    return Described(True, "Webhook was deleted")


async def get_webhook_info(api: Api, arguments: Arguments) -> dict[str, Any]:
    state = api.state
    return state.webhook.json(len(state.updates), state.updates.allowed)


def _install(api: Api, webhook: WebhookSettings) -> None:
    api.state.webhook = webhook
    api.state.settings_changed()
    api.state.updates.wake()


def _set_allowed(api: Api, arguments: Arguments) -> None:
    allowed = read_allowed_updates(arguments)
    if allowed is not None and allowed != api.state.updates.allowed:
        api.state.updates.allowed = allowed
        api.state.settings_changed()


def _drop_pending(api: Api, arguments: Arguments) -> None:
    if arguments.boolean("drop_pending_updates"):
        api.state.updates.drop_all()


RECEIVING: Final[dict[str, Method]] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
