"""Messages of the Send API as values, without the reader they go to, and the next best form of each. Pure.

The reader stands apart so that one rendered message can be sent to many: only `recipient` changes between them.
Lengths are counted in code points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from newsbot.domain.message import Button
from newsbot.text.clipping import Unit, clip

Fields = dict[str, Any]

TEXT: Final = 2_000
TEMPLATE_TEXT: Final = 640
LINE: Final = 80  #: a title and a subtitle of an element
LABEL: Final = 20  #: a button's or quick reply's
QUICK_REPLIES: Final = 13
BUTTONS: Final = 3  #: of a template or an element
ELEMENTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`quick_replies`: suggestions that vanish with the next message of whoever."""

    quick_replies: tuple[Button, ...] = ()

    def content(self) -> Fields:
        """What it is, without its quick replies."""
        raise NotImplementedError

    def fields(self) -> Fields:
        """The `message` object."""
        fields = self.content()
        if self.quick_replies:
            fields["quick_replies"] = [
                {"content_type": "text", "title": button.label, "payload": button.action}
                for button in self.quick_replies
            ]
        return fields

    def with_quick_replies(self, buttons: Sequence[Button]) -> Self:
        return replace(self, quick_replies=tuple(buttons))

    def without_picture(self) -> Message | None:
        """After its picture was refused; None where there is nothing else to try."""
        return None

    def plainer(self) -> Message | None:
        """After its form was refused: the same as text; None where it is that already, or can't be."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Message):
    text: str

    def content(self) -> Fields:
        return {"text": self.text}

    def plainer(self) -> Message | None:
        return replace(self, quick_replies=()) if self.quick_replies else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonTemplate(Message):
    """A text with one to three buttons that stay."""

    text: str
    buttons: tuple[Button, ...]

    def content(self) -> Fields:
        return _template({"template_type": "button", "text": self.text, "buttons": _buttons(self.buttons)})

    def plainer(self) -> Message | None:
        return _as_text([self.text], self.buttons, self.quick_replies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A card of a carousel. `url`: opened where the card is pressed and no button is."""

    title: str
    subtitle: str = ""
    image_url: str = ""
    url: str = ""
    buttons: tuple[Button, ...] = ()

    def fields(self) -> Fields:
        fields: Fields = {"title": self.title}
        if self.subtitle:
            fields["subtitle"] = self.subtitle
        if self.image_url:
            fields["image_url"] = self.image_url
        if self.url:
            fields["default_action"] = {"type": "web_url", "url": self.url}
        if self.buttons:
            fields["buttons"] = _buttons(self.buttons)
        return fields

    @property
    def bare(self) -> bool:
        """Whether it has nothing besides its title, which is refused."""
        return not (self.subtitle or self.image_url or self.url or self.buttons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carousel(Message):
    """The generic template: one card, or several side by side. `sharable`: the reader can pass it on."""

    elements: tuple[Element, ...]
    sharable: bool = False

    def content(self) -> Fields:
        payload: Fields = {"template_type": "generic", "elements": [element.fields() for element in self.elements]}
        if self.sharable:
            payload["sharable"] = True
        return _template(payload)

    def without_picture(self) -> Message | None:
        if not any(element.image_url for element in self.elements):
            return None
        plain = (replace(element, image_url="") for element in self.elements)
        return replace(self, elements=tuple(replace(one, subtitle="…") if one.bare else one for one in plain))

    def plainer(self) -> Message | None:
        lines = ["\n".join(filter(None, (one.title, one.subtitle, one.url))) for one in self.elements]
        buttons = [button for one in self.elements for button in one.buttons if button.url != one.url or button.action]
        return _as_text(lines, buttons, self.quick_replies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Message):
    """`picture`: a channel's own reference to it; it is uploaded before it is sent, and then has an `attachment_id`."""

    picture: str
    attachment_id: str = ""

    def content(self) -> Fields:
        return {"attachment": {"type": "image", "payload": {"attachment_id": self.attachment_id}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Message):
    """A small file for the reader to keep, uploaded with the message."""

    name: str
    file: bytes
    media_type: str

    def content(self) -> Fields:
        return {"attachment": {"type": "file", "payload": {}}}


def _template(payload: Fields) -> Fields:
    return {"attachment": {"type": "template", "payload": payload}}


def _buttons(buttons: Iterable[Button]) -> list[Fields]:
    return [
        {"type": "web_url", "url": button.url, "title": button.label}
        if button.url
        else {"type": "postback", "title": button.label, "payload": button.action}
        for button in buttons
    ]


def _as_text(lines: Iterable[str], buttons: Iterable[Button], quick_replies: tuple[Button, ...]) -> Text:
    """One text, at most TEXT long: links are lines, what acts is a quick reply while there is room."""
    buttons = tuple(buttons)
    links = [f"{button.label}: {button.url}" for button in buttons if button.url]
    acting = tuple(dict.fromkeys(button for button in (*buttons, *quick_replies) if button.action))
    link_lines = ""
    for link in links:
        longer = f"{link_lines}\n{link}" if link_lines else link
        if len(longer) > TEXT // 2:
            break
        link_lines = longer
    text = "\n\n".join(lines)
    if link_lines:
        text = f"{clip(text, TEXT - len(link_lines) - 2, unit=Unit.CODEPOINT)}\n\n{link_lines}"
    return Text(text=clip(text, TEXT, unit=Unit.CODEPOINT), quick_replies=acting[:QUICK_REPLIES])
