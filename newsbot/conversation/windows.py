"""What is said where readers can be written to only for a while after they were heard of: once when they subscribe,
and once before a window closes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from newsbot.conversation import confirmations
from newsbot.conversation.actions import encode
from newsbot.conversation.intents import FinishWelcome, Intent, KeepAlerts, Start, Subscribe, View
from newsbot.conversation.reading import latest_button, topics_button
from newsbot.conversation.subscriptions import not_known_yet
from newsbot.conversation.turn import House, Replies, Turn, actions_of, rows, text
from newsbot.delivery.permits import DAY
from newsbot.domain.message import Button, ChoiceReply, Rows, Span, TextReply
from newsbot.i18n import Catalog

__all__ = ["keep_alerts", "keep_asking", "with_notice"]

TOLD: Final = "told_windows"  #: in `Preferences.extra`; it stands in the journal
HOURS: Final = DAY // timedelta(hours=1)


async def with_notice(house: House, turn: Turn, intent: Intent, replies: Replies) -> Replies:
    """The replies, and to who has just subscribed, once, how alerts come here. Raises StoreError."""
    if not house.traits.windows or turn.in_group or not _subscribes(intent):
        return replies
    they = await house.subscribers.get(turn.incoming.address)
    if they is None or not they.preferences.topics or they.preferences.linked_with or they.preferences.note(TOLD):
        return replies
    await house.subscribers.change(
        they.address, "told", lambda preferences: preferences.with_note(TOLD, "1"), now=turn.now
    )
    turn = turn.of(they, house.catalog)
    if any(isinstance(reply, ChoiceReply) for reply in replies):
        return (_notice(house, turn, ()), *replies)
    # Some apps show buttons under the last message only.
    return (*replies, _notice(house, turn, actions_of(replies)))


def _subscribes(intent: Intent) -> bool:
    match intent:
        case Subscribe():
            return intent.view is not View.WELCOME  # "Done" is still to come
        case FinishWelcome() | Start():
            return True
        case _:
            return False


def _notice(house: House, turn: Turn, buttons: Rows) -> TextReply:
    _ = turn.translate
    always = next((one for one in house.entrances.others(turn.incoming.address.channel) if not one.windows), None)
    elsewhere: tuple[Span, ...] = ()
    if always is not None:
        link = always.link.partition("?")[0]
        elsewhere = (Span(_("To get every alert at once:") + " "), Span(_(always.name), url=link))
    return text(
        _(
            "Please note: this app lets me write to you only for about {n} hours after you last wrote or pressed "
            "something here. News that comes later waits for you until you are back.",
            n=HOURS,
        ),
        elsewhere,
        buttons=buttons,
    )


def keep_asking(catalog: Catalog, language: str) -> TextReply:
    """Before a window closes. Whatever is pressed opens it anew."""
    _ = catalog.translator(language)
    return text(
        _("Soon this app will no longer let me send you news. Shall I go on?"),
        buttons=rows(Button(_("Yes, go on"), encode(KeepAlerts()))),
    )


async def keep_alerts(house: House, turn: Turn) -> Replies:
    """Yes was pressed, and that is enough; what else holds alerts back is said."""
    _ = turn.translate
    they = turn.subscriber
    if they is None:
        return (not_known_yet(house, turn),)
    if they.preferences.stopped:
        return (text(confirmations.HAS_STOPPED.to(turn)),)
    if they.preferences.paused:
        return (text(confirmations.IS_PAUSED.to(turn)),)
    return (text(_("Thank you! Alerts go on."), buttons=rows(latest_button(turn), topics_button(turn))),)
