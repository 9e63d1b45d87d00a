"""What a draft changes in an article that is stored already. Pure; `sql_store` obeys it.

Several feeds bring the same article with other words for its section, a thinner summary or an address that redirects,
every few minutes and in turn. If each of them had the last word, every article would be "updated" all day. So what is
empty is filled by anyone, and what is known is replaced only

- by the source that brought the article, speaking of it by its canonical address; by another such source if its state
  is newer (`updated_at`), then without its topics. Who was led to the article by another address, or by its having the
  same text, replaces nothing;
- by the newsroom's own system (`api`) always, and after it by nobody else;
- never a summary by one that we chose from the same text: a summary is made once for a text, and a model's stays;
- never by an older state. The newsroom's states are compared with its own only: a feed that dates everything "now"
  would make its next word an old one.

What an editor set (`Article.edits`) stays as they set it, whatever a source or the newsroom's system says later.

A draft that names the stored address among its `other_urls` knows where it leads: its own becomes the canonical one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from newsbot.domain.article import EXTRACTIVE, Article, ArticleDraft, Edit

API: Final = "api"  #: the source of what the newsroom's own system sends
_WORDS: Final = ("language", "headline", "kicker", "byline", "image_url", "section")
_PAIRS: Final = (("summary", "summary_method"), ("body", "content_hash"))  #: the second says something about the first


def merge(article: Article, draft: ArticleDraft) -> Article:
    """The article as it is after `draft`; its version is one more if readers could see a difference, else the same."""
    knows_address = draft.url == article.url or article.url in draft.other_urls
    replaces = _replaces(article, draft, knows_address=knows_address)
    owns = draft.source in {article.source, API}
    merged = replace(
        article,
        **_words(article, draft, replaces=replaces),
        published_at=draft.published_at if replaces else article.published_at,
        updated_at=_updated_at(article, draft, replaces=replaces),
        topics=_topics(article, draft, replaces=replaces and owns),
        breaking=article.breaking or (draft.breaking and "breaking" not in article.edits),
        url=draft.url if replaces and knows_address else article.url,
        source=API if draft.source == API else article.source,
    )
    merged = replace(merged, other_urls=_other_urls(merged, article, draft))
    seen = replace(merged, other_urls=article.other_urls, source=article.source)
    return merged if seen == article else replace(merged, version=article.version + 1)


def edited_by(
    article: Article, by: Edit, *, topics: Sequence[str] | None = None, breaking: bool | None = None
) -> Article:
    """The article as an editor sets it; see `ArticleStore.edit`."""
    chosen = article.topics if topics is None else tuple(dict.fromkeys(topics))
    broke = article.breaking if breaking is None else breaking
    names = [name for name, given in (("topics", topics), ("breaking", breaking)) if given is not None]
    changed = (chosen, broke) != (article.topics, article.breaking)
    return replace(
        article,
        topics=chosen,
        breaking=broke,
        edits={**article.edits, **dict.fromkeys(names, by)},
        version=article.version + changed,
    )


def _replaces(article: Article, draft: ArticleDraft, *, knows_address: bool) -> bool:
    newer = draft.updated_at is not None and (article.updated_at is None or draft.updated_at > article.updated_at)
    older = bool(draft.updated_at and article.updated_at and draft.updated_at < article.updated_at)
    if draft.source == API:
        return not (older and article.source == API)
    return not older and article.source != API and knows_address and (newer or draft.source == article.source)


def _updated_at(article: Article, draft: ArticleDraft, *, replaces: bool) -> datetime | None:
    if API in (article.source, draft.source):
        known = article.updated_at if article.source == API else None
        return (draft.updated_at if replaces else None) or known
    return (draft.updated_at if replaces else None) or article.updated_at or draft.updated_at


def _words(article: Article, draft: ArticleDraft, *, replaces: bool) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for first, *rest in (*((name,) for name in _WORDS), *_PAIRS):
        better = bool(getattr(draft, first)) and (replaces or not getattr(article, first))
        if first == "summary" and article.summary and _has_its_summary(article, draft):
            better = False
        for name in (first, *rest):
            chosen[name] = getattr(draft if better else article, name)
    return chosen


def _has_its_summary(article: Article, draft: ArticleDraft) -> bool:
    same_text = bool(draft.content_hash) and draft.content_hash == article.content_hash
    return same_text and draft.summary_method == EXTRACTIVE


def _topics(article: Article, draft: ArticleDraft, *, replaces: bool) -> tuple[str, ...]:
    if draft.topics and (replaces or not article.topics) and "topics" not in article.edits:
        return tuple(dict.fromkeys(draft.topics))
    return article.topics


def _other_urls(merged: Article, article: Article, draft: ArticleDraft) -> tuple[str, ...]:
    urls = dict.fromkeys((*article.other_urls, article.url, draft.url, *draft.other_urls))
    return tuple(url for url in urls if url != merged.url)
