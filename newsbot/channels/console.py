"""The console channel: the conversation in a terminal, or through a pipe, one line a message.

#2                presses the second button shown last; its label does too
anything else     is said to the bot; the number of a headline opens it, as everywhere
Ctrl-D, Ctrl-C    end it
"""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from newsbot.channels.channel import Limits
from newsbot.channels.inbox import Handle
from newsbot.domain.attempt import Attempt, Sent
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    ChoiceReply,
    CommandMenu,
    FileReply,
    Headline,
    HeadlinesReply,
    IncomingMessage,
    Kind,
    MessageRef,
    NoticeReply,
    Span,
    TextReply,
    Toast,
)
from newsbot.domain.subscriber import Address
from newsbot.text.clipping import Unit
from newsbot.text.digits import to_ascii_digits
from newsbot.text.normalise import same_text

__all__ = ["ConsoleChannel"]

PROMPT: Final = "> "
HINT: Final = "Write /start to begin. #1 presses a button. Ctrl-D ends."
STYLES: Final = {"plain": "", "bold": "bold", "italic": "italic", "quote": "dim", "code": "cyan"}

_PRESS: Final = re.compile(r"#\s*(\d{1,3})")
# A headline is a stranger's text: an escape sequence in it could repaint the terminal.
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ConsoleChannel:
    """A chat with one reader, `console:<user>`, who reads `out` and writes lines to `source`."""

    name = "console"
    limits = Limits(text=1_000_000, caption=1_000_000, button_label=80, buttons=999, unit=Unit.GRAPHEME)

    def __init__(
        self, user: str = "reader", *, source: TextIO | None = None, out: TextIO | None = None, language: str = ""
    ) -> None:
        """`language`: of the reader's system, a hint for the first greeting."""
        self._address = Address(self.name, user)
        self._source = source or sys.stdin
        self._screen = Console(file=out or sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._language = language
        self._conversation = uuid.uuid4().hex[:12]  # makes event ids of several runs differ
        self._events = count(1)
        self._messages = count(1)
        self._buttons: list[Button] = []

    @property
    def interactive(self) -> bool:
        return self._source is sys.stdin and sys.stdin.isatty() and self._screen.is_terminal

    async def run(self, handle: Handle) -> None:
        """Hand on what is typed, one line after the other, until the input ends or Ctrl-C is pressed."""
        with _stop_on_interrupt(self.interactive) as stop, _terminal_kept(self.interactive):
            if self.interactive:
                self._screen.print(Text(HINT, "dim"))
            while (line := await self._next_line(stop)) is not None:
                if line.strip():
                    await handle(self._incoming(line.strip()))
            self._screen.print()

    async def reply(self, to: IncomingMessage, replies: tuple[AnyReply, ...]) -> tuple[Attempt, ...]:
        """Print them. Buttons are numbered through all the replies of one answer."""
        if any(_has_buttons(reply) for reply in replies):
            self._buttons = []
        attempts = []
        for reply in replies:
            for line in self._lines(reply):
                self._screen.print(line)
            self._screen.print()
            attempts.append(Sent(str(next(self._messages))))
        return tuple(attempts)

    async def is_administrator(self, incoming: IncomingMessage) -> bool:
        return True

    async def publish_menu(self, menu: CommandMenu) -> None:
        """A terminal has no menu."""

    # --- in ----------------------------------------------------------------------------------------------------------

    def _incoming(self, line: str) -> IncomingMessage:
        pressed = self._pressed(line)
        return IncomingMessage(
            event_id=f"{self._conversation}-{next(self._events)}",
            address=self._address,
            kind=Kind.BUTTON if pressed else Kind.TEXT,
            text="" if pressed else line,
            action=pressed.action if pressed else "",
            sender_id=self._address.user_id,
            language_hint=self._language,
            message=MessageRef(self._address.user_id, "last") if pressed else None,
        )

    def _pressed(self, line: str) -> Button | None:
        if number := _PRESS.fullmatch(to_ascii_digits(line)):
            index = int(number[1])
            return self._buttons[index - 1] if 1 <= index <= len(self._buttons) else None
        return next((button for button in self._buttons if same_text(button.label, line)), None)

    async def _next_line(self, stop: asyncio.Event) -> str | None:
        """None at the end. Read in a thread that may be left behind: nothing can wake one that waits for a key."""
        loop = asyncio.get_running_loop()
        line: asyncio.Future[str | None] = loop.create_future()

        def read() -> None:
            try:
                read_line = input(PROMPT) if self.interactive else self._source.readline() or None
            except (EOFError, ValueError, OSError):  # ended, closed, gone
                read_line = None
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(_settle, line, read_line)

        threading.Thread(target=read, name="console input", daemon=True).start()
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((line, stopped), return_when=asyncio.FIRST_COMPLETED)
            return line.result() if line.done() else None
        finally:
            stopped.cancel()
            line.cancel()

    # --- out ---------------------------------------------------------------------------------------------------------

    def _lines(self, reply: AnyReply) -> Iterator[Text]:
        match reply:
            case TextReply():
                for index, paragraph in enumerate(reply.paragraphs):
                    if index:
                        yield Text()
                    yield Text.assemble(*map(_styled, paragraph))
            case HeadlinesReply():
                yield _line(reply.title, "bold")
                for item in reply.headlines:
                    yield from _headline_lines(item)
                if reply.footer:
                    yield Text()
                    yield _line(reply.footer, "dim")
            case CardReply():
                yield from _card_lines(reply)
            case ChoiceReply():
                yield _line(reply.question)
                options = ((f"{'✓ ' if o.chosen else ''}{o.label}", Button(o.label, o.action)) for o in reply.options)
                yield from self._numbered(options, columns=max(1, reply.columns))
            case FileReply():
                yield _line(f"{reply.caption} [{reply.name}]".strip())
                yield _line(reply.content.decode("utf-8", "replace"))
            case NoticeReply():
                yield from (_line(label, "bold") for label in reply.labels)
                yield Text.assemble(*map(_styled, reply.spans))
            case Toast():
                yield _line(f"· {reply.text}", "italic")
        for row in reply.buttons:
            yield from self._numbered(((button.label, button) for button in row), columns=len(row))

    def _numbered(self, labelled: Iterable[tuple[str, Button]], *, columns: int) -> Iterator[Text]:
        cells = []
        for label, button in labelled:
            if button.url:
                cells.append(_line(f"{label}: {button.url}", "blue"))
            else:
                self._buttons.append(button)
                cells.append(_line(f"[#{len(self._buttons)}] {label}", "cyan"))
        for start in range(0, len(cells), columns):
            yield Text("   ").join(cells[start : start + columns])


def _has_buttons(reply: AnyReply) -> bool:
    return bool(reply.buttons) or isinstance(reply, ChoiceReply)


def _safe(text: str) -> str:
    return _UNSAFE.sub("", text)


def _line(text: str, style: str = "") -> Text:
    return Text(_safe(text), style)


def _styled(span: Span) -> Text:
    shown = f"{span.text} <{span.url}>" if span.url and span.url != span.text else span.text
    return _line(shown, STYLES[span.style])


def _headline_lines(item: Headline) -> Iterator[Text]:
    yield Text()
    number = _line(f"{item.number}. ", "bold")
    if item.kicker:
        yield number + _line(item.kicker, "italic")
        yield _line(f"   {item.headline}", "bold")
    else:
        yield number + _line(item.headline, "bold")
    if item.when:
        yield _line(f"   {item.when}", "dim")


def _card_lines(card: CardReply) -> Iterator[Text]:
    for label in card.labels:
        yield _line(label, "bold")
    if card.kicker:
        yield _line(card.kicker, "italic")
    yield _line(card.headline, "bold")
    if card.summary:
        yield Text()
        yield _line(card.summary)
    yield Text()
    if byline := " · ".join(filter(None, (card.source, card.when))):
        yield _line(byline, "dim")
    if not any(button.url == card.url for button in _flat(card.buttons)):
        yield _line(card.url, "blue")


def _flat(rows: Sequence[Sequence[Button]]) -> Iterator[Button]:
    for row in rows:
        yield from row


def _settle(line: asyncio.Future[str | None], read: str | None) -> None:
    if not line.done():
        line.set_result(read)


@contextmanager
def _stop_on_interrupt(interactive: bool) -> Iterator[asyncio.Event]:
    stop = asyncio.Event()
    if not interactive:
        yield stop
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop.set)
    try:
        yield stop
    finally:
        loop.remove_signal_handler(signal.SIGINT)


@contextmanager
def _terminal_kept(interactive: bool) -> Iterator[None]:
    """Line editing changes the terminal while it waits; a thread that is left waiting can't change it back."""
    if not interactive:
        yield
        return
    import readline  # noqa: F401 - gives `input` its editing and history
    import termios

    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
