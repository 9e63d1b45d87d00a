"""What to try after each answer, decided without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.channels.telegram.sender import SECOND_TRY, TRIES, Again, next_step
from newsbot.channels.telegram.wire import (
    AnswerCallback,
    Caption,
    Content,
    DeleteMessage,
    Destination,
    EditCaption,
    EditMessage,
    Preview,
    Request,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import Button, Span

CONTENT = Content(
    spans=(Span("text", "bold"),),
    keyboard=((Button("b", "x"),),),
    preview=Preview("https://portal.example/1"),
)
SEND = SendMessage(content=CONTENT)
EDIT = EditMessage(message_id="7", content=CONTENT)
DOCUMENT = SendDocument(
    name="x", content=b"x", media_type="text/plain", caption=(Span("c"),), keyboard=CONTENT.keyboard
)
NOTICE = AnswerCallback(callback_id="1", text="x")
PLAIN = SEND.as_plain()
BARE = replace(SEND, content=replace(CONTENT, preview=None))
CAPTION = Caption(spans=CONTENT.spans, keyboard=CONTENT.keyboard)
PHOTO = SendPhoto(photo="file", caption=CAPTION, silent=True)
PHOTO_EDIT = EditCaption(message_id="7", photo="file", caption=CAPTION)
CHAT = Destination("-100")
TOPIC = Destination("-100", "5")
SECONDS = timedelta(seconds=1)


def step(request: Request, attempt: Attempt, to: Destination = CHAT, tries: int = 1) -> Again | None:
    return next_step(request, to, attempt, tries=tries, patience=5 * SECONDS)


@pytest.mark.parametrize(
    ("request_", "attempt"),
    [
        (SEND, Sent("1")),
        (SEND, TryLater(6 * SECONDS, Reason.FLOOD)),
        (SEND, Unknown(Reason.NO_ANSWER)),
        (DOCUMENT, Unknown(Reason.NO_ANSWER)),
        (SEND, Unreachable(Reason.BLOCKED)),
        (SEND, Unreachable(Reason.CHAT_NOT_FOUND, strike=True)),
        (SEND, Refused(Reason.BAD_TOKEN, stop=True)),
        (SEND, Refused(Reason.NO_RIGHTS)),
        (SEND, Refused(Reason.THREAD_GONE)),
        (PLAIN, Refused(Reason.BAD_MARKUP)),
        (BARE, Refused(Reason.BAD_PICTURE)),
        (NOTICE, Refused(Reason.TOO_LATE)),
        (NOTICE, Refused(Reason.BAD_REQUEST)),
        (SEND, Refused(Reason.TARGET_GONE)),
        (SEND, Unreachable(Reason.MIGRATED, moved_to="-100")),
        (SendPhoto(photo="file", caption=Caption()), Refused(Reason.BAD_PICTURE)),
        (DeleteMessage(message_id="7"), Refused(Reason.BAD_REQUEST)),
    ],
)
def test_what_nothing_better_follows_stands(request_: Request, attempt: Attempt) -> None:
    assert step(request_, attempt) is None


@pytest.mark.parametrize(
    ("request_", "attempt", "to", "expected"),
    [
        (SEND, TryLater(5 * SECONDS, Reason.FLOOD), CHAT, Again(SEND, CHAT, 5 * SECONDS)),
        (EDIT, Unknown(Reason.NO_ANSWER), CHAT, Again(EDIT, CHAT, SECOND_TRY)),
        (NOTICE, Unknown(Reason.NO_ANSWER), CHAT, Again(NOTICE, CHAT, SECOND_TRY)),
        (SEND, Unreachable(Reason.MIGRATED, moved_to="-9"), TOPIC, Again(SEND, Destination("-9"))),
        (EDIT, Unreachable(Reason.MIGRATED, moved_to="-9"), CHAT, Again(EDIT.as_new(), Destination("-9"))),
        (SEND, Refused(Reason.THREAD_GONE), TOPIC, Again(SEND, CHAT)),
        (EDIT, Refused(Reason.TARGET_GONE), CHAT, Again(EDIT.as_new(), CHAT)),
        (EDIT, Refused(Reason.CANT_EDIT), CHAT, Again(EDIT.as_new(), CHAT)),
        (SEND, Refused(Reason.BAD_PICTURE), CHAT, Again(BARE, CHAT)),
        (SEND, Refused(Reason.BAD_MARKUP, "can't parse entities"), CHAT, Again(PLAIN, CHAT)),
        (EDIT, Refused(Reason.TOO_LONG), CHAT, Again(EDIT.as_plain(), CHAT)),
        (SEND, Refused(Reason.BAD_REQUEST, "Button_data_invalid"), CHAT, Again(SEND.as_plain(keyboard=False), CHAT)),
        (SEND, Refused(Reason.BAD_REQUEST, "Reply markup too long"), CHAT, Again(SEND.as_plain(keyboard=False), CHAT)),
        (DOCUMENT, Refused(Reason.BAD_MARKUP), CHAT, Again(replace(DOCUMENT, plain=True), CHAT)),
        (PHOTO, Refused(Reason.BAD_PICTURE), CHAT, Again(replace(BARE, silent=True), CHAT)),
        (PHOTO, Refused(Reason.TOO_LONG), CHAT, Again(replace(PHOTO, caption=replace(CAPTION, plain=True)), CHAT)),
        (PHOTO_EDIT, Refused(Reason.CANT_EDIT), CHAT, Again(replace(PHOTO, silent=False), CHAT)),
        (PHOTO_EDIT, Refused(Reason.BAD_MARKUP), CHAT, Again(PHOTO_EDIT.as_plain(), CHAT)),
    ],
)  # fmt: skip
def test_what_can_still_be_done_is_done(request_: Request, attempt: Attempt, to: Destination, expected: Again) -> None:
    assert step(request_, attempt, to) == expected


def test_an_edit_is_repeated_only_once() -> None:
    assert step(EDIT, Unknown(Reason.NO_ANSWER), tries=2) is None


def test_trying_ends_whatever_is_answered() -> None:
    assert step(EDIT, Refused(Reason.TARGET_GONE), tries=TRIES) is None
    assert step(SEND, TryLater(SECONDS, Reason.FLOOD), tries=TRIES) is None
