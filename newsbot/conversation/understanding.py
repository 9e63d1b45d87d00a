"""From what a reader did to what they want. Pure, and defined for any text whatever.

Commands are strict (`commands`), free text is generous (`free_text`) and never changes anything by itself; of a group's
talk only commands and mentions are ours, of a channel's posts only the commands that decide what is sent there.
"""

from __future__ import annotations

from typing import Final

import regex

from newsbot.conversation.actions import decode
from newsbot.conversation.commands import start_of, understand_command
from newsbot.conversation.free_text import understand_free, understand_request
from newsbot.conversation.intents import (
    Ask,
    CameBack,
    ChooseLanguage,
    ForgetMe,
    Help,
    Intent,
    Left,
    Moved,
    MyData,
    MyTopics,
    NotForUs,
    OldButton,
    Pause,
    Reacted,
    Resume,
    ShowSettings,
    ShowTopics,
    Start,
    Stop,
    Subscribe,
    Unsubscribe,
    Unsupported,
)
from newsbot.conversation.vocabulary import Vocabulary, key_of
from newsbot.domain.message import ChatKind, IncomingMessage, Kind
from newsbot.text.normalise import clean
from newsbot.text.tokens import tokens

__all__ = ["ends_alerts", "is_stop_word", "understand"]

LONGEST_READ = 2000  #: code points of a message that are looked at; no request is longer

#: What a channel's administrators may say to us in it. Reading the news there would be posting it to all.
IN_CHANNELS: Final = (
    *(Start, Help, ShowTopics, Subscribe, Unsubscribe, MyTopics, ShowSettings, ChooseLanguage),
    *(Pause, Resume, Stop, MyData, ForgetMe),
)

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
        case Kind.REACTION:
            return Reacted() if incoming.chat_kind is ChatKind.PRIVATE else NotForUs()
        case Kind.ECHO | Kind.TAKEN_OVER | Kind.HANDED_BACK | Kind.ENFORCED:
            return NotForUs()
        case Kind.OPTED_OUT:
            return Stop()
    if incoming.chat_kind is ChatKind.BROADCAST:
        return _understand_post(incoming, vocabulary)
    in_group = incoming.chat_kind is ChatKind.GROUP
    match incoming.kind:
        case Kind.START:
            return start_of(incoming.action)
        case Kind.BUTTON:
            return decode(incoming.action) or OldButton()
        case Kind.MEDIA:
            return NotForUs() if in_group else Unsupported(incoming.media)
    return _understand_text(clean(incoming.text[:LONGEST_READ]), vocabulary, in_group=in_group)


def is_stop_word(intent: Intent, text: str) -> bool:
    """Whether a text that was understood so is one word, and that word *stop*."""
    return isinstance(intent, Ask) and isinstance(intent.wish, Stop) and len(tokens(text)) == 1


def ends_alerts(text: str, vocabulary: Vocabulary) -> bool:
    """Whether this text alone ends alerts where a word does (`Traits.stop_word`)."""
    intent = _understand_text(clean(text[:LONGEST_READ]), vocabulary, in_group=False)
    return isinstance(intent, Stop) or is_stop_word(intent, text)


def _understand_post(incoming: IncomingMessage, vocabulary: Vocabulary) -> Intent:
    if incoming.kind is Kind.START:
        return Start()
    text = clean(incoming.text[:LONGEST_READ])
    if incoming.kind is not Kind.TEXT or not text.startswith("/"):
        return NotForUs()
    intent = _understand_text(text, vocabulary, in_group=True)
    return intent if isinstance(intent, IN_CHANNELS) else NotForUs()


def _understand_text(text: str, vocabulary: Vocabulary, *, in_group: bool) -> Intent:
    bare, mentioned = _without_mention(text, vocabulary)
    if command := _COMMAND.fullmatch(bare):
        word, addressee, arguments = command[1], command[2], command[3] or ""
        if addressee and vocabulary.names and addressee.casefold() not in vocabulary.names:
            return NotForUs() if in_group else understand_free(bare, vocabulary)
        if vocabulary.verb(key_of(word)) is None:  # /আজকের খবর is a request with a slash too many
            request = understand_request(f"{word} {arguments}", vocabulary)
            return request or understand_command(word, arguments.strip(), vocabulary)
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
