"""Answers to the buttons under an alert: no more of this topic, and why it came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from newsbot.conversation import confirmations
from newsbot.conversation.actions import encode
from newsbot.conversation.intents import StopTopic, Subscribe, View, Why
from newsbot.conversation.reading import topics_button
from newsbot.conversation.subscriptions import change_topics, not_known_yet
from newsbot.conversation.turn import House, Replies, Turn, rows, text
from newsbot.domain.alert import Alert, AlertClass
from newsbot.domain.message import Button, Toast
from newsbot.i18n import language_name
from newsbot.subscribers.store import SubscriberEvent
from newsbot.text.dates import format_datetime

__all__ = ["stop_topic", "why"]


async def stop_topic(house: House, turn: Turn, wish: StopTopic) -> Replies:
    """Unfollowed at once; the confirmation takes it back."""
    subscriber = turn.subscriber
    if subscriber is None:
        return (not_known_yet(house, turn),)
    turn = await change_topics(house, turn, lambda followed: followed - {wish.topic})
    _ = turn.translate
    topic = house.topics.get(wish.topic)
    if topic is None:  # the newsroom has given it up since
        return (Toast(text=_("Done.")),)
    name = topic.name(turn.language)
    if wish.topic not in subscriber.preferences.topics:
        return (Toast(text=confirmations.DOES_NOT_FOLLOW.to(turn, topics=name)),)
    said = confirmations.FOLLOWS_NO_LONGER.to(turn, topics=name)
    undo = Button(_("Undo"), encode(Subscribe((topic.id,), view=View.UNDONE)))
    return Toast(text=said), text(said, buttons=rows(undo, topics_button(turn)))


async def why(house: House, turn: Turn, wish: Why) -> Replies:
    """One sentence, true of the reader as they are now and as they were then."""
    _ = turn.translate
    if not wish.alert_id:
        return (text(_("This is a preview. Here each reader is told why it was sent to them.")),)
    alert = await house.alerts.get(wish.alert_id)
    if alert is None:
        said = _("This was sent long ago; why is no longer kept.")
    elif alert.audience.topics:
        said = await _to_followers(house, turn, alert)
    else:
        said = _to_all(turn, alert)
    return (text(said, buttons=rows(topics_button(turn))),)


def _to_all(turn: Turn, alert: Alert) -> str:
    _ = turn.translate
    breaking = alert.cls is AlertClass.BREAKING
    if alert.audience.languages:
        languages = ", ".join(language_name(code) for code in alert.audience.languages)
        if breaking:
            return _("The newsroom sent this as breaking news to all who read in {languages}.", languages=languages)
        return _("The newsroom sent this to all who read in {languages}.", languages=languages)
    if breaking:
        return _("The newsroom sent this to all its readers as breaking news.")
    return _("The newsroom sent this to all its readers.")


async def _to_followers(house: House, turn: Turn, alert: Alert) -> str:
    _ = turn.translate
    now = [topic for topic in alert.audience.topics if topic in turn.followed]
    if now and turn.known:
        names = _names(house, turn, now)
        if alert.by:
            return _("You follow {topics}, and the newsroom sent this to all who do.", topics=names)
        article = await house.articles.get(alert.article_id)
        moment = article.published_at if article else alert.created_at
        when = format_datetime(moment, turn.language, turn.zone, turn.now)
        return _("You follow {topics}, and this was published on {when}.", topics=names, when=when)
    if turn.known is None:
        names = _names(house, turn, alert.audience.topics)
        return _("This was sent to all who follow {topics}; you are no subscriber now.", topics=names)
    history = await house.subscribers.history(turn.known.address)
    then = [topic for topic in alert.audience.topics if topic in _followed_at(history, alert.created_at)]
    if then:
        return _("You followed {topics} when this was sent; now you don't.", topics=_names(house, turn, then))
    names = _names(house, turn, alert.audience.topics)
    return _("This was sent to all who follow {topics}; you don't follow it now.", topics=names)


def _followed_at(history: Sequence[SubscriberEvent], moment: datetime) -> frozenset[str]:
    before = [event.state.preferences.topics for event in history if event.at <= moment]
    return before[-1] if before else frozenset()


def _names(house: House, turn: Turn, topic_ids: Sequence[str]) -> str:
    """Of topics that the newsroom has given up, the lasting id is all that is known."""
    topics = ((house.topics.get(topic_id), topic_id) for topic_id in topic_ids)
    return ", ".join(topic.name(turn.language) if topic else topic_id for topic, topic_id in topics)
