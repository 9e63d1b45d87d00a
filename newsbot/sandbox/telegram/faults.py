"""Misbehaviour on order, as Telegram would answer: see `newsbot.sandbox.faults` for the actions and conditions."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.sandbox.faults import FaultRule
from newsbot.sandbox.telegram.errors import ApiError, too_many_requests

__all__ = ["Fault"]

_NAMES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 409: "Conflict", 500: "Internal Server Error"}


@dataclass(slots=True)
class Fault(FaultRule):
    """A rule whose `methods` are the Bot API's: `sendMessage`, `send*`."""

    description: str = ""
    retry_after: int | None = None

    def refusal(self) -> ApiError:
        if self.status == 429:
            flood = too_many_requests(self.retry_after if self.retry_after is not None else 1)
            return ApiError(429, self.description or flood.description, retry_after=flood.retry_after)
        description = self.description or _NAMES.get(self.status, "Error")
        return ApiError(self.status, description, retry_after=self.retry_after)
