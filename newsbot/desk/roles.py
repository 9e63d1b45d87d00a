"""Who may do what: an editor is an address that the settings name, in a private chat."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.domain.message import ChatKind, IncomingMessage
from newsbot.domain.subscriber import Address

__all__ = ["Roles"]


@dataclass(frozen=True, slots=True)
class Roles:
    editors: frozenset[Address] = frozenset()

    def is_editor(self, incoming: IncomingMessage) -> bool:
        """Asked at everything they do: who is taken out of the settings is a reader from the next start on."""
        return incoming.chat_kind is ChatKind.PRIVATE and incoming.address in self.editors
