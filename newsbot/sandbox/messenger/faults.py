"""Misbehaviour on order, as the Graph API would answer: see `newsbot.sandbox.faults` for the actions and conditions.

Beside those there are faults of what comes after an accepted message; their `methods` are `message_echoes`,
`message_deliveries` and other webhook fields:

event_lost    the event never comes
event_late    it comes after `seconds`
event_twice   it comes twice
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from newsbot.sandbox.faults import ACTIONS, FaultRule
from newsbot.sandbox.messenger.errors import GraphError

__all__ = ["EVENT_ACTIONS", "Fault"]

EVENT_ACTIONS: Final = ("event_lost", "event_late", "event_twice")
_RATE_CODES: Final = frozenset({4, 32, 613, 80006})


@dataclass(slots=True)
class Fault(FaultRule):
    """A rule whose `methods` are edges of the Page (`messages`, `message_*`; `me` for the Page itself).

    What `status` answers is an error of `code` and `subcode`: without a code a server's fault (2) for 500 and above,
    a rate limit (80006, with `regain_minutes`) for 429 and an unknown error (1) for all others.
    """

    actions: ClassVar[tuple[str, ...]] = (*ACTIONS, *EVENT_ACTIONS)

    code: int | None = None
    subcode: int | None = None
    message: str = ""
    regain_minutes: int = 0

    def refusal(self) -> GraphError:
        code = self.code if self.code is not None else 2 if self.status >= 500 else 80006 if self.status == 429 else 1
        # An error of the platform's codes is HTTP 400 unless the rule says otherwise; 500 is only the rule's default.
        status = 400 if self.code is not None and self.code > 2 and self.status == 500 else self.status
        minutes = self.regain_minutes or (1 if code in _RATE_CODES else 0)
        message = self.message or _WORDS.get(code, "An error occurred.")
        return GraphError(code, message, self.subcode, status=status, transient=code in (1, 2), regain_minutes=minutes)


_WORDS: Final = {
    -1: "Internal error",
    1: "An unknown error has occurred.",
    2: "An unexpected error has occurred. Please retry your request later.",
    4: "(#4) Application request limit reached",
    613: "(#613) Calls to this api have exceeded the rate limit.",
    1200: "(#1200) Temporary send message failure. Please try again later.",
    80006: "(#80006) There have been too many calls to this Messenger account. Wait a bit and try again.",
}
