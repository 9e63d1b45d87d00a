"""The desk's figures over time, and how chat tells them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.articles.store import SourceState
from newsbot.delivery.curves import Point
from newsbot.desk.figure_tables import FigureTable, as_lines
from newsbot.desk.learning import LONGEST_SPAN, last_days, table, tables
from newsbot.domain.alert import AlertState, Outcome, Totals
from newsbot.rollups.days import day_of
from newsbot.rollups.figures import Figure, Series
from tests.builders import NOW, a_draft, a_new_alert
from tests.newsdesk import Newsdesk

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OPEN = [state for state in AlertState if not state.final]


class Learning:
    def __init__(self) -> None:
        self.newsdesk = Newsdesk()
        self.speech = self.newsdesk.speech()
        self.today = day_of(NOW, self.speech.zone)

    def count(self, days_ago: int, figure: Figure, many: int, part: str = "", channel: str = "telegram") -> None:
        account = {"telegram": "12", "messenger": "34"}.get(channel, "")
        self.newsdesk.rollups.add(self.today - days_ago * DAY, Series(channel, account, figure, part), many)

    async def table(self, name: str, days: int = 3) -> FigureTable:
        span = last_days(days, self.speech)
        found = await tables(self.newsdesk.desk.records, span, self.speech)
        among_all = next(one for one in found if one.name == name)
        assert await table(self.newsdesk.desk.records, name, span, self.speech) == among_all
        return among_all

    async def rows(self, name: str, days: int = 3) -> list[dict[str, object]]:
        table = await self.table(name, days)
        names = [column.name for column in table.columns]
        return [dict(zip(names, row, strict=True)) for row in table.rows]


@pytest.fixture
def learning() -> Learning:
    return Learning()


async def test_subscribers_are_what_they_were_before_and_what_each_day_changed(learning: Learning) -> None:
    learning.count(9, Figure.SUBSCRIBERS, 100)
    learning.count(1, Figure.SUBSCRIBERS, 5)
    learning.count(1, Figure.NEW, 6)
    learning.count(1, Figure.LEFT, 1)
    learning.count(0, Figure.SUBSCRIBERS, -2)
    learning.count(0, Figure.BLOCKED, 2, channel="messenger")
    rows = await learning.rows("readers")
    assert [row["subscribers"] for row in rows] == [100, 105, 103]
    assert [row["new"] for row in rows] == [0, 6, 0]
    assert [row["left"] for row in rows] == [0, 1, 0]
    assert [row["blocked"] for row in rows] == [0, 0, 2]


async def test_readers_of_an_account_that_is_not_ours_any_more_are_not_counted(learning: Learning) -> None:
    learning.newsdesk.rollups.add(learning.today, Series("telegram", "99", Figure.SUBSCRIBERS), 1000)
    learning.count(0, Figure.SUBSCRIBERS, 3)
    assert [row["subscribers"] for row in await learning.rows("readers")] == [0, 0, 3]


async def test_channels_topics_and_languages_have_a_column_each_the_largest_first(learning: Learning) -> None:
    learning.count(5, Figure.SUBSCRIBERS, 8)
    learning.count(5, Figure.SUBSCRIBERS, 4, channel="messenger")
    for topic, many in (("politics", 3), ("sports", 7)):
        learning.count(5, Figure.TOPIC, many, topic)
        learning.count(5, Figure.TOPIC, 1, topic, channel="messenger")
    learning.count(5, Figure.LANGUAGE, 9, "bn")
    assert (await learning.rows("channels"))[-1] == {"day": learning.today, "telegram": 8, "messenger": 4}
    topics = await learning.table("topics")
    assert [(column.name, column.label) for column in topics.columns[1:]] == [
        ("sports", "Sports"),
        ("politics", "Politics"),
    ]
    assert topics.rows[-1] == (learning.today, 8, 4)
    assert [column.label for column in (await learning.table("languages")).columns] == ["day", "বাংলা"]


async def test_alerts_stand_beside_who_left(learning: Learning) -> None:
    learning.count(0, Figure.ALERTS, 2, "breaking", channel="")
    learning.count(0, Figure.ALERTS, 5, "topic", channel="")
    learning.count(0, Figure.SENT, 700, "topic", channel="")
    learning.count(0, Figure.LEFT, 9)
    last = (await learning.rows("alerts"))[-1]
    assert (last["breaking"], last["ordinary"], last["sent"], last["left"]) == (2, 5, 700, 9)


async def test_deliveries_say_how_long_it_took_until_half_and_until_all_had_it(learning: Learning) -> None:
    desk = learning.newsdesk
    await desk.articles.put(a_draft(1, headline="পদ্মা সেতু"), now=NOW, announce=False)
    alert = await desk.alerts.create(a_new_alert(1), now=NOW)
    await desk.alerts.turn(alert.id, AlertState.RUNNING, of=OPEN, now=NOW)
    await desk.curves.keep(alert.id, Point(NOW + 4 * SECOND, 5, 5))
    totals = Totals(10, {Outcome.SENT: 10})
    await desk.alerts.turn(alert.id, AlertState.DONE, of=OPEN, now=NOW + 20 * SECOND, totals=totals)
    (row,) = await learning.rows("deliveries")
    assert (row["about"], row["sent"], row["to_half"], row["to_all"]) == ("পদ্মা সেতু", 10, 4.0, 20.0)


async def test_what_was_searched_for_in_vain_is_noted_once_and_says_nothing_of_who_searched(learning: Learning) -> None:
    await learning.newsdesk.readers(1, "sports")
    phone = learning.newsdesk.phone()
    await phone.say("/search চন্দ্রযান")
    await phone.say("/search চন্দ্রযান")
    await phone.say("/search 01711234567")
    found = [(row["words"], row["times"]) for row in await learning.rows("searches")]
    assert found == [("চন্দ্রযান", 2), ("(other searches)", 1)]


async def test_a_search_is_answered_while_it_cannot_be_noted(learning: Learning) -> None:
    learning.newsdesk.rollups.away = True
    phone = learning.newsdesk.phone()
    assert "Nothing was found" in await phone.say("/search চন্দ্রযান")


async def test_sources_say_what_came_and_what_is_wrong(learning: Learning) -> None:
    state = SourceState("main", fetched_at=NOW, failures=3, error="it answered 500")
    await learning.newsdesk.articles.save_source_state(state)
    learning.count(1, Figure.ARTICLES, 40, "main", channel="")
    learning.count(0, Figure.ARTICLES, 2, "gone", channel="")
    learning.count(0, Figure.FAILURES, 3, "main", channel="")
    main, gone = await learning.rows("sources")
    assert (main["articles"], main["failures"], main["in_a_row"], main["error"]) == (40, 3, 3, "it answered 500")
    assert (gone["source"], gone["articles"], gone["read"]) == ("gone", 2, None)


@pytest.mark.parametrize("days", [0, LONGEST_SPAN + 1])
def test_a_span_has_bounds(learning: Learning, days: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 366"):
        last_days(days, learning.speech)


async def test_the_chat_tells_who_came_and_who_went_of_as_many_days_as_asked_for(learning: Learning) -> None:
    learning.count(0, Figure.NEW, 5)
    learning.count(20, Figure.LEFT, 4)
    phone = learning.newsdesk.phone()
    assert "Readers of the last 7 days\nnew: 5" in await phone.say("/stats")
    assert "Readers of the last 30 days\nnew: 5\nleft: 4" in await phone.say("/stats ৩০")
    assert "Write how many days, from 1 to 366" in await phone.say("/stats a lot")


async def test_of_a_day_that_is_not_yet_counted_nothing_is_said_that_looks_like_none(learning: Learning) -> None:
    learning.count(2, Figure.SUBSCRIBERS, 7)
    learning.newsdesk.rollups.counted_day = learning.today - DAY
    for name, known in (("alerts", (0, 0, 0, 0, 0, 0, 0)), ("readers", (7, 0, 0, 0, 0, 0, 0, 0))):
        table = await learning.table(name, 2)
        assert table.rows == ((learning.today - DAY, *known), (learning.today, *[None] * len(known)))
        assert table.note == "–: not yet counted."
        assert as_lines(table, learning.speech)[-1].split()[-2:] == ["–", "–"]
    learning.newsdesk.rollups.counted_day = learning.today
    assert (await learning.table("alerts", 2)).note == ""


async def test_before_the_first_count_chat_says_so_too(learning: Learning) -> None:
    learning.newsdesk.rollups.counted_day = None
    said = await learning.newsdesk.phone().say("/stats")
    assert "Readers of the last 7 days\nnot yet counted" in said
