"""A draft as readers will see it, and what an editor must know before sending it: to how many, how long, and doubts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.delivery.ledger import Reach
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.channel_notes import looks_on, reach_by_channel
from newsbot.desk.doubts import doubts_of
from newsbot.desk.draft_alert import as_readers_see_it, reach_of, readers_of
from newsbot.desk.drafts import Draft
from newsbot.desk.follow_ups import what_is_changed
from newsbot.desk.outlets import STARS_EACH, channel_names, seconds_for
from newsbot.desk.refusals import overlong_in_words
from newsbot.desk.send_times import moment_in_words
from newsbot.desk.turn import Desk, Speaking, estimate
from newsbot.desk.writing import overlong_anywhere
from newsbot.domain.alert import Alert, AlertClass, Audience
from newsbot.domain.message import AnyReply, MessageRef, Span, TextReply
from newsbot.i18n import language_name

__all__ = [
    "audience_in_words",
    "control",
    "cost_in_words",
    "manner_in_words",
    "show",
    "time_in_words",
    "time_set_in_words",
]


async def show(desk: Desk, turn: Turn, draft: Draft, parent: Alert | None, *, said: str = "") -> Replies:
    """The preview and, under it, what can be done with it."""
    _ = turn.translate
    seen = await as_readers_see_it(desk, draft, parent, first=turn.language)
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
    shown = seen if seen is not None else await as_readers_see_it(desk, draft, parent, first=turn.language)
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
        submit = press_button(_("Ask an editor to send it"), Verb.SUBMIT, draft.id, draft.revision)
        change = press_button(_("Change audience"), Verb.AUDIENCE, draft.id, draft.revision)
        buttons = (*rows(submit if may_go else None), *rows(to_me, go if may_go else None, change, rewrite, drop))
    if not reach and parent is None:
        said = _(
            "Nobody would get this: {audience}. Choose another audience.",
            audience=audience_in_words(desk, turn, draft.audience),
        )
    time = time_in_words(desk, by_channel, turn)
    kind = "" if parent is not None else manner_in_words(desk, draft, turn)
    cost = cost_in_words(desk, by_channel, turn) if parent is None else ""
    warnings = tuple(Span(f"⚠️ {doubt}\n") for doubt in doubts)
    return text(
        said, " ".join(filter(None, (time, cost))) if reach else "", kind, warnings, buttons=buttons, replaces=replaces
    )


def time_in_words(desk: Desk, reach: Mapping[str, Reach], speak: Speaking) -> str:
    _ = speak.translate
    time = estimate(seconds_for(desk.outlets, {channel: one.now for channel, one in reach.items()}), _)
    rates = {int(outlet.rate) for outlet in desk.outlets.values()}
    if len(rates) > 1:
        return _("It takes {time}.", time=time)
    return _("It takes {time} at {rate} a second.", time=time, rate=rates.pop())


def cost_in_words(desk: Desk, reach: Mapping[str, Reach], speak: Speaking) -> str:
    """'' where nothing is paid for."""
    count = sum(one.now for name, one in reach.items() if desk.outlets[name].paid)
    if not count:
        return ""
    return speak.translate("At Telegram's paid rate it costs at most {n} Stars.", n=math.ceil(count * STARS_EACH))


def audience_in_words(desk: Desk, speak: Speaking, audience: Audience) -> str:
    """'everyone', 'who follow Sports, World; who read in বাংলা; on Telegram'."""
    _ = speak.translate
    parts = []
    if audience.topics:
        known = desk.house.topics.known(audience.topics)
        parts.append(_("who follow {topics}", topics=", ".join(topic.name(speak.language) for topic in known)))
    if audience.languages:
        names = ", ".join(language_name(code) for code in audience.languages)
        parts.append(_("who read in {languages}", languages=names))
    if audience.channels:
        parts.append(_("on {channels}", channels=channel_names(audience.channels, _)))
    return "; ".join(parts) or _("everyone")


def time_set_in_words(desk: Desk, draft: Draft, speak: Speaking) -> str:
    """'' for what goes out as soon as it is confirmed."""
    if draft.send_at is None:
        return ""
    return speak.translate("It goes out on {when}.", when=moment_in_words(desk, speak, draft.send_at))


def manner_in_words(desk: Desk, draft: Draft, speak: Speaking) -> str:
    """How urgent it is, whether our public channel comes first, whether phones stay quiet."""
    _ = speak.translate
    urgency = (
        _("Breaking: it goes before all other alerts.") if draft.cls is AlertClass.BREAKING else _("Ordinary alert.")
    )
    silent = _("Silent: phones stay quiet.") if draft.silent else ""
    first = desk.public_channel and draft.cls is AlertClass.BREAKING and draft.audience == Audience()
    channel = _("Our public channel gets it first; it is counted as one more.") if first else ""
    return " ".join(filter(None, (urgency, time_set_in_words(desk, draft, speak), channel, silent)))
