"""The console for the conformance kit: lines in, a screen out. Nothing is delivered twice there, nor pushed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from io import StringIO

from newsbot.channels.console import ConsoleChannel
from newsbot.channels.inbox import Inbox
from newsbot.domain.message import AnyReply, Button, ChatKind, ChoiceReply, IncomingMessage, Kind
from newsbot.domain.subscriber import Address
from tests.builders import an_address
from tests.conformance.kit import Deliver, Raw, Shown

READER = "golden"
ADDED = "(added)"


class _Lines(StringIO):
    """What is typed next; at its end the channel's `run` returns, and can be run again."""

    def type(self, line: str) -> None:
        self.seek(0)
        self.truncate()
        self.write(f"{line}\n")
        self.seek(0)


class ConsoleKit:
    """A terminal is private. For conversations in a group or a channel it plays one."""

    name = "console"
    places = (ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.BROADCAST)
    windows = False
    redelivers = False
    batches = False
    tells_language = True

    def __init__(self, place: ChatKind = ChatKind.PRIVATE, language: str = "") -> None:
        self._place = place
        self._lines, self._screen = _Lines(), StringIO()
        self._channel = ConsoleChannel(READER, source=self._lines, out=self._screen, language=language)
        self._who = ""
        self.address = Address(self.name, READER) if place is ChatKind.PRIVATE else an_address("-2002")

    # --- in ---------------------------------------------------------------------------------------------------------

    def typed(self, text: str, user_id: str = "") -> Raw:
        self._who = user_id
        return text

    def pressed(self, action: str, label: str) -> Raw:
        return label

    def added(self) -> Raw:
        return ADDED

    def body(self, *events: Raw) -> bytes:
        (line,) = events
        return str(line).encode()

    async def understand(self, body: bytes) -> list[IncomingMessage]:
        heard: list[IncomingMessage] = []

        async def handle(incoming: IncomingMessage) -> None:
            heard.append(self._there(incoming))

        self._lines.type(body.decode("utf-8", "replace"))
        await self._channel.run(handle)
        return heard

    def _there(self, incoming: IncomingMessage) -> IncomingMessage:
        if self._place is ChatKind.PRIVATE:
            return replace(incoming, address=Address(self.name, self._who)) if self._who else incoming
        kind = Kind.UNBLOCKED if incoming.text == ADDED else incoming.kind
        who = self._who or "1001"
        return replace(incoming, address=self.address, chat_kind=self._place, sender_id=who, kind=kind)

    @asynccontextmanager
    async def serving(self, inbox: Inbox) -> AsyncIterator[Deliver]:
        async def deliver(body: bytes) -> int:
            await inbox.put_many(await self.understand(body))
            return 200

        yield deliver

    def malformed(self) -> Sequence[bytes]:
        return [b"", b"   ", b"\xff\xfe", b"\x1b[2J", b"#999", b"# 1"]

    # --- out --------------------------------------------------------------------------------------------------------

    async def answered(self, incoming: IncomingMessage, replies: Sequence[AnyReply]) -> Shown:
        before = len(self._screen.getvalue())
        await self._channel.reply(incoming, tuple(replies))
        printed = self._screen.getvalue()[before:]
        screen = "\n".join(line.rstrip() for line in printed.splitlines()).strip("\n")
        # What a number stands for can't be read on the screen: it is what was handed in, as far as it has one.
        buttons = [button for reply in replies for button in _buttons(reply)]
        shown = {button.action or button.url for button in buttons if " ".join(button.label.split()) in screen}
        return Shown(screen, screen, frozenset(shown) | {word for word in screen.split() if "://" in word})

    async def pushed(self, reply: AnyReply) -> Shown:
        return await self.answered(IncomingMessage(event_id="0", address=self.address, kind=Kind.TEXT), (reply,))

    def complaints(self, reply: AnyReply) -> list[str]:
        return []  # a terminal takes everything

    def pushing(self) -> None:
        return None


def _buttons(reply: AnyReply) -> list[Button]:
    options = [Button(o.label, o.action) for o in reply.options if o.action] if isinstance(reply, ChoiceReply) else []
    return [*options, *(button for row in reply.buttons for button in row)]
