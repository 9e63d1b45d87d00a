"""Saying that this is a bot, and being silent while a person answers: for channels where readers can't see either.

The first answer of a conversation says it, and so does the first after a long pause and after a person's turn. While a
person answers a reader, what is only said is left to them; buttons, commands and the wish to be left alone are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import structlog

from newsbot.conversation.answering import Answers
from newsbot.conversation.intents import Ask, Stop, Unsubscribe
from newsbot.conversation.turn import House, Replies, noted, text
from newsbot.conversation.understanding import understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.domain.attempt import Attempt, Sent, Unknown
from newsbot.domain.message import AnyReply, ChoiceReply, IncomingMessage, Kind, Span, TextReply, Toast
from newsbot.errors import StoreError

__all__ = ["ChatMarks", "Manners", "is_for_the_bot"]

_SAID: Final = frozenset({Kind.TEXT, Kind.MEDIA, Kind.REACTION})

log = structlog.get_logger()


class ChatMarks(Protocol):
    """What is remembered of a chat for a while. Raises StoreUnavailable."""

    async def taken_over(self, user_id: str) -> None:
        """A person answers: until it is handed back, or they have been silent for long."""
        ...

    async def handed_back(self, user_id: str) -> None: ...

    async def is_taken(self, user_id: str) -> bool: ...

    async def has_met(self, user_id: str) -> bool:
        """Whether this reader has been told that we are a bot."""
        ...

    async def met(self, user_id: str) -> None:
        """We have written to this reader, who was told before or in that."""
        ...


class Manners:
    """Implements `Answers` before those who know what to say."""

    def __init__(self, answers: Answers, house: House, marks: ChatMarks) -> None:
        self._answers = answers
        self._house = house
        self._marks = marks

    async def answer(self, incoming: IncomingMessage) -> Replies:
        """Raises StoreUnavailable where nobody waits for an answer: then it is worth another try."""
        user_id = incoming.address.user_id
        match incoming.kind:
            case Kind.TAKEN_OVER:
                await self._marks.taken_over(user_id)
                await noted(self._house, incoming)
                return ()
            case Kind.HANDED_BACK:
                await self._marks.handed_back(user_id)
                return ()
        if await self._is_left_to_a_person(incoming):
            await noted(self._house, incoming)
            return ()
        replies = await self._answers.answer(incoming)
        return await self._introduced(incoming, replies) if replies else replies

    async def answered(self, incoming: IncomingMessage, attempts: Sequence[Attempt]) -> None:
        if any(isinstance(one, Sent | Unknown) for one in attempts):
            try:
                await self._marks.met(incoming.address.user_id)
            except StoreError as error:  # they are told once more
                log.warning("that a reader knows us is not noted", cause=str(error))
        await self._answers.answered(incoming, attempts)

    async def _is_left_to_a_person(self, incoming: IncomingMessage) -> bool:
        if is_for_the_bot(incoming, self._house.vocabulary):
            return False
        try:
            return await self._marks.is_taken(incoming.address.user_id)
        except StoreError as error:
            log.warning("who answers a reader can't be asked, so the bot does", cause=str(error))
            return False

    async def _introduced(self, incoming: IncomingMessage, replies: Replies) -> Replies:
        try:
            if await self._marks.has_met(incoming.address.user_id):
                return replies
            known = await self._house.subscribers.get(incoming.address)
        except StoreError as error:
            log.warning("whether a reader knows us can't be asked", cause=str(error))
            return replies
        house = self._house
        language = known.preferences.language if known else house.catalog.match(incoming.language_hint)
        _ = house.catalog.translator(language or house.language)
        said = _(
            "I am the bot of {newsroom}: a program answers here, not a person.",
            newsroom=house.newsroom.name(_.language),
        )
        return saying_first(said, replies)


def saying_first(said: str, replies: Replies) -> Replies:
    """In the first message where that has words of ours, else in one before it. Pure."""
    place = next((number for number, reply in enumerate(replies) if not isinstance(reply, Toast)), len(replies))
    first = replies[place] if place < len(replies) else None
    opened: AnyReply
    match first:
        case TextReply():
            opened = replace(first, paragraphs=((Span(said),), *first.paragraphs))
        case ChoiceReply():
            opened = replace(first, question=f"{said}\n\n{first.question}")
        case _:
            return *replies[:place], text(said), *replies[place:]
    return *replies[:place], opened, *replies[place + 1 :]


def is_for_the_bot(incoming: IncomingMessage, vocabulary: Vocabulary) -> bool:
    """Whatever a person is saying to the reader meanwhile. Pure."""
    if incoming.kind not in _SAID:
        return True
    if incoming.kind is not Kind.TEXT:
        return False
    return incoming.text.lstrip().startswith("/") or isinstance(
        understand(incoming, vocabulary), Stop | Unsubscribe | Ask
    )
