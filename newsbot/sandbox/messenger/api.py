"""What the calls have in common: who calls, on what, with which arguments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from newsbot.sandbox.messenger.arguments import Arguments
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.webhook_sender import WebhookSender

__all__ = ["Api", "Call", "Method"]


@dataclass(frozen=True, slots=True)
class Api:
    """What a call works with."""

    state: GraphState
    session: aiohttp.ClientSession
    webhook: WebhookSender


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `node` is the object's id (`me` is the Page), `edge` what of it is meant, empty for itself."""

    verb: str
    node: str
    edge: str
    arguments: Arguments
    by_app: bool  #: signed in with the app's token, not the Page's


Method = Callable[[Api, Call], Awaitable[dict[str, Any]]]
