"""Buttons and quick replies that Messenger takes and a reader can read, and cards of buttons where they are too many.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from newsbot.channels.channel import Report
from newsbot.channels.messenger.texts import PLACEHOLDER, is_web_address, line
from newsbot.channels.messenger.wire import BUTTONS, ELEMENTS, LABEL, LINE, Carousel, Element
from newsbot.domain.message import Button, Option, Rows
from newsbot.text.clipping import Unit, clip, is_visible

CHOSEN: Final = "✅ "


def usable(rows: Rows, report: Report) -> tuple[Button, ...]:
    """All of them in their order, with labels that fit. One whose address is none is left out, and told."""
    kept = []
    for button in (button for row in rows for button in row):
        if button.url and not is_web_address(button.url):
            report.lost("button", f"left out: {line(button.label)[:LABEL]!r} leads to no web address")
        else:
            kept.append(readable(button, report))
    return tuple(kept)


def options(choices: Iterable[Option], report: Report) -> tuple[Button, ...]:
    """A button an option, the chosen ones ticked."""
    kept = []
    for option in choices:
        if button := acting((CHOSEN if option.chosen else "") + line(option.label), option.action, report):
            kept.append(button)
    return tuple(kept)


def acting(label: str, action: str, report: Report) -> Button | None:
    """A button that does something; None, and told, where it can't be made."""
    try:
        return readable(Button(label, action), report)
    except ValueError as error:
        report.lost("button", f"left out: {error}")
        return None


def readable(button: Button, report: Report) -> Button:
    label = line(button.label)
    if len(label) > LABEL and 0 < len(short := line(button.short)) <= LABEL:
        label = short
    if not is_visible(label):
        label = PLACEHOLDER
    shortened = clip(label, LABEL, unit=Unit.CODEPOINT)
    if shortened != label:
        report.lost("button label", f"clipped to {LABEL} characters")
    return replace(button, label=shortened)


def is_action(button: Button) -> bool:
    return bool(button.action)


def cards_of(buttons: Sequence[Button]) -> tuple[Carousel, ...]:
    """Buttons that stay, for more than fit under a text: three a card, ten cards side by side."""
    groups = [tuple(buttons[start : start + BUTTONS]) for start in range(0, len(buttons), BUTTONS)]
    elements = [Element(title=_title(group), buttons=group) for group in groups]
    return tuple(
        Carousel(elements=tuple(elements[start : start + ELEMENTS])) for start in range(0, len(elements), ELEMENTS)
    )


def _title(group: Iterable[Button]) -> str:
    return clip(" · ".join(button.label for button in group), LINE, unit=Unit.CODEPOINT)
