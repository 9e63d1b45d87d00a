"""Searching: the words as typed, pages of results, and ways on when there are none."""

from __future__ import annotations

from typing import Final

import structlog

from newsbot.articles.query_parser import parse_query
from newsbot.conversation.actions import encode
from newsbot.conversation.cards import headlines_of
from newsbot.conversation.intents import Latest, Search, SearchPage
from newsbot.conversation.reading import LONGEST_QUOTE, SHOWN, keep_list, latest_button, topics_button
from newsbot.conversation.turn import House, Replies, Turn, rows, text
from newsbot.conversation.vocabulary import key_of
from newsbot.domain.message import Button, HeadlinesReply, TextReply, Toast
from newsbot.domain.search import Found
from newsbot.errors import StoreError
from newsbot.rollups.days import day_of
from newsbot.rollups.searches import words_to_keep
from newsbot.text.clipping import Unit, clip
from newsbot.text.tokens import tokens

__all__ = ["search", "search_page"]

MOST_FOUND: Final = 50  #: results that can be paged through; who needs the fifty-first needs other words

log = structlog.get_logger()


async def search(house: House, turn: Turn, wish: Search) -> Replies:
    _ = turn.translate
    if not wish.words:
        return (text(_("What are you looking for? Write it like this: /search Padma Bridge")),)
    return await _found(house, turn, wish.words, page=0)


async def search_page(house: House, turn: Turn, wish: SearchPage) -> Replies:
    _ = turn.translate
    words = await house.memory.words(wish.token)
    if words is None:
        return (text(_("This search is from long ago. Please write its words again.")),)
    return await _found(house, turn, words, page=wish.page)


async def _found(house: House, turn: Turn, words: str, *, page: int) -> Replies:
    _ = turn.translate
    query = parse_query(words, now=turn.now, zone=turn.zone, topic_of=lambda word: house.vocabulary.topic(key_of(word)))
    first = page * SHOWN
    limit = max(min(SHOWN, MOST_FOUND - first), 0)
    answer = await house.articles.search(query, offset=first, limit=limit, count_to=MOST_FOUND + 1, now=turn.now)
    shown, count = answer.articles, answer.count
    quote = clip(words, LONGEST_QUOTE, unit=Unit.GRAPHEME)
    if not page and (not count or answer.meant):
        await _note(house, words, turn)
    if limit and not count:
        return (_nothing_found(house, turn, words, quote),)
    if not shown:
        return (Toast(text=_("There are no more results.")),)
    await keep_list(house, turn, shown)
    more = first + SHOWN < min(count, MOST_FOUND)
    token = await _keep_words(house, words) if page or more else ""
    back = Button(_("‹ Better"), encode(SearchPage(token, page - 1))) if token and page else None
    on = Button(_("More ›"), encode(SearchPage(token, page + 1))) if token and more else None
    footer = _("Press or send a number to read that story.")
    if answer.meant:
        title = _("Did you mean “{words}”?", words=clip(_corrected(words, answer), LONGEST_QUOTE, unit=Unit.GRAPHEME))
        nothing = _("Nothing was found for “{words}”.", words=quote)
        footer = f"{nothing} {footer}"
    elif count > MOST_FOUND:
        title = _("“{words}”: more than {n} stories", words=quote, n=MOST_FOUND)
    else:
        title = _.plural("“{words}”: {n} story", "“{words}”: {n} stories", count, words=quote)
    return (
        HeadlinesReply(
            title=title,
            headlines=headlines_of(shown, turn),
            footer=footer,
            buttons=rows(back, on),
            replaces=turn.pressed,
        ),
    )


async def _note(house: House, words: str, turn: Turn) -> None:
    """That nothing was found, without who searched. The answer doesn't depend on it."""
    if house.vain_searches is None:
        return
    try:
        await house.vain_searches.note(words_to_keep(words), day_of(turn.now, house.zone))
    except StoreError as error:
        log.warning("search in vain not noted", cause=str(error))


def _nothing_found(house: House, turn: Turn, words: str, quote: str) -> TextReply:
    _ = turn.translate
    nothing = _("Nothing was found for “{words}”. Try fewer words, or a different spelling.", words=quote)
    near = house.topics.get(house.vocabulary.suggest_topic(words)) if " " not in words else None
    if near is None:
        return text(nothing, buttons=rows(latest_button(turn), topics_button(turn)))
    meant = Button(_("Latest: {topic}", topic=near.label(turn.language)), encode(Latest(near.id)))
    question = _("Did you mean {topic}?", topic=near.name(turn.language))
    return text(f"{nothing} {question}", buttons=rows(meant, latest_button(turn)))


def _corrected(words: str, answer: Found) -> str:
    """The reader's words, those that no story has replaced by those that were searched for."""
    meant = dict(zip(answer.instead_of, answer.meant, strict=True))
    return " ".join(meant.get(word, word) for word in tokens(words))


async def _keep_words(house: House, words: str) -> str:
    try:
        return await house.memory.keep_words(words)
    except StoreError as error:
        log.warning("search not remembered", cause=str(error))
        return ""
