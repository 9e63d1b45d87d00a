"""A newsroom's desk over stores in memory: editors' phones, readers, and a delivery that is done step by step.

desk = Newsdesk()
await desk.readers(5, "sports")
editor = desk.phone(EDITOR)
await editor.say("/broadcast"); await editor.say("জরুরি খবর"); await editor.press("Preview")
await desk.deliver(alert_id, sent=3)
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from newsbot.channels.channel import Limits, Operation, Recipient
from newsbot.channels.entrances import Entrance, Entrances
from newsbot.channels.telegram.look import look_of
from newsbot.conversation.alerts import AlertComposer
from newsbot.conversation.dialogue import Dialogue
from newsbot.conversation.turn import Replies
from newsbot.delivery.ledger import Settle
from newsbot.delivery.outbox import Outbox
from newsbot.delivery.pacing import Unpaced
from newsbot.delivery.policy import Limits as PolicyLimits
from newsbot.desk.approvals import Policy
from newsbot.desk.audit import Actor, Place
from newsbot.desk.dialogue import EditorDialogue
from newsbot.desk.outlets import Outlet
from newsbot.desk.records import Records
from newsbot.desk.reporter import Reporter
from newsbot.desk.scheduling import Schedule
from newsbot.desk.staff import Staff
from newsbot.desk.turn import Desk, Speech
from newsbot.domain.alert import Alert, AlertKind, AlertState, Outcome, Totals
from newsbot.domain.attempt import Attempt, Sent
from newsbot.domain.message import (
    AnyReply,
    Button,
    ChoiceReply,
    CommandMenu,
    IncomingMessage,
    MessageRef,
    NoticeReply,
    TextReply,
    Toast,
)
from newsbot.domain.source import Source
from newsbot.domain.subscriber import Address, Preferences
from newsbot.i18n import Catalog
from newsbot.text.clipping import Unit
from tests.builders import (
    NOW,
    a_broadcast,
    a_newsroom,
    a_press,
    an_address,
    an_incoming,
    some_topics,
    the_administrator,
)
from tests.fakes import MemoryArticleStore, MemoryLinkCodes, MemoryListMemory, MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore
from tests.memory_desk import (
    MemoryApprovalStore,
    MemoryAuditLog,
    MemoryBulletinStore,
    MemoryDraftStore,
    MemoryInvitationStore,
    MemoryPeopleStore,
)
from tests.memory_ledger import MemoryLedger
from tests.memory_notices import MemoryNoticeStore
from tests.memory_rollups import MemoryCurveStore, MemoryRollups
from tests.memory_sessions import MemorySessions

CATALOG = Catalog.load()
EDITOR = an_address("9001")
ANOTHER = an_address("9002")


def an_actor(address: Address = EDITOR, name: str = "", place: Place = Place.DESK) -> Actor:
    return Actor(address=address, name=name, place=place)


TERMINAL = Actor(address=Address("console", "rahim"), name="rahim", place=Place.TERMINAL)
LIMITS = Limits(text=4096, caption=1024, button_label=30, buttons=100, unit=Unit.UTF16)


@dataclass
class FakePusher:
    """Implements `Pusher`: what was pushed, and what the platform answers."""

    name: str = "telegram"
    answer: Attempt = field(default_factory=lambda: Sent("900"))
    pushed: list[tuple[Operation, AnyReply | None, Recipient]] = field(default_factory=list)

    def prepare(self, operation: Operation, reply: AnyReply | None) -> Hashable:
        return operation, reply

    async def push(self, prepared: Any, to: Recipient) -> Attempt:
        self.pushed.append((*prepared, to))
        return self.answer

    async def answers(self) -> bool:
        return True


@dataclass
class FakeChannel:
    """Implements `Channel`: the messages that stand in each chat, edited ones in place."""

    name: str = "telegram"
    limits: Limits = LIMITS
    answer: Attempt | None = None  #: instead of sending
    chats: dict[Address, dict[str, AnyReply]] = field(default_factory=dict)
    writes: int = 0
    _ids: Any = field(default_factory=lambda: count(5000))

    async def reply(self, to: IncomingMessage, replies: tuple[AnyReply, ...]) -> tuple[Attempt, ...]:
        return tuple(self._write(to.address, reply) for reply in replies)

    def _write(self, address: Address, reply: AnyReply) -> Attempt:
        self.writes += 1
        if self.answer is not None:
            return self.answer
        chat = self.chats.setdefault(address, {})
        message_id = reply.replaces.message_id if reply.replaces else str(next(self._ids))
        chat[message_id] = replace(reply, replaces=None)
        return Sent(message_id)

    def chat(self, address: Address) -> list[str]:
        return [words(reply) for reply in self.chats.get(address, {}).values()]

    async def publish_menu(self, menu: CommandMenu) -> None:
        raise NotImplementedError


class Newsdesk:
    def __init__(self, *editors: Address) -> None:
        self.now = NOW
        self.articles = MemoryArticleStore()
        self.subscribers = MemorySubscriberStore()
        self.alerts = MemoryAlertStore(self.articles)
        self.rollups = MemoryRollups()
        self.curves = MemoryCurveStore()
        self.drafts = MemoryDraftStore()
        self.bulletins = MemoryBulletinStore()
        self.notices = MemoryNoticeStore()
        self.sessions = MemorySessions()
        self.web_address = "http://127.0.0.1:8080"
        self.ledger = MemoryLedger(self.subscribers._subscribers)
        self.pusher = FakePusher()
        self.channel = FakeChannel()
        self.edits = True  # what was sent there can be changed
        self.others: dict[str, Outlet] = {}  # further channels, by name
        self.dead: set[str] = set()
        self.began: list[Address] = []
        self.audit = MemoryAuditLog()
        self.approvals = MemoryApprovalStore()
        self.approval = Policy.NONE  # what a second person must approve
        self.invitations = MemoryInvitationStore()
        self.people = MemoryPeopleStore(audit=self.audit)
        self.start(*(editors or (EDITOR, ANOTHER)))

    def start(self, *editors: Address) -> None:
        """As after a restart with these editors in the settings: only what is stored is still known."""
        readers = Dialogue(
            articles=self.articles,
            subscribers=self.subscribers,
            memory=MemoryListMemory(),
            topics=some_topics(),
            newsroom=a_newsroom(),
            catalog=CATALOG,
            clock=self.clock,
            alerts=self.alerts,
            vain_searches=self.rollups,
            codes=MemoryLinkCodes(),
            administers=the_administrator,
            entrances=Entrances(entrances=[Entrance("telegram", "https://t.me/demo_bot?start=")]),
        )
        self.staff = Staff(self.people, editors)
        desk = self.desk = Desk(
            house=readers.house,
            staff=self.staff,
            audit=self.audit,
            invitations=self.invitations,
            approvals=self.approvals,
            approval=self.approval,
            drafts=self.drafts,
            bulletins=self.bulletins,
            notices=self.notices,
            alerts=self.alerts,
            outbox=Outbox(self.articles, self.alerts, some_topics(), limits=PolicyLimits(), clock=self.clock),
            records=Records(
                rollups=self.rollups,
                curves=self.curves,
                alerts=self.alerts,
                articles=self.articles,
                topics=some_topics(),
                sources=(Source(id="main", url="https://example.org/feed"),),
                accounts={"telegram": "12", "messenger": "34"},
            ),
            outlets={
                editors[0].channel: Outlet(
                    channel=self.channel,
                    ledger=self.ledger,
                    pusher=self.pusher,
                    pacing=Unpaced(),
                    rate=30,
                    edits=self.edits,
                    look=look_of,
                ),
                **self.others,
            },
            composer=AlertComposer(
                self.articles, some_topics(), a_newsroom(), CATALOG, clock=self.clock, timezone=ZoneInfo("Asia/Dhaka")
            ),
            dead_links=self._dead_links,
            sessions=self.sessions,
            web_address=lambda: self.web_address,
            expire=timedelta(hours=3),
        )
        self.dialogue = EditorDialogue(desk, readers, began=self.began.append)
        self.reporter = Reporter(desk)
        self.schedule = Schedule(desk)

    def clock(self) -> datetime:
        return self.now

    def later(self, **passes: float) -> None:
        self.now += timedelta(**passes)

    async def _dead_links(self, urls: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(url for url in urls if url in self.dead)

    def phone(self, address: Address = EDITOR, **about: Any) -> Phone:
        return Phone(self, address, {"language_hint": "en", "sender_name": "Rahima"} | about)

    def speech(self, language: str = "en") -> Speech:
        return Speech(translate=CATALOG.translator(language), now=self.now, zone=ZoneInfo("Asia/Dhaka"))

    async def readers(self, how_many: int, *topics: str, language: str = "bn") -> None:
        known = len(self.subscribers._subscribers)
        for number in range(known, known + how_many):
            chosen = Preferences(topics=frozenset(topics), language=language, onboarded=True)
            await self.subscribers.change(
                an_address(str(1000 + number)), "started", lambda _, chosen=chosen: chosen, now=NOW
            )

    # --- the delivery, by hand ---------------------------------------------------------------------------------------

    async def alert(self, alert_id: int = 1) -> Alert:
        found = await self.alerts.get(alert_id)
        assert found is not None
        return found

    async def plan(self, alert_id: int = 1) -> None:
        alert = await self.alert(alert_id)
        for segment in await self.ledger.segments():
            if alert.kind.touches_copies:
                await self.ledger.freeze_copies(alert, segment, now=self.now)
            elif alert.kind is AlertKind.RETRY:
                await self.ledger.freeze_again(alert, segment, now=self.now)
            else:
                await self.ledger.freeze(alert, segment, now=self.now)
        await self.alerts.turn(alert_id, AlertState.RUNNING, of=(AlertState.PLANNED,), now=self.now)

    async def deliver(self, alert_id: int = 1, outcome: Outcome = Outcome.SENT, *, most: int = 1_000) -> None:
        """Settle so many of the readers who are still to come."""
        alert = await self.alert(alert_id)
        while most and (taken := await self.ledger.take("worker", [alert_id])):
            claim = await self.ledger.claim(taken.unit, "worker", most, alert)
            most -= len(claim.readers)
            results = [Settle(one.position, outcome, f"m{one.position}") for one in claim.readers]
            await self.ledger.settle(taken.unit, results)
            if not claim.readers:
                await self.ledger.close(taken.unit, "worker", Outcome.EXPIRED)
            await self.ledger.give_back(taken.unit, "worker")

    async def finish(self, alert_id: int = 1) -> None:
        """It is over, and accounted for."""
        await self.ledger.release(alert_id)
        open_states = (AlertState.RUNNING, AlertState.PAUSED)
        await self.alerts.turn(alert_id, AlertState.DONE, of=open_states, now=self.now)
        await self.alerts.keep_totals(alert_id, await self.ledger.totals(alert_id))

    async def stopped_on_two_channels(self, number: int) -> None:
        """Alert `number`, the next, was stopped before two on Telegram and three on Messenger had it."""
        ledger = MemoryLedger(self.subscribers._subscribers, channel="messenger")
        outlet = Outlet(
            channel=FakeChannel("messenger"), ledger=ledger, pusher=FakePusher("messenger"), pacing=Unpaced(), rate=10
        )
        assert isinstance(self.desk.outlets, dict)
        self.desk.outlets["messenger"] = self.others["messenger"] = outlet
        made = await self.alerts.create(replace(a_broadcast(number), by=EDITOR), now=self.now)
        assert made.id == number
        await self.alerts.turn(number, AlertState.STOPPED, of=(AlertState.PLANNED,), now=self.now)
        own = {
            "telegram": Totals(audience=4, outcomes={Outcome.SENT: 2, Outcome.STOPPED: 2}),
            "messenger": Totals(audience=3, outcomes={Outcome.STOPPED: 3}),
        }
        whole = Totals(audience=7, outcomes={Outcome.SENT: 2, Outcome.STOPPED: 5}, channels=own)
        await self.alerts.keep_totals(number, whole)

    async def look(self, **passes: float) -> None:
        """The reporter's next round, so much later."""
        self.later(**passes or {"seconds": 6})
        await self.reporter.look()


class Phone:
    """An editor's, or a reader's: what they say and press, and what is answered last."""

    def __init__(self, desk: Newsdesk, address: Address, about: dict[str, Any]) -> None:
        self._desk = desk
        self.address = address
        self._about = about
        self.last: Replies = ()
        self._messages = count(50)

    async def hear(self, incoming: IncomingMessage) -> str:
        self.last = await self._desk.dialogue.answer(incoming)
        return "\n".join(words(reply) for reply in self.last)

    def message(self, text: str = "", **changes: Any) -> IncomingMessage:
        return an_incoming(text, **{"address": self.address, "received_at": self._desk.now} | self._about | changes)

    async def say(self, text: str = "", **changes: Any) -> str:
        return await self.hear(self.message(text, **changes))

    def button(self, label: str) -> str:
        """The action of a button of the last answer, by a part of its label."""
        offered = [button for reply in self.last for button in buttons(reply)]
        found = [button.action for button in offered if label in button.label]
        assert found, f"no button {label!r} in {[button.label for button in offered]}"
        return found[0]

    def press_of(self, action: str, **changes: Any) -> IncomingMessage:
        message = MessageRef(self.address.user_id, str(next(self._messages)))
        return a_press(action, **{"address": self.address, "message": message} | self._about | changes)

    async def press(self, label: str) -> str:
        return await self.do(self.button(label))

    async def do(self, action: str, **changes: Any) -> str:
        return await self.hear(self.press_of(action, **changes))

    # --- whole ways --------------------------------------------------------------------------------------------------

    async def draft(self, text: str = "জরুরি খবর", *choices: str, **message: Any) -> str:
        """Up to the preview."""
        await self.say("/broadcast")
        await self.say(text, **message)
        for choice in choices:
            await self.press(choice)
        return await self.press("Preview")

    async def broadcast(self, text: str = "জরুরি খবর", *choices: str, **message: Any) -> str:
        """Up to the last button."""
        await self.draft(text, *choices, **message)
        await self.press("Send…")
        return await self.press("Yes, send")


def words(reply: AnyReply) -> str:
    match reply:
        case TextReply():
            return reply.plain
        case ChoiceReply():
            chosen = ", ".join(option.label for option in reply.options if option.chosen)
            return f"{reply.question} [{chosen}]"
        case NoticeReply():
            return "\n".join((*reply.labels, "".join(span.text for span in reply.spans)))
        case Toast():
            return f"({reply.text})"
        case _:
            return getattr(reply, "headline", "") or getattr(reply, "title", "")


def buttons(reply: AnyReply) -> list[Button]:
    options = [Button(one.label, one.action) for one in reply.options] if isinstance(reply, ChoiceReply) else []
    return options + [button for row in reply.buttons for button in row]
