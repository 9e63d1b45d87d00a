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


def _read_until(terminal: int, wanted: str) -> str:
    seen, deadline = "", time.monotonic() + ENOUGH
    while wanted not in seen:
        readable, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
        assert readable, f"waited for {wanted!r}, saw {seen!r}"
        seen += os.read(terminal, 4096).decode("utf-8", "replace")
    return seen


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_key_ends_the_conversation_and_the_terminal_is_as_before(key: bytes) -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    # Only its controlling terminal turns a typed Ctrl-C into an interrupt.
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], preexec_fn=lambda: os.login_tty(os.dup(theirs)))
    try:
        _read_until(ours, "> ")
        os.write(ours, "খবর\n".encode())
        _read_until(ours, "heard খবর")
        _read_until(ours, "> ")
        os.write(ours, key)
        assert "Traceback" not in _read_until(ours, "ended")
        assert process.wait(ENOUGH) == 0
        assert termios.tcgetattr(theirs) == before
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
