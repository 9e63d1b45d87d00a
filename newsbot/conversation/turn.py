"""What a verb works with: the house behind the conversation, and one turn of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from newsbot.articles.store import ArticleStore
from newsbot.channels.channel import USUAL, Traits
from newsbot.channels.entrances import Entrances
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.ledger import Ledger
from newsbot.delivery.permits import opened_by
from newsbot.domain.message import AnyReply, Button, ChatKind, IncomingMessage, Kind, MessageRef, Rows, Span, TextReply
from newsbot.domain.source import Newsroom
from newsbot.domain.subscriber import Address, Preferences, Subscriber
from newsbot.domain.topic import Topics
from newsbot.errors import StoreError
from newsbot.i18n import Catalog, Translator
from newsbot.rollups.figures import VainSearches
from newsbot.subscribers.link_codes import LinkCodes
from newsbot.subscribers.list_memory import ListMemory
from newsbot.subscribers.store import SubscriberStore

log = structlog.get_logger()

Replies = tuple[AnyReply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything a conversation draws on; the same for every reader."""

    articles: ArticleStore
    subscribers: SubscriberStore
    memory: ListMemory
    topics: Topics
    newsroom: Newsroom
    catalog: Catalog
    vocabulary: Vocabulary
    clock: Callable[[], datetime]
    language: str  #: of readers whose language we can't guess
    timezone: str
    alerts: AlertStore
    #: see `Channel.is_administrator`
    administers: Callable[[IncomingMessage], Awaitable[bool]]
    codes: LinkCodes
    entrances: Entrances
    public_channel: Address | None = None  #: the newsroom's own, if it has one
    traits: Traits = USUAL  #: of the channel
    vain_searches: VainSearches | None = None  #: where what was searched for in vain is noted, if anywhere
    held: Ledger | None = None  #: where what readers missed is looked up, on channels with windows

    @property
    def zone(self) -> ZoneInfo:
        """The newsroom's clock."""
        return zone_of(self.timezone) or ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing that a reader did, who they are, and the language they are answered in."""

    incoming: IncomingMessage
    now: datetime
    translate: Translator
    zone: ZoneInfo
    known: Subscriber | None = None  #: what is known of the reader, as far as the store could be asked
    failure: StoreError | None = None  #: why the store could not be asked

    @property
    def subscriber(self) -> Subscriber | None:
        """The reader, None for a stranger. Raises StoreUnavailable where that can't be told: a friend is never taken
        for a stranger.
        """
        if self.failure:
            raise self.failure
        return self.known

    @property
    def language(self) -> str:
        return self.translate.language

    @property
    def followed(self) -> frozenset[str]:
        """Ids of the topics that the reader has chosen, as far as we know."""
        return self.known.preferences.topics if self.known else frozenset()

    @property
    def in_group(self) -> bool:
        """Many share this chat: a group, or a channel. Nobody in it is "you"."""
        return self.incoming.chat_kind is not ChatKind.PRIVATE

    @property
    def in_channel(self) -> bool:
        """Everybody reads this chat and hardly anybody writes: the answer is a post."""
        return self.incoming.chat_kind is ChatKind.BROADCAST

    @property
    def pressed(self) -> MessageRef | None:
        """The message whose button was pressed."""
        return self.incoming.message if self.incoming.kind is Kind.BUTTON else None

    def of(self, subscriber: Subscriber, catalog: Catalog) -> Turn:
        """The same turn, now that the reader is this."""
        translate = catalog.translator(subscriber.preferences.language)
        zone = zone_of(subscriber.preferences.timezone) or self.zone
        return replace(self, known=subscriber, failure=None, translate=translate, zone=zone)


async def begin_turn(house: House, incoming: IncomingMessage) -> Turn:
    """Notes the contact and looks up who it is. Readers are read to even while that can't be asked."""
    now = house.clock()
    known: Subscriber | None = None
    failure: StoreError | None = None
    try:
        await noted(house, incoming)
        known = await house.subscribers.get(incoming.address)
    except StoreError as error:
        log.warning("reader not looked up", cause=str(error))
        failure = error
    # The app's language is one person's: it says nothing of a group.
    hint = incoming.language_hint if incoming.chat_kind is ChatKind.PRIVATE else ""
    language = house.catalog.match(hint) or house.language
    turn = Turn(
        incoming=incoming,
        now=now,
        translate=house.catalog.translator(language),
        zone=house.zone,
        failure=failure,
    )
    return turn.of(known, house.catalog) if known else turn


async def noted(house: House, incoming: IncomingMessage) -> None:
    """Note that the reader was heard of, and until when that lets us write to them. Raises StoreUnavailable."""
    now = house.clock()
    await house.subscribers.touch(incoming.address, now=now, window=opened_by(incoming, now))


def zone_of(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def initial_preferences(house: House, turn: Turn) -> Preferences:
    """Of a stranger: the language of their app, or the house's."""
    return Preferences(language=turn.language, timezone=house.timezone)


def text(*paragraphs: str | tuple[Span, ...], buttons: Rows = (), replaces: MessageRef | None = None) -> TextReply:
    """Plain paragraphs, without the empty ones."""
    spans = tuple((Span(part),) if isinstance(part, str) else part for part in paragraphs if part)
    return TextReply(paragraphs=spans, buttons=buttons, replaces=replaces)


def rows(*buttons: Button | None, columns: int = 2) -> Rows:
    kept = [button for button in buttons if button]
    return tuple(tuple(kept[start : start + columns]) for start in range(0, len(kept), columns))


def actions_of(replies: Replies) -> Rows:
    """The buttons of the last of them that do something here."""
    if not replies:
        return ()
    acting = (tuple(button for button in row if button.action) for row in replies[-1].buttons)
    return tuple(row for row in acting if row)
