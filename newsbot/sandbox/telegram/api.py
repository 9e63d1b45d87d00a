"""What the methods have in common: who calls, which chat is meant, what an answer carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from newsbot.sandbox.telegram.arguments import Arguments
from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.telegram.model import Chat, StoredMessage, User
from newsbot.sandbox.telegram.people import refusal_to_reach
from newsbot.sandbox.telegram.polling import Poller
from newsbot.sandbox.telegram.state import SandboxState

__all__ = ["Api", "Described", "Method", "find_chat", "find_message"]


@dataclass(frozen=True, slots=True)
class Api:
    """What a method works with."""

    state: SandboxState
    session: aiohttp.ClientSession
    poller: Poller


@dataclass(frozen=True, slots=True)
class Described:
    """A result with the `description` that setWebhook and deleteWebhook add."""

    result: Any
    description: str


Method = Callable[[Api, Arguments], Awaitable[Any]]


def find_chat(api: Api, arguments: Arguments, name: str = "chat_id") -> User | Chat:
    """The chat that the arguments name and that the bot may deal with. Raises ApiError."""
    chat = api.state.people.find(arguments.text(name).strip())
    if (refusal := refusal_to_reach(chat)) is not None:
        raise refusal
    return chat


def find_message(api: Api, arguments: Arguments, verb: str) -> StoredMessage:
    """The message of `chat_id` and `message_id`. Raises ApiError `message to <verb> not found`."""
    chat = find_chat(api, arguments)
    message_id = arguments.integer("message_id")
    if message_id == 0:
        raise bad_request("message identifier is not specified")
    message = api.state.messages.get(chat.id, message_id)
    if message is None:
        raise bad_request(f"message to {verb} not found")
    return message
