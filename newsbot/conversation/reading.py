"""Reading: the latest headlines, and a card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import structlog

from newsbot.conversation.actions import MOST_SHOWN, encode
from newsbot.conversation.cards import card_of, follow_button, headlines_of, more
from newsbot.conversation.intents import (
    ChooseFilter,
    Latest,
    OpenArticle,
    OpenLink,
    OpenNumber,
    ShowStory,
    ShowTopics,
    Unrecognised,
    View,
)
from newsbot.conversation.timespans import end_of, said, within
from newsbot.conversation.turn import House, Replies, Turn, rows, text
from newsbot.domain.article import Article, Cursor, Page
from newsbot.domain.message import Button, ChoiceReply, HeadlinesReply, Option, TextReply, Toast
from newsbot.domain.topic import Topic
from newsbot.errors import StoreError
from newsbot.text.clipping import Unit, clip
from newsbot.text.periods import find_period

SHOWN: Final = 10  #: headlines in a list, when the reader names no count
LONGEST_QUOTE: Final = 60  #: graphemes of the reader's own words that we repeat

log = structlog.get_logger()


async def latest(house: House, turn: Turn, wish: Latest) -> Replies:
    _ = turn.translate
    if wish.unrecognised and not wish.topic:
        return (unknown_topics(house, turn, wish.unrecognised),)
    if wish.topic and wish.topic not in house.topics:
        return (text(_("This topic is no longer offered."), buttons=rows(latest_button(turn), topics_button(turn))),)
    shown = replace(wish, count=min(max(wish.count, 1), MOST_SHOWN) if wish.count else SHOWN)
    period = find_period(wish.when, turn.now, turn.zone, past_days=True) if wish.when else None
    if period is not None:
        shown = replace(shown, before=end_of(period))
    page = await _page(house, turn, shown)
    if page is None:
        shown = replace(shown, after=None)
        page = await house.articles.latest(
            topic=shown.topic or None, limit=shown.count, once_per_story=True, now=turn.now
        )
    if period is not None:
        page = within(page, period)
        if not page.articles:
            note = text(_("There are no stories from {when}. Here are the latest.", when=said(period, turn)))
            return (note, *await latest(house, turn, replace(wish, when="")))
    if not page.articles:
        return (_nothing_to_show(house, turn, shown),)
    await keep_list(house, turn, page.articles)
    topic = house.topics.get(shown.topic)
    first = wish.before is None and shown.after is None
    return (
        HeadlinesReply(
            title=_title(turn, topic, said(period, turn) if period else ""),
            headlines=headlines_of(page.articles, turn, others=page.others),
            footer=_footer(house, turn, wish),
            buttons=(
                *rows(*_story_buttons(page, turn)),
                *rows(None if first else _newer(shown, page, turn), _older(shown, page, turn)),
                *rows(_filter_button(shown, turn), follow_button(topic, turn, view=View.LIST) if first else None),
            ),
            replaces=turn.pressed if wish.in_place else None,
        ),
    )


def _title(turn: Turn, topic: Topic | None, when: str) -> str:
    _ = turn.translate
    if topic is None:
        return _("News: {when}", when=when) if when else _("Latest news")
    label = topic.label(turn.language)
    return _("{topic}: {when}", topic=label, when=when) if when else _("{topic}: latest", topic=label)


async def _page(house: House, turn: Turn, wish: Latest) -> Page | None:
    """None where paging back has reached the top: a full page of the newest reads better than what is left there."""
    topic = wish.topic or None
    if wish.after is None:
        return await house.articles.latest(
            topic=topic, before=wish.before, limit=wish.count, once_per_story=True, now=turn.now
        )
    newer = await house.articles.latest(
        topic=topic, after=wish.after, limit=wish.count + 1, once_per_story=True, now=turn.now
    )
    if len(newer.articles) <= wish.count:
        return None
    return replace(newer, articles=newer.articles[1:])


def _nothing_to_show(house: House, turn: Turn, wish: Latest) -> TextReply | Toast:
    _ = turn.translate
    if wish.before:
        ending = _("There are no older stories.")
        return Toast(text=ending) if turn.pressed else text(ending)
    topic = house.topics.get(wish.topic)
    if topic is None:
        return text(_("There are no stories yet. Please look again in a little while."))
    return text(
        _("There are no stories on {topic} yet. Please look again in a little while.", topic=topic.name(turn.language)),
        buttons=rows(latest_button(turn), topics_button(turn)),
        replaces=turn.pressed if wish.in_place else None,
    )


def _footer(house: House, turn: Turn, wish: Latest) -> str:
    _ = turn.translate
    lines = [_("Press or send a number to read that story.")]
    if wish.count > MOST_SHOWN:
        lines.append(_("A list holds at most {n} stories.", n=MOST_SHOWN))
    if wish.left_out:
        lines.append(_("A list shows one topic at a time."))
    if wish.unrecognised:
        lines.append(_("Not understood: {words}.", words=_quoted(word.word for word in wish.unrecognised)))
    return " ".join(lines)


def _story_buttons(page: Page, turn: Turn) -> list[Button]:
    """For each headline whose story others tell too: those."""
    _ = turn.translate
    return [
        Button(f"{_.number(number)}: {more(page.others[article.tells], _)}", encode(ShowStory(article.tells)))
        for number, article in enumerate(page.articles, start=1)
        if article.tells in page.others
    ]


def _older(wish: Latest, page: Page, turn: Turn) -> Button | None:
    if page.next is None:
        return None
    step = Latest(wish.topic, wish.count, before=page.next, in_place=True)
    return Button(turn.translate("Older ›"), encode(step))


def _newer(wish: Latest, page: Page, turn: Turn) -> Button:
    top = page.articles[0]
    step = Latest(wish.topic, wish.count, after=Cursor(top.published_at, top.id), in_place=True)
    return Button(turn.translate("‹ Newer"), encode(step))


def _filter_button(wish: Latest, turn: Turn) -> Button:
    return Button(turn.translate("By topic"), encode(ChooseFilter(wish.topic, wish.count)))


async def choose_filter(house: House, turn: Turn, wish: ChooseFilter) -> Replies:
    """The topics in place of the list; pressing one shows its latest there."""
    _ = turn.translate
    everything = Option(_("All topics"), encode(Latest("", wish.count, in_place=True)), chosen=not wish.topic)
    by_topic = (
        Option(
            topic.label(turn.language),
            encode(Latest(topic.id, wish.count, in_place=True)),
            chosen=topic.id == wish.topic,
        )
        for topic in house.topics
    )
    return (
        ChoiceReply(
            question=_("Which topic's latest would you like to see?"),
            options=(everything, *by_topic),
            replaces=turn.pressed,
        ),
    )


async def show_story(house: House, turn: Turn, wish: ShowStory) -> Replies:
    """Everything that tells it, the newest first, as a list of its own."""
    _ = turn.translate
    found = await house.articles.of_story(wish.story, now=turn.now, limit=MOST_SHOWN + 1)
    if not found:
        return (no_longer_available(turn),)
    found, everything = found[:MOST_SHOWN], len(found) <= MOST_SHOWN
    await keep_list(house, turn, found)
    return (
        HeadlinesReply(
            title=_.plural("All on this: {n} story", "All on this: {n} stories", len(found))
            if everything
            else _("The newest {n} stories on this", n=len(found)),
            headlines=headlines_of(found, turn),
            footer=_("Press or send a number to read that story."),
            buttons=rows(latest_button(turn)),
        ),
    )


# --- one article ----------------------------------------------------------------------------------------------------


async def open_article(house: House, turn: Turn, wish: OpenArticle) -> Replies:
    article = await readable(house, turn, wish.article_id)
    return (card_of(article, house, turn) if article else no_longer_available(turn),)


async def open_number(house: House, turn: Turn, wish: OpenNumber) -> Replies:
    _ = turn.translate
    shown = await house.memory.last_list(turn.incoming.address)
    if not shown:
        note = text(_("There is no list yet to which this number belongs. Here are the latest stories."))
        return (note, *await latest(house, turn, Latest()))
    if not 1 <= wish.number <= len(shown):
        return (text(_.plural("The last list has {n} story.", "The last list has {n} stories.", len(shown))),)
    return await open_article(house, turn, OpenArticle(shown[wish.number - 1]))


async def open_link(house: House, turn: Turn, wish: OpenLink) -> Replies:
    """The card of a page that the reader pasted, if it is ours."""
    article = await house.articles.by_url(wish.url)
    if article is None or not _may_be_read(article, turn):
        _ = turn.translate
        return (text(_("We don't have a story at this address."), buttons=rows(latest_button(turn))),)
    return (card_of(article, house, turn),)


async def readable(house: House, turn: Turn, article_id: int) -> Article | None:
    """The article, unless it is gone, withdrawn or still to be published."""
    article = await house.articles.get(article_id)
    return article if article and _may_be_read(article, turn) else None


def _may_be_read(article: Article, turn: Turn) -> bool:
    return article.withdrawn_at is None and article.published_at <= turn.now


def no_longer_available(turn: Turn) -> TextReply:
    _ = turn.translate
    return text(_("This story is no longer available."), buttons=rows(latest_button(turn)))


# --- pieces that other verbs use ------------------------------------------------------------------------------------


def unknown_topics(
    house: House, turn: Turn, words: Sequence[Unrecognised], *, buttons: Sequence[Button] = ()
) -> TextReply:
    """‘ক্রিড়া’ নামে কোনো বিষয় নেই; আপনি কি খেলা বোঝাতে চেয়েছেন?"""
    _ = turn.translate
    lines = []
    offers = list(buttons)
    for unrecognised in words:
        near = house.topics.get(unrecognised.suggestion)
        word = clip(unrecognised.word, LONGEST_QUOTE, unit=Unit.GRAPHEME)
        if near is None:
            lines.append(_("There is no topic called “{word}”.", word=word))
        else:
            name = near.name(turn.language)
            lines.append(_("There is no topic called “{word}”; did you mean {topic}?", word=word, topic=name))
            if not buttons:
                offers.append(Button(near.label(turn.language), encode(Latest(near.id))))
    return text("\n".join(lines), buttons=rows(*offers, topics_button(turn)))


def latest_button(turn: Turn) -> Button:
    return Button(turn.translate("Latest news"), encode(Latest()))


def topics_button(turn: Turn) -> Button:
    return Button(turn.translate("Topics"), encode(ShowTopics()))


async def keep_list(house: House, turn: Turn, articles: Sequence[Article]) -> None:
    """So that a typed number opens its line. A list that can't be remembered is still a list."""
    try:
        await house.memory.keep_list(turn.incoming.address, [article.id for article in articles])
    except StoreError as error:
        log.warning("list not remembered", cause=str(error))


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{clip(word, LONGEST_QUOTE, unit=Unit.GRAPHEME)}”" for word in words)
