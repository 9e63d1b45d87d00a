"""Where events go, what the Page is subscribed to, and how the deliveries have gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Delivery", "WebhookSettings"]


@dataclass(slots=True)
class WebhookSettings:
    """The app's callback address, verified when it was set; an empty one means nowhere."""

    url: str = ""
    verify_token: str = ""
    fields: tuple[str, ...] = ()  #: what the Page is subscribed to; empty: the app is not installed on it
    failing_since: float | None = None  #: seconds since 1970, the sandbox's time; None: the last delivery went well
    unsubscribed_at: float | None = None  #: when the platform unsubscribed the Page after an hour of failures

    def wants(self, field: str) -> bool:
        return bool(self.url) and field in self.fields

    def json(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "fields": list(self.fields),
            "failing_since": self.failing_since,
            "unsubscribed_at": self.unsubscribed_at,
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to the webhook."""

    at: float
    status: int | None  #: None: no answer
    body: bytes
    try_number: int

    @property
    def arrived(self) -> bool:
        """Answered as one that was taken."""
        return self.status is not None and 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        return {"at": self.at, "status": self.status, "body": self.body.decode("ascii"), "try": self.try_number}
