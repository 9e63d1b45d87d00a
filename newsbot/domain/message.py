"""What a reader sends and what we answer, in meanings, not in any channel's form.

A reply says what is meant (some headlines, a card, a choice); the channel's renderer chooses the form. Text in a reply
is plain: the renderer escapes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from newsbot.domain.subscriber import Address

ACTION_LIMIT = 64  #: bytes of a button's action: the least that a channel carries (Telegram's callback_data)

# --- what comes in ---------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    TEXT = "text"  #: typed words, commands too
    BUTTON = "button"  #: `action` is one that we made, perhaps long ago
    MEDIA = "media"  #: sticker, picture, voice, contact, place…: `media` says which
    START = "start"  #: the reader opened the chat; `action` is the payload of the link they followed, or ''
    BLOCKED = "blocked"  #: the reader blocked the bot, or the bot was removed from the group
    UNBLOCKED = "unblocked"
    #: the chat has a new id: `action` is it, `address` the old one; the subscriber moves and nothing is answered
    MOVED = "moved"
    REACTION = "reaction"  #: the reader reacted to one of our messages
    #: one of our own messages, as the platform reports it: `action` is the delivery's id, `message` where it stands
    ECHO = "echo"
    TAKEN_OVER = "taken_over"  #: a person, or another program, answers this reader
    HANDED_BACK = "handed_back"  #: and does no longer
    #: the platform warned us, blocked us or lets us write again: `action` is warning, block or unblock, `text` its
    #: reason, `address` our own account
    ENFORCED = "enforced"
    #: the reader wants no more alerts, and said so in the platform's own way, or by a word while a person answers them
    OPTED_OUT = "opted_out"


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    BROADCAST = "broadcast"  #: a channel that many read and few write


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that stands in the reader's chat and can be edited or replied to."""

    chat_id: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """One thing that a reader did, as a channel's receiver understood it. JSON-able: see `inbox`."""

    event_id: str  #: the platform's own id of this event; the same event has the same id when it is delivered again
    address: Address  #: who can be answered: the chat
    kind: Kind
    text: str = ""
    action: str = ""
    media: str = ""
    sender_id: str = ""  #: who did it, where a chat has many people
    sender_name: str = ""
    chat_kind: ChatKind = ChatKind.PRIVATE
    language_hint: str = ""  #: the app's language, as the platform says (BCP 47)
    message: MessageRef | None = None  #: the message written, or the one whose button was pressed
    callback_id: str = ""  #: what must be acknowledged so that a pressed button stops spinning
    thread_id: str = ""  #: forum topic
    received_at: datetime | None = None
    spans: tuple[Span, ...] = ()  #: the text with its styles and links, where it has any
    picture: str = ""  #: the channel's own reference to the picture that was sent
    album: str = ""  #: the same for all pictures that were sent together
    about: Address | None = None  #: whom a forwarded message, a contact or a mention is about, where the platform tells
    about_name: str = ""  #: what they are called
    opens: str = ""  #: name of the `Opener`, where this lets us write to the reader for a while; '': no such limit


# --- what goes out ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button:
    """`action`: what comes back when pressed (at most ACTION_LIMIT bytes of ASCII); or `url`: a page to open.

    `short`: what it is called where the whole label has no room; '': the label is shortened then.
    """

    label: str
    action: str = ""
    url: str = ""
    short: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if bool(self.action) == bool(self.url):
            raise ValueError("a button has either an action or a url")
        if len(self.action.encode()) > ACTION_LIMIT:
            raise ValueError(f"action {self.action!r} is over {ACTION_LIMIT} bytes")


Rows = tuple[tuple[Button, ...], ...]

Style = Literal["plain", "bold", "italic", "quote", "code"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style, perhaps linked."""

    text: str
    style: Style = "plain"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`buttons` are suggestions in rows. `replaces`: show it in place of this message (edit), where the channel can."""

    buttons: Rows = ()
    replaces: MessageRef | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReply(Reply):
    """Paragraphs, each of spans."""

    paragraphs: tuple[tuple[Span, ...], ...]

    @property
    def plain(self) -> str:
        return "\n\n".join("".join(span.text for span in paragraph) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One line of a list of headlines, with the action that opens its card."""

    number: str  #: as shown: '১'
    headline: str
    kicker: str = ""
    when: str = ""  #: as shown: '৫ মিনিট আগে'
    open_label: str = ""  #: of a button of its own that opens it, where the channel has room for one: '১ নম্বরটি পড়ুন'
    action: str = ""
    url: str = ""
    image_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlinesReply(Reply):
    """A titled list of headlines; each can be opened by its number. `buttons` hold paging and filters."""

    title: str
    headlines: tuple[Headline, ...]
    footer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReply(Reply):
    """One article: kicker, headline, summary, source and time, picture, link. `labels` are lines above it (`সংশোধিত`).

    `buttons` hold *read* and *follow*; the channel adds *share* after the first: how one shares is its own matter.
    """

    headline: str
    url: str
    kicker: str = ""
    summary: str = ""
    source: str = ""
    when: str = ""
    image_url: str = ""
    labels: tuple[str, ...] = ()
    share_label: str = ""  #: of the button that passes the article on, in the channel's own way; '': no such button


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceReply(Reply):
    """A question with options, on or off. Pressing one's button does its action; the list is shown anew."""

    question: str
    options: tuple[Option, ...]
    columns: int = 2


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    action: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReply(Reply):
    """A small file for the reader to keep (`/mydata`)."""

    name: str
    content: bytes
    caption: str = ""
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReply(Reply):
    """What an editor wrote, as it was written: `spans` carry its line breaks and styles.

    `picture`: the channel's own reference to a picture that it holds; then the text stands under it. `labels` are lines
    above it (`সংশোধিত`). The first link in it is previewed.
    """

    spans: tuple[Span, ...]
    picture: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast(Reply):
    """A short notice on the button that was pressed; where a channel has none, it is left out."""

    text: str


AnyReply = TextReply | HeadlinesReply | CardReply | ChoiceReply | FileReply | NoticeReply | Toast


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandMenu:
    """The commands that a channel shows in its menu: per language, (command without slash, description)."""

    commands: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)  #: language → what the bot is, before the first message
    #: only in these people's private chats; (): everywhere. There, no commands: what everybody sees
    only_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingMenu:
    """What stands in the app beside the chat, where a channel shows actions and not commands. Per language, the
    weightiest first: a channel that shows fewer leaves out the last ones.
    """

    entries: Mapping[str, tuple[Button, ...]] = field(default_factory=dict)
    begin: Mapping[str, str] = field(default_factory=dict)  #: label of what opens the chat (`Kind.START`)
    questions: Mapping[str, tuple[Button, ...]] = field(default_factory=dict)  #: offered before the first message
    about: Mapping[str, str] = field(default_factory=dict)  #: what the bot is, before the first message
