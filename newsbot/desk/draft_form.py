"""A draft as the fields of a form, and back: what an editor typed, with what is wrong in each field. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.send_times import send_time
from newsbot.desk.turn import Speaking
from newsbot.desk.writing import is_web_address
from newsbot.domain.alert import AlertClass, AlertText, Audience
from newsbot.domain.message import Button
from newsbot.text.clipping import Unit, length
from newsbot.text.light_markup import read, write
from newsbot.text.tokens import tokens

__all__ = ["BUTTONS", "LABEL", "Fields", "fields_of", "filled_in", "is_label"]

BUTTONS: Final = 3  #: under a text; beside the reader's own two more would not be seen
LABEL: Final = 30  #: graphemes of a button's label
LONGEST: Final = 20_000  #: code points of a text; the channels' own limits are told by the preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """As they were typed, unjudged. `picture`: a web address; the reference of an uploaded one stays in the draft."""

    text: str = ""
    picture: str = ""
    buttons: tuple[tuple[str, str], ...] = ()  #: label and address
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    breaking: bool = False
    silent: bool = False
    at: str = ""  #: when; '': as soon as it is confirmed


def fields_of(draft: Draft, speak: Speaking) -> Fields:
    written = draft.text or AlertText()
    at = draft.send_at.astimezone(speak.zone).strftime("%Y-%m-%dT%H:%M") if draft.send_at else ""
    return Fields(
        text=write(written.spans),
        picture=written.picture,
        buttons=tuple((button.label, button.url) for button in written.buttons),
        topics=draft.audience.topics,
        languages=draft.audience.languages,
        channels=draft.audience.channels,
        breaking=draft.cls is AlertClass.BREAKING,
        silent=draft.silent,
        at=at,
    )


def filled_in(
    draft: Draft,
    fields: Fields,
    speak: Speaking,
    *,
    topics: Sequence[str],
    languages: Sequence[str],
    channels: Sequence[str],
) -> tuple[Draft, dict[str, str]]:
    """The draft with what the form says, and what is wrong, in words by field. `topics`…: all there are; what is named
    beside them doesn't count. A wrong field leaves the draft as it was there.
    """
    _ = speak.translate
    wrong: dict[str, str] = {}
    before = draft.text or AlertText()
    picture = fields.picture.strip()
    if picture and picture != before.picture and not is_web_address(picture):
        wrong["picture"] = _("This is no web address. One looks like this: {example}", example="https://…/picture.jpg")
        picture = before.picture
    buttons, wrong_buttons = _buttons(fields.buttons, speak)
    if wrong_buttons:
        wrong["buttons"] = wrong_buttons
    spans = read(fields.text.strip()[:LONGEST])
    text: AlertText | None = AlertText(spans, picture, buttons)
    if draft.article_id:
        text = None
    elif not tokens(fields.text):
        wrong["text"] = _("There is not a word in it. Write what readers should know; under a picture, too.")
        text = draft.text
    elif draft.corrects:
        text = replace(text or before, picture=before.picture)
    send_at = _time(fields.at, speak, draft.send_at, wrong)
    if draft.corrects:
        audience = Audience(channels=tuple(one for one in channels if one in fields.channels))  # none is none here
        return replace(draft, state=DraftState.READY, text=text, audience=audience), wrong
    return (
        replace(
            draft,
            state=DraftState.READY,
            text=text,
            audience=Audience(
                _known(fields.topics, topics), _known(fields.languages, languages), _known(fields.channels, channels)
            ),
            cls=AlertClass.BREAKING if fields.breaking else AlertClass.TOPIC,
            silent=fields.silent,
            send_at=send_at,
        ),
        wrong,
    )


def _known(named: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """In the order of all; all of them is the same as none."""
    chosen = tuple(one for one in known if one in named)
    return chosen if len(chosen) < len(known) else ()


def _buttons(typed: Sequence[tuple[str, str]], speak: Speaking) -> tuple[tuple[Button, ...], str]:
    _ = speak.translate
    found, said = [], ""
    for label, url in [(label.strip(), url.strip()) for label, url in typed][:BUTTONS]:
        if not label and not url:
            continue
        if not is_label(label):
            said = _("A button needs a label of at most {n} letters.", n=LABEL)
        elif not is_web_address(url):
            said = _("A button needs the address of a page, which begins with https://.")
        else:
            found.append(Button(label, url=url))
    return tuple(found), said


def is_label(label: str) -> bool:
    """Whether a button may be called so."""
    return bool(tokens(label)) and length(label, Unit.GRAPHEME) <= LABEL


def _time(typed: str, speak: Speaking, before: datetime | None, wrong: dict[str, str]) -> datetime | None:
    if not typed.strip():
        return None
    at = send_time(typed, speak, speak.zone)
    if isinstance(at, str):
        wrong["at"] = at
        return before
    return at
