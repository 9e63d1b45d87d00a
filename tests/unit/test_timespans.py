"""Lists of the day, week or month that a reader names."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.domain.message import CardReply, HeadlinesReply, TextReply
from tests.builders import NOW, a_draft
from tests.talk import Talk, buttons, only, words

AGES = (1, 2, 19, 20, 40, 41, 70, 24 * 9)  #: hours; NOW is a Tuesday, 17:45 in Dhaka


@pytest.fixture
async def talk() -> Talk:
    talk = Talk()
    for number, hours in enumerate(AGES, start=1):
        topic = "sports" if number % 2 else "politics"
        await talk.articles.put(
            a_draft(number, published_at=NOW - timedelta(hours=hours), topics=(topic,)), now=NOW, announce=True
        )
    return talk


def numbers(listing: HeadlinesReply) -> list[int]:
    return [int(line.url.rpartition("/")[2]) for line in listing.headlines]


@pytest.mark.parametrize(
    ("said", "title", "shown"),
    [
        ("আজকের খবর", "খবর: আজ", [1, 2]),
        ("আজকের খেলার খবর", "⚽ খেলা: আজ", [1]),
        ("গতকালের খবর দাও", "খবর: গতকাল", [3, 4, 5, 6]),
        ("gotokaler rajnitir khobor", "🏛️ রাজনীতি: গতকাল", [4, 6]),
        ("গতকালের ২টি খবর", "খবর: গতকাল", [3, 4]),
        ("শনিবারের খবর", "খবর: শনিবার (১৫ নভেম্বর)", [7]),
        ("১৫ নভেম্বরের খেলার খবর", "⚽ খেলা: শনিবার (১৫ নভেম্বর)", [7]),
        ("এই সপ্তাহের খবর", "খবর: ১২ নভেম্বর – ১৮ নভেম্বর", [1, 2, 3, 4, 5, 6, 7]),
        ("/latest খেলা গতকাল", "⚽ খেলা: গতকাল", [3, 5]),
    ],
)
async def test_only_what_was_published_then_is_listed(talk: Talk, said: str, title: str, shown: list[int]) -> None:
    listing = only(await talk.say(said), HeadlinesReply)
    assert (listing.title, numbers(listing)) == (title, shown)


async def test_a_day_without_stories_is_told_and_the_latest_follow(talk: Talk) -> None:
    note, listing = await talk.say("রোববারের খেলার খবর")
    assert isinstance(note, TextReply)
    assert note.plain == "রোববার (১৬ নভেম্বর): কোনো খবর নেই। সর্বশেষ খবরগুলো দেওয়া হলো।"
    assert isinstance(listing, HeadlinesReply)
    assert (listing.title, numbers(listing)) == ("⚽ খেলা: সর্বশেষ", [1, 3, 5, 7])


async def test_of_a_topic_without_any_story_that_is_told(talk: Talk) -> None:
    assert "এখনো কোনো খবর নেই" in words(await talk.say("আজকের বিনোদনের খবর"))


async def test_a_day_that_is_listed_whole_offers_nothing_older_and_a_longer_one_goes_on(talk: Talk) -> None:
    whole = only(await talk.say("গতকালের খবর"), HeadlinesReply)
    assert not [button for button in buttons(whole) if "পুরোনো" in button.label]
    await talk.say("গতকালের ২টি খবর")
    assert numbers(only(await talk.press("পুরোনো খবর"), HeadlinesReply)) == [5, 6]


async def test_a_number_opens_a_line_of_it(talk: Talk) -> None:
    await talk.say("গতকালের খবর")
    assert only(await talk.say("দুই নম্বরটা"), CardReply).url == a_draft(4).url


async def test_a_time_that_is_no_more_than_a_word_is_searched_for(talk: Talk) -> None:
    await talk.articles.put(a_draft(20, headline="শুক্রবার ছুটি"), now=NOW, announce=True)
    assert numbers(only(await talk.say("শুক্রবার"), HeadlinesReply)) == [20]
