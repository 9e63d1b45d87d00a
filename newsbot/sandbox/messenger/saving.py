"""The Graph API server's state on disk: what its records are, and how they come back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from newsbot.sandbox.messenger.attachments import Attachment
from newsbot.sandbox.messenger.model import LedgerEntry, Person, StoredMessage, VirtualPeople
from newsbot.sandbox.messenger.webhook_settings import WebhookSettings
from newsbot.sandbox.sandbox_file import SandboxFile
from newsbot.sandbox.saving import Saver

if TYPE_CHECKING:
    from newsbot.sandbox.messenger.state import GraphState

__all__ = ["MessengerSaver"]


class MessengerSaver(Saver[LedgerEntry]):
    """person, message, attachment, meta. Events that wait for the webhook are not kept: the platform's own trouble."""

    def __init__(self, state: GraphState, file: SandboxFile[LedgerEntry] | None) -> None:
        super().__init__(file)
        self._state = state

    def ledger(self) -> list[LedgerEntry]:
        return self._state.ledger

    def mark_message(self, message: StoredMessage) -> None:
        """Messages to people of made-up ranges are not kept on disk."""
        if not self._state.people.is_virtual(message.person_id):
            self.mark("message", message.mid)

    def record(self, kind: str, key: str) -> Any:
        state = self._state
        found: Person | StoredMessage | Attachment | None
        match kind:
            case "person":
                found = state.people.people.get(key)
            case "message":
                found = state.messages.get(key)
            case "attachment":
                found = state.attachments.by_id.get(key)
            case _:
                return self._meta(key)
        return asdict(found) if found is not None else None

    def _meta(self, key: str) -> Any:
        state = self._state
        match key:
            case "profile":
                return state.profile.fields
            case "webhook":
                return asdict(state.webhook)
            case "ranges":
                return [asdict(group) for group in state.people.ranges]
            case _:
                return {"ahead": state.clock.ahead, "token": state.access.token}

    def load(self) -> None:
        """Put into the state what an earlier run left."""
        if self._file is None:
            return
        state = self._state
        messages, people = [], []
        for kind, key, body in self._file.records():
            match kind:
                case "person":
                    people.append(Person(**body))
                case "message":
                    messages.append(StoredMessage(**body))
                case "attachment":
                    state.attachments.restore(Attachment(**body))
                case _:
                    self._restore_meta(key, body)
        for person in people:  # after the ranges, which count their own
            state.people.restore(person)
        for message in sorted(messages, key=lambda message: message.number):
            state.messages.restore(message)
        state.ledger = self._file.ledger()
        self._ledger_written = len(state.ledger)

    def _restore_meta(self, key: str, body: Any) -> None:
        state = self._state
        match key:
            case "profile":
                state.profile.fields = body
            case "webhook":
                state.webhook = WebhookSettings(**{**body, "fields": tuple(body["fields"])})
            case "ranges":
                state.people.ranges = [VirtualPeople(**{**group, "locales": tuple(group["locales"])}) for group in body]
            case _:
                state.clock.ahead, state.access.token = body["ahead"], body["token"]
