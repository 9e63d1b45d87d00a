"""What a reader sees of an alert on Messenger, from the messages that send it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from newsbot.channels.look import Bubble, Look
from newsbot.channels.messenger.renderer import LIMITS, render, written
from newsbot.channels.messenger.wire import ButtonTemplate, Carousel, Element, Message, Picture, Text
from newsbot.domain.message import AnyReply, Button, NoticeReply, Rows, Span

__all__ = ["look_of"]


def look_of(reply: AnyReply) -> Look:
    """As an alert, which may be read much later: its buttons stay."""
    rendered = render(reply, lasting=True)
    bubbles = tuple(bubble for message in rendered.messages for bubble in _bubbles(message))
    used = len(written(reply)) if isinstance(reply, NoticeReply) else sum(_length(one) for one in bubbles)
    return Look(
        bubbles=bubbles,
        losses=rendered.losses,
        silent=rendered.silent,
        used=used,
        limit=LIMITS.text,
        unit=LIMITS.unit,
        splits=LIMITS.splits,
    )


def _bubbles(message: Message) -> Iterator[Bubble]:
    suggestions: Rows = (message.quick_replies,) if message.quick_replies else ()
    match message:
        case Text():
            yield Bubble(spans=(Span(message.text),), suggestions=suggestions)
        case ButtonTemplate():
            yield Bubble(spans=(Span(message.text),), buttons=_each(message.buttons), suggestions=suggestions)
        case Picture():
            yield Bubble(picture=message.picture, suggestions=suggestions)
        case Carousel():
            *before, last = message.elements
            for element in before:
                yield _card(element)
            yield _card(last, suggestions)


def _card(element: Element, suggestions: Rows = ()) -> Bubble:
    return Bubble(
        spans=(Span(element.title, "bold"),),
        subtitle=element.subtitle,
        picture=element.image_url,
        url=element.url,
        buttons=_each(element.buttons),
        suggestions=suggestions,
    )


def _each(buttons: tuple[Button, ...]) -> Rows:
    return tuple((button,) for button in buttons)


def _length(bubble: Bubble) -> int:
    return sum(len(span.text) for span in bubble.spans) + len(bubble.subtitle)
