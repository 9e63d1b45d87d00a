"""Asking before typed words change anything. Yes is a button that does it, no leaves all as it was; and since the same
words may have been meant as a search, that is a button too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog

from newsbot.conversation import confirmations
from newsbot.conversation.actions import encode
from newsbot.conversation.intents import (
    Ask,
    NeverMind,
    Pause,
    Pressable,
    Resume,
    SearchPage,
    Stop,
    Subscribe,
    Unsubscribe,
    View,
)
from newsbot.conversation.reading import topics_button
from newsbot.conversation.subscriptions import not_known_yet
from newsbot.conversation.turn import House, Replies, Turn, rows, text
from newsbot.domain.message import Button, TextReply
from newsbot.domain.topic import Topic
from newsbot.errors import StoreError
from newsbot.text.clipping import Unit, clip

__all__ = ["ask", "never_mind", "turn_on_button"]

LONGEST_SEARCHED: Final = 24  #: graphemes of a search on its button

log = structlog.get_logger()


async def ask(house: House, turn: Turn, asked: Ask) -> Replies:
    search = await _search_button(house, turn, asked.words)
    return (_asked(house, turn, asked, search),)


def _asked(house: House, turn: Turn, asked: Ask, search: Button | None) -> TextReply:
    if turn.subscriber is None and not isinstance(asked.wish, Subscribe):
        return _with(not_known_yet(house, turn), search)
    match asked.wish:
        case Subscribe():
            return _ask_to_follow(house, turn, asked.wish, search)
        case Unsubscribe():
            return _ask_to_unfollow(house, turn, asked.wish, search)
        case Pause() if turn.known and turn.known.preferences.paused:
            return text(confirmations.IS_PAUSED.to(turn), buttons=rows(turn_on_button(turn), search))
        case Stop() if turn.known and turn.known.preferences.stopped:
            return text(confirmations.HAS_STOPPED.to(turn), buttons=rows(turn_on_button(turn), search))
        case Resume() if turn.known and not (turn.known.preferences.paused or turn.known.preferences.stopped):
            return text(confirmations.ARE_ON.to(turn), buttons=rows(topics_button(turn), search))
        case Pause():
            return _question(turn, confirmations.ASKS_TO_PAUSE.to(turn), Pause(View.ASKED), search)
        case Resume():
            return _question(turn, confirmations.ASKS_TO_RESUME.to(turn), Resume(View.ASKED), search)
        case Stop():
            only_pause = Button(turn.translate("Only pause"), encode(Pause(View.ASKED)))
            return _question(turn, confirmations.ASKS_TO_STOP.to(turn), Stop(), only_pause, search)


def _ask_to_follow(house: House, turn: Turn, wish: Subscribe, search: Button | None) -> TextReply:
    topics = house.topics.known(wish.topics)
    stopped = turn.known is not None and turn.known.preferences.stopped
    new = topics if stopped else [topic for topic in topics if topic.id not in turn.followed]
    if not new:
        already = confirmations.FOLLOWS_ALREADY.to(turn, topics=_names(topics, turn))
        return text(already, buttons=rows(topics_button(turn), search))
    question = confirmations.ASKS_TO_FOLLOW.to(turn, topics=_names(new, turn))
    wishes = [Subscribe((topic.id,), view=View.ASKED) for topic in new]
    return _question_on(turn, question, new, wishes, search)


def _ask_to_unfollow(house: House, turn: Turn, wish: Unsubscribe, search: Button | None) -> TextReply:
    followed = house.topics.known(turn.followed)
    if wish.everything and not followed:
        return text(confirmations.FOLLOWS_NOTHING_YET.to(turn), buttons=rows(topics_button(turn), search))
    if wish.everything:
        question = confirmations.ASKS_TO_UNFOLLOW_ALL.to(turn, topics=_names(followed, turn))
        return _question(turn, question, Unsubscribe(everything=True, view=View.ASKED), search)
    named = house.topics.known(wish.topics)
    unwanted = [topic for topic in named if topic.id in turn.followed]
    if not unwanted:
        does_not = confirmations.DOES_NOT_FOLLOW.to(turn, topics=_names(named, turn))
        return text(does_not, buttons=rows(topics_button(turn), search))
    question = confirmations.ASKS_TO_UNFOLLOW.to(turn, topics=_names(unwanted, turn))
    wishes = [Unsubscribe((topic.id,), view=View.ASKED) for topic in unwanted]
    return _question_on(turn, question, unwanted, wishes, search)


def _question_on(
    turn: Turn,
    question: str,
    topics: Sequence[Topic],
    wishes: Sequence[Subscribe | Unsubscribe],
    search: Button | None,
) -> TextReply:
    """Yes or no to one topic; of several each has its button, and the question stays for the others."""
    if len(wishes) == 1:
        return _question(turn, question, wishes[0], search)
    _ = turn.translate
    each = []
    for topic, wish in zip(topics, wishes, strict=True):
        name = topic.name(turn.language)
        label = _("Follow {topic}", topic=name) if isinstance(wish, Subscribe) else _("Unfollow {topic}", topic=name)
        each.append(Button(label, encode(replace(wish, view=View.NONE))))
    return text(question, buttons=rows(*each, _no(turn), search))


def _question(turn: Turn, question: str, wish: Pressable, *others: Button | None) -> TextReply:
    yes = Button(turn.translate("Yes"), encode(wish))
    return text(question, buttons=rows(yes, _no(turn), *others))


def turn_on_button(turn: Turn) -> Button:
    return Button(turn.translate("Turn alerts on"), encode(Resume(View.ASKED)))


def _no(turn: Turn) -> Button:
    return Button(turn.translate("No"), encode(NeverMind()))


def _with(reply: TextReply, button: Button | None) -> TextReply:
    return replace(reply, buttons=(*reply.buttons, *rows(button)))


async def _search_button(house: House, turn: Turn, words: str) -> Button | None:
    """None where the words can't be kept: the question is asked all the same."""
    if not words:
        return None
    try:
        token = await house.memory.keep_words(words)
    except StoreError as error:
        log.warning("search not remembered", cause=str(error))
        return None
    shown = clip(words, LONGEST_SEARCHED, unit=Unit.GRAPHEME)
    return Button(turn.translate("Search: {words}", words=shown), encode(SearchPage(token, 0)))


def _names(topics: Sequence[Topic], turn: Turn) -> str:
    return ", ".join(topic.name(turn.language) for topic in topics)


def never_mind(turn: Turn) -> Replies:
    """No was pressed."""
    return (text(turn.translate("Nothing was changed."), replaces=turn.pressed),)
