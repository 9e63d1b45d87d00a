"""The sandbox's state: everything there is, changed by the Graph API on one side and by readers on the other."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from newsbot.sandbox.changes import Change, ChangeFeed
from newsbot.sandbox.messenger.access import Access
from newsbot.sandbox.messenger.events import Event, EventQueue
from newsbot.sandbox.messenger.messages import MessageBook
from newsbot.sandbox.messenger.model import LedgerEntry, PageAccount, Person, StoredMessage, new_mid
from newsbot.sandbox.messenger.people import People
from newsbot.sandbox.messenger.profile import MessengerProfile
from newsbot.sandbox.messenger.rates import CallWindow
from newsbot.sandbox.messenger.virtual_clock import VirtualClock
from newsbot.sandbox.messenger.webhook_settings import Delivery, WebhookSettings

__all__ = ["GraphState"]

KEPT_DELIVERIES: Final = 1000
HOUR: Final = 3600.0
PROFILE_CALLS: Final = 10  #: of the Messenger profile within …
PROFILE_SECONDS: Final = 600.0


class GraphState:
    """All of it. Belongs to one event loop."""

    def __init__(self, account: PageAccount, *, clock: Callable[[], float] = time.time) -> None:
        self.account = account
        self.clock = VirtualClock(clock)
        self.access = Access(account)
        self.changes = ChangeFeed()
        self.ledger: list[LedgerEntry] = []
        self.events = EventQueue()
        self.webhook = WebhookSettings(verify_token=account.verify_token)
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self.people = People(lambda person_id: None)
        self.messages = MessageBook(lambda message: None)
        self.profile = MessengerProfile(lambda: self.tell("profile", ""))
        self.profile_calls = CallWindow(PROFILE_CALLS, PROFILE_SECONDS)
        self._clock_moved = asyncio.Event()

    @classmethod
    def open(cls, account: PageAccount | None = None, *, clock: Callable[[], float] = time.time) -> GraphState:
        """An empty state, forgotten at the end."""
        return cls(account or PageAccount(), clock=clock)

    # -- time ---------------------------------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """Milliseconds since 1970, as in events."""
        return int(self.clock() * 1000)

    def advance(self, seconds: float) -> float:
        """Move the clock ahead; windows close, and what waits for a time looks again."""
        now = self.clock.advance(seconds)
        self._clock_moved.set()
        self._clock_moved = asyncio.Event()
        self.tell("clock", "", {"now": now})
        return now

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until the clock is moved."""
        moved = self._clock_moved
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await moved.wait()

    # -- people -------------------------------------------------------------------------------------------------------

    def tell_person(self, person: Person) -> None:
        """Say that somebody's own state changed: window, block, thread."""
        self.tell("person", person.id, self.person_json(person))

    def person_json(self, person: Person) -> dict[str, Any]:
        now = self.clock()
        return {
            "id": person.id,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "locale": person.locale,
            "started": person.started,
            "blocked": person.blocked,
            "deactivated": person.deactivated,
            "window_until": person.window_until or None,
            "window_open": person.window_until > now,
            "opened_by": person.opened_by,
        }

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
        message = StoredMessage(new_mid(), person.id, self.now_ms(), app_id, content, kind, reply_to, notification)
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
                content.get("text") or _summary(content),
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

    def push(self, field: str, person_id: str, content: Mapping[str, Any], *, from_page: bool = False) -> Event | None:
        """Queue an event for the webhook; None if the Page isn't subscribed to its field."""
        if not self.webhook.wants(field):
            return None
        sender, recipient = (self.account.id, person_id) if from_page else (person_id, self.account.id)
        item: dict[str, Any] = {"sender": {"id": sender}, "recipient": {"id": recipient}}
        event = Event(field, person_id, {**item, "timestamp": self.now_ms(), **content})
        self.events.add(event)
        return event

    def delivered(self, delivery: Delivery) -> None:
        """Note how a request to the webhook went; after an hour of failures the Page is unsubscribed."""
        self.deliveries.append(delivery)
        webhook = self.webhook
        if delivery.status is not None and 200 <= delivery.status < 300:
            webhook.failing_since = None
            return
        if webhook.failing_since is None:
            webhook.failing_since = delivery.at
        elif delivery.at - webhook.failing_since >= HOUR and webhook.fields:
            webhook.fields, webhook.unsubscribed_at, webhook.failing_since = (), delivery.at, None
            self.events.drop_waiting()
            self.tell("unsubscribed", "")

    # -- disk ---------------------------------------------------------------------------------------------------------

    def settings_changed(self) -> None:
        """The webhook's address or the Page's subscription changed."""
        self.tell("webhook", "")


def _summary(content: Mapping[str, Any]) -> str:
    """The words by which a ledger's reader knows a message without a text."""
    attachment = content.get("attachment") or {}
    payload = attachment.get("payload") or {}
    if payload.get("template_type") == "generic":
        return " · ".join(element.get("title", "") for element in payload.get("elements", ()))
    return payload.get("text") or f"[{attachment.get('type', 'attachments')}]"
