"""The answers that refuse: an HTTP status, which is also the `error_code`, and Telegram's own words.

Texts are those of the public Bot API server; clients match on them, so they are kept to the letter.
"""

from __future__ import annotations

from typing import Any

from newsbot.errors import NewsbotError

__all__ = ["ApiError", "bad_request", "conflict", "forbidden", "too_many_requests"]


class ApiError(NewsbotError):
    """A refused request: status, description and, for floods and migrations, the parameters a client acts on."""

    def __init__(
        self, code: int, description: str, *, retry_after: int | None = None, migrate_to_chat_id: int | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to_chat_id = migrate_to_chat_id

    def json(self) -> dict[str, Any]:
        """The body of the answer; `parameters` only when there are any."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        if self.migrate_to_chat_id is not None:
            body["parameters"] = {"migrate_to_chat_id": self.migrate_to_chat_id}
        return body


def bad_request(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


def forbidden(why: str) -> ApiError:
    return ApiError(403, f"Forbidden: {why}")


def conflict(why: str) -> ApiError:
    return ApiError(409, f"Conflict: {why}")


def too_many_requests(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
