"""The article in the JSON that a page embeds for its own scripts (Next.js, Quintype…) before its markup has text.

Every object with a headline and a long text is a candidate; the one whose headline is the page's title
wins, else the longest.
"""

from __future__ import annotations

from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from newsbot.ingest.markup import headline_text, paragraphs_of, short_text
from newsbot.ingest.structured_data import ArticleData, JsonObject, embedded_json, objects_of, text_of, texts_of
from newsbot.text.normalise import same_text

__all__ = ["embedded_article"]

SHORTEST_BODY = 200  #: characters of markup; shorter texts are teasers
_HEADLINES: Final = ("headline", "title", "news_title", "heading")
_BODIES: Final = ("body", "articleBody", "content", "content_html", "details", "news_details", "story", "html", "text")
_PUBLISHED: Final = (
    "published-at",
    "published_at",
    "publishedAt",
    "datePublished",
    "first-published-at",
    "publish_time",
)
_UPDATED: Final = ("updated-at", "updated_at", "updatedAt", "dateModified", "last-published-at")
_AUTHORS: Final = ("author-name", "author_name", "author", "authors", "reporter")
_SECTIONS: Final = ("section", "sections", "category", "categories", "articleSection")
_KICKERS: Final = ("kicker", "shoulder", "overline")
_CARDS_LIMIT = 200


def embedded_article(tree: LexborHTMLParser, title: str) -> ArticleData:
    """The page's own article; empty if scripts embed none. `title`: the page's, to tell it from related ones."""
    best: tuple[bool, int] = (False, 0)
    chosen: tuple[JsonObject, str] | None = None
    for document in embedded_json(tree):
        for found in objects_of(document):
            headline, body = _first(found, _HEADLINES), _body(found)
            if not headline or len(body) < SHORTEST_BODY:
                continue
            rank = (bool(title) and same_text(headline_text(headline), title), len(body))
            if rank > best:
                best, chosen = rank, (found, body)
    return _article(*chosen) if chosen else ArticleData()


def _article(found: JsonObject, body: str) -> ArticleData:
    return ArticleData(
        headline=headline_text(_first(found, _HEADLINES)),
        kicker=short_text(_first(found, _KICKERS)),
        byline=short_text(_first(found, _AUTHORS)),
        section=short_text(", ".join(_section_names(found)[:3])),
        published=tuple(str(found[key]) for key in _PUBLISHED if isinstance(found.get(key), str | int)),
        updated=next((str(found[key]) for key in _UPDATED if isinstance(found.get(key), str | int)), ""),
        image=text_of(found.get("image"), "url", "src") or text_of(found.get("hero-image-url")),
        paragraphs=paragraphs_of(body),
    )


def _section_names(found: JsonObject) -> list[str]:
    return next(filter(None, (texts_of(found.get(key), "display-name", "name", "title") for key in _SECTIONS)), [])


def _body(found: JsonObject) -> str:
    plain = max((value for key in _BODIES if isinstance(value := found.get(key), str)), key=len, default="")
    return max(plain, _cards_text(found.get("cards")), key=len)


def _cards_text(cards: Any) -> str:
    """Quintype keeps a story in cards, each of elements; those of type text hold the paragraphs."""
    if not isinstance(cards, list):
        return ""
    texts: list[str] = []
    for card in cards[:_CARDS_LIMIT]:
        elements = card.get("story-elements") if isinstance(card, dict) else None
        for element in elements[:_CARDS_LIMIT] if isinstance(elements, list) else []:
            if isinstance(element, dict) and element.get("type") == "text" and isinstance(element.get("text"), str):
                texts.append(element["text"])
    return "\n".join(texts)


def _first(found: JsonObject, keys: tuple[str, ...]) -> str:
    return next(filter(None, (text_of(found.get(key), "name").strip() for key in keys)), "")
