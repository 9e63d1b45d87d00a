"""The reader's own affairs: language, pause, leaving and coming back, what is kept of them, and forgetting it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from newsbot.conversation import confirmations
from newsbot.conversation.actions import encode
from newsbot.conversation.intents import (
    ChooseLanguage,
    ForgetMe,
    KeepMe,
    MyData,
    Pause,
    Resume,
    Stop,
    View,
)
from newsbot.conversation.linking import also_there, link_button, linked_line
from newsbot.conversation.onboarding import language_choice
from newsbot.conversation.reading import latest_button, topics_button
from newsbot.conversation.subscriptions import not_known_yet, topic_choice
from newsbot.conversation.turn import House, Replies, Turn, initial_preferences, rows, text
from newsbot.domain.message import Button, FileReply, MessageRef, TextReply, Toast
from newsbot.domain.subscriber import Preferences, Subscriber
from newsbot.i18n import language_name
from newsbot.subscribers.store import SubscriberEvent

FILE_NAME = "newsbot-my-data.json"


async def show_settings(house: House, turn: Turn) -> Replies:
    return (_settings(house, turn, turn.subscriber, replaces=None),)


def _settings(house: House, turn: Turn, subscriber: Subscriber | None, *, replaces: MessageRef | None) -> TextReply:
    _ = turn.translate
    preferences = subscriber.preferences if subscriber else Preferences()
    chosen = ", ".join(topic.name(turn.language) for topic in house.topics.known(preferences.topics))
    if subscriber is None or preferences.stopped:
        alerts = _("Alerts: off")
    else:
        alerts = _("Alerts: paused") if preferences.paused else _("Alerts: on")
    paused = preferences.paused or preferences.stopped
    switch = (
        Button(_("Turn alerts on"), encode(Resume(View.SETTINGS)))
        if paused
        else Button(_("Pause alerts"), encode(Pause(View.SETTINGS)))
    )
    personal = subscriber is not None and not turn.in_group
    return text(
        confirmations.SETTINGS.to(turn),
        "\n".join(
            filter(
                None,
                (
                    _("Language: {language}", language=language_name(turn.language)),
                    alerts,
                    _("Topics: {topics}", topics=chosen or "–"),
                    linked_line(turn),
                ),
            )
        ),
        buttons=rows(
            Button(_("Change language"), encode(ChooseLanguage())),
            switch if subscriber else None,
            topics_button(turn),
            link_button(house, turn),
            Button(_("My data"), encode(MyData())) if personal else None,
            Button(_("Delete my data"), encode(ForgetMe())) if personal else None,
        ),
        replaces=replaces,
    )


async def choose_language(house: House, turn: Turn, wish: ChooseLanguage) -> Replies:
    _ = turn.translate
    if not wish.language:
        choice = replace(language_choice(house, turn, View.NONE), replaces=None)
        return (replace(choice, question=_("Write /language with one of these:")) if turn.in_channel else choice,)
    language = house.catalog.match(wish.language)
    if language is None:
        choice = language_choice(house, turn, View.NONE)
        sorry = _("I don't speak that language yet.")
        return (replace(choice, question=f"{sorry}\n\n{choice.question}", replaces=None),)
    subscriber = await house.subscribers.change(
        turn.incoming.address,
        "language",
        lambda known: replace(known, language=language),
        now=turn.now,
        initial=initial_preferences(house, turn),
    )
    turn = turn.of(subscriber, house.catalog)
    if wish.view is View.WELCOME:
        return (topic_choice(house, turn, View.WELCOME),)
    said = confirmations.SPEAKS.to(turn)
    return (text(said, buttons=rows(latest_button(turn), topics_button(turn)), replaces=turn.pressed),)


async def pause(house: House, turn: Turn, wish: Pause) -> Replies:
    return await _switched(house, turn, wish, "paused", lambda known: replace(known, paused=True))


async def resume(house: House, turn: Turn, wish: Resume) -> Replies:
    return await _switched(house, turn, wish, "resumed", lambda known: replace(known, paused=False, stopped=False))


async def stop(house: House, turn: Turn, wish: Stop) -> Replies:
    return await _switched(house, turn, wish, "stopped", lambda known: replace(known, stopped=True))


async def _switched(house: House, turn: Turn, wish: Pause | Resume | Stop, what: str, change: Any) -> Replies:
    if turn.subscriber is None:
        return (not_known_yet(house, turn),)
    subscriber = await house.subscribers.change(turn.incoming.address, what, change, now=turn.now)
    turn = turn.of(subscriber, house.catalog)
    match wish:
        case Pause():
            said = confirmations.PAUSED.to(turn)
        case Resume():
            said = confirmations.RESUMED.to(turn)
        case Stop():
            said = confirmations.STOPPED.to(turn)
    if not isinstance(wish, Stop) and wish.view is View.SETTINGS:
        return Toast(text=said), _settings(house, turn, subscriber, replaces=turn.pressed)
    buttons = () if isinstance(wish, Stop) else rows(latest_button(turn))
    # Under an alert the same button leaves the alert where it is.
    answers_question = isinstance(wish, Stop) or wish.view is View.ASKED
    replaces = turn.pressed if answers_question else None
    return (text(said, also_there(turn), buttons=buttons, replaces=replaces),)


# --- what is kept ---------------------------------------------------------------------------------------------------


async def my_data(house: House, turn: Turn) -> Replies:
    """Everything that is kept of the reader, as a file to take away."""
    subscriber = turn.subscriber
    if subscriber is None:
        return (text(confirmations.NOTHING_KEPT.to(turn)),)
    history = await house.subscribers.history(subscriber.address)
    last_list = await house.memory.last_list(subscriber.address)
    everything = {
        "address": str(subscriber.address),
        "number": subscriber.number,
        "since": _moment(subscriber.since),
        "active_at": _moment(subscriber.active_at),
        "preferences": _plain(subscriber.preferences),
        "history": [_plain_event(event) for event in history],
        "last_list": list(last_list),
    }
    if house.traits.windows and (window := await house.subscribers.window(subscriber.address)):
        everything["can_be_written_to_until"] = _moment(window.expires_at)
        everything["because_of"] = window.opened_by.name.lower()
    if partner := subscriber.preferences.linked_with:
        everything["connected_with"] = str(partner)
    content = json.dumps(everything, ensure_ascii=False, indent=2).encode()
    return (FileReply(name=FILE_NAME, content=content, caption=confirmations.EVERYTHING_KEPT.to(turn)),)


def _plain(preferences: Preferences) -> dict[str, Any]:
    return asdict(preferences) | {"topics": sorted(preferences.topics), "extra": dict(preferences.extra)}


def _plain_event(event: SubscriberEvent) -> dict[str, Any]:
    return {"at": _moment(event.at), "what": event.what, "preferences": _plain(event.state.preferences)}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


async def forget_me(house: House, turn: Turn, wish: ForgetMe) -> Replies:
    _ = turn.translate
    if not wish.confirmed and turn.in_channel:
        how = _("To delete everything that is kept about this channel, write /forgetme yes. This can't be undone.")
        return (text(how),)
    if not wish.confirmed:
        yes = Button(_("Yes, delete everything"), encode(ForgetMe(confirmed=True)))
        no = Button(_("No, keep it"), encode(KeepMe()))
        return (
            text(
                confirmations.DELETE_EVERYTHING.to(turn),
                _("This can't be undone."),
                buttons=rows(yes, no, columns=1),
            ),
        )
    # The list first: if the store is away after it, the reader is told that it failed and asks again.
    await house.memory.forget(turn.incoming.address)
    await house.codes.forget(turn.incoming.address)
    there = _left_there(turn)
    was_known = await house.subscribers.forget(turn.incoming.address, now=turn.now)
    if not was_known:
        return (text(confirmations.NOTHING_KEPT.to(turn), replaces=turn.pressed),)
    return (text(confirmations.DELETED.to(turn), there, replaces=turn.pressed),)


def _left_there(turn: Turn) -> str:
    """What is kept at a linked address is not this one's to delete."""
    if turn.known is None or turn.known.preferences.linked_with is None:
        return ""
    return turn.translate("Your other chat stands alone now and keeps what is its own; /forgetme deletes that there.")


async def keep_me(turn: Turn) -> Replies:
    return (text(turn.translate("Nothing was deleted."), replaces=turn.pressed),)


__all__ = [
    "choose_language",
    "forget_me",
    "keep_me",
    "my_data",
    "pause",
    "resume",
    "show_settings",
    "stop",
]
