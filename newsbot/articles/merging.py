"""What a draft changes in an article that is stored already. Pure; `sql_store` obeys it.

Several feeds bring the same article with other words for its section, a thinner summary or an address that redirects,
every few minutes and in turn. If each of them had the last word, every article would be "updated" all day. So:

- Nothing empty erases anything, and an older state (by `updated_at`) replaces nothing.
- Who speaks of the article by its canonical address replaces what is known. Who was led to it by another address, or by
  having the same text, fills what is missing.
- Its topics are replaced by the source that brought it; another source adds to them.
- The newsroom's own system (`api`) has the last word in everything; after it, others only fill what is missing.
- A draft that names the stored address among its `other_urls` knows where it leads: its own becomes the canonical one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from newsbot.domain.article import Article, ArticleDraft

API: Final = "api"  #: the source of what the newsroom's own system sends
_WORDS: Final = ("language", "headline", "kicker", "byline", "image_url", "section")
_PAIRS: Final = (("summary", "summary_method"), ("body", "content_hash"))  #: the second says something about the first


def merge(article: Article, draft: ArticleDraft) -> Article:
    """The article as it is after `draft`; its version is one more if readers could see a difference, else the same."""
    knows_address = draft.url == article.url or article.url in draft.other_urls
    replaces = _has_a_say(article, draft) and (knows_address or draft.source == API)
    merged = replace(
        article,
        **_words(article, draft, replaces=replaces),
        published_at=draft.published_at if replaces else article.published_at,
        updated_at=draft.updated_at
        if draft.updated_at and (replaces or not article.updated_at)
        else article.updated_at,
        topics=_topics(article, draft, replaces=replaces),
        breaking=article.breaking or draft.breaking,
        url=draft.url if replaces and knows_address else article.url,
        source=API if draft.source == API else article.source,
    )
    merged = replace(merged, other_urls=_other_urls(merged, article, draft))
    seen = replace(merged, other_urls=article.other_urls, source=article.source)
    return merged if seen == article else replace(merged, version=article.version + 1)


def _has_a_say(article: Article, draft: ArticleDraft) -> bool:
    if draft.updated_at and article.updated_at and draft.updated_at < article.updated_at:
        return False
    return draft.source == API or article.source != API


def _words(article: Article, draft: ArticleDraft, *, replaces: bool) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for first, *rest in (*((name,) for name in _WORDS), *_PAIRS):
        better = bool(getattr(draft, first)) and (replaces or not getattr(article, first))
        for name in (first, *rest):
            chosen[name] = getattr(draft if better else article, name)
    return chosen


def _topics(article: Article, draft: ArticleDraft, *, replaces: bool) -> tuple[str, ...]:
    if not article.topics or (replaces and draft.topics and draft.source in {article.source, API}):
        return tuple(dict.fromkeys(draft.topics))
    if article.source == API:
        return article.topics
    return tuple(dict.fromkeys((*article.topics, *draft.topics)))


def _other_urls(merged: Article, article: Article, draft: ArticleDraft) -> tuple[str, ...]:
    urls = dict.fromkeys((*article.other_urls, article.url, draft.url, *draft.other_urls))
    return tuple(url for url in urls if url != merged.url)
