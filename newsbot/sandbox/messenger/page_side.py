"""What others do with the Page: people who answer from its inbox; the platform that warns, blocks and unblocks it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.model import INBOX_APP_ID
from newsbot.sandbox.messenger.routing import give_thread
from newsbot.sandbox.messenger.sending import echo
from newsbot.sandbox.messenger.state import GraphState

__all__ = ["PageSide"]


class PageSide:
    """The other hands on the Page. Plain methods that queue events."""

    def __init__(self, state: GraphState) -> None:
        self.state = state

    def write(
        self, person_id: str, text: str, *, app_id: str = INBOX_APP_ID, metadata: str = "", take: bool = True
    ) -> dict[str, Any]:
        """Write to a reader by another app, the Page's inbox unless said otherwise. `take`: it takes the thread."""
        person = self.state.people.get(person_id)
        if person is None or not person.started:
            raise SandboxError(f"There is no thread with {person_id}")
        content = {"text": text, **({"metadata": metadata} if metadata else {})}
        message = self.state.post(person, content, app_id=app_id)
        echo(self.state, message)
        if take:
            give_thread(self.state, person, app_id)
        return self.state.messages.bubble(message)

    def hand_back(self, person_id: str) -> None:
        """The thread is the program's again."""
        person = self.state.people.get(person_id)
        if person is None:
            raise SandboxError(f"There is no person {person_id}")
        give_thread(self.state, person, self.state.account.app_id)

    def enforce(self, action: str, reason: str = "") -> None:
        """What the platform does to the Page: "warning", "block" or "unblock"; told, and done."""
        if action not in ("warning", "block", "unblock"):
            raise SandboxError("The platform warns, blocks or unblocks: action is warning, block or unblock")
        if action != "warning":
            restriction = "policy" if action == "block" else ""
            self.state.standing = replace(self.state.standing, restriction=restriction)
        said = {"action": action, **({"reason": reason} if reason else {})}
        self.state.push("messaging_policy_enforcement", "", {"policy_enforcement": said})

    def expire_token(self, trouble: str = "expired") -> None:
        """The page token is good no more, for a reason of `access.TOKEN_TROUBLES`."""
        self.state.access.refuse(trouble)

    def renew_token(self, token: str = "") -> str:
        """A good token again: the same, or a new one, which makes the old one a wrong one."""
        return self.state.access.renew(token)
