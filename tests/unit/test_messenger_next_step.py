"""What to try after each answer, decided without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.channels.messenger.sender import FIRST_PAUSE, TRIES, Again, next_step
from newsbot.channels.messenger.wire import ButtonTemplate, Carousel, Element, Message, Picture, Text
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import Button

SECONDS = timedelta(seconds=1)
READ = Button("পড়ুন", url="https://portal.example/1")
WHY = Button("কেন?", "w:1")
TEXT = Text(text="খবর")
ASKING = Text(text="খবর", quick_replies=(WHY,))
TEMPLATE = ButtonTemplate(text="খবর", buttons=(READ, WHY), quick_replies=(Button("পরে", "l:1"),))
CARD = Carousel(
    elements=(
        Element(
            title="সেতু", subtitle="আজ", image_url="https://portal.example/1.jpg", url=READ.url, buttons=(READ, WHY)
        ),
    )
)
BARE_CARD = Carousel(elements=(Element(title="সেতু", image_url="https://portal.example/1.jpg"),))
PICTURE = Picture(picture="AgAC")


def step(message: Message, attempt: Attempt, tries: int = 1) -> Again | None:
    return next_step(message, attempt, tries=tries, patience=8 * SECONDS)


@pytest.mark.parametrize(
    ("message", "attempt"),
    [
        (TEXT, Sent("m_1")),
        (TEXT, Unknown(Reason.NO_ANSWER)),  # its echo settles it
        (TEMPLATE, Unknown(Reason.SERVER_ERROR)),
        (TEXT, Unreachable(Reason.NOT_AVAILABLE)),
        (TEXT, TryLater(9 * SECONDS, Reason.FLOOD, Scope.CHANNEL)),
        (TEXT, Refused(Reason.BAD_REQUEST)),
        (TEMPLATE, Refused(Reason.OUTSIDE_WINDOW)),
        (TEMPLATE, Refused(Reason.BAD_TOKEN, stop=True)),
        (TEMPLATE, Refused(Reason.BAD_REQUEST, stop=True)),
        (TEMPLATE, Refused(Reason.BAD_PICTURE)),
        (PICTURE, Refused(Reason.BAD_PICTURE)),
        (PICTURE, Refused(Reason.BAD_REQUEST)),
    ],
)
def test_these_stand(message: Message, attempt: Attempt) -> None:
    assert step(message, attempt) is None


def test_a_pause_that_the_platform_asks_for_is_kept() -> None:
    assert step(TEXT, TryLater(3 * SECONDS, Reason.FLOOD)) == Again(TEXT, 3 * SECONDS)


def test_what_failed_for_the_platforms_reasons_is_tried_again_ever_later() -> None:
    failed = TryLater(20 * SECONDS, Reason.SERVER_ERROR, Scope.CHANNEL)
    waits = [step(TEXT, failed, tries) for tries in (1, 2, 3, 4, 5)]
    assert waits == [Again(TEXT, FIRST_PAUSE * factor) for factor in (1, 2, 4, 8)] + [None]
    assert step(TEXT, TryLater(timedelta(0), Reason.NO_CONNECTION), TRIES) is None


def test_a_refused_picture_leaves_the_card() -> None:
    plain = Element(title="সেতু", subtitle="আজ", url=READ.url, buttons=(READ, WHY))
    for reason in (Reason.BAD_PICTURE, Reason.BAD_REQUEST):  # it may have been the picture
        assert step(CARD, Refused(reason)) == Again(Carousel(elements=(plain,)))
    assert step(BARE_CARD, Refused(Reason.BAD_PICTURE)) == Again(
        Carousel(elements=(Element(title="সেতু", subtitle="…"),))
    )


def test_a_refused_form_becomes_text_with_its_links_and_quick_replies() -> None:
    plain = Text(text="খবর\n\nপড়ুন: https://portal.example/1", quick_replies=(WHY, Button("পরে", "l:1")))
    assert step(TEMPLATE, Refused(Reason.BAD_REQUEST)) == Again(plain)
    as_text = Text(text="সেতু\nআজ\nhttps://portal.example/1", quick_replies=(WHY,))
    assert step(CARD, Refused(Reason.TOO_LONG)) == Again(as_text)
    assert step(Carousel(elements=(replace(CARD.elements[0], image_url=""),)), Refused(Reason.BAD_REQUEST)) == Again(
        as_text
    )
    assert step(ASKING, Refused(Reason.BAD_REQUEST)) == Again(TEXT)
