"""When an article was published, from the many places where a page may say so.

Candidates in order: structured data, meta elements, the first `time` near the headline, text that says
'প্রকাশ', text classed as a date near the headline, the date line in the body, and as the last resort the
day that `htmldate` finds. The first believable one wins; if it is a day only and a later candidate knows
the minute of that same day, that one does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, tzinfo
from itertools import pairwise
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsbot.ingest.feed_dates import believable, read_time
from newsbot.ingest.structured_data import meta_content
from newsbot.text.normalise import clean, normalise

__all__ = ["published_time", "updated_time"]

_META: Final = (
    *("article:published_time", "og:published_time", "datePublished", "publish-date", "pubdate", "date"),
    *("dc.date", "DC.date.issued", "parsely-pub-date", "sailthru.date", "published_time", "publish_date"),
)
_META_UPDATED: Final = ("article:modified_time", "og:updated_time", "dateModified", "lastmod")
_SAYS_PUBLISHED: Final = re.compile(normalise(r"প্রকাশ|published|posted on|প্রকাশের সময়"), re.IGNORECASE)
_DATED_ELEMENTS: Final = "time, .date, .time, [class*=publish], [class*=date], [class*=time], [itemprop=datePublished]"
_LONGEST_LINE = 200  #: characters of a line that states a time
_LINES_LOOKED_AT = 600
_LEVELS_UP = 3  #: from the headline to the element around headline, date and byline


def published_time(
    tree: LexborHTMLParser,
    readable: LexborHTMLParser,
    stated: Sequence[str],
    date_line: str,
    tz: tzinfo,
    now: datetime,
) -> datetime | None:
    """In UTC. `stated`: by structured data; `date_line`: found in the body."""
    best: datetime | None = None
    for candidate in _candidates(tree, readable, stated, date_line):
        found = read_time(candidate, tz, now)
        if found is None:
            continue
        if best is None:
            best = found
        elif found.astimezone(tz).date() != best.astimezone(tz).date():
            continue
        if found.astimezone(tz).time() != time():
            return found
    return best or _day_by_htmldate(readable, tz, now)


def updated_time(
    tree: LexborHTMLParser, stated: str, published_at: datetime | None, tz: tzinfo, now: datetime
) -> datetime | None:
    """In UTC; None if it isn't stated or lies before the publication."""
    found = read_time(stated, tz, now) or read_time(meta_content(tree, *_META_UPDATED), tz, now)
    return None if found and published_at and found < published_at else found


def _candidates(
    tree: LexborHTMLParser, readable: LexborHTMLParser, stated: Sequence[str], date_line: str
) -> Iterator[str]:
    yield from stated
    for name in _META:
        yield meta_content(tree, name)
    region = _around_headline(readable)
    if region is not None:
        for node in region.css("time[datetime]")[:3]:
            yield node.attributes.get("datetime") or ""
    yield from _lines_saying_so(readable)
    if region is not None:
        for node in region.css(_DATED_ELEMENTS)[:10]:
            yield clean(node.text(separator=" "))[:_LONGEST_LINE]
    yield date_line


def _around_headline(readable: LexborHTMLParser) -> LexborNode | None:
    node = readable.css_first("h1")
    for _ in range(_LEVELS_UP):
        if node is None or node.parent is None or node.parent.tag in ("body", "html"):
            break
        node = node.parent
    return node


def _lines_saying_so(readable: LexborHTMLParser) -> Iterator[str]:
    if readable.body is None:
        return
    lines = readable.body.text(separator="\n").splitlines()
    filled = [line for line in map(clean, lines) if line][:_LINES_LOOKED_AT]
    for line, following in pairwise([*filled, ""]):
        if len(line) <= _LONGEST_LINE and _SAYS_PUBLISHED.search(normalise(line)):
            yield line
            yield f"{line} {following[:_LONGEST_LINE]}"


def _day_by_htmldate(readable: LexborHTMLParser, tz: tzinfo, now: datetime) -> datetime | None:
    import htmldate  # comes with the general extractor and is as heavy

    html = readable.html or ""
    if len(html) > 1_000_000:
        return None
    try:
        day = htmldate.find_date(html, original_date=True, outputformat="%Y-%m-%d", extensive_search=False)
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError, KeyError, IndexError):
        return None
    return believable(read_time(day, tz, now), now) if day else None
