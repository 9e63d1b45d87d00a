"""From a reply to what Telegram is asked to show, and a report of everything that could not be shown as meant. Pure.

A card's picture is the large preview above the text, not a photo message: the text may be four times as long, the card
can be edited into a list and back, and a picture that fails to load costs the picture and not the message. Only a
picture that an editor sent is a photo message: Telegram holds it already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from newsbot.channels.channel import Limits, Loss, Report
from newsbot.channels.telegram.keyboard import BUTTONS, LABEL, number_rows, option_rows, usable, with_share
from newsbot.channels.telegram.markup import (
    CAPTION_LIMIT,
    LEAST,
    MESSAGE_LIMIT,
    PLACEHOLDER,
    clean,
    cut,
    fits,
    is_linkable,
    text_length,
    tidy,
    to_text,
)
from newsbot.channels.telegram.wire import (
    AnswerCallback,
    Caption,
    Content,
    EditCaption,
    EditMessage,
    Preview,
    Request,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from newsbot.domain.message import (
    AnyReply,
    CardReply,
    ChoiceReply,
    FileReply,
    HeadlinesReply,
    NoticeReply,
    Reply,
    Rows,
    Span,
    TextReply,
    Toast,
)
from newsbot.text.clipping import Unit, clip, is_visible, length

LIMITS: Final = Limits(text=MESSAGE_LIMIT, caption=CAPTION_LIMIT, button_label=LABEL, buttons=BUTTONS, unit=Unit.UTF16)

TOAST_LIMIT: Final = 200  #: UTF-16 units (Bot API, answerCallbackQuery)
SHORT_LINE: Final = 256  #: UTF-16 units for a kicker, a source, a time, a label when room is scarce

_WRITTEN_LINK: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_CLOSING: Final = ".,:;!?)]}'\u0964"  #: after an address these end the sentence, not the address


@dataclass(frozen=True, slots=True)
class Rendered:
    """`request` is None when nothing is to be sent: a notice for a button, and no button was pressed."""

    request: Request | None
    losses: tuple[Loss, ...] = ()


def render(reply: AnyReply, *, callback_id: str = "") -> Rendered:
    """What to send for one reply. Telegram accepts it whatever the reply holds, hostile text too.

    `callback_id`: the pressed button, for a notice.
    """
    report = Report()
    request: Request | None
    match reply:
        case Toast():
            request = _toast(reply, callback_id, report)
        case FileReply():
            request = _document(reply, report)
        case TextReply():
            request = _message(reply, _paragraphs(reply), usable(reply.buttons, report), None, report)
        case ChoiceReply():
            rows = option_rows(reply, report) + reply.buttons
            request = _message(reply, [Span(reply.question)], usable(rows, report), None, report)
        case HeadlinesReply():
            rows = number_rows(reply.headlines, report) + reply.buttons
            request = _message(reply, _list(reply, report), usable(rows, report), None, report)
        case NoticeReply(picture=""):
            rows = usable(reply.buttons, report)
            request = _message(reply, notice_spans(reply), rows, _first_link(reply.spans), report)
        case NoticeReply():
            request = _picture(reply, report)
        case CardReply():
            rows = usable(with_share(reply), report)
            request = _message(reply, _card(reply, report), rows, _preview(reply), report)
    return Rendered(request, tuple(report.losses))


# --- text ------------------------------------------------------------------------------------------------------------


def _paragraphs(reply: TextReply) -> list[Span]:
    spans: list[Span] = []
    for paragraph in reply.paragraphs:
        if spans:
            spans.append(Span("\n\n"))
        spans.extend(paragraph)
    return spans


def notice_spans(reply: NoticeReply) -> list[Span]:
    return [*(Span(f"{label}\n", "bold") for label in reply.labels), *reply.spans]


def _list(reply: HeadlinesReply, report: Report) -> list[Span]:
    """Number and kicker on a line, the headline on the next, then when; if all don't fit, all are shortened alike."""
    whole = _list_spans(reply)
    if text_length(tidy(whole)) <= MESSAGE_LIMIT:
        return whole
    low, high = LEAST, MESSAGE_LIMIT  # find how long every headline may be
    while low < high:
        middle = (low + high + 1) // 2
        if text_length(tidy(_list_spans(_shortened(reply, middle)))) <= MESSAGE_LIMIT:
            low = middle
        else:
            high = middle - 1
    report.lost("headlines", f"each clipped to {low}")
    return _list_spans(_shortened(reply, low))


def _shortened(reply: HeadlinesReply, limit: int) -> HeadlinesReply:
    line = min(SHORT_LINE, limit)
    headlines = tuple(
        replace(
            item,
            headline=clip(item.headline, limit),
            kicker=clip(item.kicker, line),
            number=clip(item.number, LEAST),
            when=clip(item.when, line),
        )
        for item in reply.headlines
    )
    return replace(reply, title=clip(reply.title, line), footer=clip(reply.footer, line), headlines=headlines)


def _list_spans(reply: HeadlinesReply) -> list[Span]:
    spans = [Span(reply.title, "bold")]
    for item in reply.headlines:
        spans.append(Span(f"\n\n{item.number}. "))
        if item.kicker:
            spans += [Span(item.kicker, "italic"), Span("\n")]
        spans.append(Span(item.headline, "bold", item.url))
        if item.when:
            spans.append(Span(f"\n{item.when}"))
    if reply.footer:
        spans += [Span("\n\n"), Span(reply.footer, "italic")]
    return spans


def _card(reply: CardReply, report: Report) -> list[Span]:
    """Everything, or the summary shortened, or the headline shortened too. The link stays."""
    room = MESSAGE_LIMIT - text_length(tidy(_card_spans(replace(reply, summary=""))))
    if length(clean(reply.summary), Unit.UTF16) + 2 <= room:
        return _card_spans(reply)
    if room >= LEAST + 2:
        report.lost("summary", f"clipped to {room - 2}")
        return _card_spans(replace(reply, summary=clip(clean(reply.summary), room - 2)))
    short = replace(
        reply,
        summary="",
        kicker=clip(reply.kicker, SHORT_LINE),
        source=clip(reply.source, SHORT_LINE),
        when=clip(reply.when, SHORT_LINE),
        labels=tuple(clip(label, SHORT_LINE) for label in reply.labels[:4]),
    )
    room = MESSAGE_LIMIT - text_length(tidy(_card_spans(replace(short, headline=PLACEHOLDER)))) - 1
    headline = clip(clean(reply.headline), max(room, SHORT_LINE))
    if reply.summary:
        report.lost("summary", "left out")
    report.lost("headline", f"clipped to {room}")
    return _card_spans(replace(short, headline=headline))


def _card_spans(reply: CardReply) -> list[Span]:
    linkable = is_linkable(reply.url)
    spans = [part for label in reply.labels for part in (Span(label, "bold"), Span("\n"))]
    if reply.kicker:
        spans += [Span(reply.kicker, "italic"), Span("\n")]
    headline = reply.headline if is_visible(reply.headline) else clip(reply.url, SHORT_LINE)  # a link needs some text
    spans.append(Span(headline, "bold", reply.url if linkable else ""))
    if reply.summary:
        spans += [Span("\n\n"), Span(reply.summary)]
    if byline := " · ".join(filter(None, (reply.source, reply.when))):
        spans += [Span("\n\n"), Span(byline, "italic")]
    if not linkable and reply.url:
        spans.append(Span(f"\n\n{clip(reply.url, CAPTION_LIMIT)}"))
    return spans


def _preview(reply: CardReply) -> Preview | None:
    return next((Preview(url) for url in (reply.image_url, reply.url) if is_linkable(url)), None)


def _first_link(spans: Sequence[Span]) -> Preview | None:
    """What Telegram itself would preview of a text that somebody wrote."""
    for span in spans:
        written = (match[0].rstrip(_CLOSING) for match in _WRITTEN_LINK.finditer(span.text))
        for url in (span.url, *written):
            if is_linkable(url):
                return Preview(url, large=False)
    return None


# --- requests --------------------------------------------------------------------------------------------------------


def _message(
    reply: Reply, spans: Sequence[Span], keyboard: Rows, preview: Preview | None, report: Report
) -> SendMessage | EditMessage:
    content = Content(spans=_acceptable(spans, MESSAGE_LIMIT, report), keyboard=keyboard, preview=preview)
    if reply.replaces is not None:
        return EditMessage(message_id=reply.replaces.message_id, content=content, silent=reply.silent)
    return SendMessage(content=content, silent=reply.silent)


def _picture(reply: NoticeReply, report: Report) -> SendPhoto | EditCaption:
    spans = notice_spans(reply)
    shown = _acceptable(spans, CAPTION_LIMIT, report) if is_visible(to_text(tidy(spans))) else ()
    caption = Caption(spans=shown, keyboard=usable(reply.buttons, report))
    if reply.replaces is not None:
        replaced = reply.replaces.message_id
        return EditCaption(message_id=replaced, photo=reply.picture, caption=caption, silent=reply.silent)
    return SendPhoto(photo=reply.picture, caption=caption, silent=reply.silent)


def _document(reply: FileReply, report: Report) -> SendDocument:
    caption = _acceptable([Span(reply.caption)], CAPTION_LIMIT, report) if is_visible(reply.caption) else ()
    if not reply.content:
        report.lost("file", "a line end: it was empty, and Telegram refuses empty files")
    return SendDocument(
        name=clip(clean(reply.name).replace("\n", " ").replace("/", "-").strip() or "file", 120),
        content=reply.content or b"\n",
        media_type=reply.media_type,
        caption=caption,
        keyboard=usable(reply.buttons, report),
        silent=reply.silent,
    )


def _toast(reply: Toast, callback_id: str, report: Report) -> AnswerCallback | None:
    if not callback_id:
        report.lost("notice", "left out: no button was pressed")
        return None
    text = clean(reply.text).strip()
    shortened = clip(text, TOAST_LIMIT)
    if shortened != text:
        report.lost("notice", f"clipped to {TOAST_LIMIT}")
    return AnswerCallback(callback_id=callback_id, text=shortened)


def _acceptable(spans: Sequence[Span], limit: int, report: Report) -> tuple[Span, ...]:
    """Tidied spans that Telegram takes as they are: not empty, not too long, not too many styles, every link a link."""
    linked = []
    for span in spans:
        if span.url and not is_linkable(span.url):
            report.lost("link", "shown as text: Telegram would drop it")
            span = replace(span, url="")
        linked.append(span)
    tidied = tidy(linked)
    if not is_visible(to_text(tidied)):
        report.lost("text", "a placeholder: there was nothing to see")
        return (Span(PLACEHOLDER),)
    fitting = cut(tidied, limit)
    if fitting != tidied:
        report.lost("text", f"clipped to {limit}")
    if fits(fitting):
        return fitting
    report.lost("style", "left out: too many styles for one message")
    linked_only = tidy(replace(span, style="plain") for span in fitting)
    while not fits(linked_only):
        longest = max((span.url for span in linked_only), key=len)
        report.lost("link", "left out: too many links for one message")
        linked_only = tidy(replace(span, url="") if span.url == longest else span for span in linked_only)
    return linked_only
