"""The next best thing to send when Telegram refuses a message for its form. Pure.

A refusal is certainly not a message, so trying once more doubles nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from newsbot.channels.telegram.markup import CAPTION_LIMIT, cut
from newsbot.channels.telegram.wire import (
    AnswerCallback,
    Caption,
    EditCaption,
    EditMessage,
    Request,
    SendMessage,
    SendPhoto,
)
from newsbot.domain.attempt import Reason, Refused

FORM: Final = frozenset({Reason.BAD_MARKUP, Reason.TOO_LONG, Reason.BAD_REQUEST})  #: plain text may be taken


def next_best(request: Request, refused: Refused) -> Request | None:
    """Without the picture that was refused, or as plain text; None where there is nothing left to try."""
    if refused.stop:
        return None
    if refused.reason is Reason.BAD_PICTURE:
        return _without_picture(request)
    return _plainer(request, refused.detail) if refused.reason in FORM else None


def other_edit(request: Request, refused: Refused) -> Request | None:
    """For a copy that has a picture where the others have none, or the other way round."""
    said = refused.detail.casefold()
    match request:
        case EditCaption() if "no caption in the message" in said:
            return request.without_picture()
        case EditMessage(content=content) if "no text in the message" in said:
            caption = Caption(spans=cut(content.spans, CAPTION_LIMIT), keyboard=content.keyboard, plain=content.plain)
            return EditCaption(message_id=request.message_id, photo="", caption=caption, silent=request.silent)
        case _:
            return None


def _without_picture(request: Request) -> Request | None:
    match request:
        case SendMessage(content=content) | EditMessage(content=content) if content.preview:
            return replace(request, content=replace(content, preview=None))
        case SendPhoto() | EditCaption():
            return request.without_picture()
        case _:
            return None


def _plainer(request: Request, detail: str) -> Request | None:
    """The same as plain text, once; without its buttons if they were what Telegram refused."""
    if isinstance(request, AnswerCallback):
        return None
    buttons_are_fine = not any(word in detail.casefold() for word in ("button", "keyboard", "reply markup"))
    plainer = request.as_plain(keyboard=buttons_are_fine)
    return plainer if plainer != request else None
