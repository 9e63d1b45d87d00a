"""An article's page that comes as text: headline, body, initials, share line, block of latest headlines."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import Final

from newsbot.ingest.body_text import plain_body
from newsbot.ingest.feed_dates import believable
from newsbot.ingest.latest_block import dated_lines, is_latest_title
from newsbot.ingest.markup import headline_text
from newsbot.ingest.values import BODY_LIMIT, ExtractedPage, FeedItem, NotAPage
from newsbot.text.calendar_words import MONTHS, WEEKDAYS
from newsbot.text.date_parser import parse_bengali_datetime
from newsbot.text.normalise import clean, normalise, same_text

__all__ = ["date_line_in", "extract_text_page"]

_SHARE: Final = re.compile(r"^share this (?:news|article)\b", re.IGNORECASE)
_BENGALI_LETTER: Final = re.compile("[\u0980-\u09ff]")
_WEEKDAY: Final = "|".join((*WEEKDAYS["bn"], "রবিবার", "বৃহষ্পতিবার", *WEEKDAYS["en"]))
_MONTH: Final = "|".join((*MONTHS["bn"], "জানুয়ারী", "ফেব্রুয়ারী", *MONTHS["en"])).replace(
    "\u09af\u09bc", "(?:\u09df|\u09af\u09bc)"
)
_DATE_LINE: Final = re.compile(
    rf"(?:{_WEEKDAY})\s*,?\s*\(\s*(?:\d{{1,2}}|[০-৯]{{1,2}})\s+(?:{_MONTH})(?:[\s,]+(?:\d{{4}}|[০-৯]{{4}}))?\s*\)"
)
_LINES_LIMIT = 5_000


def extract_text_page(text: str, *, tz: tzinfo, now: datetime) -> ExtractedPage:
    """Headline, date line, body, initials and the latest headlines of a page that is already text.

    The day comes from the date line, its year from the latest headlines or `now`. Raises NotAPage if there is no text.
    """
    lines = [clean(line) for line in text[: 4 * BODY_LIMIT].splitlines()[:_LINES_LIMIT]]
    filled = [line for line in lines if line]
    if not filled:
        raise NotAPage("the page is empty")
    headline, rest = headline_text(filled[0]), filled[1:]
    title_at = next((index for index, line in enumerate(rest) if is_latest_title(line)), len(rest))
    share_at = next((index for index, line in enumerate(rest) if _SHARE.match(line)), len(rest))
    latest = tuple(
        FeedItem(kicker=item.kicker, headline=item.headline, published_at=item.published_at)
        for item in dated_lines(rest[title_at + 1 :], tz, now)
    )
    body = plain_body(rest[: min(title_at, share_at)], headline)
    date_line = date_line_in(body.paragraphs)
    return ExtractedPage(
        headline=headline,
        date_line=date_line,
        published_at=_day_of(date_line, headline, latest, tz, now),
        paragraphs=body.paragraphs,
        byline=body.initials,
        language="bn" if _BENGALI_LETTER.search(headline) else "",
        latest=latest,
    )


def date_line_in(paragraphs: tuple[str, ...]) -> str:
    """The press's 'মঙ্গলবার (১৮ নভেম্বর)' as it stands in the text; '' if it isn't there."""
    for paragraph in paragraphs[:10]:
        compared = normalise(paragraph)
        if "(" in compared and (found := _DATE_LINE.search(paragraph)):
            return found.group()
    return ""


def _day_of(date_line: str, headline: str, latest: tuple[FeedItem, ...], tz: tzinfo, now: datetime) -> datetime | None:
    """The day of the date line; the year is that of this article, or of the first one, among the latest headlines."""
    own = next((item.published_at for item in latest if same_text(item.headline, headline)), None)
    listed = own or next((item.published_at for item in latest if item.published_at), None)
    if not date_line:
        return own
    reference = listed + timedelta(days=1) if listed else now
    return believable(parse_bengali_datetime(date_line, tz, reference), now)
