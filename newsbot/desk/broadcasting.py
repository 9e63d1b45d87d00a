"""From /broadcast to an alert: what an editor says and presses on the way. Nothing is sent before the last button."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from newsbot.channels.channel import Operation, Recipient
from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.delivery.pacing import Lane
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.audience import changed_by, choose_audience
from newsbot.desk.bulletins import Act, BulletinKind
from newsbot.desk.correcting import parent_of, refusal_of, take_correction
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.preview import alert_of, as_readers_see_it, control, overlong_in_words, reach_of, show
from newsbot.desk.standing import standing_of
from newsbot.desk.turn import Desk, note
from newsbot.desk.writing import Overlong, Unusable, article_named, read_message
from newsbot.domain.alert import Alert, AlertClass, AlertText
from newsbot.domain.article import Article
from newsbot.domain.attempt import Sent
from newsbot.domain.message import Button, Kind, TextReply, Toast
from newsbot.ingest.canonical_url import InvalidUrl, canonical_url
from newsbot.ingest.story_finder import addresses_to_look_up, find_article
from newsbot.text.clipping import Unit, clip, length

__all__ = ["begin", "press_draft", "rest_of_a_long_text", "take_message"]

SPLIT_WITHIN: Final = timedelta(seconds=3)  #: parts of a text that the app cut follow each other at once
LEAST_SPLIT: Final = 0.95  #: of the limit: a part that was cut is nearly full


async def begin(desk: Desk, turn: Turn, arguments: str) -> Replies:
    """/broadcast, or /broadcast with an article."""
    draft = await desk.drafts.begin(turn.incoming.address, event=turn.incoming.event_id, now=turn.now)
    if draft.state is not DraftState.WRITING:  # the same event, again
        return await _shown_anew(desk, turn, draft)
    if not arguments:
        return (_ask_for_message(turn, draft),)
    named = article_named(arguments, bare_number=True)
    article = await _article(desk, named) if named is not None else None
    if article is None:
        return _no_such_article(turn, arguments), _ask_for_message(turn, draft)
    return await _take(desk, turn, draft, article=article)


async def take_message(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """What the editor wrote or forwarded while a draft waits for it."""
    incoming = turn.incoming
    if draft.event == f"album:{incoming.album}" or _goes_on(desk, turn, draft):
        return ()  # the rest of what was refused already
    written = read_message(incoming, desk.limits)
    if isinstance(written, Unusable):
        if written is Unusable.ALBUM:
            await desk.drafts.change(replace(draft, event=f"album:{incoming.album}"), now=turn.now)
        return (_refused(turn, draft, written),)
    if isinstance(written, Overlong):
        return (text(overlong_in_words(written, turn), buttons=rows(_cancel(turn, draft))),)
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
        return (text(_("This article was withdrawn, so it can't be sent."), buttons=rows(_cancel(turn, draft))),)
    if article is not None and article.published_at > turn.now:
        return (text(_("This article is not published yet."), buttons=rows(_cancel(turn, draft))),)
    cls = AlertClass.BREAKING if article is not None and article.breaking else draft.cls
    taken = replace(
        draft,
        state=DraftState.READY,
        event=turn.incoming.event_id,
        text=written,
        article_id=article.id if article else 0,
        cls=cls,
    )
    kept = await desk.drafts.change(taken, now=turn.now)
    return await _current(desk, turn, draft.id) if kept is None else (await choose_audience(desk, turn, kept),)


async def rest_of_a_long_text(desk: Desk, turn: Turn, draft: Draft) -> Replies | None:
    """The app cuts a text that is too long in two; the second part comes when the draft has taken the first.

    None if it is no such part.
    """
    incoming = turn.incoming
    if draft.event == incoming.event_id:  # the same event, again
        return await _shown_anew(desk, turn, draft)
    if draft.state is not DraftState.READY or draft.text is None or incoming.kind is not Kind.TEXT:
        return None
    first = length(draft.text.plain, desk.limits.unit)
    soon = abs((incoming.received_at or turn.now) - draft.changed_at) <= SPLIT_WITHIN
    if not soon or first < LEAST_SPLIT * desk.limits.text:
        return None
    waiting = replace(draft, state=DraftState.WRITING, event="split", text=None)
    kept = await desk.drafts.change(waiting, now=turn.now)
    if kept is None:
        return None
    excess = first + length(incoming.text, desk.limits.unit) - desk.limits.text
    said = overlong_in_words(Overlong(excess, desk.limits.text), turn)
    return (text(said, buttons=rows(_cancel(turn, kept))),)


def _goes_on(desk: Desk, turn: Turn, draft: Draft) -> bool:
    soon = abs((turn.incoming.received_at or turn.now) - draft.changed_at) <= SPLIT_WITHIN
    return draft.event == "split" and soon and turn.incoming.kind is Kind.TEXT


# --- buttons of a draft ----------------------------------------------------------------------------------------------


async def press_draft(desk: Desk, turn: Turn, press: Press) -> Replies:
    _ = turn.translate
    draft = await desk.drafts.get(press.id)
    if draft is None:
        return (Toast(text=_("This draft is no longer kept.")),)
    if press.verb is Verb.CONFIRM:
        return await _confirm(desk, turn, draft, press)
    if not draft.state.open:
        return await _current(desk, turn, draft.id)
    if press.verb is Verb.DROP:
        dropped = await desk.drafts.change(replace(draft, state=DraftState.DROPPED), now=turn.now)
        if dropped is None:
            return await _current(desk, turn, draft.id)
        return (text(_("Cancelled. Nothing was sent."), replaces=turn.pressed),)
    if draft.state is DraftState.WRITING:
        return (_ask_for_message(turn, draft),)
    if press.verb in (Verb.EVERYONE, Verb.TOPIC, Verb.LANGUAGE, Verb.BREAKING, Verb.SILENT):
        return await _choose(desk, turn, draft, press)
    if press.revision != draft.revision:
        return await _changed_since(desk, turn, draft)
    match press.verb:
        case Verb.AUDIENCE:
            return (await choose_audience(desk, turn, draft),)
        case Verb.PREVIEW:
            return await show(desk, turn, draft, await parent_of(desk, draft))
        case Verb.TO_ME:
            return await _to_me(desk, turn, draft)
        case Verb.ASK:
            return await _ask(desk, turn, draft)
        case Verb.REWRITE:
            waiting = await desk.drafts.change(replace(draft, state=DraftState.WRITING, event=""), now=turn.now)
            return await _current(desk, turn, draft.id) if waiting is None else (_ask_for_message(turn, waiting),)
        case _:
            return ()


async def _choose(desk: Desk, turn: Turn, draft: Draft, press: Press) -> Replies:
    topics = tuple(topic.id for topic in desk.house.topics)
    wanted = changed_by(draft, press, topics=topics, languages=desk.house.catalog.languages)
    if wanted != draft:
        kept = await desk.drafts.change(wanted, now=turn.now)
        if kept is None:
            return await _current(desk, turn, draft.id)
        draft = kept
    return (await choose_audience(desk, turn, draft, replaces=turn.pressed),)


async def _to_me(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """The way that it goes to everyone, to one: what Telegram would refuse, it refuses here."""
    _ = turn.translate
    parent = await parent_of(desk, draft)
    seen = await as_readers_see_it(desk, turn, draft, parent)
    if not seen:
        return await show(desk, turn, draft, parent)
    to = Recipient(turn.incoming.address.user_id)
    refused: str = ""
    for reply in seen:
        await desk.pacing.turn(to.user_id, Lane.REPLY)
        attempt = await desk.pusher.push(desk.pusher.prepare(Operation.SEND, reply), to)
        if not isinstance(attempt, Sent):
            refused = getattr(attempt, "detail", "") or attempt.reason
    if not refused:
        said = _("It went to you, the way it goes to readers.")
    else:
        said = _("It could not be sent to you: {why}. Nothing went to readers.", why=refused)
    # In place of the pressed buttons: those that can be pressed stand under what was sent.
    return text(said, replaces=turn.pressed), await control(desk, turn, draft, parent, seen)


async def _ask(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """Once more, with the number on the button."""
    _ = turn.translate
    parent = await parent_of(desk, draft)
    if said := await refusal_of(desk, turn, draft, parent):
        return (text(said, replaces=turn.pressed),)
    reach = await reach_of(desk, draft, parent)
    if not reach:
        return (await control(desk, turn, draft, parent, replaces=turn.pressed),)
    if parent is not None:
        label = _.plural("Yes, change {n} copy", "Yes, change {n} copies", reach)
        said = _("Change what readers have in their chats? This can't be taken back.")
    else:
        label = _.plural("Yes, send to {n} reader", "Yes, send to {n} readers", reach)
        said = _("Send it now?")
    go = press_button(label, Verb.CONFIRM, draft.id, draft.revision)
    back = press_button(_("Back"), Verb.PREVIEW, draft.id, draft.revision)
    return (text(said, buttons=((go,), (back,)), replaces=turn.pressed),)


async def _confirm(desk: Desk, turn: Turn, draft: Draft, press: Press) -> Replies:
    """Works once. The draft is closed before its alert is made: who comes later, another editor or this same press
    again after a restart, makes the same alert of the same words, and an alert is made once per cause.
    """
    _ = turn.translate
    first = False
    parent = await parent_of(desk, draft)
    if draft.state.open:
        if draft.state is DraftState.WRITING or press.revision != draft.revision:
            return await _changed_since(desk, turn, draft)
        if said := await refusal_of(desk, turn, draft, parent):
            return (text(said, replaces=turn.pressed),)
        closed = await desk.drafts.change(replace(draft, state=DraftState.SENT), now=turn.now)
        first = closed is not None
        draft = closed or await desk.drafts.get(draft.id) or draft
    if draft.state is not DraftState.SENT:
        return await _current(desk, turn, draft.id)
    alert = await _made(desk, turn, draft, parent)
    if first:
        await note(desk, turn, alert, Act.SENT if parent is None else Act.CORRECTED)
    if turn.pressed is not None:
        await desk.bulletins.open(
            alert.id,
            turn.incoming.address,
            BulletinKind.PROGRESS,
            now=turn.now,
            message_id=turn.pressed.message_id if first else "",
        )
    notice = Toast(text=_("It goes out.") if first else _("This was confirmed already; it is sent once."))
    return notice, await standing_of(desk, turn, alert, replaces=turn.pressed)


async def _made(desk: Desk, turn: Turn, draft: Draft, parent: Alert | None) -> Alert:
    new = alert_of(desk, draft, parent, by=turn.incoming.address, reach=await reach_of(desk, draft, parent), turn=turn)
    if parent is not None and not parent.state.final and await desk.alerts.by_origin(new.origin) is None:
        # Before the copies: who is still to come must not get the old words after others were corrected. An article's
        # card is made anew, and the empty text only says that it has changed.
        await desk.alerts.replace_text(parent.id, draft.text or AlertText(), now=turn.now)
    return await desk.alerts.create(new, now=turn.now)


# --- what is said ----------------------------------------------------------------------------------------------------


async def _changed_since(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    _ = turn.translate
    if draft.state is DraftState.WRITING:
        return (_ask_for_message(turn, draft),)
    said = _("This button is from an earlier version of the draft. This is how it is now:")
    return await show(desk, turn, draft, await parent_of(desk, draft), said=said)


async def _current(desk: Desk, turn: Turn, draft_id: int) -> Replies:
    """Somebody was quicker, or it is over: the draft as it is."""
    _ = turn.translate
    draft = await desk.drafts.get(draft_id)
    if draft is None:
        return (Toast(text=_("This draft is no longer kept.")),)
    match draft.state:
        case DraftState.DROPPED:
            return (text(_("This draft was cancelled. /broadcast begins a new one.")),)
        case DraftState.SENT:
            origin = f"correction:{draft.corrects}:{draft.id}" if draft.corrects else f"broadcast:{draft.id}"
            alert = await desk.alerts.by_origin(origin)
            if alert is None:
                return (await _not_made_yet(desk, turn, draft),)
            said = Toast(text=_("This was confirmed already; it is sent once."))
            return said, await standing_of(desk, turn, alert)
        case DraftState.WRITING | DraftState.READY:
            return await _changed_since(desk, turn, draft)


async def _not_made_yet(desk: Desk, turn: Turn, draft: Draft) -> TextReply:
    """It was confirmed, and the database went away before the alert was made. Only the same button makes it now."""
    _ = turn.translate
    reach = await reach_of(desk, draft, await parent_of(desk, draft))
    label = _.plural("Yes, send to {n} reader", "Yes, send to {n} readers", reach)
    go = press_button(label, Verb.CONFIRM, draft.id, draft.revision)
    said = _("It was confirmed, but could not be kept. Nothing has gone out; without this button nothing will.")
    return text(said, buttons=rows(go))


async def _shown_anew(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    if draft.state is not DraftState.READY:
        return await _current(desk, turn, draft.id)
    if draft.corrects:
        return await show(desk, turn, draft, await parent_of(desk, draft))
    return (await choose_audience(desk, turn, draft),)


def _ask_for_message(turn: Turn, draft: Draft) -> TextReply:
    _ = turn.translate
    if draft.corrects:
        said = _("Write the text as it should be.")
        return text(said, buttons=rows(_cancel(turn, draft)))
    return text(
        _("Write or forward the message, as readers should see it."),
        _(
            "Bold, italics and links are kept; one picture may come with it. "
            "To send one of our articles, send its address."
        ),
        buttons=rows(_cancel(turn, draft)),
    )


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
    return text(said, _("The draft still waits for its message."), buttons=rows(_cancel(turn, draft)))


def _no_such_article(turn: Turn, words: str, draft: Draft | None = None) -> TextReply:
    _ = turn.translate
    shown = clip(words, 80, unit=Unit.GRAPHEME)
    said = _("We have no article {words}. Send its address as it stands on the site.", words=shown)
    return text(said, buttons=rows(_cancel(turn, draft)) if draft else ())


def _cancel(turn: Turn, draft: Draft) -> Button:
    return press_button(turn.translate("Cancel"), Verb.DROP, draft.id)


async def _article(desk: Desk, named: int | str) -> Article | None:
    articles = desk.house.articles
    if isinstance(named, int):
        return await articles.get(named)
    try:
        url = canonical_url(named)  # an address is pasted with whatever an app has hung on it
    except InvalidUrl:
        return None
    return find_article([url], await articles.known_urls(addresses_to_look_up([url])))
