"""A draft as readers will see it, and what an editor must know before sending it: to how many, how long, and doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.delivery.composer import Variant
from newsbot.delivery.ledger import COPIES_KEPT, Reach
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.channel_notes import looks_on, reach_by_channel
from newsbot.desk.doubts import Told, doubts_of, told_by
from newsbot.desk.drafts import Draft
from newsbot.desk.follow_ups import copies_of, corrected_on, what_is_changed
from newsbot.desk.outlets import channel_name, seconds_for
from newsbot.desk.turn import Desk, estimate, expiry
from newsbot.desk.writing import Overlong, overlong_anywhere
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, Audience, NewAlert
from newsbot.domain.message import AnyReply, MessageRef, Span, TextReply
from newsbot.domain.subscriber import Address
from newsbot.i18n import language_name

__all__ = [
    "alert_of",
    "as_readers_see_it",
    "audience_in_words",
    "control",
    "overlong_in_words",
    "reach_of",
    "readers_of",
    "show",
]


def alert_of(
    desk: Desk, draft: Draft, parent: Alert | None, *, told: Told, by: Address, reach: Mapping[str, Reach], turn: Turn
) -> NewAlert:
    """What the draft becomes when it is confirmed. `told`: as `told_by` says."""
    now = {channel: one.now for channel, one in reach.items()}
    if parent is not None:
        return NewAlert(
            origin=draft.origin,
            kind=AlertKind.CORRECTION,
            cls=parent.cls,
            story=parent.story,
            expires_at=turn.now + COPIES_KEPT,
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
        expires_at=expiry(turn.now, seconds_for(desk.outlets, now), expire=desk.expire),
        audience=draft.audience,
        article_id=draft.article_id,
        text=draft.text,
        silent=draft.silent,
        by=by,
    )


async def reach_of(desk: Desk, draft: Draft, parent: Alert | None) -> dict[str, Reach]:
    """How many it goes to, by channel; of a correction, how many copies are changed, and where they can't be, how many
    readers are sent it as a message of its own (if the editor wants that).
    """
    if parent is not None:
        copies = await copies_of(desk, parent)
        touched = {name: desk.outlets[name].edits or name in draft.audience.channels for name in copies}
        return {name: Reach(count if touched[name] else 0) for name, count in copies.items()}
    mark = (await told_by(desk, draft)).mark(draft.article_id)
    return {name: await one.ledger.reach(draft.audience, story=mark) for name, one in desk.outlets.items()}


async def as_readers_see_it(desk: Desk, turn: Turn, draft: Draft, parent: Alert | None) -> tuple[AnyReply, ...]:
    """In the editor's language, and in the others where the words differ; () if its article is gone."""
    new = alert_of(desk, draft, parent, told=Told(""), by=turn.incoming.address, reach={}, turn=turn)
    shown = Alert(
        **{field.name: getattr(new, field.name) for field in fields(NewAlert)},
        id=0,
        state=AlertState.PLANNED,
        created_at=turn.now,
    )
    languages = draft.audience.languages or desk.house.catalog.languages
    topic = next(iter(new.audience.topics), "")
    seen: list[AnyReply] = []
    for language in sorted(languages, key=lambda code: code != turn.language):
        composed = await desk.composer.compose(shown, Variant(language, topic))
        if composed is None or composed.reply is None:
            return ()
        if not any(replace(composed.reply, buttons=()) == replace(one, buttons=()) for one in seen):
            seen.append(composed.reply)
    return tuple(seen)


async def show(desk: Desk, turn: Turn, draft: Draft, parent: Alert | None, *, said: str = "") -> Replies:
    """The preview and, under it, what can be done with it."""
    _ = turn.translate
    seen = await as_readers_see_it(desk, turn, draft, parent)
    if not seen:
        return (text(_("This article is no longer there, so it can't be sent.")),)
    several = _("This is what readers will see, each in their own language:")
    head = text(said or (several if len(seen) > 1 else _("This is what readers will see:")))
    return head, *seen, await control(desk, turn, draft, parent, seen)


async def control(
    desk: Desk,
    turn: Turn,
    draft: Draft,
    parent: Alert | None,
    seen: Sequence[AnyReply] | None = None,
    *,
    replaces: MessageRef | None = None,
) -> TextReply:
    """`seen`: the preview just made; without it links are not tried again."""
    _ = turn.translate
    by_channel = await reach_of(desk, draft, parent)
    reach = readers_of(by_channel)
    doubts = await doubts_of(desk, turn, draft, links=seen is not None)
    shown = seen if seen is not None else await as_readers_see_it(desk, turn, draft, parent)
    too_long = next((excess for reply in shown if (excess := overlong_anywhere(reply, desk.limits))), None)
    if too_long:
        doubts.append(overlong_in_words(too_long, turn))
    elif parent is None:
        doubts += looks_on(desk.outlets, shown, _)
    may_go = reach > 0 and shown and not too_long
    to_me = press_button(_("Send to me first"), Verb.TO_ME, draft.id, draft.revision)
    rewrite = press_button(_("Rewrite"), Verb.REWRITE, draft.id, draft.revision)
    drop = press_button(_("Cancel"), Verb.DROP, draft.id)
    if parent is not None:
        said, follow_ups = await what_is_changed(desk, turn, draft, parent)
        go = press_button(_("Change the copies…"), Verb.ASK, draft.id, draft.revision)
        buttons = (*rows(*follow_ups, columns=1), *rows(go if may_go else None, rewrite if draft.text else None, drop))
    else:
        words = audience_in_words(desk, turn, draft.audience)
        said = _.plural(
            "This goes to {n} reader: {audience}.", "This goes to {n} readers: {audience}.", reach, audience=words
        )
        if channels := reach_by_channel(by_channel, _):
            said = f"{said}\n{channels}"
        go = press_button(_("Send…"), Verb.ASK, draft.id, draft.revision)
        change = press_button(_("Change audience"), Verb.AUDIENCE, draft.id, draft.revision)
        buttons = rows(to_me, go if may_go else None, change, rewrite, drop)
    if not reach and parent is None:
        said = _(
            "Nobody would get this: {audience}. Choose another audience.",
            audience=audience_in_words(desk, turn, draft.audience),
        )
    time = _time_of(desk, {channel: one.now for channel, one in by_channel.items()}, turn)
    kind = "" if parent is not None else _manner(desk, draft, turn)
    warnings = tuple(Span(f"⚠️ {doubt}\n") for doubt in doubts)
    return text(said, time if reach else "", kind, warnings, buttons=buttons, replaces=replaces)


def readers_of(reach: Mapping[str, Reach]) -> int:
    """Who gets it now; where nobody does, who gets it once they write again."""
    return sum(one.now for one in reach.values()) or sum(one.waiting for one in reach.values())


def _time_of(desk: Desk, reach: Mapping[str, int], turn: Turn) -> str:
    _ = turn.translate
    time = estimate(seconds_for(desk.outlets, reach), _)
    rates = {int(outlet.rate) for outlet in desk.outlets.values()}
    if len(rates) > 1:
        return _("It takes {time}.", time=time)
    return _("It takes {time} at {rate} a second.", time=time, rate=rates.pop())


def audience_in_words(desk: Desk, turn: Turn, audience: Audience) -> str:
    """'everyone', 'who follow Sports, World; who read in বাংলা'."""
    _ = turn.translate
    parts = []
    if audience.topics:
        known = desk.house.topics.known(audience.topics)
        parts.append(_("who follow {topics}", topics=", ".join(topic.name(turn.language) for topic in known)))
    if audience.languages:
        names = ", ".join(language_name(code) for code in audience.languages)
        parts.append(_("who read in {languages}", languages=names))
    return "; ".join(parts) or _("everyone")


def overlong_in_words(too_long: Overlong, turn: Turn) -> str:
    _ = turn.translate
    if too_long.channel:
        return _(
            "It is {n} characters too long for {channel}: {limit} fit. Shorten it and send it again.",
            n=too_long.excess,
            channel=channel_name(too_long.channel, _),
            limit=too_long.limit,
        )
    return _(
        "It is {n} characters too long: {limit} fit. Shorten it and send it again.",
        n=too_long.excess,
        limit=too_long.limit,
    )


def _manner(desk: Desk, draft: Draft, turn: Turn) -> str:
    _ = turn.translate
    urgency = (
        _("Breaking: it goes before all other alerts.") if draft.cls is AlertClass.BREAKING else _("Ordinary alert.")
    )
    silent = _("Silent: phones stay quiet.") if draft.silent else ""
    first = desk.public_channel and draft.cls is AlertClass.BREAKING and draft.audience == Audience()
    channel = _("Our public channel gets it first; it is counted as one more.") if first else ""
    return " ".join(filter(None, (urgency, channel, silent)))
