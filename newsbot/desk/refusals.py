"""Why a draft can't be sent, or an alert's copies can't be changed, in words. The same in chat, page and terminal."""

from __future__ import annotations

from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.desk.draft_alert import as_readers_see_it
from newsbot.desk.drafts import Draft
from newsbot.desk.outlets import channel_name
from newsbot.desk.touched import leaves_copies, recall_of
from newsbot.desk.turn import Desk, Speaking
from newsbot.desk.writing import Overlong, overlong_anywhere
from newsbot.domain.alert import Alert
from newsbot.text.tokens import tokens

__all__ = ["overlong_in_words", "parent_of", "refusal_of", "untouchable"]


async def parent_of(desk: Desk, draft: Draft) -> Alert | None:
    """The alert whose copies the draft changes."""
    return await desk.alerts.get(draft.corrects) if draft.corrects else None


async def refusal_of(desk: Desk, speak: Speaking, draft: Draft, parent: Alert | None) -> str:
    """Why the draft can't be sent after all, '' if it can."""
    _ = speak.translate
    if draft.corrects and (said := await untouchable(desk, speak, parent)):
        return said
    if draft.send_at is not None and draft.send_at <= speak.now:
        return _("The time it should go out at is over. Choose another, or send it now.")
    if not draft.article_id and not tokens(draft.text.plain if draft.text else ""):
        return _("There is not a word in it. Write what readers should know; under a picture, too.")
    seen = await as_readers_see_it(desk, draft, parent, first=speak.language)
    if not seen:
        return _("This article is no longer there, so it can't be sent.")
    too_long = next((excess for reply in seen if (excess := overlong_anywhere(reply, desk.limits))), None)
    return overlong_in_words(too_long, speak) if too_long else ""


async def untouchable(desk: Desk, speak: Speaking, alert: Alert | None, *, to_recall: bool = False) -> str:
    """Why its copies can't be changed any more, '' if they can."""
    _ = speak.translate
    if alert is None:
        return _("This alert is no longer kept.")
    if alert.kind.touches_copies:
        return _("Corrections and recalls can't be corrected or recalled themselves.")
    made = await recall_of(desk, alert)
    if made is not None and not (to_recall and leaves_copies(made)):
        return _("It was recalled already.")
    if speak.now - alert.created_at >= COPIES_KEPT:
        return _("It is older than 48 hours: its copies can't be changed any more.")
    return ""


def overlong_in_words(too_long: Overlong, speak: Speaking) -> str:
    _ = speak.translate
    if too_long.channel:
        return _(
            "It is {n} characters too long for {channel}: {limit} fit. Shorten it and send it again.",
            n=too_long.excess,
            channel=channel_name(too_long.channel, _),
            limit=too_long.limit,
        )
    return _(
        "It is {n} characters too long: {limit} fit. Shorten it and send it again.",
        n=too_long.excess,
        limit=too_long.limit,
    )
