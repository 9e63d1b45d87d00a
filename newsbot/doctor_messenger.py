"""What `newsbot doctor` says of the newsroom's Facebook Page."""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from newsbot.bootstrap import Parts
from newsbot.channels.messenger.graph import OFFICIAL
from newsbot.channels.messenger.graph_versions import version_finding
from newsbot.channels.messenger.inspection import (
    CHECKLIST,
    enforcement_findings,
    inspect_callback,
    inspect_profile,
    inspect_subscription,
    inspect_token,
)
from newsbot.channels.messenger.webhook import PATH
from newsbot.domain.finding import Finding, State
from newsbot.messenger_page import MessengerPage

__all__ = ["examine_page"]

ASKED_WITHIN: Final = 10.0  #: seconds for an answer of our own webhook, through the internet and back


async def examine_page(parts: Parts) -> list[Finding]:
    """Raises ConfigurationError for a wrong token, version or secret: nothing else can be asked then."""
    page, settings, now = MessengerPage(parts), parts.settings, parts.clock()
    api = await page.api()
    identity = await api.check_token()
    found = [
        Finding(State.WELL, "messenger", f"the token is that of the Page “{identity.name}” ({identity.id})"),
        # A proof that is given is checked, whether the app demands one or not.
        Finding(State.WELL, "app secret", "it is that of the token's app"),
        version_finding(settings.messenger.graph_version, now.date()),
    ]
    of_token, app_id = await inspect_token(api, page.token, now)
    found += of_token
    found.append(await inspect_subscription(api, app_id))
    found += await _webhook(parts, page, app_id)
    wanted, losses = page.profile()
    found += await inspect_profile(await page.sync(), wanted, losses)
    found += await enforcement_findings(await page.enforcement(), now)
    found.append(CHECKLIST)
    return found


async def _webhook(parts: Parts, page: MessengerPage, app_id: str) -> list[Finding]:
    url = parts.settings.web.public_url
    if url is None:
        words = "NEWSBOT_WEB__PUBLIC_URL is missing, so whether Facebook can reach us can't be looked at"
        return [Finding(State.NOTE, "webhook", words)]
    address = f"{url.rstrip('/')}{PATH}"
    found = []
    if app_id:
        app = await page.api(token=f"{app_id}|{page.app_secret}")
        found.append(await inspect_callback(app, app_id, address))
    if urlsplit(address).scheme != "https" and parts.settings.messenger.api_url == OFFICIAL:
        words = f"Facebook calls only https addresses with a public certificate, not {address}"
        return [*found, Finding(State.WRONG, "webhook", words)]
    return [*found, await _reachable(parts, address)]


async def _reachable(parts: Parts, address: str) -> Finding:
    """Ask our own webhook as the platform does when it is registered."""
    verify_token = parts.settings.messenger.verify_token
    challenge = secrets.token_hex(8)
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": verify_token.get_secret_value() if verify_token else "",
    }
    session = await parts.session()
    try:
        async with session.get(
            address, params=query, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=ASKED_WITHIN)
        ) as answer:
            status, body = answer.status, await answer.content.read(len(challenge) + 1)
    except aiohttp.ClientConnectorCertificateError:
        return Finding(State.WRONG, "webhook", f"{address} has no valid certificate: Facebook won't call it")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # The error's own text holds the address with the verify token.
        words = f"nothing answers at {address} ({type(error).__name__}); with newsbot running, ask again"
        return Finding(State.NOTE, "webhook", words)
    if status == 200 and body == challenge.encode():
        return Finding(State.WELL, "webhook", f"{address} answers with the challenge")
    if status == 403:
        words = f"{address} refuses NEWSBOT_MESSENGER__VERIFY_TOKEN: start newsbot anew with these settings"
        return Finding(State.WRONG, "webhook", words)
    if status in (502, 503, 504):
        words = f"the server in front of {address} answers {status}; with newsbot running, ask again"
        return Finding(State.NOTE, "webhook", words)
    words = f"{address} answers {status}, not as newsbot does: have it lead to NEWSBOT_WEB__PORT"
    return Finding(State.WRONG, "webhook", words)
