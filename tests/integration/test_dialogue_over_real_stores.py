"""A reader's way over the real stores: articles and journal in SQL, the working copy and the last list in Redis."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.conversation.dialogue import Dialogue
from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.domain.message import CardReply, ChoiceReply, HeadlinesReply, TextReply
from newsbot.i18n import Catalog
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_link_codes import RedisLinkCodes
from newsbot.subscribers.redis_list_memory import RedisListMemory
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.builders import NOW, a_draft, a_newsroom, a_press, an_address, an_incoming, some_topics, the_administrator


@pytest.fixture
async def dialogue(database: Database, redis: Redis) -> Dialogue:
    articles = SqlArticleStore(database)
    for number in range(1, 26):
        topics = ("sports",) if number % 2 else ("politics",)
        await articles.put(a_draft(number, topics=topics), now=NOW, announce=True)
    return Dialogue(
        articles=articles,
        subscribers=RedisSubscriberStore(SqlJournal(database, {"telegram": "1"}), redis),
        memory=RedisListMemory(redis),
        alerts=SqlAlertStore(database),
        codes=RedisLinkCodes(redis),
        administers=the_administrator,
        topics=some_topics(),
        newsroom=a_newsroom(),
        catalog=Catalog.load(),
        clock=lambda: NOW,
    )


async def test_a_reader_begins_follows_reads_and_searches(dialogue: Dialogue) -> None:
    (language,) = await dialogue.answer(an_incoming("/start"))
    assert isinstance(language, ChoiceReply)
    (topics,) = await dialogue.answer(a_press(language.options[0].action))
    assert isinstance(topics, ChoiceReply)
    await dialogue.answer(a_press(topics.options[0].action))
    (hints,) = await dialogue.answer(a_press("1:done"))
    assert isinstance(hints, TextReply)
    assert hints.plain.startswith("আপনি অনুসরণ করছেন: খেলা।")

    (first,) = await dialogue.answer(an_incoming("সর্বশেষ"))
    assert isinstance(first, HeadlinesReply)
    older = next(button.action for row in first.buttons for button in row if ":b" in button.action)
    (second,) = await dialogue.answer(a_press(older))
    assert isinstance(second, HeadlinesReply)
    assert [line.url.rpartition("/")[2] for line in second.headlines] == [str(number) for number in range(11, 21)]
    newer = next(button.action for row in second.buttons for button in row if ":a" in button.action)
    assert [line.url for reply in await dialogue.answer(a_press(newer)) for line in reply.headlines] == [  # type: ignore[union-attr]
        line.url for line in first.headlines
    ]
    await dialogue.answer(a_press(older))
    (card,) = await dialogue.answer(an_incoming("৩"))
    assert isinstance(card, CardReply)
    assert card.url == a_draft(13).url

    (found,) = await dialogue.answer(an_incoming("সেতুতে যান চলাচল"))
    assert isinstance(found, HeadlinesReply)
    assert found.title == "‘সেতুতে যান চলাচল’: ২৫টি খবর"


async def test_what_was_confirmed_survives_the_loss_of_redis(
    dialogue: Dialogue, database: Database, redis: Redis
) -> None:
    (said,) = await dialogue.answer(an_incoming("/subscribe খেলা রাজনীতি"))
    assert isinstance(said, TextReply)
    assert said.plain.startswith("এখন থেকে অনুসরণ করছেন: খেলা, রাজনীতি।\n")
    await redis.flushall()
    kept = await SqlJournal(database, {"telegram": "1"}).get(an_address())
    assert kept is not None
    assert kept.preferences.topics == {"sports", "politics"}
    (mine,) = await dialogue.answer(an_incoming("আমার বিষয়"))
    assert isinstance(mine, TextReply)
    assert mine.plain == "আপনি অনুসরণ করছেন:\n\n⚽ খেলা · ১৮ নভেম্বর থেকে\n🏛️ রাজনীতি · ১৮ নভেম্বর থেকে"


async def test_a_forgotten_reader_leaves_nothing_behind(dialogue: Dialogue, redis: Redis) -> None:
    await dialogue.answer(an_incoming("/subscribe খেলা"))
    await dialogue.answer(an_incoming("/latest"))
    await dialogue.answer(a_press("1:forget:yes"))
    (said,) = await dialogue.answer(an_incoming("/mydata"))
    assert isinstance(said, TextReply)
    assert said.plain == "আপনার কোনো তথ্য আমাদের কাছে নেই।"
    assert not [key async for key in redis.scan_iter("list:*")]


@pytest.mark.parametrize(
    "crooked",
    [
        *("1:open:zzzzzzzzzzzzz", "1:open:-1", "1:page::5:b1.zzzzzzzzzzzzz", "1:page::5:b-zzzzzzzzz.1"),
        *(
            "1:page::5:a-zzzzzzzzzzzz.1",
            "1:find:0000000000000000:3",
            "1:sub:*",
            "1:unsub:gone:c:zzzzzzzzzzzzz",
            "\ud800",
        ),
    ],
)
async def test_an_action_that_we_never_made_is_answered(dialogue: Dialogue, crooked: str) -> None:
    assert await dialogue.answer(a_press(crooked))


@pytest.mark.parametrize(
    "text",
    [
        *("https://[", "http://x:99999999/a", "https://a/\ud83d", "/search \ud800", "/search '\"(*)^:-", "NEAR( * OR"),
        *("%_%", "/search \x00", "/start article-999999999999999999", "/" + "ক" * 1900, "http://" + "a" * 5000),
    ],
)
async def test_any_text_is_answered(dialogue: Dialogue, text: str) -> None:
    assert await dialogue.answer(an_incoming(text))


async def test_a_search_that_finds_nothing_as_it_is_spelt_asks_what_was_meant(dialogue: Dialogue) -> None:
    (found,) = await dialogue.answer(an_incoming("/search setu protibedon"))
    assert isinstance(found, HeadlinesReply)
    assert found.title == "আপনি কি ‘সেতু প্রতিবেদন’ খুঁজছেন?"
    assert found.footer.startswith("‘setu protibedon’ লিখে কিছু পাওয়া যায়নি।")
    assert len(found.headlines) == 10
    more = next(button for row in found.buttons for button in row)
    (second,) = await dialogue.answer(a_press(more.action))
    assert isinstance(second, HeadlinesReply)
    assert second.title == found.title


async def test_a_search_knows_topics_times_and_exclusions(dialogue: Dialogue) -> None:
    (of_a_topic,) = await dialogue.answer(an_incoming("/search #রাজনীতি সেতু"))
    assert isinstance(of_a_topic, HeadlinesReply)
    assert {int(line.url.rpartition("/")[2]) % 2 for line in of_a_topic.headlines} == {0}
    (today,) = await dialogue.answer(an_incoming("/search আজকের সেতু"))
    assert isinstance(today, HeadlinesReply)
    (nothing,) = await dialogue.answer(an_incoming("/search সেতু -প্রতিবেদন"))
    assert isinstance(nothing, TextReply)


async def test_a_day_is_listed_to_its_edges(dialogue: Dialogue) -> None:
    (today,) = await dialogue.answer(an_incoming("আজকের খেলার খবর"))
    assert isinstance(today, HeadlinesReply)
    assert today.title == "⚽ খেলা: আজ"
    assert {int(line.url.rpartition("/")[2]) % 2 for line in today.headlines} == {1}
    note, latest = await dialogue.answer(an_incoming("গতকালের খেলার খবর"))
    assert isinstance(note, TextReply)
    assert note.plain.startswith("গতকাল: কোনো খবর নেই।")
    assert isinstance(latest, HeadlinesReply)
    assert latest.title == "⚽ খেলা: সর্বশেষ"


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31", "জানুয়ারি 0001", "ডিসেম্বর 9999"])
@pytest.mark.parametrize("command", ["/latest {day}", "{day} খবর", "{day} খেলা", "/search {day} সেতু"])
async def test_the_ends_of_the_calendar_are_answered(dialogue: Dialogue, command: str, day: str) -> None:
    assert await dialogue.answer(an_incoming(command.format(day=day)))
