"""The control API's other half: what the platform does, to the webhook and to the Page.

GET    /sandbox/messenger/webhook       where events go, what is subscribed, how it goes, events unfinished
PUT    /sandbox/messenger/webhook       {"url", "verify_token", "fields"}: verifies and subscribes, as one does by
                                        hand in the app's dashboard; without fields to everything
PUT    /sandbox/messenger/form          the fields of `Form`: how bodies are put together from now on
POST   /sandbox/messenger/release       send what was held back in one body; {"status"}: the webhook's answer
POST   /sandbox/messenger/send-again    {"count": 1, "mid": optional}: repeat bodies that arrived; {"statuses"}
POST   /sandbox/messenger/deliver       {"body": {…}} or {"raw": "…"}, {"signature": optional}: anything, signed and
                                        sent now; {"status"}, null without an answer
GET    /sandbox/messenger/deliveries    requests to the webhook, the newest 1000, oldest first
GET    /sandbox/messenger/standing      restriction, permissions, features, and the token's trouble
PUT    /sandbox/messenger/standing      change fields of `Standing`
POST   /sandbox/messenger/enforcement   {"action": "warning" | "block" | "unblock", "reason"}: told, and done
PUT    /sandbox/messenger/token         {"trouble": "expired", …}, {"expires_after": calls}, {"proof_required": bool},
                                        {"renew": ""} or {"renew": "a new token"}
PUT    /sandbox/messenger/limits        change fields of `GraphLimits`
PUT    /sandbox/messenger/usage         the fields of `Usage`, told from now on; {} goes back to what is measured
GET    /sandbox/messenger/faults        the rules in force and how often they struck
POST   /sandbox/messenger/faults        add one: the fields of `Fault`
DELETE /sandbox/messenger/faults        remove all, or those named ?name=
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

from aiohttp import web

from newsbot.sandbox.control_routes import Handler, fault_routes, json_answer, json_body
from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.api import Api
from newsbot.sandbox.messenger.envelopes import encode
from newsbot.sandbox.messenger.events import FIELDS
from newsbot.sandbox.messenger.faults import Fault
from newsbot.sandbox.messenger.page_side import PageSide
from newsbot.sandbox.messenger.rates import Usage
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.subscriptions import set_callback, wanted_fields

__all__ = ["platform_routes"]


def platform_routes(state: GraphState, api: Callable[[], Api]) -> dict[tuple[str, str], Handler]:
    """The routes of the table above, without their prefix."""
    control = _PlatformControl(state, api)
    return {
        ("GET", "/webhook"): control.webhook,
        ("PUT", "/webhook"): control.set_webhook,
        ("PUT", "/form"): control.set_form,
        ("POST", "/release"): control.release,
        ("POST", "/send-again"): control.send_again,
        ("POST", "/deliver"): control.deliver,
        ("GET", "/deliveries"): control.deliveries,
        ("GET", "/standing"): control.standing,
        ("PUT", "/standing"): control.set_standing,
        ("POST", "/enforcement"): control.enforce,
        ("PUT", "/token"): control.set_token,
        ("PUT", "/limits"): control.set_limits,
        ("PUT", "/usage"): control.set_usage,
        **fault_routes(state.faults, Fault),
    }


class _PlatformControl:
    def __init__(self, state: GraphState, api: Callable[[], Api]) -> None:
        self.state = state
        self.page = PageSide(state)
        self._api = api

    # -- the webhook --------------------------------------------------------------------------------------------------

    async def webhook(self, request: web.Request) -> web.Response:
        return json_answer({**self.state.webhook.json(), "unfinished": self.state.events.unfinished})

    async def set_webhook(self, request: web.Request) -> web.Response:
        given = await json_body(request)
        verify_token = given.get("verify_token") or self.state.account.verify_token
        await set_callback(self._api(), given.get("url", ""), verify_token)
        self.state.subscribe(wanted_fields(given.get("fields") or list(FIELDS)))
        return await self.webhook(request)

    async def set_form(self, request: web.Request) -> web.Response:
        self.state.form = replace(self.state.form, **await json_body(request))
        return json_answer(self.state.form)

    async def release(self, request: web.Request) -> web.Response:
        return json_answer({"status": await self._api().webhook.release()})

    async def send_again(self, request: web.Request) -> web.Response:
        return json_answer({"statuses": await self._api().webhook.send_again(**await json_body(request))})

    async def deliver(self, request: web.Request) -> web.Response:
        given = await json_body(request)
        if not self.state.webhook.url:
            raise SandboxError("There is no webhook to deliver to")
        body = encode(given["body"]) if "body" in given else str(given.get("raw", "")).encode()
        return json_answer({"status": await self._api().webhook.post(body, signature=given.get("signature"))})

    async def deliveries(self, request: web.Request) -> web.Response:
        return json_answer([delivery.json() for delivery in self.state.deliveries])

    # -- the Page -----------------------------------------------------------------------------------------------------

    async def standing(self, request: web.Request) -> web.Response:
        return json_answer({**asdict(self.state.standing), "token_trouble": self.state.access.trouble})

    async def set_standing(self, request: web.Request) -> web.Response:
        given = await json_body(request)
        if "permissions" in given:
            given["permissions"] = tuple(given["permissions"])
        self.state.standing = replace(self.state.standing, **given)
        return await self.standing(request)

    async def enforce(self, request: web.Request) -> web.Response:
        self.page.enforce(**await json_body(request))
        return await self.standing(request)

    async def set_token(self, request: web.Request) -> web.Response:
        given, access = await json_body(request), self.state.access
        if "trouble" in given:
            access.refuse(given["trouble"])
        if "expires_after" in given:
            access.expires_after = int(given["expires_after"])
        if "proof_required" in given:
            access.proof_required = bool(given["proof_required"])
        if "renew" in given:
            access.renew(given["renew"])
        return json_answer({"token": access.token, "trouble": access.trouble})

    # -- limits and faults --------------------------------------------------------------------------------------------

    async def set_limits(self, request: web.Request) -> web.Response:
        self.state.meter.limits = replace(self.state.meter.limits, **await json_body(request))
        return json_answer(self.state.meter.limits)

    async def set_usage(self, request: web.Request) -> web.Response:
        given = await json_body(request)
        self.state.meter.ordered = Usage(**given) if given else None
        return json_answer(self.state.meter.usage())
