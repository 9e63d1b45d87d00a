"""What the pages of a draft show of it: the fields, how it looks on each channel, and what an editor must know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from newsbot.channels.look import Look
from newsbot.delivery.ledger import Reach
from newsbot.desk.channel_notes import looks_on, reach_by_channel
from newsbot.desk.dashboard.visit import Visit
from newsbot.desk.doubts import doubts_of
from newsbot.desk.draft_alert import reach_of, readers_of, seen_by_language
from newsbot.desk.draft_form import BUTTONS, Fields
from newsbot.desk.drafts import Draft
from newsbot.desk.follow_ups import copies_of
from newsbot.desk.outlets import channel_name
from newsbot.desk.preview import audience_in_words, cost_in_words, manner_in_words, time_in_words
from newsbot.desk.refusals import parent_of, refusal_of
from newsbot.desk.roles import Right
from newsbot.domain.alert import Alert
from newsbot.domain.message import AnyReply
from newsbot.i18n import language_name

__all__ = ["Shown", "choices", "fields_in", "look_values", "seen_by_readers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One channel's look at one language's message. `fits`: it goes out as it is.

    `channel`: its name, and the language's where there are several.
    """

    channel: str
    look: Look

    @property
    def fits(self) -> bool:
        return self.look.used <= self.look.limit or self.look.splits


async def look_values(visit: Visit, draft: Draft, *, links: bool = False) -> dict[str, Any]:
    """What `preview.html` names. `links`: they are tried, which takes seconds."""
    desk, speak, _ = visit.desk, visit, visit.translate
    parent = await parent_of(desk, draft)
    seen = await seen_by_language(desk, draft, parent, first=visit.language)
    reach = await reach_of(desk, draft, parent)
    refused = await refusal_of(desk, speak, draft, parent)
    doubts = []
    if draft.article_id or (draft.text and draft.text.plain.strip()):  # of what isn't written yet, nothing is doubted
        doubts = [*await doubts_of(desk, speak, draft, links=links), *looks_on(desk.outlets, tuple(seen.values()), _)]
    count = readers_of(reach)
    told = [
        audience_in_words(desk, speak, draft.audience) if parent is None else "",
        time_in_words(desk, reach, speak) if count else "",
        cost_in_words(desk, reach, speak) if parent is None else "",
        manner_in_words(desk, draft, speak) if parent is None else "",
    ]
    return {
        "draft": draft,
        "parent": parent,
        "count": count,
        "by_channel": reach_by_channel(reach, _).split("\n"),
        "told": [line for line in told if line],
        "refused": refused,
        "doubts": doubts,
        "shown": seen_by_readers(visit, seen, [name for name in desk.outlets if _goes_to(name, draft, reach)]),
        "copies": await _copies(visit, draft, parent) if parent is not None else [],
    }


def _goes_to(channel: str, draft: Draft, reach: Mapping[str, Reach]) -> bool:
    """A correction is shown where somebody gets it; where nobody does, everywhere."""
    if draft.corrects:
        return bool(reach[channel].now) if channel in reach and readers_of(reach) else True
    return draft.audience.on(channel)


def seen_by_readers(visit: Visit, seen: Mapping[str, AnyReply], channels: Collection[str]) -> list[Shown]:
    """`seen`: by language."""

    def called(channel: str, language: str) -> str:
        name = channel_name(channel, visit.translate)
        return f"{name} · {language_name(language)}" if len(seen) > 1 else name

    return [
        Shown(channel=called(channel, language), look=visit.desk.outlets[channel].look(reply))
        for channel in channels
        for language, reply in seen.items()
    ]


async def _copies(visit: Visit, draft: Draft, parent: Alert) -> list[dict[str, Any]]:
    """Of a correction, by channel: copies that are changed in place, or readers who can be sent it as a new message."""
    desk = visit.desk
    return [
        {
            "name": name,
            "called": channel_name(name, visit.translate),
            "count": count,
            "edits": desk.outlets[name].edits,
            "chosen": name in draft.audience.channels,
        }
        for name, count in (await copies_of(desk, parent)).items()
    ]


def fields_in(visit: Visit) -> Fields:
    """As the form that was posted has them."""

    def several(name: str) -> tuple[str, ...]:
        return tuple(value for value in visit.form.getall(name, ()) if isinstance(value, str))

    labels, urls = several("label"), several("url")
    return Fields(
        text=visit.text("text"),
        picture=visit.text("picture"),
        buttons=tuple(zip(labels, urls, strict=False)),
        topics=several("topic"),
        languages=several("language"),
        channels=several("channel"),
        breaking=visit.text("class") == "breaking",
        silent=bool(visit.text("silent")),
        at=visit.text("at") if visit.text("when") == "then" else "",
    )


def choices(visit: Visit, fields: Fields) -> dict[str, Any]:
    """What the form offers, with what is chosen; and its fields of buttons, filled in and empty."""
    _ = visit.translate
    house, outlets = visit.desk.house, visit.desk.outlets
    shelf = visit.desk.pictures
    return {
        "fields": fields,
        "topics": [(one.id, one.label(visit.language), one.id in fields.topics) for one in house.topics],
        "reads": [(code, language_name(code), code in fields.languages) for code in house.catalog.languages],
        "channels": [(name, channel_name(name, _), name in fields.channels) for name in outlets],
        "has_buttons": any(label or url for label, url in fields.buttons),
        "button_fields": [*fields.buttons, *[("", "")] * BUTTONS][:BUTTONS],
        "may_upload": shelf is not None and shelf.may_keep(visit.address.channel),
        "may_send": visit.may(Right.BROADCAST),
        "may_correct": visit.may(Right.CORRECT),
    }
