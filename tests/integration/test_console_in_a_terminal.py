"""The console in a real terminal: Ctrl-C and Ctrl-D end it at once, cleanly, and leave the terminal as it was."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time

import pytest

PROGRAM = """
import asyncio
from newsbot.channels.console import ConsoleChannel
from newsbot.domain.message import Span, TextReply
channel = ConsoleChannel()
async def handle(incoming):
    await channel.reply(incoming, (TextReply(paragraphs=((Span("heard " + incoming.text),),)),))
asyncio.run(channel.run(handle))
print("ended")
"""
ENOUGH = 20.0  #: seconds


class Screen:
    """What a terminal shows, read step by step: what came together with one step is there for the next."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._unread = b""

    def shows(self, wanted: str) -> str:
        """Everything up to and with `wanted`, once it stands there."""
        end, deadline = wanted.encode(), time.monotonic() + ENOUGH
        while end not in self._unread:
            readable, _, _ = select.select([self._terminal], [], [], max(0, deadline - time.monotonic()))
            assert readable, f"waited for {wanted!r}, saw {self._unread.decode('utf-8', 'replace')!r}"
            self._unread += os.read(self._terminal, 4096)
        seen, _, self._unread = self._unread.partition(end)
        return (seen + end).decode("utf-8", "replace")


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_key_ends_the_conversation_and_the_terminal_is_as_before(key: bytes) -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    # Only its controlling terminal turns a typed Ctrl-C into an interrupt.
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], preexec_fn=lambda: os.login_tty(os.dup(theirs)))
    screen = Screen(ours)
    try:
        screen.shows("> ")
        os.write(ours, "খবর\n".encode())
        screen.shows("heard খবর")
        screen.shows("> ")
        os.write(ours, key)
        assert "Traceback" not in screen.shows("ended")
        assert process.wait(ENOUGH) == 0
        assert termios.tcgetattr(theirs) == before
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
