"""Reads what a newsroom's CMS pushes: schema.org NewsArticle as JSON. Strict: a mistake is told, not guessed at.

| field | |
|---|---|
| `url` (or `mainEntityOfPage`), `headline` | needed |
| `datePublished`, `dateModified` | ISO 8601; without a zone in the newsroom's own; without a date: now |
| `articleBody` | text with line breaks, or HTML |
| `description` | becomes the summary as it is; without it the body's lead does |
| `articleSection`, `keywords` | a text, or a list of them |
| `image`, `author` | a text, an object with `url` or `name`, or a list of them |
| `inLanguage` | `bn`, `bn-BD`… |
| `alternativeHeadline` | the line above the headline; also as `kicker` |
| `breaking` | ours: `true` if an editor says so |

Other fields are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

import regex

from newsbot.errors import IngestError
from newsbot.ingest.article_decider import CLOCK_SKEW
from newsbot.ingest.canonical_url import InvalidUrl, canonical_url
from newsbot.ingest.markup import headline_text, paragraphs_of, plain_text, short_text
from newsbot.ingest.values import SUMMARY_LIMIT

__all__ = ["CmsArticle", "CmsMistake", "articles_in", "read_article", "read_url", "withdrawals_in"]

MOST_ITEMS = 100  #: of one request
EXAMPLE_DATE: Final = "2025-11-18T17:45:00+06:00"
EXAMPLE_URL: Final = "https://paper.example/sports/story-1"
_TYPE: Final = re.compile(r"(?:https?://schema\.org/)?(?:\w*Article|BlogPosting|LiveBlogPosting|Report)")
_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]\w+)*")
_VISIBLE: Final = regex.compile(r"[\p{L}\p{N}\p{So}]")


class CmsMistake(IngestError):
    """This item can't become an article."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsArticle:
    """One pushed article, checked; text is plain display text."""

    url: str  #: canonical
    headline: str
    published_at: datetime | None = None
    updated_at: datetime | None = None
    kicker: str = ""
    description: str = ""
    body: str = ""
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image_url: str = ""
    byline: str = ""
    language: str = ""
    breaking: bool = False


def articles_in(payload: object) -> Sequence[object]:
    """The items of a request's body: one article, a list, or a JSON-LD `@graph`. Raises CmsMistake if none."""
    if isinstance(payload, Mapping) and "@graph" in payload:
        payload = payload["@graph"]
    items = payload if isinstance(payload, list) else [payload]
    if not items:
        raise CmsMistake("empty", "The list is empty: send at least one article.")
    return _not_too_many(items)


def withdrawals_in(payload: object) -> Sequence[object]:
    """The items of a request to withdraw: one, or a list. Raises CmsMistake if none."""
    items = payload if isinstance(payload, list) else [payload]
    if not items:
        raise CmsMistake("empty", "The list is empty: send at least one url.")
    return _not_too_many(items)


def read_url(item: object) -> str:
    """The canonical address of an article to withdraw: a text, or `{"url": …}`. Raises CmsMistake."""
    given = item.get("url") if isinstance(item, Mapping) else item
    if not isinstance(given, str) or not given.strip():
        raise CmsMistake("missing_field", f'Say which article: {{"url": "{EXAMPLE_URL}"}}, or a list of these.')
    return _canonical(given)


def read_article(item: object, *, timezone: tzinfo, now: datetime) -> CmsArticle:
    """One item, checked field by field. Raises CmsMistake with the field, what is wrong, and an example that works."""
    if not isinstance(item, Mapping):
        raise CmsMistake("not_an_article", "An article is a JSON object with at least url and headline.")
    _check_type(item.get("@type"))
    url = _url(item)
    headline = headline_text(_text(item, "headline"))
    if not _VISIBLE.search(headline):
        raise CmsMistake("missing_field", 'headline is missing: "headline": "ঢাকায় মেট্রোরেলের নতুন সময়সূচি".')
    published_at = _time(item, "datePublished", timezone)
    if published_at and published_at > now + CLOCK_SKEW:
        raise CmsMistake("future_date", "datePublished is in the future: send the article when it is published.")
    return CmsArticle(
        url=url,
        headline=headline,
        published_at=min(published_at, now) if published_at else None,
        updated_at=_time(item, "dateModified", timezone),
        kicker=short_text(_text(item, "alternativeHeadline") or _text(item, "kicker")),
        description=plain_text(_text(item, "description"), SUMMARY_LIMIT),
        body="\n".join(paragraphs_of(_text(item, "articleBody"))),
        sections=_texts(item, "articleSection"),
        keywords=_texts(item, "keywords", split=","),
        image_url=_image(item, url),
        byline=short_text(", ".join(_names(item.get("author"), "author", "name"))),
        language=_language(item),
        breaking=_flag(item, "breaking"),
    )


def _not_too_many(items: Sequence[object]) -> Sequence[object]:
    if len(items) > MOST_ITEMS:
        raise CmsMistake("too_many", f"{len(items)} items at once: send at most {MOST_ITEMS}.")
    return items


def _check_type(given: object) -> None:
    types = given if isinstance(given, list) else [given]
    if given is None or any(isinstance(one, str) and _TYPE.fullmatch(one) for one in types):
        return
    raise CmsMistake("not_an_article", f'@type is {str(given)[:60]!r}: send "@type": "NewsArticle".')


def _url(item: Mapping[str, object]) -> str:
    given = item.get("url") or item.get("mainEntityOfPage")
    if isinstance(given, Mapping):
        given = given.get("@id") or given.get("url")
    if not given:
        raise CmsMistake("missing_field", f'url is missing: "url": "{EXAMPLE_URL}".')
    if not isinstance(given, str):
        raise CmsMistake("bad_field", f'url must be a text: "url": "{EXAMPLE_URL}".')
    return _canonical(given)


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except InvalidUrl as error:
        raise CmsMistake("bad_field", f'url: {error}; an example: "{EXAMPLE_URL}".') from None


def _text(item: Mapping[str, object], field: str) -> str:
    given = item.get(field)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise CmsMistake("bad_field", f'{field} must be a text: "{field}": "…".')
    return given


def _texts(item: Mapping[str, object], field: str, *, split: str = "") -> tuple[str, ...]:
    given = item.get(field)
    if given is None:
        return ()
    listed = given if isinstance(given, list) else [given]
    texts = [one for one in listed[:MOST_ITEMS] if isinstance(one, str)]
    if len(texts) < len(listed[:MOST_ITEMS]):
        raise CmsMistake("bad_field", f'{field} must be a text or a list of texts: "{field}": ["…"].')
    if split and isinstance(given, str):
        texts = given.split(split)[:MOST_ITEMS]
    return tuple(dict.fromkeys(text for one in texts if (text := short_text(one))))


def _names(given: object, field: str, key: str) -> list[str]:
    """Texts out of what schema.org lets be a text, an object with the text under `key`, or a list of these."""
    if given is None:
        return []
    if isinstance(given, str):
        return [given]
    if isinstance(given, Mapping):
        return _names(given.get(key), field, key)
    if isinstance(given, list):
        # Nesting beyond a list of objects is nobody's format, and would let a payload recurse.
        return [name for one in given[:10] if not isinstance(one, list) for name in _names(one, field, key)]
    raise CmsMistake("bad_field", f'{field} must be a text, an object with "{key}", or a list of these.')


def _image(item: Mapping[str, object], url: str) -> str:
    found = _names(item.get("image"), "image", "url")
    if not found or not found[0].strip():
        return ""
    try:
        return canonical_url(found[0], url)
    except InvalidUrl as error:
        raise CmsMistake("bad_field", f'image: {error}; an example: "https://paper.example/1.jpg".') from None


def _time(item: Mapping[str, object], field: str, timezone: tzinfo) -> datetime | None:
    text = _text(item, field).strip()
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        message = f'{field} is {text[:40]!r}, which is no ISO 8601 time: "{field}": "{EXAMPLE_DATE}".'
        raise CmsMistake("bad_field", message) from None


def _language(item: Mapping[str, object]) -> str:
    text = _text(item, "inLanguage").strip()
    if not text:
        return ""
    found = _LANGUAGE.fullmatch(text)
    if not found:
        raise CmsMistake("bad_field", f'inLanguage is {text[:20]!r}: "inLanguage": "bn".')
    return found[1].lower()


def _flag(item: Mapping[str, object], field: str) -> bool:
    given = item.get(field, False)
    if given is None or isinstance(given, bool):
        return bool(given)
    raise CmsMistake("bad_field", f'{field} must be true or false, without quotes: "{field}": true.')
