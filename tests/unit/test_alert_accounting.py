"""An alert's account, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from newsbot.delivery.accounting import Account, account_of, lines, to_json
from newsbot.delivery.ending import added
from newsbot.delivery.explaining import Told
from newsbot.domain.alert import PAUSED_MANY_UNREACHABLE, Outcome, Pause, Totals
from tests.builders import NOW, an_alert

TOLD = Told(ZoneInfo("Asia/Dhaka"), NOW)
TELEGRAM = Totals(
    audience=9, outcomes={Outcome.SENT: 3, Outcome.BLOCKED: 2, Outcome.UNKNOWN: 1}, waiting=1, untouched=2
)
MESSENGER = Totals(audience=4, outcomes={Outcome.HELD: 4})


def account(channels: Mapping[str, Totals], **changes: Any) -> Account:
    return account_of(an_alert(**changes), "সেতু", channels, added(channels.values()))


def test_channels_stand_side_by_side_and_add_up() -> None:
    told = to_json(account({"telegram": TELEGRAM, "messenger": MESSENGER}))
    assert (told["audience"], told["sent"], told["held"], told["refused"]) == (13, 3, 4, {"blocked": 2})
    assert (told["channels"]["telegram"]["held"], told["channels"]["messenger"]["held"]) == (0, 4)
    table = list(lines(account({"telegram": TELEGRAM, "messenger": MESSENGER}), TOLD))
    assert any(line.split() == ["messenger", "telegram", "all"] for line in table)
    assert "           4           9          13  audience" in table
    assert "           0           2           2  refused: the bot is blocked" in table


def test_a_pause_says_where_when_and_why() -> None:
    paused = account({"telegram": TELEGRAM}, pauses={"telegram": Pause(PAUSED_MANY_UNREACHABLE, NOW)})
    assert to_json(paused)["pauses"] == {"telegram": {"reason": PAUSED_MANY_UNREACHABLE, "at": NOW.isoformat()}}
    (line,) = [line for line in lines(paused, TOLD) if line.startswith("Paused on telegram")]
    assert line.startswith("Paused on telegram 2025-11-18 17:45:00: many readers in a row could not be reached")


def test_what_the_ledger_has_forgotten_is_told_from_the_figures_that_were_kept() -> None:
    kept = {"ended_at": NOW, "totals": TELEGRAM}
    forgotten = account({"telegram": Totals()}, **kept)
    assert (forgotten.totals, forgotten.channels) == (TELEGRAM, {})
    assert any("kept for 7 days" in line for line in lines(forgotten, TOLD))
    settled_since = Totals(audience=9, outcomes={Outcome.SENT: 9})
    assert account({"telegram": settled_since}, **kept).totals == settled_since


outcomes = st.dictionaries(st.sampled_from(Outcome), st.integers(0, 1000))
counts = st.integers(0, 1000)


@given(outcomes, counts, counts, counts, counts)
def test_everyone_is_counted_once(
    outcomes: dict[Outcome, int], waiting: int, in_flight: int, untouched: int, skipped: int
) -> None:
    audience = sum(outcomes.values()) + waiting + in_flight + untouched + skipped
    totals = Totals(audience, outcomes, waiting, in_flight, untouched)
    told = to_json(account({"telegram": totals}, expires_at=NOW + timedelta(hours=1)))
    names = ("sent", "held", "elsewhere", "withdrawn", "expired", "stopped", "unknown")
    open_ = ("waiting", "in_flight", "untouched", "skipped")
    assert sum(told[name] for name in names + open_) + sum(told["refused"].values()) == told["audience"] == audience
