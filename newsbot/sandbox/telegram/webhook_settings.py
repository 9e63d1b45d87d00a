"""The webhook as setWebhook leaves it: checked settings, and what getWebhookInfo tells about them."""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from yarl import URL

from newsbot.sandbox.telegram.arguments import Arguments
from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.telegram.links import BadLink, check_link
from newsbot.sandbox.telegram.update_queue import UPDATE_TYPES

__all__ = ["WebhookSettings", "read_allowed_updates", "read_webhook"]

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]*")
MAX_SECRET: Final = 256
DEFAULT_CONNECTIONS: Final = 40


@dataclass(slots=True)
class WebhookSettings:
    """Where updates go; an empty url means nowhere. The last error is kept as getWebhookInfo shows it."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = DEFAULT_CONNECTIONS
    last_error_date: int | None = None
    last_error_message: str | None = None
    gone_since: float | None = None  #: when the run of 410 answers began

    def same_target(self, other: WebhookSettings) -> bool:
        return (self.url, self.secret_token, self.max_connections) == (
            other.url,
            other.secret_token,
            other.max_connections,
        )

    def json(self, pending: int, allowed: tuple[str, ...]) -> dict[str, Any]:
        """The Bot API's `WebhookInfo`."""
        out: dict[str, Any] = {"url": self.url, "has_custom_certificate": False, "pending_update_count": pending}
        if self.url:
            out["max_connections"] = self.max_connections
            out["ip_address"] = "127.0.0.1"
        if self.last_error_date is not None:
            out["last_error_date"] = self.last_error_date
            out["last_error_message"] = self.last_error_message
        if allowed:
            out["allowed_updates"] = list(allowed)
        return out


def read_webhook(arguments: Arguments) -> WebhookSettings:
    """The settings that setWebhook asks for. Raises ApiError.

    A webhook on this machine may be plain http on any port, as with a Bot API server of one's own; nothing else is
    ever called.
    """
    url = arguments.text("url").strip()
    secret = arguments.text("secret_token")
    if len(secret) > MAX_SECRET:
        raise bad_request("secret token is too long")
    if _SECRET.fullmatch(secret) is None:
        raise bad_request("secret token contains unallowed characters")
    if not url:
        return WebhookSettings()
    try:
        address = URL(check_link(url))
    except (BadLink, ValueError):
        # `localhost` has no dot and is no URL for Telegram, yet it is what one types for a server on this machine.
        address = URL(url) if re.match(r"https?://localhost[:/]", url) else URL()
    if address.scheme not in {"http", "https"} or not address.host:
        raise bad_request("invalid webhook URL specified")
    if not _is_this_machine(address.host):
        if address.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        raise bad_request("bad webhook: the sandbox calls this machine only (127.0.0.1, localhost)")
    connections = arguments.integer("max_connections", DEFAULT_CONNECTIONS, 1, 100)
    return WebhookSettings(url, secret, connections)


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_allowed_updates(arguments: Arguments) -> tuple[str, ...] | None:
    """The wanted kinds of update; None if nothing was said, () for the default. Unknown kinds are ignored."""
    if not arguments.text("allowed_updates"):
        return None
    try:
        given = json.loads(arguments.text("allowed_updates"))
    except ValueError:
        return None  # the real server ignores what it cannot read here
    if not isinstance(given, list):
        return None
    return tuple(kind for kind in UPDATE_TYPES if kind in {item for item in given if isinstance(item, str)})
