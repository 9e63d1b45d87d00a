"""From what a reader did to what they want. Pure, and defined for any text whatever.

Commands are strict (`commands`), free text is generous (`free_text`); of a group's talk only commands and mentions
are ours.
"""

from __future__ import annotations

from typing import Final

import regex

from newsbot.conversation.actions import decode
from newsbot.conversation.commands import payload_of, understand_command
from newsbot.conversation.free_text import understand_free
from newsbot.conversation.intents import (
    CameBack,
    Intent,
    Left,
    Moved,
    NotForUs,
    OldButton,
    Start,
    Unsupported,
)
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.domain.message import ChatKind, IncomingMessage, Kind
from newsbot.text.normalise import clean

__all__ = ["understand"]

LONGEST_READ = 2000  #: code points of a message that are looked at; no request is longer

_COMMAND: Final = regex.compile(r"/([^\s/@]+)(?:@(\w+))?(?:\s+(.*))?", regex.DOTALL)
_MENTION: Final = regex.compile(r"(?<!\S)@(\w+)")


def understand(incoming: IncomingMessage, vocabulary: Vocabulary) -> Intent:
    """What the reader wants. Never raises."""
    match incoming.kind:
        case Kind.BLOCKED:
            return Left()
        case Kind.UNBLOCKED:
            return CameBack()
        case Kind.MOVED:
            return Moved(incoming.action)
    if incoming.chat_kind is ChatKind.BROADCAST:
        return NotForUs()
    in_group = incoming.chat_kind is ChatKind.GROUP
    match incoming.kind:
        case Kind.START:
            return Start(payload_of(incoming.action))
        case Kind.BUTTON:
            return decode(incoming.action) or OldButton()
        case Kind.MEDIA:
            return NotForUs() if in_group else Unsupported(incoming.media)
    return _understand_text(clean(incoming.text[:LONGEST_READ]), vocabulary, in_group=in_group)


def _understand_text(text: str, vocabulary: Vocabulary, *, in_group: bool) -> Intent:
    bare, mentioned = _without_mention(text, vocabulary)
    if command := _COMMAND.fullmatch(bare):
        word, addressee, arguments = command[1], command[2], command[3] or ""
        if addressee and vocabulary.names and addressee.casefold() not in vocabulary.names:
            return NotForUs() if in_group else understand_free(bare, vocabulary)
        return understand_command(word, arguments.strip(), vocabulary)
    if in_group and not mentioned:
        return NotForUs()
    return understand_free(bare, vocabulary)


def _without_mention(text: str, vocabulary: Vocabulary) -> tuple[str, bool]:
    """The text without the bot's own name, and whether it stood there."""
    for mention in _MENTION.finditer(text):
        if mention[1].casefold() in vocabulary.names:
            return f"{text[: mention.start()].strip()} {text[mention.end() :].strip()}".strip(), True
    return text, False
