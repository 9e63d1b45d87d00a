"""From /broadcast to a draft with its message: what an editor writes or forwards on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.audience import choose_audience
from newsbot.desk.correcting import take_correction
from newsbot.desk.draft_answers import ask_for_message, cancel_button, current, shown_anew
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.refusals import overlong_in_words
from newsbot.desk.timing import take_time
from newsbot.desk.turn import Desk, actor_of
from newsbot.desk.writing import Overlong, Unusable, article_named, read_message
from newsbot.domain.alert import AlertClass, AlertText
from newsbot.domain.article import Article
from newsbot.domain.message import Kind, TextReply
from newsbot.ingest.article_finder import addresses_to_look_up, find_article
from newsbot.ingest.canonical_url import InvalidUrl, canonical_url
from newsbot.text.clipping import Unit, clip, length

__all__ = ["begin", "rest_of_a_long_text", "take_message"]

SPLIT_WITHIN: Final = timedelta(seconds=3)  #: parts of a text that the app cut follow each other at once
LEAST_SPLIT: Final = 0.95  #: of the limit: a part that was cut is nearly full


async def begin(desk: Desk, turn: Turn, arguments: str) -> Replies:
    """/broadcast, or /broadcast with an article."""
    draft = await desk.drafts.begin(turn.incoming.address, event=turn.incoming.event_id, now=turn.now)
    if draft.state is not DraftState.WRITING:  # the same event, again
        return await shown_anew(desk, turn, draft)
    if not arguments:
        return (ask_for_message(turn, draft),)
    named = article_named(arguments, bare_number=True)
    article = await _article(desk, named) if named is not None else None
    if article is None:
        return _no_such_article(turn, arguments), ask_for_message(turn, draft)
    return await _take(desk, turn, draft, article=article)


async def take_message(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """What the editor wrote or forwarded while a draft waits for it."""
    incoming = turn.incoming
    if draft.awaits_time:
        return await take_time(desk, turn, draft)
    if draft.event == f"album:{incoming.album}" or _goes_on(desk, turn, draft):
        return ()  # the rest of what was refused already
    written = read_message(incoming, desk.limits)
    if isinstance(written, Unusable):
        if written is Unusable.ALBUM:
            await desk.drafts.change(replace(draft, event=f"album:{incoming.album}"), now=turn.now)
        return (_refused(turn, draft, written),)
    if isinstance(written, Overlong):
        return (text(overlong_in_words(written, turn), buttons=rows(cancel_button(turn, draft))),)
    if draft.corrects:
        return await take_correction(desk, turn, draft, written)
    named = article_named(incoming.text) if not written.picture else None
    if named is not None:
        article = await _article(desk, named)
        if article is not None:
            return await _take(desk, turn, draft, article=article)
        if isinstance(named, int):
            return (_no_such_article(turn, incoming.text, draft),)
    return await _take(desk, turn, draft, written=written)


async def _take(
    desk: Desk, turn: Turn, draft: Draft, *, written: AlertText | None = None, article: Article | None = None
) -> Replies:
    _ = turn.translate
    if article is not None and article.withdrawn_at is not None:
        return (text(_("This article was withdrawn, so it can't be sent."), buttons=rows(cancel_button(turn, draft))),)
    if article is not None and article.published_at > turn.now:
        return (text(_("This article is not published yet."), buttons=rows(cancel_button(turn, draft))),)
    cls = AlertClass.BREAKING if article is not None and article.breaking else draft.cls
    taken = replace(
        draft,
        state=DraftState.READY,
        event=turn.incoming.event_id,
        text=written,
        article_id=article.id if article else 0,
        cls=cls,
    )
    kept = await keep_draft(desk, draft, taken, by=actor_of(turn), now=turn.now)
    return await current(desk, turn, draft.id) if kept is None else (await choose_audience(desk, turn, kept),)


async def rest_of_a_long_text(desk: Desk, turn: Turn, draft: Draft) -> Replies | None:
    """The app cuts a text that is too long in two; the second part comes when the draft has taken the first.

    None if it is no such part.
    """
    incoming = turn.incoming
    if draft.event == incoming.event_id:  # the same event, again
        return await shown_anew(desk, turn, draft)
    if draft.state is not DraftState.READY or draft.text is None or incoming.kind is not Kind.TEXT:
        return None
    limits = desk.limits[incoming.address.channel]
    first = length(draft.text.plain, limits.unit)
    soon = abs((incoming.received_at or turn.now) - draft.changed_at) <= SPLIT_WITHIN
    if limits.splits or not soon or first < LEAST_SPLIT * limits.text:
        return None
    waiting = replace(draft, state=DraftState.WRITING, event="split", text=None)
    kept = await keep_draft(desk, draft, waiting, by=actor_of(turn), now=turn.now)
    if kept is None:
        return None
    excess = first + length(incoming.text, limits.unit) - limits.text
    said = overlong_in_words(Overlong(excess, limits.text), turn)
    return (text(said, buttons=rows(cancel_button(turn, kept))),)


def _goes_on(desk: Desk, turn: Turn, draft: Draft) -> bool:
    soon = abs((turn.incoming.received_at or turn.now) - draft.changed_at) <= SPLIT_WITHIN
    return draft.event == "split" and soon and turn.incoming.kind is Kind.TEXT


def _refused(turn: Turn, draft: Draft, why: Unusable) -> TextReply:
    _ = turn.translate
    match why:
        case Unusable.ALBUM:
            said = _("Several pictures can't be sent together. Send one, with the text under it.")
        case Unusable.FILE:
            said = _("Files can't be sent. Send the picture as a photo (not “as a file”), with the text under it.")
        case Unusable.OTHER_MEDIA:
            said = _("Only text and one picture can be sent: no stickers, voice messages or videos.")
        case Unusable.NO_WORDS:
            said = _("There is not a word in it. Write what readers should know; under a picture, too.")
    return text(said, _("The draft still waits for its message."), buttons=rows(cancel_button(turn, draft)))


def _no_such_article(turn: Turn, words: str, draft: Draft | None = None) -> TextReply:
    _ = turn.translate
    shown = clip(words, 80, unit=Unit.GRAPHEME)
    said = _("We have no article {words}. Send its address as it stands on the site.", words=shown)
    return text(said, buttons=rows(cancel_button(turn, draft)) if draft else ())


async def _article(desk: Desk, named: int | str) -> Article | None:
    articles = desk.house.articles
    if isinstance(named, int):
        return await articles.get(named)
    try:
        url = canonical_url(named)  # an address is pasted with whatever an app has hung on it
    except InvalidUrl:
        return None
    return find_article([url], await articles.known_urls(addresses_to_look_up([url])))
