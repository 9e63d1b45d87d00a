"""Chats that many share. In a group anyone may read the news; what is sent to all there its administrators decide. In a
channel only they can write at all, and each answer is a post that everybody sees.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from newsbot.conversation.intents import (
    Ask,
    ChooseLanguage,
    ConfirmLink,
    FinishWelcome,
    ForgetMe,
    Intent,
    KeepMe,
    Link,
    MyData,
    MyTopics,
    NeverMind,
    Pause,
    Resume,
    ShowSettings,
    ShowTopics,
    Stop,
    StopTopic,
    Subscribe,
    Unlink,
    Unsubscribe,
)
from newsbot.conversation.reading import latest_button, topics_button
from newsbot.conversation.turn import House, Replies, Turn, rows, text
from newsbot.domain.message import AnyReply, ChoiceReply, Span, TextReply, Toast

__all__ = ["as_posts", "how_to_have_news_sent", "introduction", "refusal"]

#: What decides about a chat, or tells what is kept of it. (ShowTopics is for everyone: who may not choose can read.)
ADMINISTRATORS_ONLY: Final = (
    *(Subscribe, Unsubscribe, StopTopic, MyTopics, FinishWelcome, ShowSettings, ChooseLanguage),
    *(Pause, Resume, Stop, MyData, ForgetMe, KeepMe, Ask, NeverMind),
)
#: What has no meaning in the newsroom's own channel, which follows nothing and is sent what breaks.
NOT_IN_OUR_CHANNEL: Final = (Subscribe, Unsubscribe, ShowTopics, MyTopics, Pause, Resume, Stop, ForgetMe, Ask)
CHOSEN: Final = "✅"


async def refusal(house: House, turn: Turn, intent: Intent) -> Replies | None:
    """The answer to who may not do this here; None: they may.

    Raises ChannelUnavailable or StoreUnavailable when it can't be told.
    """
    if not turn.in_group:
        return None
    _ = turn.translate
    ours = turn.in_channel and turn.incoming.address == house.public_channel
    if ours and isinstance(intent, NOT_IN_OUR_CHANNEL):
        return (text(_("This is the newsroom's own channel: breaking news is sent here without subscribing.")),)
    if isinstance(intent, Link | ConfirmLink | Unlink):
        return (text(_("Only a reader's own chat can be connected with another; write to me there.")),)
    if not isinstance(intent, ADMINISTRATORS_ONLY) or await house.administers(turn.incoming):
        return None
    said = _("Only the administrators of this group can do that.")
    return (Toast(text=said),) if turn.pressed else (text(said),)


def introduction(house: House, turn: Turn) -> TextReply:
    """To a group that the bot was added to, and to /start there."""
    _ = turn.translate
    kept = turn.known is not None and not turn.known.preferences.stopped and bool(house.topics.known(turn.followed))
    names = ", ".join(topic.name(turn.language) for topic in house.topics.known(turn.followed))
    return text(
        _("Hello! I bring the news of {newsroom}.", newsroom=house.newsroom.name(turn.language)),
        _("News sent here: {topics}.", topics=names) if kept else "",
        "" if turn.in_channel else _("Write /latest for the latest news, or /search with words to find a story."),
        how_to_have_news_sent(house, turn),
        buttons=rows(latest_button(turn), topics_button(turn)),
    )


def how_to_have_news_sent(house: House, turn: Turn) -> str:
    _ = turn.translate
    topic = next((topic.name(turn.language) for topic in house.topics), "")
    if turn.in_channel:
        return _("To have a topic's news sent to this channel, write its name here: /subscribe {topic}.", topic=topic)
    return _("Administrators can have news sent to this group: /topics, or by name: /subscribe {topic}.", topic=topic)


def as_posts(replies: Replies) -> Replies:
    """Without buttons that act: anybody could press them. A choice is a list."""
    return tuple(_as_post(reply) for reply in replies)


def _as_post(reply: AnyReply) -> AnyReply:
    if isinstance(reply, ChoiceReply):
        lines = "\n".join(f"{CHOSEN} {one.label}" if one.chosen else one.label for one in reply.options)
        return TextReply(paragraphs=((Span(reply.question),), (Span(lines),)))
    return replace(reply, buttons=())
