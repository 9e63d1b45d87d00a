"""Requests to the Bot API as values: a method and its parameters, without the chat they go to.

The chat stands apart so that one rendered message can be sent to many: only `chat_id` changes between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from newsbot.channels.telegram.markup import CAPTION_LIMIT, MESSAGE_LIMIT, to_html, to_plain
from newsbot.domain.message import Rows, Span

Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Destination:
    """A chat and, in a forum, the topic in it."""

    chat_id: str
    thread_id: str = ""

    def parameters(self) -> Parameters:
        if self.thread_id:
            return {"chat_id": number(self.chat_id), "message_thread_id": number(self.thread_id)}
        return {"chat_id": number(self.chat_id)}


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page at `url`, an article or a picture itself, has to show: a large picture above the text, or a small
    one below it.
    """

    url: str
    large: bool = True

    def parameters(self) -> Parameters:
        return (
            {"url": self.url, "prefer_large_media": True, "show_above_text": True} if self.large else {"url": self.url}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A message's text, tidied and within Telegram's limits; its preview and its buttons."""

    spans: tuple[Span, ...]
    keyboard: Rows = ()
    preview: Preview | None = None
    plain: bool = False  #: without markup, after Telegram refused it

    def parameters(self) -> Parameters:
        parameters: Parameters = (
            {"text": to_plain(self.spans, MESSAGE_LIMIT)}
            if self.plain
            else {"text": to_html(self.spans), "parse_mode": "HTML"}
        )
        parameters["link_preview_options"] = self.preview.parameters() if self.preview else {"is_disabled": True}
        return parameters | keyboard_parameters(self.keyboard)

    def as_plain(self, *, keyboard: bool = True) -> Self:
        return replace(self, plain=True, preview=None, keyboard=self.keyboard if keyboard else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """A new message."""

    method: ClassVar[str] = "sendMessage"
    repeatable: ClassVar[bool] = False  #: whether a second one does no harm where the first one's answer was lost

    content: Content
    silent: bool = False

    def parameters(self) -> Parameters:
        return self.content.parameters() | silence(self.silent)

    def as_plain(self, *, keyboard: bool = True) -> Self:
        return replace(self, content=self.content.as_plain(keyboard=keyboard))


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMessage:
    """Another text and other buttons in a message that stands there already."""

    method: ClassVar[str] = "editMessageText"
    repeatable: ClassVar[bool] = True

    message_id: str
    content: Content
    silent: bool = False  #: of the new message that is sent where the old one can't be edited

    def parameters(self) -> Parameters:
        return self.content.parameters() | {"message_id": number(self.message_id)}

    def as_new(self) -> SendMessage:
        return SendMessage(content=self.content, silent=self.silent)

    def as_plain(self, *, keyboard: bool = True) -> Self:
        return replace(self, content=self.content.as_plain(keyboard=keyboard))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A text under a picture, tidied and within Telegram's limits, or none; and the buttons."""

    spans: tuple[Span, ...] = ()
    keyboard: Rows = ()
    plain: bool = False

    def parameters(self) -> Parameters:
        return caption_parameters(self.spans, plain=self.plain) | keyboard_parameters(self.keyboard)

    def as_plain(self, *, keyboard: bool = True) -> Self:
        return replace(self, plain=True, keyboard=self.keyboard if keyboard else ())

    def as_content(self) -> Content:
        """The same without the picture."""
        return Content(spans=self.spans, keyboard=self.keyboard, plain=self.plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPhoto:
    """A picture that Telegram holds already, by its file_id, with a text under it."""

    method: ClassVar[str] = "sendPhoto"
    repeatable: ClassVar[bool] = False

    photo: str
    caption: Caption
    silent: bool = False

    def parameters(self) -> Parameters:
        return {"photo": self.photo} | self.caption.parameters() | silence(self.silent)

    def as_plain(self, *, keyboard: bool = True) -> Self:
        return replace(self, caption=self.caption.as_plain(keyboard=keyboard))

    def without_picture(self) -> SendMessage | None:
        """None where nothing would be left."""
        return SendMessage(content=self.caption.as_content(), silent=self.silent) if self.caption.spans else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCaption:
    """Another text under a picture that stands there already. `photo`: of the new message, where one must be sent."""

    method: ClassVar[str] = "editMessageCaption"
    repeatable: ClassVar[bool] = True

    message_id: str
    photo: str
    caption: Caption
    silent: bool = False

    def parameters(self) -> Parameters:
        return self.caption.parameters() | {"message_id": number(self.message_id)}

    def as_new(self) -> SendPhoto:
        return SendPhoto(photo=self.photo, caption=self.caption, silent=self.silent)

    def as_plain(self, *, keyboard: bool = True) -> Self:
        return replace(self, caption=self.caption.as_plain(keyboard=keyboard))

    def without_picture(self) -> EditMessage | None:
        """For a message that was sent without its picture. None where nothing would be left."""
        if not self.caption.spans:
            return None
        return EditMessage(message_id=self.message_id, content=self.caption.as_content(), silent=self.silent)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMessage:
    """Takes a message of ours back. Telegram does so within 48 hours."""

    method: ClassVar[str] = "deleteMessage"
    repeatable: ClassVar[bool] = True

    message_id: str

    def parameters(self) -> Parameters:
        return {"message_id": number(self.message_id)}

    def as_plain(self, *, keyboard: bool = True) -> Self:
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDocument:
    """A file for the reader to keep. The file itself goes beside the parameters, as an upload."""

    method: ClassVar[str] = "sendDocument"
    repeatable: ClassVar[bool] = False

    name: str
    content: bytes
    media_type: str
    caption: tuple[Span, ...] = ()
    keyboard: Rows = ()
    silent: bool = False
    plain: bool = False

    def parameters(self) -> Parameters:
        caption = caption_parameters(self.caption, plain=self.plain)
        return caption | keyboard_parameters(self.keyboard) | silence(self.silent)

    def as_plain(self, *, keyboard: bool = True) -> Self:
        return replace(self, plain=True, keyboard=self.keyboard if keyboard else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCallback:
    """Stops a pressed button's spinning, with a short notice or without."""

    method: ClassVar[str] = "answerCallbackQuery"
    repeatable: ClassVar[bool] = True

    callback_id: str
    text: str = ""

    def parameters(self) -> Parameters:
        parameters: Parameters = {"callback_query_id": self.callback_id}
        return parameters | {"text": self.text} if self.text else parameters


Request = SendMessage | EditMessage | SendPhoto | EditCaption | DeleteMessage | SendDocument | AnswerCallback


def number(platform_id: str) -> int | str:
    """Telegram's ids are numbers, but for a public channel's name ('@newsroom')."""
    return int(platform_id) if platform_id.lstrip("-").isdecimal() else platform_id


def caption_parameters(spans: tuple[Span, ...], *, plain: bool) -> Parameters:
    if not spans:
        return {}
    if plain:
        return {"caption": to_plain(spans, CAPTION_LIMIT)}
    return {"caption": to_html(spans), "parse_mode": "HTML"}


def keyboard_parameters(rows: Rows) -> Parameters:
    if not rows:
        return {}
    keyboard = [
        [
            {"text": button.label, "url": button.url}
            if button.url
            else {"text": button.label, "callback_data": button.action}
            for button in row
        ]
        for row in rows
    ]
    return {"reply_markup": {"inline_keyboard": keyboard}}


def silence(silent: bool) -> Parameters:
    return {"disable_notification": True} if silent else {}
