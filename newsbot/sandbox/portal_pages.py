"""What the portal offers to people: home, sections and articles, laid out like the first newsroom's. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from markupsafe import Markup

from newsbot.sandbox import DEMO_BOT_NAME
from newsbot.sandbox.portal_articles import DHAKA, PortalArticle
from newsbot.sandbox.portal_feeds import iso
from newsbot.sandbox.portal_samples import Section, sections
from newsbot.sandbox.templating import render
from newsbot.text.dates import format_date
from newsbot.text.digits import to_bengali_digits

LATEST: Final = 20  #: headlines in the block beside an article
LISTED: Final = 40  #: articles on the home page and on a section's


def listing(articles: Sequence[PortalArticle], section: Section | None = None) -> str:
    """The home page, or a section's."""
    return render(
        "portal_list.html",
        articles=articles[:LISTED],
        section=section,
        sections=sections(),
        current=section.id if section else "",
        iso=iso,
        date_line=date_line,
    )


def article_page(article: PortalArticle, latest: Sequence[PortalArticle], origin: str) -> str:
    return render(
        "portal_article.html",
        article=article,
        section=sections()[article.section],
        sections=sections(),
        current=article.section,
        latest=latest[:LATEST],
        origin=origin,
        json_ld=_json_ld(article, origin),
        published_line=date_line(article.published_at),
        updated_line=date_line(article.changed_at),
        iso=iso,
        short_date=_short_date,
    )


def missing_page(*, withdrawn: bool) -> str:
    title, text = (
        ("খবরটি সরিয়ে নেওয়া হয়েছে", "সম্পাদকীয় সিদ্ধান্তে খবরটি প্রত্যাহার করা হয়েছে।")
        if withdrawn
        else ("পাতাটি পাওয়া যায়নি", "ঠিকানাটি হয়তো ভুল, অথবা পাতাটি আর নেই।")
    )
    return render("portal_gone.html", title=title, text=text, sections=sections(), current="")


def date_line(moment: datetime) -> str:
    """'১৮ নভেম্বর ২০২৫, ০৫:৪৫ পিএম'."""
    local = moment.astimezone(DHAKA)
    clock = to_bengali_digits(f"{local.hour % 12 or 12:02}:{local.minute:02}")
    return f"{format_date(moment, 'bn', DHAKA)}, {clock} {'এএম' if local.hour < 12 else 'পিএম'}"


def _short_date(moment: datetime) -> str:
    """'Nov 18, 2025', in English on the first newsroom's pages too."""
    local = moment.astimezone(DHAKA)
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{months[local.month - 1]} {local.day}, {local.year}"


def _json_ld(article: PortalArticle, origin: str) -> Markup:
    """schema.org NewsArticle without articleBody, as many portals write it."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": origin + article.path},
        "headline": article.headline,
        "image": [origin + article.image_path],
        "datePublished": iso(article.published_at),
        "dateModified": iso(article.changed_at),
        "articleSection": sections()[article.section].name,
        "inLanguage": "bn",
        "author": {"@type": "Person", "name": article.byline or DEMO_BOT_NAME},
        "publisher": {"@type": "NewsMediaOrganization", "name": DEMO_BOT_NAME, "url": f"{origin}/portal"},
    }
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&":  # so that a headline can't close the script element
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - JSON with every markup character escaped
