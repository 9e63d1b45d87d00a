"""Following topics: choosing, following, leaving, and since when. A reader is told so when the store has it, not
before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from newsbot.conversation import confirmations
from newsbot.conversation.actions import encode
from newsbot.conversation.cards import card_of
from newsbot.conversation.intents import (
    FinishWelcome,
    Latest,
    ShowTopics,
    Subscribe,
    Unrecognised,
    Unsubscribe,
    View,
)
from newsbot.conversation.reading import latest, latest_button, readable, topics_button, unknown_topics
from newsbot.conversation.shared_chats import how_to_have_news_sent
from newsbot.conversation.turn import House, Replies, Turn, initial_preferences, rows, text
from newsbot.domain.message import Button, ChoiceReply, Option, Span, TextReply, Toast
from newsbot.domain.subscriber import THREAD, Preferences
from newsbot.domain.topic import Topic
from newsbot.errors import StoreError
from newsbot.subscribers.store import SubscriberEvent
from newsbot.text.dates import format_date

Followed = frozenset[str]

log = structlog.get_logger()


async def show_topics(house: House, turn: Turn, wish: ShowTopics) -> Replies:
    """To follow or leave them, for who may; for the others in a group to read them."""
    if turn.in_group and not await house.administers(turn.incoming):
        return (_topics_to_read(house, turn),)
    turn.subscriber  # noqa: B018 - raises where we can't tell what they follow: never show that as nothing
    return (topic_choice(house, turn, View.TOPICS),)


def topic_choice(house: House, turn: Turn, view: View) -> ChoiceReply:
    """Every topic as a button that follows or leaves it."""
    _ = turn.translate
    if view is View.WELCOME:
        question = _("Which topics would you like to follow? Press as many as you like, then “Done”.")
        buttons = rows(Button(_("Done"), encode(FinishWelcome())))
    else:
        question = _how_to_choose(turn)
        leave = Button(_("Unfollow all"), encode(Unsubscribe(everything=True, view=view))) if turn.followed else None
        buttons = rows(latest_button(turn), leave)
    return ChoiceReply(
        question=question,
        options=tuple(_switch(topic, turn, view) for topic in house.topics),
        buttons=buttons,
        replaces=turn.pressed,
    )


def _how_to_choose(turn: Turn) -> str:
    _ = turn.translate
    if turn.in_channel:
        return _("Write /subscribe or /unsubscribe with the names of topics; news on those with a tick is sent here.")
    if turn.in_group:
        return _("Press a topic to have its news sent here; press it again to end that.")
    return _("Press a topic to follow it; press it again to unfollow it.")


def _switch(topic: Topic, turn: Turn, view: View) -> Option:
    chosen = topic.id in turn.followed
    wish = Unsubscribe((topic.id,), view=view) if chosen else Subscribe((topic.id,), view=view)
    return Option(topic.label(turn.language), encode(wish), chosen=chosen)


def _topics_to_read(house: House, turn: Turn) -> ChoiceReply:
    options = tuple(Option(topic.label(turn.language), encode(Latest(topic.id))) for topic in house.topics)
    return ChoiceReply(question=turn.translate("Which topic's latest would you like to see?"), options=options)


async def subscribe(house: House, turn: Turn, wish: Subscribe) -> Replies:
    if not wish.topics and not wish.unrecognised:
        return await show_topics(house, turn, ShowTopics())
    wanted = house.topics.known(wish.topics)
    if not wanted:
        return (_no_such_topic(house, turn, wish.topics, wish.unrecognised, follow=True),)
    added = [topic for topic in wanted if topic.id not in turn.followed]
    came_back = turn.known is not None and turn.known.preferences.stopped
    turn = await change_topics(house, turn, lambda followed: followed | {topic.id for topic in wanted}, again=True)
    if came_back:
        said = confirmations.FOLLOWS_AGAIN.to(turn, topics=_names(house.topics.known(turn.followed), turn))
    elif added:
        said = confirmations.FOLLOWS.to(turn, topics=_names(added, turn))
    else:
        said = confirmations.FOLLOWS_ALREADY.to(turn, topics=_names(wanted, turn))
    return await _shown(house, turn, wish, said, wanted)


async def unsubscribe(house: House, turn: Turn, wish: Unsubscribe) -> Replies:
    subscriber = turn.subscriber
    if subscriber is None:
        return (not_known_yet(house, turn),)
    if wish.everything:
        turn = await change_topics(house, turn, lambda followed: frozenset())
        return await _shown(house, turn, wish, confirmations.FOLLOWS_NOTHING_ANY_MORE.to(turn), ())
    if not wish.topics and not wish.unrecognised:
        return await show_topics(house, turn, ShowTopics())
    if not wish.topics:
        return (_no_such_topic(house, turn, (), wish.unrecognised, follow=False),)
    unwanted = frozenset(wish.topics)  # also those that the newsroom has given up since
    turn = await change_topics(house, turn, lambda followed: followed - unwanted)
    named = house.topics.known(unwanted)
    if not named:
        said = turn.translate("Done.")
    elif subscriber.preferences.topics & unwanted:
        said = confirmations.FOLLOWS_NO_LONGER.to(turn, topics=_names(named, turn))
    else:
        said = confirmations.DOES_NOT_FOLLOW.to(turn, topics=_names(named, turn))
    return await _shown(house, turn, wish, said, named)


async def change_topics(
    house: House, turn: Turn, change: Callable[[Followed], Followed], *, again: bool = False
) -> Turn:
    """Durable when it returns. `again`: whoever chooses a topic is a subscriber again, had they stopped."""

    def choose(preferences: Preferences) -> Preferences:
        chosen = replace(preferences, topics=change(preferences.topics))
        if not again:
            return chosen
        chosen = replace(chosen, stopped=False)
        # Where a group's administrators write to us is where they want to read us.
        return chosen.with_note(THREAD, turn.incoming.thread_id) if turn.in_group else chosen

    subscriber = await house.subscribers.change(
        turn.incoming.address, "topics", choose, now=turn.now, initial=initial_preferences(house, turn)
    )
    return turn.of(subscriber, house.catalog)


async def _shown(
    house: House, turn: Turn, wish: Subscribe | Unsubscribe, said: str, topics: Sequence[Topic]
) -> Replies:
    """The confirmation, and the message in which it was chosen as it is now."""
    try:
        return await _shown_anew(house, turn, wish, said, topics)
    except StoreError as error:  # of the articles: what was chosen is saved, and is confirmed without them
        log.warning("message not shown anew", cause=str(error))
        return (Toast(text=said),) if turn.pressed else (text(said),)


async def _shown_anew(
    house: House, turn: Turn, wish: Subscribe | Unsubscribe, said: str, topics: Sequence[Topic]
) -> Replies:
    match wish.view:
        case View.TOPICS | View.WELCOME:
            return Toast(text=said), topic_choice(house, turn, wish.view)
        case View.CARD:
            article = await readable(house, turn, wish.article_id)
            card = (card_of(article, house, turn, replaces=turn.pressed),) if article else ()
            return (Toast(text=said), *card) if turn.pressed else (text(said),)
        case View.LIST:
            return Toast(text=said), *await latest(house, turn, Latest(topics[0].id if topics else "", in_place=True))
        case View.UNDONE:
            return Toast(text=said), text(said, buttons=rows(topics_button(turn)), replaces=turn.pressed)
        case View.ASKED:
            return (replace(_confirmation(house, turn, wish, said, topics), replaces=turn.pressed),)
        case View.NONE | View.SETTINGS:
            return (_confirmation(house, turn, wish, said, topics),)


def _confirmation(
    house: House, turn: Turn, wish: Subscribe | Unsubscribe, said: str, topics: Sequence[Topic]
) -> TextReply:
    _ = turn.translate
    preferences = turn.known.preferences if turn.known else Preferences()
    state = ""
    if preferences.paused and wish.topics:
        state = confirmations.IS_PAUSED.to(turn)
    elif isinstance(wish, Subscribe) and not turn.in_group:
        state = _("When something is published, I send it to you at once; /pause holds that back.")
    unknown = unknown_topics(house, turn, wish.unrecognised).plain if wish.unrecognised else ""
    offer = None
    if isinstance(wish, Subscribe) and len(topics) == 1:
        name = topics[0].label(turn.language)
        offer = Button(_("Latest: {topic}", topic=name), encode(Latest(topics[0].id)))
    return text(said, state, unknown, buttons=rows(offer, topics_button(turn)))


def _no_such_topic(
    house: House, turn: Turn, gone: Iterable[str], unrecognised: Sequence[Unrecognised], *, follow: bool
) -> TextReply:
    _ = turn.translate
    if any(gone):
        return text(_("This topic is no longer offered."), buttons=rows(latest_button(turn), topics_button(turn)))
    near = house.topics.known(word.suggestion for word in unrecognised)
    buttons = []
    for topic in near:
        name = topic.name(turn.language)
        if follow:
            buttons.append(Button(_("Follow {topic}", topic=name), encode(Subscribe((topic.id,)))))
        else:
            buttons.append(Button(_("Unfollow {topic}", topic=name), encode(Unsubscribe((topic.id,)))))
    return unknown_topics(house, turn, unrecognised, buttons=buttons)


async def my_topics(house: House, turn: Turn) -> Replies:
    _ = turn.translate
    subscriber = turn.subscriber
    if subscriber is None:
        return (not_known_yet(house, turn),)
    followed = house.topics.known(subscriber.preferences.topics)
    if not followed:
        nothing = confirmations.FOLLOWS_NOTHING_YET.to(turn)
        return (text(nothing, buttons=rows(topics_button(turn), latest_button(turn))),)
    since = followed_since(await house.subscribers.history(subscriber.address))
    lines = []
    for topic in followed:
        lines.append(Span(topic.label(turn.language), "bold"))
        if began := since.get(topic.id):
            date = format_date(began, turn.language, turn.zone, turn.now)
            lines.append(Span(" · " + _("since {date}", date=date)))
        lines.append(Span("\n"))
    state = ""
    if subscriber.preferences.stopped:
        state = confirmations.HAS_STOPPED.to(turn)
    elif subscriber.preferences.paused:
        state = confirmations.IS_PAUSED.to(turn)
    leave = Button(_("Unfollow all"), encode(Unsubscribe(everything=True)))
    return (text(confirmations.FOLLOWING.to(turn), tuple(lines[:-1]), state, buttons=rows(topics_button(turn), leave)),)


def followed_since(history: Sequence[SubscriberEvent]) -> dict[str, datetime]:
    """From when each topic has been followed without a break until now. Pure."""
    since: dict[str, datetime] = {}
    for event in history:
        topics = event.state.preferences.topics
        since = {topic: since.get(topic, event.at) for topic in topics}
    return since


def not_known_yet(house: House, turn: Turn) -> TextReply:
    _ = turn.translate
    if turn.in_group:
        return text(
            confirmations.FOLLOWS_NOTHING_YET.to(turn),
            how_to_have_news_sent(house, turn),
            buttons=rows(topics_button(turn), latest_button(turn)),
        )
    return text(
        _("You are not a subscriber yet. Choose topics to become one, or write /start."),
        buttons=rows(topics_button(turn), latest_button(turn)),
    )


def _names(topics: Sequence[Topic], turn: Turn) -> str:
    return ", ".join(topic.name(turn.language) for topic in topics)


__all__ = [
    "change_topics",
    "followed_since",
    "my_topics",
    "not_known_yet",
    "show_topics",
    "subscribe",
    "topic_choice",
    "unsubscribe",
]
