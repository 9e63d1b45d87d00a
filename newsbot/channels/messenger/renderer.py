"""From a reply to the messages that Messenger is asked to show, and a report of what was not shown as meant. Pure.

The form comes from the meaning: a list of headlines is a row of cards, an article a card with its picture or a text
with buttons, a choice quick replies. Quick replies vanish with the next message, so they stand under the last; in a
push, which may be read much later, what fits is a button that stays.

Messenger can't edit: what should replace a message is sent as a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from newsbot.channels.channel import Limits, Loss, Report
from newsbot.channels.messenger.buttons import cards_of, options, usable
from newsbot.channels.messenger.cards import card_of, headline_element
from newsbot.channels.messenger.texts import PLACEHOLDER, URL_LIMIT, clean, joined, line, shown, text_of
from newsbot.channels.messenger.wire import (
    BUTTONS,
    ELEMENTS,
    LABEL,
    QUICK_REPLIES,
    TEMPLATE_TEXT,
    TEXT,
    ButtonTemplate,
    Carousel,
    File,
    Message,
    Picture,
    Text,
)
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    ChoiceReply,
    FileReply,
    HeadlinesReply,
    NoticeReply,
    TextReply,
    Toast,
)
from newsbot.text.clipping import Unit, clip, is_visible
from newsbot.text.splitting import split_text

#: a picture's text is a message of its own
LIMITS: Final = Limits(
    text=TEXT,
    caption=TEXT,
    button_label=LABEL,
    buttons=QUICK_REPLIES,
    unit=Unit.CODEPOINT,
    splits=True,
)

NAME: Final = 120  #: characters of a file's name


@dataclass(frozen=True, slots=True)
class Rendered:
    """`messages`: at least one, in their order. `silent`: they arrive without a sound."""

    messages: tuple[Message, ...]
    losses: tuple[Loss, ...] = ()
    silent: bool = False


def render(reply: AnyReply, *, lasting: bool = False) -> Rendered:
    """What to send for one reply. Messenger accepts it whatever the reply holds.

    `lasting`: for a push: in one message where that is possible, its buttons stay.
    """
    report = Report()
    match reply:
        case Toast():
            messages = texts(reply.text)
        case TextReply():
            words = joined(*(text_of(paragraph) for paragraph in reply.paragraphs))
            messages = composed(words, usable(reply.buttons, report), report, lasting=lasting)
        case ChoiceReply():
            messages = _choice(reply, report)
        case HeadlinesReply():
            messages = _headlines(reply, report)
        case CardReply():
            messages = _card(reply, report, lasting=lasting)
        case NoticeReply():
            messages = _notice(reply, report, lasting=lasting)
        case FileReply():
            messages = _file(reply, report)
    return Rendered(tuple(messages), tuple(report.losses), reply.silent)


def texts(text: str) -> list[Message]:
    """A text in as many messages as it needs."""
    return [Text(text=part) for part in split_text(shown(text), TEXT, unit=Unit.CODEPOINT)]


def finished(messages: Sequence[Message], acting: Sequence[Button]) -> list[Message]:
    """With what acts as quick replies under the last; where they are too many, the others on cards before it."""
    all_of_them: list[Message] = [*messages, *cards_of(acting[QUICK_REPLIES:])]
    *before, last = all_of_them
    return [*before, last.with_quick_replies((*last.quick_replies, *acting[:QUICK_REPLIES]))]


def composed(text: str, buttons: Sequence[Button], report: Report, *, lasting: bool = False) -> list[Message]:
    """A text and its buttons: links are a template's, what acts are quick replies; if `lasting`, that too is."""
    staying = [button for button in buttons if button.url or lasting][:BUTTONS]
    text = _with_lines(shown(text), [button for button in buttons if button.url and button not in staying], report)
    if staying and lasting and len(text) > TEMPLATE_TEXT:  # one message holds it if the buttons are no template's
        text = _with_lines(text, [button for button in staying if button.url], report)
        staying = []
    quick = [button for button in buttons if button.action and button not in staying]
    if not staying:
        return finished(texts(text), quick)
    before, under = _parted(text)
    return finished([*before, ButtonTemplate(text=under, buttons=tuple(staying))], quick)


def _with_lines(text: str, links: Iterable[Button], report: Report) -> str:
    """The text with links in it that can't be buttons."""
    lines = [f"{link.label}: {link.url}" for link in links]
    if lines:
        report.lost("button", "a link in the text: there are too many for buttons, or too much text")
    return joined(text, "\n".join(lines))


def _parted(text: str) -> tuple[list[Message], str]:
    """What goes before a template, and the end of the text that fits in it."""
    if len(text) <= TEMPLATE_TEXT:
        return [], text
    end = split_text(text, TEMPLATE_TEXT, unit=Unit.CODEPOINT)[-1]
    if not text[-len(end) - 1].isspace():  # within a word, perhaps an address
        _, *words = end.split(maxsplit=1)
        end = words[0] if words else ""
    return texts(text[: len(text) - len(end)]), end or PLACEHOLDER


def _choice(reply: ChoiceReply, report: Report) -> list[Message]:
    """All as quick replies; where they are too many, the buttons stay with the text, or the options stand on cards."""
    choices, buttons = options(reply.options, report), usable(reply.buttons, report)
    links = [button for button in buttons if button.url]
    acting = [button for button in buttons if button.action]
    if len(choices) + len(acting) <= QUICK_REPLIES:
        return finished(composed(reply.question, links, report), [*choices, *acting])
    if len(choices) <= QUICK_REPLIES and len(buttons) <= BUTTONS and len(shown(reply.question)) <= TEMPLATE_TEXT:
        return finished(composed(reply.question, buttons, report, lasting=True), choices)
    return finished([*composed(reply.question, links, report), *cards_of(choices)], acting)


def _headlines(reply: HeadlinesReply, report: Report) -> list[Message]:
    """Its title and footer, then ten cards a row, paging and filters under the last."""
    buttons = usable(reply.buttons, report)
    elements = [headline_element(item, report) for item in reply.headlines]
    rows = [Carousel(elements=tuple(elements[start : start + ELEMENTS])) for start in range(0, len(elements), ELEMENTS)]
    links = [button for button in buttons if button.url]
    before = composed(joined(clean(reply.title), clean(reply.footer)), links, report)
    return finished([*before, *rows], [button for button in buttons if button.action])


def _card(reply: CardReply, report: Report, *, lasting: bool) -> list[Message]:
    """One card where its two lines hold everything; else the picture's card and the text, or the text alone."""
    card, buttons = card_of(reply, report), usable(reply.buttons, report)
    linked = bool(card.url) and any(button.url == card.url for button in buttons)
    address = clip(line(reply.url), URL_LIMIT, unit=Unit.CODEPOINT)
    words = joined(card.text, "" if linked else address)
    if card.element is None:
        return composed(words, buttons, report, lasting=lasting)
    staying = tuple([button for button in buttons if button.url or lasting][:BUTTONS])
    left = [button for button in buttons if button not in staying]
    beside = joined(card.beside, "" if card.url else address)
    if not beside and not any(button.url for button in left):
        whole = Carousel(elements=(replace(card.element, buttons=staying),), sharable=bool(reply.share_label))
        return finished([whole], left)
    if lasting:
        report.lost("picture", "left out: one message can't hold it and the card's text")
        return composed(words, buttons, report, lasting=True)
    picture = Carousel(elements=(card.element,), sharable=bool(reply.share_label))
    return [picture, *composed(beside or card.text, buttons, report)]


def written(reply: NoticeReply) -> str:
    """What an editor wrote, as Messenger shows it: without styles, each address after the words it lay under."""
    return "\n".join((*map(line, reply.labels), text_of(reply.spans)))


def _notice(reply: NoticeReply, report: Report, *, lasting: bool) -> list[Message]:
    """Its picture first, for the buttons stand under the text."""
    words, buttons = written(reply), usable(reply.buttons, report)
    if not reply.picture:
        return composed(words, buttons, report, lasting=lasting)
    picture = Picture(picture=reply.picture)
    if is_visible(clean(words)) or any(button.url for button in buttons):
        return [picture, *composed(words, buttons, report, lasting=lasting)]
    return finished([picture], [button for button in buttons if button.action])


def _file(reply: FileReply, report: Report) -> list[Message]:
    if not reply.content:
        report.lost("file", "a line end: it was empty")
    buttons = usable(reply.buttons, report)
    links = [button for button in buttons if button.url]
    caption = composed(reply.caption, links, report) if is_visible(clean(reply.caption)) or links else []
    name = clip(line(reply.name).replace("/", "-") or "file", NAME, unit=Unit.CODEPOINT)
    file = File(name=name, file=reply.content or b"\n", media_type=reply.media_type)
    return finished([*caption, file], [button for button in buttons if button.action])
