"""Articles as cards of a template: what its two lines of 80 hold, and what must stand beside it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from newsbot.channels.channel import Report
from newsbot.channels.messenger.buttons import acting
from newsbot.channels.messenger.texts import PLACEHOLDER, clean, is_web_address, joined, line
from newsbot.channels.messenger.wire import LINE, Element
from newsbot.domain.message import CardReply, Headline
from newsbot.text.clipping import Unit, clip, is_visible
from newsbot.text.splitting import split_text

BESIDE: Final = " · "
OPENS: Final = "›"  #: on the button of a headline that has no number
WHEN: Final = 40  #: characters of a time, a source, where all don't fit


@dataclass(frozen=True, slots=True)
class Card:
    """`text`: everything; `element`: as a card with its picture, None without one, and `beside`: what that leaves out.

    `url`: where the article is, '' if that is no web address.
    """

    text: str
    element: Element | None
    beside: str
    url: str


def card_of(reply: CardReply, report: Report) -> Card:
    above = [*map(line, reply.labels), line(reply.kicker)]
    headline = line(reply.headline)
    if not is_visible(headline):
        headline = clip(line(reply.url), LINE, unit=Unit.CODEPOINT) or PLACEHOLDER
    summary = clean(reply.summary)
    byline = [line(reply.source), line(reply.when)]
    url = reply.url if is_web_address(reply.url) else ""
    text = joined(_lines(*above, headline), summary, _row(*byline))
    if not is_web_address(reply.image_url):
        if reply.image_url:
            report.lost("picture", "left out: it has no web address")
        return Card(text, None, "", url)
    title = clip(headline, LINE, unit=Unit.CODEPOINT)
    whole = "" if title == headline else headline
    if len(all_of_it := _row(*above, *byline)) <= LINE:
        subtitle, beside = all_of_it, joined(whole, summary)
    elif len(first := _row(*above)) <= LINE:
        subtitle, beside = first, joined(whole, summary, _row(*byline))
    else:
        subtitle, beside = _row(*byline), joined(_lines(*above, whole), summary)
        if len(subtitle) > LINE:
            subtitle, beside = "", joined(beside, subtitle)
    if not is_visible(subtitle):
        subtitle = ""
    return Card(text, Element(title=title, subtitle=subtitle, image_url=reply.image_url, url=url), beside, url)


def headline_element(item: Headline, report: Report) -> Element:
    """Number and headline, what doesn't fit of it goes on below, before kicker and time."""
    number, kicker, when = line(item.number), line(item.kicker), line(item.when)
    headline = line(item.headline)
    whole = f"{number}. {headline}" if number else headline
    title, *rest = split_text(whole, LINE, unit=Unit.CODEPOINT) or [PLACEHOLDER]
    if not is_visible(title):
        title = PLACEHOLDER
    subtitle = _subtitle(whole[len(title) :].strip() if rest else "", kicker, when, report)
    button = acting(line(item.open_label) or number or OPENS, item.action, report) if item.action else None
    image, url = (address if is_web_address(address) else "" for address in (item.image_url, item.url))
    for address, name, usable in ((item.image_url, "picture", image), (item.url, "link", url)):
        if address and not usable:
            report.lost(name, "left out: it is no web address")
    element = Element(
        title=title, subtitle=subtitle, image_url=image, url=url, buttons=(button,) if button is not None else ()
    )
    return Element(title=title, subtitle=PLACEHOLDER) if element.bare else element


def _subtitle(rest: str, kicker: str, when: str, report: Report) -> str:
    """The end of the headline, the kicker, the time; where all don't fit, the kicker gives way first."""
    if len(all_of_it := _row(rest, kicker, when)) <= LINE:
        return all_of_it if is_visible(all_of_it) else ""
    short_when = clip(when, WHEN, unit=Unit.CODEPOINT)
    if short_when != when:
        report.lost("time", f"clipped to {WHEN}")
    room = LINE - len(_row(short_when, "")) - (len(BESIDE) if short_when else 0)
    if not rest:
        report.lost("kicker", f"clipped to {room}")
        return _row(clip(kicker, room, unit=Unit.CODEPOINT), short_when)
    if kicker:
        report.lost("kicker", "left out: the headline needs its place")
    if len(rest) <= room:
        return _row(rest, short_when)
    if when:
        report.lost("time", "left out: the headline needs its place")
    if len(rest) > LINE:
        report.lost("headline", f"clipped to {2 * LINE}")
    return clip(rest, LINE, unit=Unit.CODEPOINT)


def _row(*parts: str) -> str:
    return BESIDE.join(filter(None, parts))


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))
