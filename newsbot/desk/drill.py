"""A drill: everything that sending a draft does, but the sending.

It is refused where sending would be; each channel's messages are composed in every language, rendered and made ready
to push; readers are counted as they would be, and nobody is marked as told, nothing is stored, nobody is written to.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.channels.channel import Loss, Operation
from newsbot.delivery.composer import Variant
from newsbot.delivery.ledger import Reach
from newsbot.desk.doubts import told_by
from newsbot.desk.draft_alert import alert_of, as_alert, reach_of
from newsbot.desk.drafts import Draft
from newsbot.desk.outlets import seconds_for
from newsbot.desk.refusals import parent_of, refusal_of
from newsbot.desk.turn import Desk, Speaking
from newsbot.domain.alert import NewAlert
from newsbot.domain.subscriber import Address

__all__ = ["ChannelDrill", "Drill", "drill"]


@dataclass(frozen=True, slots=True)
class ChannelDrill:
    """`forms`: how many different messages were made ready, one for each language and topic."""

    reach: Reach
    forms: int
    losses: tuple[Loss, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """`refused`: why it would not have gone out, in words; then there is nothing else."""

    refused: str = ""
    alert: NewAlert | None = None
    channels: dict[str, ChannelDrill]


async def drill(desk: Desk, speak: Speaking, draft: Draft, *, by: Address) -> Drill:
    parent = await parent_of(desk, draft)
    if refused := await refusal_of(desk, speak, draft, parent):
        return Drill(refused=refused, channels={})
    told, reach = await told_by(desk, draft), await reach_of(desk, draft, parent)
    new = alert_of(desk, draft, parent, told=told, by=by, reach=reach, now=speak.now)
    alert = as_alert(new, now=speak.now)
    languages = new.audience.languages or desk.house.catalog.languages
    channels = {}
    for name, outlet in desk.outlets.items():
        if not new.audience.on(name):
            continue
        prepared, losses = 0, []
        for language in languages:
            for topic in new.audience.topics or ("",):
                composed = await desk.composer.compose(alert, Variant(language, topic))
                if composed is None or composed.reply is None:
                    continue
                operation = composed.operation if outlet.edits else Operation.SEND
                outlet.pusher.prepare(operation, composed.reply)
                prepared += 1
                losses += [loss for loss in outlet.losses(composed.reply) if loss not in losses]
        seconds = seconds_for(desk.outlets, {name: reach[name].now})
        channels[name] = ChannelDrill(reach[name], prepared, tuple(losses), seconds)
    return Drill(alert=new, channels=channels)
