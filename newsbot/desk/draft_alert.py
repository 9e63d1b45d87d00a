"""What a draft becomes: the alert, to how many it goes, and what readers see of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime

from newsbot.delivery.composer import Variant
from newsbot.delivery.ledger import COPIES_KEPT, Reach
from newsbot.desk.doubts import Told, told_by
from newsbot.desk.drafts import Draft
from newsbot.desk.follow_ups import copies_of, corrected_on
from newsbot.desk.outlets import seconds_for
from newsbot.desk.turn import Desk, expiry
from newsbot.domain.alert import Alert, AlertKind, AlertState, NewAlert
from newsbot.domain.message import AnyReply
from newsbot.domain.subscriber import Address

__all__ = ["alert_of", "as_alert", "as_readers_see_it", "reach_of", "readers_of", "seen_by_language"]


def alert_of(
    desk: Desk,
    draft: Draft,
    parent: Alert | None,
    *,
    told: Told,
    by: Address,
    reach: Mapping[str, Reach],
    now: datetime,
) -> NewAlert:
    """What the draft becomes when it is confirmed. `told`: as `told_by` says."""
    counts = {channel: one.now for channel, one in reach.items()}
    if parent is not None:
        return NewAlert(
            origin=draft.origin,
            kind=AlertKind.CORRECTION,
            cls=parent.cls,
            story=parent.story,
            expires_at=now + COPIES_KEPT,
            audience=replace(parent.audience, channels=corrected_on(desk, draft)),
            article_id=draft.article_id,
            text=draft.text,
            of=parent.id,
            silent=parent.silent,
            by=by,
        )
    return NewAlert(
        origin=draft.origin,
        kind=AlertKind.BROADCAST,
        cls=draft.cls,
        story=told.story,
        again=told.again,
        expires_at=expiry(now, seconds_for(desk.outlets, counts), expire=desk.expire),
        audience=draft.audience,
        article_id=draft.article_id,
        text=draft.text,
        silent=draft.silent,
        by=by,
    )


def as_alert(new: NewAlert, *, now: datetime) -> Alert:
    """As if it were stored: what readers see of it can be composed."""
    values = {field.name: getattr(new, field.name) for field in fields(NewAlert)}
    return Alert(**values, id=0, state=AlertState.PLANNED, created_at=now)


async def reach_of(desk: Desk, draft: Draft, parent: Alert | None) -> dict[str, Reach]:
    """How many it goes to, by channel; of a correction, how many copies are changed, and where they can't be, how many
    readers are sent it as a message of its own (if the editor wants that).
    """
    if parent is not None:
        copies = await copies_of(desk, parent)
        touched = {name: desk.outlets[name].edits or name in draft.audience.channels for name in copies}
        return {name: Reach(count if touched[name] else 0) for name, count in copies.items()}
    mark = (await told_by(desk, draft)).mark(draft.article_id)
    return {
        name: await one.ledger.reach(draft.audience, story=mark) if draft.audience.on(name) else Reach(0)
        for name, one in desk.outlets.items()
    }


def readers_of(reach: Mapping[str, Reach]) -> int:
    """Who gets it now; where nobody does, who gets it once they write again."""
    return sum(one.now for one in reach.values()) or sum(one.waiting for one in reach.values())


async def as_readers_see_it(desk: Desk, draft: Draft, parent: Alert | None, *, first: str) -> tuple[AnyReply, ...]:
    """In the language `first`, and in the others where the words differ; () if its article is gone."""
    return tuple((await seen_by_language(desk, draft, parent, first=first)).values())


async def seen_by_language(desk: Desk, draft: Draft, parent: Alert | None, *, first: str) -> dict[str, AnyReply]:
    """The same, by the code of the language; of languages with the same words, the first."""
    now = desk.house.clock()
    new = alert_of(desk, draft, parent, told=Told(""), by=draft.editor, reach={}, now=now)
    shown = as_alert(new, now=now)
    languages = draft.audience.languages or desk.house.catalog.languages
    topic = next(iter(new.audience.topics), "")
    seen: dict[str, AnyReply] = {}
    for language in sorted(languages, key=lambda code: code != first):
        composed = await desk.composer.compose(shown, Variant(language, topic))
        if composed is None or composed.reply is None:
            return {}
        if not any(replace(composed.reply, buttons=()) == replace(one, buttons=()) for one in seen.values()):
            seen[language] = composed.reply
    return seen
