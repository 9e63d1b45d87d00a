"""Builders of domain values for tests: `an_article(topics=("sports",))`. What is not said is plain and the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, AlertText, Audience, NewAlert
from newsbot.domain.article import Article, ArticleDraft
from newsbot.domain.message import ChatKind, IncomingMessage, Kind, MessageRef, Span
from newsbot.domain.source import Newsroom
from newsbot.domain.subscriber import Address, Preferences, Subscriber
from newsbot.domain.topic import Topic, Topics

NOW = datetime(2025, 11, 18, 11, 45, tzinfo=UTC)  #: a Tuesday, 5:45 in the afternoon in Dhaka
_event_numbers = count(1)


def some_topics() -> Topics:
    """খেলা, রাজনীতি, অর্থনীতি, আন্তর্জাতিক, বিনোদন."""
    return Topics(
        (
            Topic(
                id="sports",
                names={"bn": "খেলা", "en": "Sports"},
                emoji="⚽",
                aliases=("ক্রীড়া", "খেলাধুলা", "khela"),
                sections=("খেলা",),
                categories=("sports",),
                url_patterns=("/sports/*",),
            ),
            Topic(id="politics", names={"bn": "রাজনীতি", "en": "Politics"}, emoji="🏛️", sections=("রাজনীতি",)),
            Topic(id="economy", names={"bn": "অর্থনীতি", "en": "Economy"}, emoji="📈", aliases=("বাণিজ্য", "business")),
            Topic(id="world", names={"bn": "আন্তর্জাতিক", "en": "World"}, emoji="🌍", aliases=("বিশ্ব",)),
            Topic(id="entertainment", names={"bn": "বিনোদন", "en": "Entertainment"}, emoji="🎬"),
        )
    )


def a_newsroom() -> Newsroom:
    return Newsroom(names={"bn": "দৈনিক প্রভাত", "en": "The Daily Probhat"}, site="https://news.example")


def a_draft(number: int = 1, **changes: Any) -> ArticleDraft:
    """`number` makes its url, headline and body its own, and dates it so many minutes before NOW."""
    values: dict[str, Any] = {
        "url": f"https://news.example/article/{number}",
        "headline": f"সেতু খুলে দেওয়া হলো, পর্ব {number}",
        "published_at": NOW - timedelta(minutes=number),
        "source": "portal",
        "summary": "নতুন সেতুতে যান চলাচল শুরু হয়েছে।",
        "body": f"নতুন সেতুতে যান চলাচল শুরু হয়েছে। এটি {number} নম্বর প্রতিবেদন।",
        "content_hash": f"{number:064x}",
        "topics": ("sports",),
    }
    return ArticleDraft(**values | changes)


def an_article(number: int = 1, **changes: Any) -> Article:
    """As `a_draft`, stored under the id `number` at its publication."""
    stored = {"id": changes.pop("id", number), "stored_at": changes.pop("stored_at", NOW - timedelta(minutes=number))}
    own = {name: changes.pop(name) for name in ("version", "announced_at", "withdrawn_at", "story") if name in changes}
    draft = a_draft(number, **changes)
    return Article(**{name: getattr(draft, name) for name in ArticleDraft.__slots__}, **stored, **own)


def an_address(user_id: str = "1001", channel: str = "telegram") -> Address:
    return Address(channel, user_id)


def a_subscriber(*topics: str, address: Address | None = None, number: int = 0, **preferences: Any) -> Subscriber:
    """Onboarded, following `topics`, first seen at NOW."""
    chosen = Preferences(**{"topics": frozenset(topics), "onboarded": True} | preferences)
    return Subscriber(address=address or an_address(), number=number, version=1, preferences=chosen, since=NOW)


def an_incoming(text: str = "", **changes: Any) -> IncomingMessage:
    """A text in a private chat, unless said otherwise. Each has an event id of its own."""
    number = next(_event_numbers)
    values: dict[str, Any] = {"event_id": str(number), "address": an_address(), "kind": Kind.TEXT, "text": text}
    return IncomingMessage(**values | changes)


def a_press(action: str, **changes: Any) -> IncomingMessage:
    """The button with this action was pressed."""
    number = next(_event_numbers)
    values: dict[str, Any] = {
        "event_id": str(number),
        "address": an_address(),
        "kind": Kind.BUTTON,
        "action": action,
        "callback_id": f"callback-{number}",
        "message": MessageRef("1001", "50"),
    }
    return IncomingMessage(**values | changes)


async def the_administrator(incoming: IncomingMessage) -> bool:
    """Whether who did this decides for the chat: one's own, or a group as reader 1001 or in the group's own name."""
    return incoming.chat_kind is ChatKind.PRIVATE or incoming.sender_id in ("1001", incoming.address.user_id)


def a_group_message(text: str, **changes: Any) -> IncomingMessage:
    return an_incoming(
        text, **{"address": an_address("-2002"), "chat_kind": ChatKind.GROUP, "sender_id": "1001"} | changes
    )


def an_alert(number: int = 1, **changes: Any) -> Alert:
    """Running, of the article with this number, to those who follow sports, unless said otherwise."""
    values: dict[str, Any] = {
        "id": number,
        "origin": f"article:{number}",
        "story": f"article:{number}",
        "article_id": number,
        "kind": AlertKind.ARTICLE,
        "cls": AlertClass.TOPIC,
        "state": AlertState.RUNNING,
        "audience": Audience(topics=("sports",)),
        "created_at": NOW,
        "expires_at": NOW + timedelta(hours=3),
    }
    return Alert(**values | changes)


def a_new_alert(number: int = 1, **changes: Any) -> NewAlert:
    """Of the article with this number, for who follows sports, for three hours from NOW."""
    values: dict[str, Any] = {
        "origin": f"article:{number}",
        "kind": AlertKind.ARTICLE,
        "cls": AlertClass.TOPIC,
        "story": f"article:{number}",
        "expires_at": NOW + timedelta(hours=3),
        "audience": Audience(topics=("sports",)),
        "article_id": number,
        "source": "portal",
    }
    return NewAlert(**values | changes)


def a_broadcast(number: int = 1, text: str = "জরুরি খবর", **changes: Any) -> NewAlert:
    """What an editor wrote, for everyone."""
    values: dict[str, Any] = {
        "origin": f"broadcast:{number}",
        "kind": AlertKind.BROADCAST,
        "cls": AlertClass.BREAKING,
        "story": f"broadcast:{number}",
        "expires_at": NOW + timedelta(hours=3),
        "text": AlertText((Span(text),)),
        "by": an_address("9001"),
    }
    return NewAlert(**values | changes)
