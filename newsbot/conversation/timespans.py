"""Lists of a time that the reader named: `আজকের খবর`, `গতকালের খেলা`. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from newsbot.conversation.turn import Turn
from newsbot.domain.article import Cursor, Page
from newsbot.text.dates import format_date, weekday_date
from newsbot.text.periods import Period

__all__ = ["end_of", "said", "within"]


def end_of(period: Period) -> Cursor:
    """Everything in it is older than this."""
    return Cursor(period.until, 0)


def within(page: Page, period: Period) -> Page:
    """Of a page that begins in the period what belongs to it; it is the last where older articles stood on it."""
    kept = tuple(article for article in page.articles if article.published_at >= period.since)
    return page if len(kept) == len(page.articles) else replace(page, articles=kept, next=None)


def said(period: Period, turn: Turn) -> str:
    """'আজ', 'গতকাল', 'মঙ্গলবার (১৮ নভেম্বর)', '১ নভেম্বর – ৩০ নভেম্বর'."""
    last = period.until - timedelta(microseconds=1)
    if period.since.date() != last.date():
        return " – ".join(format_date(day, turn.language, turn.zone, turn.now) for day in (period.since, last))
    today = turn.now.astimezone(turn.zone).date()
    match (today - last.date()).days:
        case 0:
            return turn.translate("today")
        case 1:
            return turn.translate("yesterday")
    if today.year == last.year:
        return weekday_date(last, turn.language, turn.zone)
    return format_date(last, turn.language, turn.zone)
