"""The rows of buttons under a message, so that Telegram accepts them and a reader can read them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlencode

from newsbot.channels.channel import Report
from newsbot.channels.telegram.markup import PLACEHOLDER, clean, is_linkable
from newsbot.domain.message import Button, CardReply, ChoiceReply, Headline, Rows
from newsbot.text.clipping import Unit, clip, is_visible

BUTTONS: Final = 100  #: under one message
LABEL: Final = 30  #: graphemes that surely show
ROW: Final = 8  #: buttons side by side that clients still show
NUMBERS_A_ROW: Final = 5
CHOSEN: Final = "✅ "
SHARE: Final = "https://t.me/share/url"
SHARED_HEADLINE: Final = 120  #: UTF-16 units; each Bengali letter takes nine bytes of the link


def option_rows(reply: ChoiceReply, report: Report) -> Rows:
    """A button an option, ticked when it is chosen, in the reply's columns."""
    pairs = [((CHOSEN if option.chosen else "") + option.label, option.action) for option in reply.options]
    return _in_rows(_action_buttons(pairs, report), max(1, reply.columns))


def number_rows(headlines: Sequence[Headline], report: Report) -> Rows:
    """A button a headline that can be opened."""
    pairs = [(item.number, item.action) for item in headlines if item.action]
    return _in_rows(_action_buttons(pairs, report), NUMBERS_A_ROW)


def with_share(reply: CardReply) -> Rows:
    """The card's buttons with *share* beside the first: a link at which Telegram asks which chat to send it to."""
    if not reply.share_label or not is_linkable(reply.url):
        return reply.buttons
    text = clip(clean(reply.headline), SHARED_HEADLINE)
    # Some of Telegram's apps show a '+' as it is: spaces go as %20.
    links = (
        f"{SHARE}?{urlencode(parameters, quote_via=quote)}"
        for parameters in ({"url": reply.url, "text": text}, {"url": reply.url})
    )
    link = next((link for link in links if is_linkable(link)), "")
    if not link:
        return reply.buttons
    first, *rest = reply.buttons or ((),)
    return ((*first, Button(reply.share_label, url=link)), *rest)


def _action_buttons(pairs: Iterable[tuple[str, str]], report: Report) -> list[Button]:
    buttons = []
    for label, action in pairs:
        try:
            buttons.append(Button(label, action))
        except ValueError as error:  # one bad button would make Telegram refuse the whole message
            report.lost("button", f"left out: {error}")
    return buttons


def _in_rows(buttons: Sequence[Button], width: int) -> Rows:
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def usable(rows: Rows, report: Report) -> Rows:
    """Rows that Telegram accepts: labels that can be read, links that work, not too wide, not too many."""
    kept: list[tuple[Button, ...]] = []
    room = BUTTONS
    for row in rows:
        buttons = [_readable(button, report) for button in row if _works(button, report)]
        if len(buttons) > room:
            report.lost("buttons", f"only {BUTTONS} kept")
        kept.extend(_in_rows(buttons[:room], ROW))
        room -= min(room, len(buttons))
    return tuple(kept)


def _works(button: Button, report: Report) -> bool:
    if button.url and not is_linkable(button.url):
        report.lost("button", "left out: its link would be refused")
        return False
    return True


def _readable(button: Button, report: Report) -> Button:
    label = clean(button.label).replace("\n", " ").strip()
    if not is_visible(label):
        label = PLACEHOLDER
    shortened = clip(label, LABEL, unit=Unit.GRAPHEME)
    if shortened != label:
        report.lost("button label", f"clipped to {LABEL} letters")
    return replace(button, label=shortened)
