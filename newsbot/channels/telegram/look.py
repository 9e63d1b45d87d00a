"""What a reader sees of a message on Telegram, from the request that sends it. Pure."""

from __future__ import annotations

from newsbot.channels.look import Bubble, Look, PreviewLink
from newsbot.channels.telegram.markup import LONG_QUOTE, text_length, tidy
from newsbot.channels.telegram.renderer import LIMITS, notice_spans, render
from newsbot.channels.telegram.wire import Caption, Content, EditCaption, EditMessage, SendMessage, SendPhoto
from newsbot.domain.message import AnyReply, NoticeReply, Span
from newsbot.text.clipping import Unit, length

__all__ = ["look_of"]


def look_of(reply: AnyReply) -> Look:
    """Raises ValueError for what is no message (a notice on a button, a file)."""
    rendered = render(reply)
    match rendered.request:
        case SendMessage(content=content) | EditMessage(content=content):
            bubble, used = _text(content), text_length(content.spans)
        case SendPhoto(photo=photo, caption=caption) | EditCaption(photo=photo, caption=caption):
            bubble, used = _picture(photo, caption), text_length(caption.spans)
        case _:
            raise ValueError(f"{type(reply).__name__} has no look of its own")
    if isinstance(reply, NoticeReply):  # as it was written, not as it was cut
        used = text_length(tidy(notice_spans(reply)))
    limit = LIMITS.caption if bubble.picture else LIMITS.text
    return Look(
        bubbles=(bubble,), losses=rendered.losses, silent=reply.silent, used=used, limit=limit, unit=LIMITS.unit
    )


def _text(content: Content) -> Bubble:
    preview = content.preview
    link = PreviewLink(preview.url, preview.large, preview.large) if preview is not None else None
    return Bubble(spans=content.spans, buttons=content.keyboard, link=link, folded=_folds(content.spans))


def _picture(photo: str, caption: Caption) -> Bubble:
    return Bubble(spans=caption.spans, picture=photo, buttons=caption.keyboard, folded=_folds(caption.spans))


def _folds(spans: tuple[Span, ...]) -> bool:
    return any(span.style == "quote" and length(span.text, Unit.UTF16) > LONG_QUOTE for span in spans)
