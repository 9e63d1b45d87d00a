"""The sandbox's state: everything there is, changed by the Graph API on one side and by readers on the other."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from newsbot.sandbox.changes import Change, ChangeFeed
from newsbot.sandbox.faults import FaultPlan
from newsbot.sandbox.messenger.access import Access
from newsbot.sandbox.messenger.attachments import Attachment, AttachmentStore
from newsbot.sandbox.messenger.envelopes import Form
from newsbot.sandbox.messenger.events import Event, EventQueue
from newsbot.sandbox.messenger.faults import EVENT_ACTIONS, Fault
from newsbot.sandbox.messenger.messages import MessageBook
from newsbot.sandbox.messenger.model import (
    LedgerEntry,
    PageAccount,
    Person,
    StoredMessage,
    VirtualPeople,
    new_mid,
    words_of,
)
from newsbot.sandbox.messenger.people import People
from newsbot.sandbox.messenger.profile import MessengerProfile
from newsbot.sandbox.messenger.rates import CallMeter, CallWindow, GraphLimits
from newsbot.sandbox.messenger.saving import MessengerSaver
from newsbot.sandbox.messenger.standing import Standing
from newsbot.sandbox.messenger.virtual_clock import VirtualClock
from newsbot.sandbox.messenger.webhook_settings import Delivery, WebhookSettings
from newsbot.sandbox.sandbox_file import SandboxFile

__all__ = ["GraphState"]

_STANDBY: Final = frozenset({"messages", "messaging_postbacks", "message_reactions", "message_reads"})
KEPT_DELIVERIES: Final = 1000
HOUR: Final = 3600.0
PROFILE_CALLS: Final = 10  #: of the Messenger profile within …
PROFILE_SECONDS: Final = 600.0


class GraphState:
    """All of it. Belongs to one event loop; `open` reads what an earlier run left in the folder."""

    def __init__(
        self,
        account: PageAccount,
        *,
        folder: Path | None = None,
        limits: GraphLimits | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.account = account
        self.clock = VirtualClock(clock)
        self.changes = ChangeFeed()
        self.faults: FaultPlan[Fault] = FaultPlan()
        self.meter = CallMeter(limits or GraphLimits(), self.clock, monotonic, lambda: self.people.count())
        self.events = EventQueue()
        self.form = Form()
        self.address = "https://scontent.example"  #: in front of the paths of readers' files
        file = SandboxFile(folder / "messenger.sqlite3", LedgerEntry) if folder is not None else None
        self.saver = MessengerSaver(self, file)
        self.attachments = AttachmentStore(folder)
        self._empty()
        self.saver.load()

    @classmethod
    def open(
        cls,
        account: PageAccount | None = None,
        *,
        folder: Path | None = None,
        limits: GraphLimits | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> GraphState:
        """The state kept in `folder`, or an empty one that is forgotten at the end."""
        return cls(account or PageAccount(), folder=folder, limits=limits, clock=clock, monotonic=monotonic)

    def _empty(self) -> None:
        self.access = Access(self.account)
        self.standing = Standing()
        self.ledger: list[LedgerEntry] = []
        self.webhook = WebhookSettings(verify_token=self.account.verify_token)
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self.people = People(lambda person_id: self.saver.mark("person", person_id))
        self.messages = MessageBook(self.saver.mark_message)
        self.profile = MessengerProfile(self._profile_changed)
        self.profile_calls = CallWindow(PROFILE_CALLS, PROFILE_SECONDS)

    # -- time ---------------------------------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """Milliseconds since 1970, as in events."""
        return int(self.clock() * 1000)

    def advance(self, seconds: float) -> float:
        """Move the clock ahead; windows close, and what waits for a time looks again."""
        now = self.clock.advance(seconds)
        self.saver.mark("meta", "counters")
        self.tell("clock", "", {"now": now})
        return now

    # -- people -------------------------------------------------------------------------------------------------------

    def tell_person(self, person: Person) -> None:
        """Say that somebody's own state changed: window, block, thread."""
        self.tell("person", person.id, self.person_json(person))

    def person_json(self, person: Person) -> dict[str, Any]:
        """The person with their window, as pages and the control API show them."""
        return person.json(self.clock(), self.account.app_id)

    # -- messages -----------------------------------------------------------------------------------------------------

    def post(
        self,
        person: Person,
        content: Mapping[str, Any],
        *,
        app_id: str = "",
        kind: str = "message",
        reply_to: str | None = None,
        notification: str = "REGULAR",
    ) -> StoredMessage:
        """A new message at the end of a thread; tells the change feed, no event for the webhook."""
        message = StoredMessage(
            new_mid(),
            person.id,
            self.now_ms(),
            self.messages.next_number(),
            app_id,
            content,
            kind,
            reply_to,
            notification,
        )
        self.messages.put(message)
        if self.changes.followed:
            self.tell("message", person.id, self.messages.bubble(message))
        return message

    def record_send(self, message: StoredMessage, messaging_type: str) -> None:
        """Write an accepted send into the ledger."""
        content = message.content
        self.ledger.append(
            LedgerEntry(
                message.at / 1000,
                message.person_id,
                message.mid,
                messaging_type,
                words_of(content),
                content.get("metadata") or "",
            )
        )

    def changed(self, message: StoredMessage) -> None:
        """A message got a reaction, was read, edited or taken back."""
        self.messages.put(message)
        if self.changes.followed:
            self.tell("changed", message.person_id, self.messages.bubble(message))

    def tell(self, kind: str, person_id: str, data: dict[str, Any] | None = None) -> None:
        self.changes.tell(Change(kind, person_id, data or {}))

    # -- events -------------------------------------------------------------------------------------------------------

    def push(
        self,
        field: str,
        person_id: str,
        content: Mapping[str, Any],
        *,
        at: int | None = None,
        from_page: bool = False,
    ) -> None:
        """Queue an event for the webhook, unless the Page isn't subscribed to its field.

        `at`: the time of the message it tells of, milliseconds since 1970; now without one.
        While another app has the thread, what the person does comes in `standby`, a tap without its payload.
        """
        if not from_page and field in _STANDBY and self._is_elsewhere(person_id):
            field = "standby"
            if "postback" in content:
                content = {"postback": {name: v for name, v in content["postback"].items() if name != "payload"}}
        if not self.webhook.wants(field):
            return
        item: dict[str, Any] = {"sender": {"id": person_id}, "recipient": {"id": self.account.id}}
        if from_page:
            item = {"sender": item["recipient"], "recipient": item["sender"]}
        elif not person_id:
            del item["sender"]
        event = Event(field, person_id, {**item, "timestamp": self.now_ms() if at is None else at, **content})
        fault = self.faults.choose(field, lambda: person_id, EVENT_ACTIONS)
        match fault.action if fault is not None else "":
            case "event_lost":
                return
            case "event_late":
                self.events.add_later(event, fault.seconds if fault is not None else 0.0)
            case "event_twice":
                self.events.add(event)
                self.events.add(event)
            case _:
                self.events.add(event)

    def _is_elsewhere(self, person_id: str) -> bool:
        person = self.people.get(person_id)
        return person is not None and bool(person.thread_owner)

    def subscribe(self, fields: tuple[str, ...]) -> None:
        """Events of these fields come from now on; of none, nothing comes."""
        self.webhook.fields = fields
        self.webhook.unsubscribed_at = self.webhook.failing_since = None
        self.settings_changed()

    def delivered(self, delivery: Delivery) -> None:
        """Note how a request to the webhook went; after an hour of failures the Page is unsubscribed."""
        self.deliveries.append(delivery)
        webhook = self.webhook
        if delivery.arrived:
            webhook.failing_since = None
            return
        if webhook.failing_since is None:
            webhook.failing_since = delivery.at
        elif delivery.at - webhook.failing_since >= HOUR and webhook.fields:
            webhook.fields, webhook.unsubscribed_at, webhook.failing_since = (), delivery.at, None
            self.events.drop_waiting()
            self.settings_changed()
            self.tell("unsubscribed", "")

    # -- figures ------------------------------------------------------------------------------------------------------

    def counters(self) -> dict[str, int]:
        """What rehearsals read: messages accepted and refused for their rate, the ledger, waiting events, people."""
        return {
            **self.meter.counters(),
            "ledger": len(self.ledger),
            "pending_events": self.events.unfinished,
            "people": self.people.count(),
        }

    # -- disk ---------------------------------------------------------------------------------------------------------

    def _profile_changed(self) -> None:
        self.saver.mark("meta", "profile")
        self.tell("profile", "")

    def settings_changed(self) -> None:
        """The webhook's address or the Page's subscription changed."""
        self.saver.mark("meta", "webhook")
        self.tell("webhook", "")

    def add_range(self, group: VirtualPeople) -> None:
        self.people.ranges.append(group)
        self.saver.mark("meta", "ranges")

    def keep_attachment(self, attachment: Attachment) -> None:
        self.saver.mark("attachment", attachment.id)

    def flush(self) -> None:
        """Write what is unwritten."""
        self.saver.write(self.saver.collect())

    def close(self) -> None:
        """Write what is left and let go of the folder; safe to call twice."""
        self.saver.close()

    def reset(self) -> None:
        """Forget people, threads, the ledger, faults and settings, on disk too; the clock goes on, attachments stay."""
        self.saver.clear()
        self.events.drop_waiting()
        self._empty()
        self.faults.clear()
        self.meter.ordered = None
        self.meter.reset()
        self.form = Form()
        self.tell("reset", "")
