"""What a reader missed while the channel did not let us write to them: offered when they are heard of again, and shown.

Nothing here knows which channel that is. What is offered is looked up when it is offered: an alert that was stopped,
paused or recalled since, or whose article was withdrawn, is not shown, and stays what it was, held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from newsbot.conversation.actions import encode
from newsbot.conversation.cards import card_of, headlines_of
from newsbot.conversation.intents import (
    ButtonWord,
    DeclineMissed,
    Greeting,
    Help,
    Intent,
    KeepAlerts,
    Latest,
    MyTopics,
    OldButton,
    OpenArticle,
    OpenLink,
    OpenNumber,
    Reacted,
    Resume,
    Search,
    ShowMissed,
    ShowStory,
    Start,
    Thanks,
    UnknownCommand,
    Unsupported,
    Why,
)
from newsbot.conversation.reading import keep_list, latest_button, readable, topics_button
from newsbot.conversation.turn import House, Replies, Turn, actions_of, rows, text
from newsbot.delivery.ledger import Unit
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState
from newsbot.domain.article import Article
from newsbot.domain.message import AnyReply, Button, ChoiceReply, HeadlinesReply, NoticeReply

__all__ = ["Shown", "decline", "offer", "show_missed"]

MOST_SHOWN: Final = 10  #: at once, the newest
MOST_LOOKED_AT: Final = 40  #: of what was held: some of it may not be shown any more

#: they do something to copies; a correction is a message of its own, where copies stay as they are
NEVER_SHOWN: Final = frozenset({AlertKind.UPDATE, AlertKind.RECALL})

#: After an answer to these nothing is asked of the reader, so that an offer interrupts nothing.
RESTING: Final = (
    *(Latest, OpenArticle, OpenNumber, OpenLink, ShowStory, Search, MyTopics, Why, Greeting, Help, Thanks, Start),
    *(Resume, KeepAlerts, Reacted, Unsupported, UnknownCommand, OldButton, ButtonWord),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """Replies, and for each of them the deliveries that it makes good."""

    replies: Replies
    units: tuple[tuple[Unit, ...], ...]


@dataclass(frozen=True, slots=True)
class _Missed:
    alert: Alert  #: or its newest correction
    article: Article | None  #: None: what an editor wrote
    units: tuple[Unit, ...]  #: where the reader is held of it


async def offer(house: House, turn: Turn, intent: Intent, replies: Replies) -> Replies:
    """To be said after `replies`: how much waits, once in each window. Raises StoreError."""
    they = turn.known
    if house.held is None or they is None or turn.in_group or not isinstance(intent, RESTING):
        return ()
    if not they.preferences.wants_alerts or any(isinstance(reply, ChoiceReply) for reply in replies):
        return ()
    missed = await _shown_now(house, turn, await house.held.offer(they.slot))
    if not missed:
        return ()
    _ = turn.translate
    said = _.plural(
        "{n} story came while I could not write to you.",
        "{n} stories came while I could not write to you.",
        min(len(missed), MOST_SHOWN),
    )
    ways = rows(Button(_("Show them"), encode(ShowMissed())), Button(_("Not now"), encode(DeclineMissed())))
    # Some apps show buttons under the last message only.
    return (text(said, buttons=(*ways, *actions_of(replies))),)


async def show_missed(house: House, turn: Turn) -> Shown:
    """The newest of them; who is shown one has got it when the reply is sent."""
    _ = turn.translate
    they = turn.subscriber
    units = await house.held.missed(they.slot) if house.held is not None and they is not None else ()
    missed = await _shown_now(house, turn, units)
    now, later = missed[:MOST_SHOWN], missed[MOST_SHOWN:]
    if not now:
        nothing = _("Nothing is waiting for you any more.")
        return Shown((text(nothing, buttons=rows(latest_button(turn), topics_button(turn))),), ((),))
    articles = [one for one in now if one.article is not None]
    written = [one for one in now if one.article is None]
    replies: list[AnyReply] = [_notice(turn, one.alert) for one in written]
    made_good = [one.units for one in written]
    if articles:
        replies.append(await _articles(house, turn, [one.article for one in articles if one.article is not None]))
        made_good.append(tuple(unit for one in articles for unit in one.units))
    if later:
        more = Button(_("Show more"), encode(ShowMissed()))
        replies.append(text(_.plural("{n} more is waiting.", "{n} more are waiting.", len(later)), buttons=rows(more)))
        made_good.append(())
    return Shown(tuple(replies), tuple(made_good))


async def decline(house: House, turn: Turn) -> Replies:
    """Not now: it isn't offered again until more is missed."""
    _ = turn.translate
    if house.held is not None and turn.subscriber is not None:
        await house.held.decline(turn.subscriber.slot)
    return (text(_("All right. The latest news is always here."), buttons=rows(latest_button(turn))),)


async def _articles(house: House, turn: Turn, articles: Sequence[Article]) -> AnyReply:
    if len(articles) == 1:
        return card_of(articles[0], house, turn)
    _ = turn.translate
    await keep_list(house, turn, articles)
    return HeadlinesReply(
        title=_("What you missed"),
        headlines=headlines_of(articles, turn),
        footer=_("Press or send a number to read that story."),
        buttons=rows(latest_button(turn), topics_button(turn)),
    )


def _notice(turn: Turn, alert: Alert) -> NoticeReply:
    _ = turn.translate
    written = alert.text
    breaking = (_("Breaking"),) if alert.cls is AlertClass.BREAKING else ()
    corrected = (_("Corrected"),) if alert.kind is AlertKind.CORRECTION or alert.version > 1 else ()
    return NoticeReply(
        spans=written.spans if written else (),
        picture=written.picture if written else "",
        labels=(*breaking, *corrected),
        buttons=rows(latest_button(turn)),
    )


async def _shown_now(house: House, turn: Turn, units: Sequence[Unit]) -> list[_Missed]:
    """Of those, what may still be shown, in their order and as it reads now; each article or editor's message once.

    A correction is missed by who has what it corrects: where that can't be changed it is a message of its own.
    """
    found: dict[str, _Missed] = {}
    for unit in units[:MOST_LOOKED_AT]:
        alert = await house.alerts.get(unit.alert_id)
        if alert is None or alert.kind in NEVER_SHOWN or alert.state in (AlertState.STOPPED, AlertState.PAUSED):
            continue
        article = await readable(house, turn, alert.article_id) if alert.article_id else None
        if alert.article_id and article is None:
            continue
        sent = alert.of if alert.kind.touches_copies else alert.id
        touched = await house.alerts.copies_touched(sent)
        if any(one.kind is AlertKind.RECALL for one in touched):
            continue
        corrections = [
            one for one in touched if one.kind is AlertKind.CORRECTION and one.state is not AlertState.STOPPED
        ]
        reads = corrections[-1] if corrections else alert
        what = f"article {article.id}" if article is not None else f"alert {sent}"
        known = found.get(what)
        found[what] = replace(known, units=(*known.units, unit)) if known else _Missed(reads, article, (unit,))
    return list(found.values())
