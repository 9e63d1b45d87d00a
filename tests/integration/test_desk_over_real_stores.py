"""An editor's whole story over the real parts: SQL, Redis, planner, worker, and Telegram's side in the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.channels.telegram.receiver import receive
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.conversation.alerts import AlertComposer
from newsbot.conversation.dialogue import Dialogue
from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.outbox import Outbox
from newsbot.delivery.pacing import Unpaced
from newsbot.delivery.planner import Planner
from newsbot.delivery.policy import Limits
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.delivery.sql_curves import SqlCurveStore
from newsbot.delivery.sql_notices import SqlNoticeStore
from newsbot.delivery.worker import DeliveryWorker
from newsbot.desk.approvals import Policy
from newsbot.desk.audit import Act, Actor, Filter, Place
from newsbot.desk.dialogue import EditorDialogue
from newsbot.desk.drafts import DraftState
from newsbot.desk.handing_over import hand_over
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.outlets import Outlet
from newsbot.desk.records import Records
from newsbot.desk.reporter import Reporter
from newsbot.desk.retrying import retriable
from newsbot.desk.scheduling import Schedule
from newsbot.desk.sql_approvals import SqlApprovalStore
from newsbot.desk.sql_audit import SqlAuditLog
from newsbot.desk.sql_bulletins import SqlBulletinStore
from newsbot.desk.sql_drafts import SqlDraftStore
from newsbot.desk.sql_invitations import SqlInvitationStore
from newsbot.desk.sql_people import SqlPeopleStore
from newsbot.desk.staff import Staff
from newsbot.desk.turn import Desk, Speech
from newsbot.domain.alert import AlertState, AlertText, Outcome
from newsbot.domain.message import Button, Span
from newsbot.domain.subscriber import Address, Preferences
from newsbot.i18n import Catalog
from newsbot.observability import Metrics
from newsbot.rollups.sql_rollups import SqlRollups
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_link_codes import RedisLinkCodes
from newsbot.subscribers.redis_list_memory import RedisListMemory
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.builders import a_draft, a_newsroom, some_topics, the_administrator
from tests.memory_sessions import MemorySessions
from tests.telegram_sandbox import TelegramSandbox, telegram_sandbox

ACCOUNT = "10000"
EDITOR, SECOND_EDITOR = 9001, 9002
READERS = tuple(range(101, 113))


def utc_now() -> datetime:
    return datetime.now(UTC)


async def no_dead_links(urls: tuple[str, ...]) -> tuple[str, ...]:
    return ()


@dataclass
class Newsroom:
    sandbox: TelegramSandbox
    database: Database
    redis: Redis
    rate: float = 20
    approval: Policy = Policy.NONE
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def open(self) -> None:
        """As a process that starts: everything anew over what is stored."""
        self.articles = SqlArticleStore(self.database)
        self.alerts = SqlAlertStore(self.database)
        self.subscribers = RedisSubscriberStore(SqlJournal(self.database, {"telegram": ACCOUNT}), self.redis)
        self.ledger = RedisLedger(self.redis, "telegram", ACCOUNT)
        self.channel = TelegramChannel(self.sandbox.api)
        pacing = RedisPacing(self.redis, f"telegram:{ACCOUNT}", self.rate)
        readers = Dialogue(
            articles=self.articles,
            subscribers=self.subscribers,
            memory=RedisListMemory(self.redis),
            alerts=self.alerts,
            codes=RedisLinkCodes(self.redis),
            administers=the_administrator,
            topics=some_topics(),
            newsroom=a_newsroom(),
            catalog=Catalog.load(),
            clock=utc_now,
        )
        composer = AlertComposer(
            self.articles,
            some_topics(),
            a_newsroom(),
            Catalog.load(),
            clock=utc_now,
            timezone=ZoneInfo("Asia/Dhaka"),
        )
        pusher = TelegramPusher(self.sandbox.api)
        audit = SqlAuditLog(self.database)
        desk = self.desk = Desk(
            house=readers.house,
            staff=Staff(
                SqlPeopleStore(self.database, audit),
                (Address("telegram", str(EDITOR)), Address("telegram", str(SECOND_EDITOR))),
            ),
            audit=audit,
            invitations=SqlInvitationStore(self.database),
            approvals=SqlApprovalStore(self.database),
            approval=self.approval,
            drafts=SqlDraftStore(self.database),
            bulletins=SqlBulletinStore(self.database),
            notices=SqlNoticeStore(self.database),
            alerts=self.alerts,
            outbox=Outbox(self.articles, self.alerts, some_topics(), limits=Limits(), clock=utc_now),
            records=Records(
                rollups=SqlRollups(self.database),
                curves=SqlCurveStore(self.database),
                alerts=self.alerts,
                articles=self.articles,
                topics=some_topics(),
                sources=(),
                accounts={"telegram": ACCOUNT},
            ),
            outlets={
                "telegram": Outlet(
                    channel=self.channel, ledger=self.ledger, pusher=pusher, pacing=Unpaced(), rate=self.rate
                )
            },
            composer=composer,
            dead_links=no_dead_links,
            sessions=MemorySessions(),
            web_address=lambda: "http://127.0.0.1:8080",
            expire=timedelta(hours=3),
        )
        self.dialogue = EditorDialogue(desk, readers)
        planner = Planner(
            self.articles,
            self.alerts,
            [self.ledger],
            some_topics(),
            limits=Limits(),
            keep=timedelta(days=30),
            clock=utc_now,
        )
        worker = DeliveryWorker(
            ledger=self.ledger,
            alerts=self.alerts,
            pacing=pacing,
            pusher=pusher,
            composer=composer,
            subscribers=self.subscribers,
            metrics=Metrics(),
            clock=utc_now,
            in_flight=10,
        )
        loops = (planner.run(), worker.run(), Reporter(desk).run())
        self.tasks = [asyncio.create_task(loop) for loop in loops]

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def restart(self) -> None:
        await self.close()
        self.open()

    async def answer(self) -> None:
        """Everything that was said and pressed meanwhile."""
        for update in self.sandbox.state.updates.waiting():
            said = update.json()
            self.sandbox.state.updates.confirm([said["update_id"]])
            incoming = receive(said, self.sandbox.bot, utc_now())
            if incoming is not None:
                await self.channel.reply(incoming, await self.dialogue.answer(incoming))

    async def say(self, text: str, editor: int = EDITOR) -> str:
        self.sandbox.readers.send_text(editor, text)
        await self.answer()
        return self.chat(editor)[-1]

    async def press(self, label: str, editor: int = EDITOR) -> str:
        """The newest button with these words, once it is there: some come with the report, by themselves."""

        async def there() -> bool:
            return bool(self.buttons(label, editor))

        await until(there)
        message_id, data = self.buttons(label, editor)[0]
        self.sandbox.readers.press(editor, message_id, data=data)
        await self.answer()
        return self.chat(editor)[-1]

    async def press_at_once(self, label: str, editor: int, *, times: int) -> None:
        """The newest button with these words, again before the first press is answered."""
        message_id, data = self.buttons(label, editor)[0]
        for _ in range(times):
            self.sandbox.readers.press(editor, message_id, data=data)
        updates = [update.json() for update in self.sandbox.state.updates.waiting()]
        pressed = [receive(update, self.sandbox.bot, utc_now()) for update in updates]
        await asyncio.gather(*(self.dialogue.answer(one) for one in pressed if one is not None))

    def buttons(self, label: str, editor: int) -> list[tuple[int, str]]:
        """Those with these words, the newest first: of which message, and what they carry."""
        return [
            (bubble["message_id"], button["callback_data"])
            for bubble in reversed(self.sandbox.readers.view(editor, editor))
            for row in bubble.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if label in button["text"] and "callback_data" in button
        ]

    def chat(self, user_id: int) -> list[str]:
        return self.sandbox.texts(user_id)

    def copies(self, text: str) -> int:
        return sum(any(text in said for said in self.chat(reader)) for reader in READERS)

    async def state(self, alert_id: int) -> AlertState | None:
        alert = await self.alerts.get(alert_id)
        return alert.state if alert else None


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


@pytest.fixture
async def newsroom(database: Database, redis: Redis) -> AsyncIterator[Newsroom]:
    async with telegram_sandbox() as sandbox:
        newsroom = Newsroom(sandbox, database, redis)
        newsroom.open()
        try:
            for number, user_id in enumerate((EDITOR, SECOND_EDITOR, *READERS)):
                sandbox.readers.add_user(f"ব্যক্তি {number}", user_id=user_id, started=True)
            for user_id in READERS:
                chosen = Preferences(topics=frozenset({"sports"}), onboarded=True)
                await newsroom.subscribers.change(
                    Address("telegram", str(user_id)), "started", lambda _, chosen=chosen: chosen, now=utc_now()
                )
            yield newsroom
        finally:
            await newsroom.close()


async def confirmed(newsroom: Newsroom, text: str) -> None:
    await newsroom.say("/broadcast")
    await newsroom.say(text)
    await newsroom.press("আগে দেখুন")
    await newsroom.press("পাঠান…")
    await newsroom.press("হ্যাঁ, ১২ জনকে পাঠান")


async def test_news_is_broken_watched_corrected_and_recalled(newsroom: Newsroom) -> None:
    await confirmed(newsroom, "ভূমিকম্প ৬ মাত্রার")

    async def reported(words: str) -> bool:
        return any(words in said for said in newsroom.chat(EDITOR))

    await until(lambda: reported("পাঠানো হয়েছে: ১২"))
    assert newsroom.copies("ভূমিকম্প ৬ মাত্রার") == len(READERS)

    await newsroom.press("সংশোধন")
    assert "১২ জন পাঠকের কাছে কপি আছে" in await newsroom.say("ভূমিকম্প ৫ মাত্রার")
    await newsroom.press("কপিগুলো বদলান")
    await newsroom.press("হ্যাঁ, ১২টি কপি বদলান")
    await until(lambda: reported("সংশোধিত: ১২"))
    assert newsroom.copies("ভূমিকম্প ৬ মাত্রার") == 0
    assert newsroom.copies("সংশোধিত\nভূমিকম্প ৫ মাত্রার") == len(READERS)

    await newsroom.say("/broadcasts", SECOND_EDITOR)
    await newsroom.press("২", SECOND_EDITOR)
    await newsroom.press("প্রত্যাহার", SECOND_EDITOR)
    await newsroom.press("হ্যাঁ, ১২টি কপি মুছুন", SECOND_EDITOR)

    async def recalled() -> bool:
        return any("মোছা হয়েছে: ১২" in said for said in newsroom.chat(SECOND_EDITOR))

    await until(recalled)
    assert newsroom.copies("ভূমিকম্প") == 0


async def test_what_is_written_on_the_desk_for_a_time_goes_out_then_once_though_two_see_to_it(
    newsroom: Newsroom,
) -> None:
    desk, by = newsroom.desk, Actor(address=Address("telegram", str(EDITOR)), name="Rahima", place=Place.DESK)
    draft = await desk.drafts.begin(by.address, event="desk:1", waits=False, now=utc_now())
    words = AlertText((Span("সেতু খুলল", "bold"),), "", (Button("সরাসরি", url="https://news.example/live"),))
    wanted = replace(draft, text=words, send_at=utc_now() + timedelta(seconds=3))
    ready = await keep_draft(desk, draft, wanted, by=by, now=utc_now())
    assert ready is not None
    speak = Speech(translate=Catalog.load().translator("en"), now=utc_now(), zone=ZoneInfo("Asia/Dhaka"))
    done = await hand_over(desk, speak, ready, revision=ready.revision, by=by)
    assert done.scheduled
    newsroom.tasks += [asyncio.create_task(Schedule(desk).run()) for _ in range(2)]

    async def sent() -> bool:
        return newsroom.copies("সেতু খুলল") == len(READERS)

    await until(sent)
    (alert,) = await newsroom.alerts.recent(limit=5)
    assert (alert.origin, alert.by, alert.text) == (draft.origin, by.address, words)
    entries = [entry.act for entry in await desk.audit.of(f"draft:{draft.id}")]
    assert entries == [Act.DRAFT_SAVED, Act.SCHEDULED]

    async def over() -> bool:
        found = await desk.drafts.get(draft.id)
        return found is not None and found.state is DraftState.SENT

    await until(over)
    bubble = newsroom.sandbox.readers.view(READERS[0], READERS[0])[-1]
    assert bubble["reply_markup"]["inline_keyboard"][0] == [{"text": "সরাসরি", "url": "https://news.example/live"}]


async def test_it_is_paused_and_goes_on_over_a_restart_and_everyone_gets_it_once(newsroom: Newsroom) -> None:
    newsroom.rate = 0.5  # it is paused long before its end, also on a busy machine
    await newsroom.restart()
    await confirmed(newsroom, "জরুরি খবর")

    async def some() -> bool:
        return newsroom.copies("জরুরি খবর") > 1

    await until(some)
    await newsroom.press("⏸", EDITOR)
    assert await newsroom.state(1) is AlertState.PAUSED
    before = await newsroom.ledger.totals(1)
    await newsroom.restart()
    newsroom.rate = 20
    await newsroom.restart()
    await newsroom.press("▶", EDITOR)

    async def done() -> bool:
        return await newsroom.state(1) is AlertState.DONE

    await until(done)
    alert = await newsroom.alerts.get(1)
    assert alert is not None
    assert alert.totals is not None
    assert before.sent < len(READERS)
    assert alert.totals.outcomes == {Outcome.SENT: len(READERS)}
    assert all(newsroom.chat(reader).count("জরুরি খবর") == 1 for reader in READERS)


async def test_what_a_stopped_broadcast_left_is_sent_once_when_it_is_tried_again(newsroom: Newsroom) -> None:
    newsroom.rate = 0.5
    await newsroom.restart()
    await confirmed(newsroom, "জরুরি খবর")

    async def some() -> bool:
        return newsroom.copies("জরুরি খবর") > 1

    await until(some)
    await newsroom.press("⏹", EDITOR)

    async def accounted() -> bool:
        alert = await newsroom.alerts.get(1)
        return alert is not None and alert.totals is not None

    await until(accounted)
    before = newsroom.copies("জরুরি খবর")
    newsroom.rate = 20
    await newsroom.restart()
    stopped = await newsroom.alerts.get(1)
    assert stopped is not None
    assert (await retriable(newsroom.desk, stopped)).by_channel == {"telegram": len(READERS) - before}
    await newsroom.press("আবার চেষ্টা করুন")
    await newsroom.press_at_once("জনকে আবার পাঠান", EDITOR, times=3)
    assert [one.id for one in await newsroom.alerts.retries(1)] == [2]

    async def done() -> bool:
        return await newsroom.state(2) is AlertState.DONE

    await until(done)
    assert before < len(READERS)
    assert all(newsroom.chat(reader).count("জরুরি খবর") == 1 for reader in READERS)
    assert [entry.act for entry in await newsroom.desk.audit.of("alert:1")][-1] == Act.RETRIED


async def test_a_withdrawn_article_is_stopped_and_its_recall_offered(newsroom: Newsroom) -> None:
    article = (await newsroom.articles.put(a_draft(1, published_at=utc_now()), now=utc_now(), announce=True)).article
    headline = article.headline

    async def everyone_has_it() -> bool:
        return newsroom.copies(headline) == len(READERS)

    await until(everyone_has_it)
    await newsroom.articles.withdraw(article.url, now=utc_now())

    async def offered() -> bool:
        return all(
            any("১২ জন পাঠকের কাছে এখনো কপি আছে" in said for said in newsroom.chat(editor))
            for editor in (EDITOR, SECOND_EDITOR)
        )

    await until(offered)
    await newsroom.press("প্রত্যাহার")
    await newsroom.press("হ্যাঁ, ১২টি কপি মুছুন")

    async def gone() -> bool:
        return newsroom.copies(headline) == 0

    await until(gone)


async def test_of_many_second_persons_one_approves_and_everybody_gets_it_once(newsroom: Newsroom) -> None:
    newsroom.approval = Policy.ALL
    await newsroom.restart()
    await newsroom.say("/broadcast")
    await newsroom.say("ভূমিকম্প ৬ মাত্রার")
    await newsroom.press("আগে দেখুন")
    await newsroom.press("পাঠান…")
    await newsroom.press("অনুমোদন চান")

    async def asked() -> bool:
        return bool(newsroom.buttons("অনুমোদন", SECOND_EDITOR))

    await until(asked)
    assert newsroom.copies("ভূমিকম্প") == 0
    await newsroom.press_at_once("অনুমোদন", SECOND_EDITOR, times=6)

    async def done() -> bool:
        return await newsroom.state(1) is AlertState.DONE

    await until(done)
    assert len(await newsroom.alerts.recent(limit=10)) == 1
    assert all(sum("ভূমিকম্প" in said for said in newsroom.chat(reader)) == 1 for reader in READERS)
    entries = await SqlAuditLog(newsroom.database).entries(Filter(act="approval"), limit=10)
    assert [str(entry.act) for entry in entries] == ["approval.approved", "approval.asked"]

    async def told() -> bool:
        return any("অনুমোদন করেছেন" in said for said in newsroom.chat(EDITOR))

    await until(told)
