"""How an article stands with its readers, and why it was or wasn't alerted, in words. Pure."""

from __future__ import annotations

from typing import Final

from newsbot.delivery.policy import Reason
from newsbot.desk.alert_words import name_of, state_of
from newsbot.desk.articles import Result, Seen, State
from newsbot.desk.turn import Speaking
from newsbot.domain.article import NEWS_AGE
from newsbot.i18n import N_, Translator
from newsbot.text.dates import format_datetime

__all__ = ["refusal_in_words", "state_in_words", "why"]

STATES: Final[dict[State, str]] = {
    State.WITHDRAWN: N_("withdrawn"),
    State.ALERTED: N_("alerted"),
    State.HELD: N_("held back"),
    State.LATER: N_("published later"),
    State.WAITING: N_("being decided"),
    State.LEFT: N_("not alerted"),
}

DECISIONS: Final[dict[Reason, str]] = {
    Reason.ALERTED: N_("It was decided to alert readers."),
    Reason.TOO_OLD: N_("It was too old: published more than three hours before, or found too late."),
    Reason.NO_TOPIC: N_("It is not breaking news, and has no topic that readers can follow."),
    Reason.SOURCE_FLOOD: N_("Its source had caused as many alerts as it may within an hour."),
    Reason.WITHDRAWN: N_("It was withdrawn."),
    Reason.BROADCAST: N_("An editor had broadcast it, or its story, before."),
    Reason.SAME_STORY: N_("Readers had been alerted of its story before."),
}

REFUSALS: Final[dict[Reason | Result, str]] = {
    Reason.NO_TOPIC: N_("Nobody can be alerted: give it a topic first, or mark it as breaking news."),
    Reason.WITHDRAWN: N_("Nobody is alerted: the article was withdrawn."),
    Reason.BROADCAST: N_("Readers have it already: an editor broadcast it, or its story."),
    Reason.SAME_STORY: N_(
        "Readers have been alerted of its story already. To tell them of this article, broadcast it."
    ),
    Result.GONE: N_("There is no such article any more."),
    Result.TOO_LATE: N_("That can't be done now: look how it stands."),
    Result.NEEDS_APPROVAL: N_(
        "That must be approved by a second person: press “Broadcast it…”, and ask for approval there."
    ),
    Result.UNKNOWN_TOPIC: N_("There is no such topic."),
}


def state_in_words(state: State, translate: Translator) -> str:
    return translate(STATES[state])


def refusal_in_words(reason: Reason | Result, translate: Translator) -> str:
    return translate(REFUSALS.get(reason, REFUSALS[Result.TOO_LATE]))


def why(seen: Seen, speaking: Speaking) -> tuple[str, ...]:
    """What was decided and when, and each alert that came of it or told its story."""
    _ = speaking.translate
    return (
        _decided(seen, speaking),
        *(
            _(
                "{alert} – {state}: {sent} of {all} have it.",
                alert=name_of(alert, _),
                state=state_of(alert, _),
                sent=seen.totals[alert.id].sent,
                all=seen.totals[alert.id].audience,
            )
            for alert in seen.alerts
        ),
    )


def _decided(seen: Seen, speaking: Speaking) -> str:
    _ = speaking.translate
    article, decision = seen.article, seen.decision
    if decision is not None:
        known = decision.reason in set(Reason)
        reason = _(DECISIONS[Reason(decision.reason)]) if known else decision.reason
        at = format_datetime(decision.at, speaking.language, speaking.zone, speaking.now)
        return f"{at}: {reason}"
    match seen.state:
        case State.WITHDRAWN:
            return _("It was withdrawn before anything was decided.")
        case State.HELD:
            return _("An editor holds it back. Nobody is alerted until it is let go.")
        case State.LATER:
            at = format_datetime(article.published_at, speaking.language, speaking.zone, speaking.now)
            return _("It waits until it is published: {time}", time=at)
        case State.WAITING:
            return _("Nothing is decided yet; that takes a second.")
        case _state if article.stored_at - article.published_at > NEWS_AGE:
            return _("Nobody was alerted: it was older than three hours when it was found.")
        case _state:
            return _("Nobody was alerted: it came with its source's first reading, or before what is still known.")
