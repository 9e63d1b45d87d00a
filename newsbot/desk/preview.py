"""A draft as readers will see it, and what an editor must know before sending it: to how many, how long, and doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.delivery.composer import Variant
from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.drafts import Draft
from newsbot.desk.link_check import links_of
from newsbot.desk.turn import Desk, estimate, expiry, totals_of
from newsbot.desk.writing import Overlong, overlong
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, Audience, NewAlert
from newsbot.domain.message import AnyReply, MessageRef, Span, TextReply
from newsbot.domain.subscriber import Address
from newsbot.i18n import language_name
from newsbot.text.dates import format_datetime
from newsbot.text.normalise import same_text

__all__ = ["alert_of", "as_readers_see_it", "audience_in_words", "control", "overlong_in_words", "reach_of", "show"]

SAME_WITHIN: Final = timedelta(hours=24)  #: the same words sent twice in a day are worth a question
LOOKED_AT: Final = 50  #: of the newest broadcasts, for the same words


def alert_of(desk: Desk, draft: Draft, parent: Alert | None, *, by: Address, reach: int, turn: Turn) -> NewAlert:
    """What the draft becomes when it is confirmed."""
    if parent is not None:
        return NewAlert(
            origin=f"correction:{parent.id}:{draft.id}",
            kind=AlertKind.CORRECTION,
            cls=parent.cls,
            story=parent.story,
            expires_at=turn.now + COPIES_KEPT,
            audience=parent.audience,
            article_id=draft.article_id,
            text=draft.text,
            of=parent.id,
            silent=parent.silent,
            by=by,
        )
    story = f"article:{draft.article_id}" if draft.article_id else f"broadcast:{draft.id}"
    return NewAlert(
        origin=f"broadcast:{draft.id}",
        kind=AlertKind.BROADCAST,
        cls=draft.cls,
        story=story,
        expires_at=expiry(turn.now, reach, rate=desk.rate, expire=desk.expire),
        audience=draft.audience,
        article_id=draft.article_id,
        text=draft.text,
        silent=draft.silent,
        by=by,
    )


async def reach_of(desk: Desk, draft: Draft, parent: Alert | None) -> int:
    """How many it goes to now; of a correction, how many copies there are."""
    if parent is not None:
        return (await totals_of(desk, parent)).sent
    story = f"article:{draft.article_id}" if draft.article_id else ""
    return await desk.ledger.reach(draft.audience, story=story)


async def as_readers_see_it(desk: Desk, turn: Turn, draft: Draft, parent: Alert | None) -> tuple[AnyReply, ...]:
    """In the editor's language, and in the others where the words differ; () if its article is gone."""
    new = alert_of(desk, draft, parent, by=turn.incoming.address, reach=0, turn=turn)
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
    reach = await reach_of(desk, draft, parent)
    doubts = await _doubts(desk, turn, draft, links=seen is not None)
    shown = seen if seen is not None else await as_readers_see_it(desk, turn, draft, parent)
    too_long = next((excess for reply in shown if (excess := overlong(reply, desk.limits))), None)
    if too_long:
        doubts.append(overlong_in_words(too_long, turn))
    may_go = reach > 0 and shown and not too_long
    to_me = press_button(_("Send to me first"), Verb.TO_ME, draft.id, draft.revision)
    rewrite = press_button(_("Rewrite"), Verb.REWRITE, draft.id, draft.revision)
    drop = press_button(_("Cancel"), Verb.DROP, draft.id)
    if parent is not None:
        said = _.plural(
            "{n} reader has a copy. It is changed in place, without a new notification.",
            "{n} readers have a copy. They are changed in place, without a new notification.",
            reach,
        )
        go = press_button(_("Change the copies…"), Verb.ASK, draft.id, draft.revision)
        buttons = rows(go if may_go else None, rewrite if draft.text else None, drop)
    else:
        words = audience_in_words(desk, turn, draft.audience)
        said = _.plural(
            "This goes to {n} reader: {audience}.", "This goes to {n} readers: {audience}.", reach, audience=words
        )
        go = press_button(_("Send…"), Verb.ASK, draft.id, draft.revision)
        change = press_button(_("Change audience"), Verb.AUDIENCE, draft.id, draft.revision)
        buttons = rows(to_me, go if may_go else None, change, rewrite, drop)
    if not reach:
        said = (
            _("There are no copies to change.")
            if parent is not None
            else _(
                "Nobody would get this: {audience}. Choose another audience.",
                audience=audience_in_words(desk, turn, draft.audience),
            )
        )
    time = _("It takes {time} at {rate} a second.", time=estimate(reach, desk.rate, _), rate=int(desk.rate))
    kind = "" if parent is not None else _manner(desk, draft, turn)
    warnings = tuple(Span(f"⚠️ {doubt}\n") for doubt in doubts)
    return text(said, time if reach else "", kind, warnings, buttons=buttons, replaces=replaces)


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
    return turn.translate(
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


async def _doubts(desk: Desk, turn: Turn, draft: Draft, *, links: bool) -> list[str]:
    """What an editor may want to think about; none of it forbids anything."""
    _ = turn.translate
    doubts = []
    if draft.article_id and not draft.corrects:
        doubts += [await _alerted_before(desk, turn, alert) for alert in await _sent_already(desk, draft)]
    if draft.text and not draft.corrects and (twin := await _same_words(desk, turn, draft)):
        when = format_datetime(twin.created_at, turn.language, turn.zone, turn.now)
        doubts.append(_("The same words were sent on {when}.", when=when))
    if draft.text and links:
        tried = links_of(draft.text)
        ours = await desk.house.articles.known_urls(tried) if tried else {}
        dead = await desk.dead_links(tuple(url for url in tried if url not in ours))
        doubts += [_("This link leads nowhere, or doesn't answer: {url}", url=url) for url in dead]
    return doubts


async def _sent_already(desk: Desk, draft: Draft) -> list[Alert]:
    return [alert for alert in await desk.alerts.of_article(draft.article_id) if not alert.kind.touches_copies]


async def _alerted_before(desk: Desk, turn: Turn, alert: Alert) -> str:
    _ = turn.translate
    when = format_datetime(alert.created_at, turn.language, turn.zone, turn.now)
    sent = (await totals_of(desk, alert)).sent
    return _.plural(
        "This article went to {n} reader on {when}; who got it is left out.",
        "This article went to {n} readers on {when}; who got it is left out.",
        sent,
        when=when,
    )


async def _same_words(desk: Desk, turn: Turn, draft: Draft) -> Alert | None:
    recent = await desk.alerts.recent(limit=LOOKED_AT, by_editors=True)
    words = draft.text.plain if draft.text else ""
    return next(
        (
            alert
            for alert in recent
            if alert.kind is AlertKind.BROADCAST
            and alert.text is not None
            and turn.now - alert.created_at <= SAME_WITHIN
            and same_text(alert.text.plain, words)
        ),
        None,
    )
