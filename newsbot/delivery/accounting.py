"""An alert's account: of everyone it was for, on each channel, what became of them. Pure.

audience   whom it was for, frozen when it was planned
sent, held, elsewhere, withdrawn, expired, stopped, unknown, refused (by reason)   outcomes
waiting, in_flight, untouched                                                      no outcome yet
skipped    nothing is known of them: 0, or the ledger is wrong
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from newsbot.delivery.alert_json import audience_to_json
from newsbot.delivery.explaining import OUTCOMES, REASONS, Told, describe
from newsbot.delivery.ledger import OUTCOMES_KEPT
from newsbot.domain.alert import Alert, Outcome, Totals

#: what is no refusal, by the name it has in JSON
_NAMED: Final = {
    "sent": Outcome.SENT,
    "held": Outcome.HELD,
    "elsewhere": Outcome.ELSEWHERE,
    "withdrawn": Outcome.WITHDRAWN,
    "expired": Outcome.EXPIRED,
    "stopped": Outcome.STOPPED,
    "unknown": Outcome.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Account:
    """`channels`: by name, as long as the ledger keeps them; `totals`: of all, kept for as long as the alert is."""

    alert: Alert
    title: str
    totals: Totals
    channels: Mapping[str, Totals]


def account_of(alert: Alert, title: str, channels: Mapping[str, Totals], added: Totals) -> Account:
    """`channels`: what the ledgers know now, and `added` up. Where they know less than was kept at the alert's end,
    they have forgotten it, or a channel is not configured any more.
    """
    kept = alert.totals
    if kept is None or added.audience >= kept.audience:
        return Account(alert, title, added, {name: totals for name, totals in channels.items() if totals.audience})
    return Account(alert, title, kept, {})


def to_json(account: Account) -> dict[str, Any]:
    """Times are ISO 8601, in UTC; who is refused stands by reason under `refused`."""
    alert = account.alert
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "class": alert.cls.value,
        "title": account.title,
        "of": alert.of or None,
        "article": alert.article_id or None,
        "by": str(alert.by) if alert.by else None,
        "for": audience_to_json(alert.audience),
        "state": alert.state.value,
        "reason": alert.reason or None,
        "created_at": _time(alert.created_at),
        "started_at": _time(alert.started_at),
        "ended_at": _time(alert.ended_at),
        "expires_at": _time(alert.expires_at),
        "pauses": {
            channel: {"reason": pause.reason, "at": _time(pause.at)} for channel, pause in sorted(alert.pauses.items())
        },
        **_figures(account.totals),
        "channels": {name: _figures(totals) for name, totals in sorted(account.channels.items())},
    }


def _figures(totals: Totals) -> dict[str, Any]:
    refused = {
        outcome.name.lower(): many for outcome, many in sorted(totals.outcomes.items()) if outcome.refused and many
    }
    return {
        "audience": totals.audience,
        **{name: totals.outcomes.get(outcome, 0) for name, outcome in _NAMED.items()},
        "refused": refused,
        "waiting": totals.waiting,
        "in_flight": totals.in_flight,
        "untouched": totals.untouched,
        "skipped": totals.skipped,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def lines(account: Account, told: Told) -> Iterator[str]:
    """For people: what the alert is, its times and pauses, and a table with a column for each channel."""
    alert = account.alert
    yield describe(alert, account.totals, told)
    if account.title:
        yield f"Title: {account.title}"
    for channel, pause in sorted(alert.pauses.items()):
        yield f"Paused on {channel} {told.at(pause.at)}: {REASONS.get(pause.reason, pause.reason)}."
    if alert.ended_at is None:
        yield f"Who has not got it by {told.at(alert.expires_at)} won't."
    if not account.totals.audience:
        return
    yield ""
    yield from _table(account)
    if not account.channels:
        days = OUTCOMES_KEPT.days
        yield ""
        yield f"By channel and by reader that is kept for {days} days after its end, and as long as Redis is not lost."


def _table(account: Account) -> Iterator[str]:
    columns = [(name, totals) for name, totals in sorted(account.channels.items())]
    if len(columns) != 1:
        columns.append(("all", account.totals))
    width = max(12, *(len(name) + 2 for name, _ in columns))
    yield "".join(f"{name:>{width}}" for name, _ in columns)

    def row(words: str, figures: list[int]) -> str:
        return "".join(f"{figure:>{width},}" for figure in figures) + f"  {words}"

    yield row("audience", [totals.audience for _, totals in columns])
    for outcome in sorted(Outcome, key=lambda one: (one.refused, one)):
        figures = [totals.outcomes.get(outcome, 0) for _, totals in columns]
        if any(figures):
            yield row(OUTCOMES[outcome], figures)
    yield row("waiting to be tried again", [totals.waiting for _, totals in columns])
    yield row("on their way", [totals.in_flight for _, totals in columns])
    yield row("still to come", [totals.untouched for _, totals in columns])
    yield row("skipped: nothing is known of them", [totals.skipped for _, totals in columns])
