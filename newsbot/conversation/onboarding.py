"""Meeting a reader: language, topics, a few hints. And meeting them again, with what they had chosen."""

from __future__ import annotations

from dataclasses import replace

from newsbot.conversation import confirmations
from newsbot.conversation.actions import encode
from newsbot.conversation.asking import turn_on_button
from newsbot.conversation.cards import follow_button, main_topic
from newsbot.conversation.intents import ChooseLanguage, Help, OpenArticle, Start, Subscribe, View
from newsbot.conversation.reading import latest_button, open_article, readable, topics_button
from newsbot.conversation.shared_chats import introduction
from newsbot.conversation.subscriptions import subscribe, topic_choice
from newsbot.conversation.turn import House, Replies, Turn, initial_preferences, rows, text
from newsbot.domain.message import Button, ChoiceReply, Option, TextReply
from newsbot.domain.subscriber import Preferences
from newsbot.i18n import language_name

TOPIC_LINK = "topic-"  #: `/start topic-sports`: stands in links on the site
ARTICLE_LINK = "article-"


async def start(house: House, turn: Turn, wish: Start) -> Replies:
    """Registers the reader, or welcomes them back; a link's topic is followed, its article shown."""
    if turn.in_group:
        return await _start_in_shared_chat(house, turn, wish)
    if turn.failure and (card := await _linked_article(house, turn, wish)):
        return card  # what they came for can be read, even while nobody can be registered
    before = turn.subscriber
    subscriber = await house.subscribers.change(
        turn.incoming.address, "started", _started, now=turn.now, initial=initial_preferences(house, turn)
    )
    turn = turn.of(subscriber, house.catalog)
    if topic := house.topics.get(wish.payload.removeprefix(TOPIC_LINK)) if _is(wish, TOPIC_LINK) else None:
        turn = await _seen(house, turn)
        greeting = () if before else (text(_welcome(house, turn)),)
        return (*greeting, *await subscribe(house, turn, Subscribe((topic.id,))))
    if card := await _linked_article(house, turn, wish):
        turn = await _seen(house, turn)
        greeting = () if before else (text(_welcome(house, turn)),)
        return (*greeting, *card, *await _offer_to_follow(house, turn, wish))
    if before is None or not subscriber.preferences.onboarded:
        return (_first_question(house, turn),)
    return (_welcome_back(house, turn, stopped=before.preferences.stopped),)


async def greet(house: House, turn: Turn) -> Replies:
    """To a hello. Nothing is changed by it: who is no reader yet becomes one by answering the first question."""
    if turn.in_group:
        return (introduction(house, turn),)
    subscriber = turn.subscriber
    if subscriber is None:
        return (_first_question(house, turn),)
    if not subscriber.preferences.stopped:
        begun = subscriber.preferences.onboarded or turn.followed
        return (_welcome_back(house, turn, stopped=False) if begun else _first_question(house, turn),)
    buttons = rows(turn_on_button(turn), latest_button(turn), topics_button(turn))
    return (text(confirmations.HAS_STOPPED.to(turn), buttons=buttons),)


def _started(preferences: Preferences) -> Preferences:
    return replace(preferences, stopped=False, unreachable=False)


async def _seen(house: House, turn: Turn) -> Turn:
    """Who came by a link has begun already: no questions first."""
    subscriber = await house.subscribers.change(
        turn.incoming.address, "onboarded", lambda known: replace(known, onboarded=True), now=turn.now
    )
    return turn.of(subscriber, house.catalog)


def _is(wish: Start, kind: str) -> bool:
    return wish.payload.startswith(kind)


def _first_question(house: House, turn: Turn) -> ChoiceReply:
    """Language where there is a choice, else at once the topics."""
    if len(house.catalog.languages) > 1:
        return language_choice(house, turn, View.WELCOME)
    choice = topic_choice(house, turn, View.WELCOME)
    return replace(choice, question=f"{_welcome(house, turn)}\n\n{choice.question}")


def language_choice(house: House, turn: Turn, view: View) -> ChoiceReply:
    """Asked in every language: we may have guessed the reader's wrong."""
    codes = (turn.language, *(code for code in house.catalog.languages if code != turn.language))
    questions = [house.catalog.gettext(code, "Which language would you like to read in?") for code in codes]
    if view is View.WELCOME:
        questions.insert(0, _welcome(house, turn) + "\n")
    options = tuple(
        Option(language_name(code), encode(ChooseLanguage(code, view)), chosen=code == turn.language)
        for code in house.catalog.languages
    )
    return ChoiceReply(question="\n".join(questions), options=options, replaces=turn.pressed)


def _welcome(house: House, turn: Turn) -> str:
    _ = turn.translate
    return _(
        "Welcome to {newsroom}! Here you can read the latest news, search it, and follow the topics you care about.",
        newsroom=house.newsroom.name(turn.language),
    )


async def finish_welcome(house: House, turn: Turn) -> Replies:
    """Done with the topics: what else there is."""
    subscriber = await house.subscribers.change(
        turn.incoming.address,
        "onboarded",
        lambda known: replace(known, onboarded=True),
        now=turn.now,
        initial=initial_preferences(house, turn),
    )
    turn = turn.of(subscriber, house.catalog)
    _ = turn.translate
    chosen = _followed_names(house, turn)
    return (
        text(
            _("You follow: {topics}.", topics=chosen)
            if chosen
            else _("You don't follow any topic yet; /topics lets you choose at any time."),
            _("When something is published, I send it to you at once; /pause holds that back.") if chosen else "",
            _(
                "Some hints: a topic's name shows its latest news, any other words are searched for, "
                "and the number of a story opens it."
            ),
            buttons=rows(latest_button(turn), Button(_("Help"), encode(Help()))),
            replaces=turn.pressed,
        ),
    )


def _welcome_back(house: House, turn: Turn, *, stopped: bool) -> TextReply:
    _ = turn.translate
    chosen = _followed_names(house, turn)
    kept = _("Your topics were kept: {topics}.", topics=chosen) if chosen else _("You don't follow any topic yet.")
    paused = turn.known is not None and turn.known.preferences.paused
    return text(
        _("Welcome back!") if stopped else _("Good to see you again!"),
        kept,
        _("Your alerts are paused; /resume turns them on again.") if paused else "",
        buttons=rows(latest_button(turn), topics_button(turn), Button(_("Help"), encode(Help()))),
    )


def _followed_names(house: House, turn: Turn) -> str:
    return ", ".join(topic.name(turn.language) for topic in house.topics.known(turn.followed))


async def _start_in_shared_chat(house: House, turn: Turn, wish: Start) -> Replies:
    """Nobody is registered by it; but who adds the bot by a topic's link has asked for that topic."""
    topic = house.topics.get(wish.payload.removeprefix(TOPIC_LINK)) if _is(wish, TOPIC_LINK) else None
    if topic and await house.administers(turn.incoming):
        return await subscribe(house, turn, Subscribe((topic.id,)))
    return (introduction(house, turn), *await _linked_article(house, turn, wish))


async def _linked_article(house: House, turn: Turn, wish: Start) -> Replies:
    digits = wish.payload.removeprefix(ARTICLE_LINK)
    if not _is(wish, ARTICLE_LINK) or not digits.isdecimal() or len(digits) > 18:
        return ()
    return await open_article(house, turn, OpenArticle(int(digits)))


async def _offer_to_follow(house: House, turn: Turn, wish: Start) -> Replies:
    _ = turn.translate
    article = await readable(house, turn, int(wish.payload.removeprefix(ARTICLE_LINK)))
    topic = main_topic(article, house.topics) if article else None
    if topic is None and turn.followed:
        return ()
    if topic is None:
        return (text(_("Would you like to follow topics that interest you?"), buttons=rows(topics_button(turn))),)
    if topic.id in turn.followed:
        return ()
    question = _("Would you like to follow news like this on {topic}?", topic=topic.name(turn.language))
    return (text(question, buttons=rows(follow_button(topic, turn, view=View.NONE), topics_button(turn))),)


__all__ = ["finish_welcome", "greet", "language_choice", "start"]
