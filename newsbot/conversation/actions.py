"""Intents as the short words that buttons carry, and back.

A button stands in a chat for years and is pressed after any number of our versions, so these words are a contract: a
field may be added at an end, a verb may be added, none changes its meaning. At most 64 bytes of ASCII; ids, never
names.

    1:sub:<topic>:<view>:<article>     wanted state, not a switch: pressed twice, or delivered twice, it does no harm
    1:page:<topic>:<count>:<b|a><µs>.<id>.<seen>   older than, newer than; numbers in base 36
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from newsbot.conversation.intents import (
    ChooseFilter,
    ChooseLanguage,
    ConfirmLink,
    DeclineMissed,
    FinishWelcome,
    ForgetMe,
    Help,
    KeepAlerts,
    KeepMe,
    Latest,
    Link,
    MyData,
    MyTopics,
    NeverMind,
    OpenArticle,
    Pause,
    Pressable,
    Resume,
    SearchPage,
    ShowMissed,
    ShowSettings,
    ShowStory,
    ShowTopics,
    Stop,
    StopTopic,
    Subscribe,
    Unlink,
    Unsubscribe,
    View,
    Why,
)
from newsbot.domain.article import Cursor
from newsbot.domain.message import ACTION_LIMIT

__all__ = ["decode", "encode"]

VERSION: Final = "1"
EVERYTHING: Final = "*"
MOST_SHOWN: Final = 20  #: headlines in one list, like the portal's own block
MOST_PAGES: Final = 10_000

LARGEST: Final = 2**63 - 1  #: what a column of ids holds; a larger one was never ours

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TOPIC: Final = re.compile(r"[a-z0-9_-]{1,24}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_TOKEN: Final = re.compile(r"[0-9a-f]{16}")
_BASE_36: Final = re.compile(r"-?[0-9a-z]{1,13}")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def encode(intent: Pressable) -> str:
    """Raises ValueError for what no button can carry (several topics, an id that is none)."""
    action = ":".join((VERSION, *_fields(intent)))
    if len(action) > ACTION_LIMIT or decode(action) != intent:
        raise ValueError(f"no button can carry {intent!r}")
    return action


def decode(action: str) -> Pressable | None:
    """None for an action that we never made, or no longer know. Takes any str."""
    version, _, rest = action.partition(":")
    verb, *fields = rest.split(":")
    read = _READERS.get(verb)
    if version != VERSION or read is None:
        return None
    try:
        return read(*fields)
    except (ValueError, TypeError, OverflowError):  # a field that is none of ours; too few or too many of them
        return None


def _fields(intent: Pressable) -> tuple[str, ...]:
    match intent:
        case Latest():
            place = "page" if intent.in_place else "latest"
            return _trimmed(place, intent.topic, str(intent.count or ""), _edge_of(intent))
        case ChooseFilter():
            return _trimmed("filter", intent.topic, str(intent.count or ""))
        case OpenArticle():
            return ("open", _base_36(intent.article_id))
        case ShowStory():
            return ("story", _base_36(intent.story))
        case Subscribe():
            return _trimmed("sub", _one(intent.topics), intent.view, _base_36(intent.article_id))
        case Unsubscribe():
            topic = EVERYTHING if intent.everything else _one(intent.topics)
            return _trimmed("unsub", topic, intent.view, _base_36(intent.article_id))
        case SearchPage():
            return ("find", intent.token, str(intent.page))
        case ChooseLanguage():
            return _trimmed("lang", intent.language, intent.view)
        case Pause():
            return _trimmed("pause", intent.view)
        case Resume():
            return _trimmed("resume", intent.view)
        case ForgetMe():
            return ("forget", "yes") if intent.confirmed else ("forget",)
        case Link():
            return ("link",)
        case ConfirmLink():
            return ("linked",)
        case Unlink():
            return ("unlink", "yes") if intent.confirmed else ("unlink",)
        case ShowTopics():
            return ("topics",)
        case MyTopics():
            return ("mine",)
        case ShowSettings():
            return ("settings",)
        case Stop():
            return ("stop",)
        case MyData():
            return ("data",)
        case ShowMissed():
            return ("missed",)
        case DeclineMissed():
            return ("later",)
        case KeepAlerts():
            return ("goon",)
        case KeepMe():
            return ("keep",)
        case NeverMind():
            return ("no",)
        case Help():
            return ("help",)
        case FinishWelcome():
            return ("done",)
        case StopTopic():
            return _trimmed("off", intent.topic, _base_36(intent.alert_id))
        case Why():
            return _trimmed("why", _base_36(intent.alert_id))
        case unreachable:
            assert_never(unreachable)


def _read_latest(topic: str = "", count: str = "", edge: str = "", *, in_place: bool = False) -> Latest:
    before = _cursor(edge[1:]) if edge[:1] == "b" else None
    after = _cursor(edge[1:]) if edge[:1] == "a" else None
    if edge and not (before or after):
        raise ValueError(edge)
    return Latest(_topic(topic), _count(count), before, after, in_place)


def _read_page(topic: str = "", count: str = "", edge: str = "") -> Latest:
    return _read_latest(topic, count, edge, in_place=True)


def _read_sub(topic: str, view: str = "", article: str = "") -> Subscribe:
    return Subscribe((_matching(_TOPIC, topic),), view=View(view), article_id=_number(article))


def _read_unsub(topic: str, view: str = "", article: str = "") -> Unsubscribe:
    if topic == EVERYTHING:
        return Unsubscribe(everything=True, view=View(view), article_id=_number(article))
    return Unsubscribe((_matching(_TOPIC, topic),), view=View(view), article_id=_number(article))


def _read_find(token: str, page: str) -> SearchPage:
    number = int(_matching(re.compile(r"\d{1,5}", re.ASCII), page))
    if number > MOST_PAGES:
        raise ValueError(page)
    return SearchPage(_matching(_TOKEN, token), number)


def _read_forget(confirmed: str = "") -> ForgetMe:
    return ForgetMe(confirmed=_yes(confirmed))


def _read_unlink(confirmed: str = "") -> Unlink:
    return Unlink(confirmed=_yes(confirmed))


def _yes(confirmed: str) -> bool:
    if confirmed not in ("", "yes"):
        raise ValueError(confirmed)
    return bool(confirmed)


_READERS: Final[dict[str, Callable[..., Pressable]]] = {
    "latest": _read_latest,
    "page": _read_page,
    "filter": lambda topic="", count="": ChooseFilter(_topic(topic), _count(count)),
    "open": lambda article: OpenArticle(_number(_matching(_BASE_36, article))),
    "story": lambda story: ShowStory(_number(_matching(_BASE_36, story))),
    "sub": _read_sub,
    "unsub": _read_unsub,
    "find": _read_find,
    "lang": lambda code="", view="": ChooseLanguage(_matching(_LANGUAGE, code) if code else "", View(view)),
    "pause": lambda view="": Pause(View(view)),
    "resume": lambda view="": Resume(View(view)),
    "forget": _read_forget,
    "link": lambda: Link(),
    "linked": ConfirmLink,
    "unlink": _read_unlink,
    "topics": ShowTopics,
    "mine": MyTopics,
    "settings": ShowSettings,
    "stop": Stop,
    "data": MyData,
    "missed": ShowMissed,
    "later": DeclineMissed,
    "goon": KeepAlerts,
    "keep": KeepMe,
    "no": NeverMind,
    "help": Help,
    "done": FinishWelcome,
    "off": lambda topic, alert="": StopTopic(_matching(_TOPIC, topic), _number(alert)),
    "why": lambda alert="": Why(_number(alert)),
}


def _trimmed(*fields: str) -> tuple[str, ...]:
    """Without the empty fields at the end."""
    last = max((index for index, value in enumerate(fields) if value), default=0)
    return fields[: last + 1]


def _one(topics: tuple[str, ...]) -> str:
    if len(topics) != 1:
        raise ValueError(f"a button carries one topic, not {len(topics)}")
    return topics[0]


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _topic(text: str) -> str:
    return _matching(_TOPIC, text) if text else ""


def _count(text: str) -> int:
    count = int(_matching(re.compile(r"\d{1,2}", re.ASCII), text)) if text else 0
    if count > MOST_SHOWN:
        raise ValueError(text)
    return count


def _edge_of(intent: Latest) -> str:
    if intent.before:
        return f"b{_cursor_text(intent.before)}"
    return f"a{_cursor_text(intent.after)}" if intent.after else ""


def _cursor_text(cursor: Cursor) -> str:
    moment = (cursor.published_at - _EPOCH) // _MICROSECOND
    return ".".join(_trimmed(_base_36(moment) or "0", _base_36(cursor.id) or "0", _base_36(cursor.seen)))


def _cursor(text: str) -> Cursor:
    moment, article_id, *seen = (_number(_matching(_BASE_36, number)) for number in text.split("."))
    return Cursor(_EPOCH + moment * _MICROSECOND, article_id, *seen)


def _number(text: str) -> int:
    number = int(_matching(_BASE_36, text), 36) if text else 0
    if abs(number) > LARGEST:
        raise ValueError(text)
    return number


def _base_36(number: int) -> str:
    """'' for 0: an empty field."""
    digits, rest = "", abs(number)
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if number < 0 else digits
