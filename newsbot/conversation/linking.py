"""One reader in two chats: a code made in one and brought to the other makes them one reader, after a yes there."""

from __future__ import annotations

from typing import Final

from newsbot.channels.entrances import CHANNEL_NAMES
from newsbot.conversation.actions import encode
from newsbot.conversation.commands import LINK_PAYLOAD
from newsbot.conversation.intents import ConfirmLink, Link, NeverMind, Unlink
from newsbot.conversation.reading import latest_button, topics_button
from newsbot.conversation.turn import House, Replies, Turn, initial_preferences, rows, text
from newsbot.domain.message import Button, Span, TextReply
from newsbot.domain.subscriber import Address, Preferences
from newsbot.subscribers.link_codes import LIFE, TooManyWrong, read_code
from newsbot.subscribers.linking import CannotLink, WhyNot

__all__ = ["also_there", "confirm_link", "link", "link_button", "linked_line", "unlink"]

_MINUTES: Final = int(LIFE.total_seconds() // 60)


async def link(house: House, turn: Turn, wish: Link) -> Replies:
    """Shows a code, or asks about the one that was brought."""
    if not house.entrances.others(turn.incoming.address.channel):
        return (text(_not_here(turn)),)
    return await (_brought(house, turn, wish.code) if wish.code else _show_code(house, turn))


async def _show_code(house: House, turn: Turn) -> Replies:
    _ = turn.translate
    preferences = turn.subscriber.preferences if turn.subscriber else Preferences()
    if partner := preferences.linked_with:
        is_linked = _("This chat is connected with your {channel} chat.", channel=_name(turn, partner))
        return (text(is_linked, _what_it_means(turn), buttons=rows(_unlink_button(turn))),)
    code = await house.codes.make(turn.incoming.address)
    ways = [
        Button(_("Open {channel}", channel=_(one.name)), url=f"{one.link}{LINK_PAYLOAD}{code}")
        for one in house.entrances.others(turn.incoming.address.channel)
    ]
    return (
        text(
            _("Read us in another chat too? Connect them, and they are one."),
            _what_it_means(turn),
            (
                Span(_("Open the other chat with the button below, or write there:") + " "),
                Span(f"/link {code}", "code"),
            ),
            _("The code holds for {n} minutes, once. Pass it on to nobody.", n=_MINUTES),
            buttons=rows(*ways, columns=1),
        ),
    )


async def _brought(house: House, turn: Turn, typed: str) -> Replies:
    _ = turn.translate
    me = turn.incoming.address
    code = read_code(typed)
    try:
        maker = await house.codes.find(me, code)
    except TooManyWrong:
        return _answer(turn, _("Too many codes were wrong. Please try again in an hour."))
    if maker is None:
        return _wrong_code(turn)
    refused = await _refused(house, turn, maker)
    if refused:
        return _answer(turn, refused)
    if not await house.codes.take(me, code):
        return _wrong_code(turn)
    return (await _question(house, turn, maker),)


def _wrong_code(turn: Turn) -> Replies:
    said = turn.translate("This code is wrong or no longer holds. Write /link in the other chat for a new one.")
    return _answer(turn, said)


def _answer(turn: Turn, said: str) -> Replies:
    """Who came by the link of a code that does not hold can read on all the same."""
    return (text(said, buttons=rows(latest_button(turn), topics_button(turn))),)


async def _refused(house: House, turn: Turn, maker: Address) -> str:
    """Why this chat can't be connected with the one that made the code; '' if it can."""
    me = turn.incoming.address
    if maker == me:
        return turn.translate("This is this chat's own code: bring it to the other chat.")
    if maker.channel == me.channel:
        return _why_not(turn, WhyNot.SAME_CHANNEL, maker)
    mine = turn.subscriber.preferences.linked_with if turn.subscriber else None
    if mine == maker:
        name = _name(turn, maker)
        return turn.translate("This chat is connected with your {channel} chat already.", channel=name)
    if mine is not None:
        return _why_not(turn, WhyNot.LINKED, mine)
    other = await house.subscribers.get(maker)
    if other is not None and other.preferences.linked_with is not None:
        return _why_not(turn, WhyNot.OTHER_LINKED, maker)
    return ""


def _why_not(turn: Turn, why: WhyNot, other: Address) -> str:
    _ = turn.translate
    match why:
        case WhyNot.SAME_ADDRESS | WhyNot.SAME_CHANNEL:
            name = _name(turn, other)
            return _("Two {channel} chats can't be connected: bring the code to another app.", channel=name)
        case WhyNot.LINKED:
            return _(
                "This chat is connected with a {channel} chat. To connect it with another, write /unlink first.",
                channel=_name(turn, other),
            )
        case WhyNot.OTHER_LINKED:
            return _(
                "That {channel} chat is connected with another. Write /unlink there first.", channel=_name(turn, other)
            )


async def _question(house: House, turn: Turn, maker: Address) -> TextReply:
    _ = turn.translate
    other = await house.subscribers.get(maker)
    topics = turn.followed | (other.preferences.topics if other else frozenset())
    names = ", ".join(topic.name(turn.language) for topic in house.topics.known(topics))
    return text(
        _("Connect this chat with your {channel} chat?", channel=_name(turn, maker)),
        _("Topics in both: {topics}.", topics=names) if names else "",
        _what_it_means(turn),
        _("Only say yes if you made the code yourself."),
        buttons=rows(Button(_("Yes"), encode(ConfirmLink())), Button(_("No"), encode(NeverMind()))),
    )


async def confirm_link(house: House, turn: Turn) -> Replies:
    """Yes was pressed. Pressed twice it does no harm."""
    _ = turn.translate
    me = turn.incoming.address
    maker = await house.codes.asked(me)
    if maker is None:
        return (text(_("This question is too old. Write /link in the other chat for a new code.")),)
    try:
        subscriber = await house.subscribers.link(me, maker, now=turn.now, initial=initial_preferences(house, turn))
    except CannotLink as error:
        other = turn.known.preferences.linked_with if turn.known and error.reason is WhyNot.LINKED else None
        await house.codes.answered(me)
        return (text(_why_not(turn, error.reason, other or maker), replaces=turn.pressed),)
    await house.codes.answered(me)
    turn = turn.of(subscriber, house.catalog)
    _ = turn.translate
    names = ", ".join(topic.name(turn.language) for topic in house.topics.known(turn.followed))
    first = next((one for one in house.entrances if one.channel in (me.channel, maker.channel)), None)
    return (
        text(
            _("Done: this chat and your {channel} chat are one now.", channel=_name(turn, maker)),
            _("You follow: {topics}.", topics=names) if names else "",
            _("Alerts come on {channel}, and in the other chat when they can't be sent there.", channel=_(first.name))
            if first
            else "",
            buttons=rows(latest_button(turn), topics_button(turn)),
            replaces=turn.pressed,
        ),
    )


async def unlink(house: House, turn: Turn, wish: Unlink) -> Replies:
    _ = turn.translate
    partner = turn.subscriber.preferences.linked_with if turn.subscriber else None
    if partner is None:
        not_linked = _("This chat is not connected with another; /link does that.")
        return (text(not_linked if house.entrances.others(turn.incoming.address.channel) else _not_here(turn)),)
    if not wish.confirmed:
        question = _("Disconnect this chat from your {channel} chat?", channel=_name(turn, partner))
        yes, no = Button(_("Yes"), encode(Unlink(confirmed=True))), Button(_("No"), encode(NeverMind()))
        return (text(question, _each_keeps(turn), buttons=rows(yes, no)),)
    await house.subscribers.unlink(turn.incoming.address, now=turn.now)
    done = _("This chat and your {channel} chat are two again.", channel=_name(turn, partner))
    return (text(done, _each_keeps(turn), replaces=turn.pressed),)


# --- said elsewhere ---------------------------------------------------------------------------------------------------


def link_button(house: House, turn: Turn) -> Button | None:
    """Of /settings. None where there is nothing to connect with."""
    if turn.known and turn.known.preferences.linked_with:
        return _unlink_button(turn)
    if turn.in_group or not house.entrances.others(turn.incoming.address.channel):
        return None
    return Button(turn.translate("Connect chats"), encode(Link()))


def linked_line(turn: Turn) -> str:
    """Of /settings: with which chat this one is one; '' with none."""
    partner = turn.known.preferences.linked_with if turn.known else None
    return turn.translate("Connected with: {channel}", channel=_name(turn, partner)) if partner else ""


def also_there(turn: Turn) -> str:
    """Behind what was switched here and is switched in the linked chat too; '' where there is none."""
    partner = turn.known.preferences.linked_with if turn.known else None
    if partner is None:
        return ""
    return turn.translate("The same holds for your {channel} chat.", channel=_name(turn, partner))


def _what_it_means(turn: Turn) -> str:
    return turn.translate("Topics and settings are the same in both then, and each alert comes once.")


def _not_here(turn: Turn) -> str:
    return turn.translate("There is no other chat of ours that this one could be connected with.")


def _each_keeps(turn: Turn) -> str:
    return turn.translate("Each chat keeps its topics and is sent its own alerts.")


def _unlink_button(turn: Turn) -> Button:
    return Button(turn.translate("Disconnect chats"), encode(Unlink()))


def _name(turn: Turn, address: Address) -> str:
    return turn.translate(CHANNEL_NAMES.get(address.channel, address.channel))
