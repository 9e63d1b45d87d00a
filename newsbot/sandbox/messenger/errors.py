"""The answers that refuse: `{"error": {"message", "type", "code", "error_subcode", "fbtrace_id"}}`.

Programs decide by (code, subcode), so these are the platform's; the sentences only resemble its own. Almost
everything is HTTP 400; what the platform calls its own fault is 500.
"""

from __future__ import annotations

import secrets
from typing import Any

from newsbot.errors import NewsbotError

__all__ = [
    "GraphError",
    "bad_parameter",
    "bad_token",
    "no_such_object",
    "no_such_person",
    "not_available",
    "outside_window",
]


class GraphError(NewsbotError):
    """A refused request. `regain_minutes`: when calls will be accepted again, told in the usage header."""

    def __init__(
        self,
        code: int,
        message: str,
        subcode: int | None = None,
        *,
        kind: str = "OAuthException",
        status: int = 400,
        transient: bool = False,
        regain_minutes: int = 0,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.kind = kind
        self.status = status
        self.transient = transient
        self.regain_minutes = regain_minutes

    def json(self) -> dict[str, Any]:
        """The body of the answer, with a new trace id."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(17)
        return {"error": error}


def bad_parameter(why: str, subcode: int | None = None) -> GraphError:
    return GraphError(100, f"(#100) {why}", subcode)


def no_such_object(verb: str, name: str) -> GraphError:
    return GraphError(
        100,
        f"Unsupported {verb.lower()} request. Object with ID '{name}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        33,
        kind="GraphMethodException",
    )


def no_such_person() -> GraphError:
    return GraphError(100, "(#100) No matching user found", 2018001)


def not_available() -> GraphError:
    """Blocked, deactivated or gone: the platform doesn't tell which."""
    return GraphError(551, "(#551) This person isn't available right now.", 1545041)


def outside_window() -> GraphError:
    return GraphError(10, "(#10) This message is sent outside of allowed window.", 2018278)


def bad_token(why: str, subcode: int | None = None) -> GraphError:
    return GraphError(190, why, subcode)
