"""What the portal offers to machines: RSS, Atom, JSON Feed, a news sitemap, robots.txt. Pure: articles in, text out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final

from newsbot.sandbox import DEMO_BOT_NAME
from newsbot.sandbox.portal_articles import DHAKA, PortalArticle
from newsbot.sandbox.portal_samples import Section, sections
from newsbot.sandbox.templating import render

FEED_LENGTH: Final = 100  #: items in a feed: at first, all
SITEMAP_AGE: Final = timedelta(hours=48)  #: a news sitemap lists the last two days


def rss(articles: Sequence[PortalArticle], origin: str, section: Section | None = None) -> str:
    """RSS 2.0, newest first. `origin` is the portal's address without a slash at the end."""
    return render("rss.xml", articles=articles, origin=origin, section=section, sections=sections(), rfc822=_rfc822)


def atom(articles: Sequence[PortalArticle], origin: str, changed_at: datetime) -> str:
    return render("atom.xml", articles=articles, origin=origin, sections=sections(), changed_at=changed_at, iso=iso)


def json_feed(articles: Sequence[PortalArticle], origin: str) -> str:
    """JSON Feed 1.1."""
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": DEMO_BOT_NAME,
            "home_page_url": f"{origin}/portal",
            "feed_url": f"{origin}/feed.json",
            "language": "bn",
            "items": [_json_item(article, origin) for article in articles],
        },
        ensure_ascii=False,
        indent=1,
    )


def news_sitemap(articles: Sequence[PortalArticle], origin: str) -> str:
    """Google's news sitemap, schema 0.9, for articles that the caller has already limited to SITEMAP_AGE."""
    return render("news-sitemap.xml", articles=articles, origin=origin, sections=sections(), iso=iso)


def robots(origin: str) -> str:
    return (
        "User-agent: *\n"
        "Disallow: /newsroom/\nDisallow: /phone\nDisallow: /sandbox/\n"
        "Crawl-delay: 0\n\n"
        f"Sitemap: {origin}/news-sitemap.xml\n"
    )


def iso(moment: datetime) -> str:
    """'2025-11-18T17:45:00+06:00', as the newsroom's clock shows it."""
    return moment.astimezone(DHAKA).isoformat()


def _rfc822(moment: datetime) -> str:
    """'Tue, 18 Nov 2025 17:45:00 +0600'."""
    return format_datetime(moment.astimezone(DHAKA))


def _json_item(article: PortalArticle, origin: str) -> dict[str, object]:
    item: dict[str, object] = {
        "id": origin + article.path,
        "url": origin + article.path,
        "title": article.headline,
        "summary": article.lead,
        "image": origin + article.image_path,
        "date_published": iso(article.published_at),
        "tags": [sections()[article.section].name],
    }
    if article.updated_at:
        item["date_modified"] = iso(article.updated_at)
    if article.byline:
        item["authors"] = [{"name": article.byline}]
    return item
