"""Documents of an invented paper for tests of ingest: feeds, sitemaps, listings and article pages."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

from tests.builders import NOW

SENTENCES = (
    "উপজেলার নতুন সেতুটি আজ সকালে যান চলাচলের জন্য খুলে দেওয়া হয়েছে।",
    "এর ফলে দুই পাড়ের মানুষের যাতায়াতে আর নৌকার জন্য অপেক্ষা করতে হবে না।",
    "স্থানীয় ব্যবসায়ীরা বলছেন, কৃষিপণ্য এখন কম খরচে শহরের বাজারে পৌঁছাবে।",
)


def a_body(number: int) -> list[str]:
    """Paragraphs that no other number has."""
    return [f"{sentence[:-1]}, জানিয়েছে প্রতিবেদন {number}।" for sentence in SENTENCES]


def rss_item(number: int, site: str, **changes: Any) -> str:
    """An item as most portals write it: headline, link, date. Without a date or title if they are ''."""
    values: dict[str, Any] = {
        "title": f"সেতু খুলে দেওয়া হলো, পর্ব {number}",
        "link": f"{site}/sports/{number}",
        "date": NOW - timedelta(minutes=number),
        "extra": "",
    }
    values |= changes
    title = f"<title>{escape(values['title'])}</title>" if values["title"] else ""
    date = values["date"]
    dated = f"<pubDate>{format_datetime(date) if isinstance(date, datetime) else date}</pubDate>" if date else ""
    return f"<item>{title}<link>{escape(values['link'])}</link>{dated}{values['extra']}</item>"


def rss(*items: str, title: str = "দৈনিক প্রভাত") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{title}</title>{''.join(items)}</channel></rss>"
    )


def article_page(number: int, **changes: Any) -> str:
    """A page with JSON-LD and the article in paragraphs. `canonical` adds the address it declares."""
    values: dict[str, Any] = {
        "headline": f"সেতু খুলে দেওয়া হলো, পর্ব {number}",
        "body": a_body(number),
        "section": "খেলা",
        "published_at": NOW - timedelta(minutes=number),
        "canonical": "",
    }
    values |= changes
    described = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": values["headline"],
        "datePublished": values["published_at"].isoformat(),
        "articleSection": values["section"],
        "image": f"https://paper.example/{number}.jpg",
    }
    canonical = f'<link rel="canonical" href="{escape(values["canonical"])}">' if values["canonical"] else ""
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in values["body"])
    return (
        f'<!doctype html><html lang="bn"><head><meta charset="utf-8"><title>{escape(values["headline"])}</title>'
        f'{canonical}<script type="application/ld+json">{json.dumps(described, ensure_ascii=False)}</script></head>'
        f"<body><article><h1>{escape(values['headline'])}</h1>{paragraphs}</article></body></html>"
    )


def news_sitemap(*numbers: int, site: str) -> str:
    entries = "".join(
        f"<url><loc>{site}/sports/{number}</loc><news:news><news:publication_date>"
        f"{(NOW - timedelta(minutes=number)).isoformat()}</news:publication_date>"
        f"<news:title>সেতু খুলে দেওয়া হলো, পর্ব {number}</news:title></news:news></url>"
        for number in numbers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    )


def sitemap_index(*urls: str) -> str:
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'


def listing(*numbers: int, site: str) -> str:
    links = "".join(
        f'<li><h3><a href="{site}/sports/{number}">সেতু খুলে দেওয়া হলো, পর্ব {number}</a></h3></li>' for number in numbers
    )
    return f'<!doctype html><html lang="bn"><head><meta charset="utf-8"></head><body><ul>{links}</ul></body></html>'
