"""The least that a platform's server can be: a process that answers every request with the same accepted message."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvloop

READER = 5_000_000_000
_MESSAGE = {
    "message_id": 4711,
    "from": {"id": 10000, "is_bot": True, "first_name": "Newsbot", "username": "newsbot_bot"},
    "chat": {"id": READER, "first_name": "রহিমা", "type": "private"},
    "date": 1_763_445_600,
    "text": "হাওরে আগাম বন্যার সতর্কতা",
    "entities": [{"offset": 0, "length": 25, "type": "bold"}],
} | {"id": 10000, "is_bot": True, "first_name": "Newsbot"}  # for getMe, which the libraries ask first
_BODY = json.dumps({"ok": True, "result": _MESSAGE}, ensure_ascii=False, separators=(",", ":")).encode()
_MESSENGER = b'{"recipient_id":"6000000000000001","message_id":"m_%b"}' % (b"A" * 86)
_USAGE = (
    b'X-App-Usage: {"call_count":3,"total_time":2,"total_cputime":1}\r\n'
    b'X-Business-Use-Case-Usage: {"1":[{"type":"messenger","call_count":3,"total_cputime":1,"total_time":2,'
    b'"estimated_time_to_regain_access":0}]}\r\n'
)
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%bContent-Length: %d\r\n\r\n%b"
#: by platform
ANSWERS = {
    "telegram": _ANSWER % (b"", len(_BODY), _BODY),
    "messenger": _ANSWER % (_USAGE, len(_MESSENGER), _MESSENGER),
}


class _Connection(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._received) < end + 4 + length:
                return
            self._received = self._received[end + 4 + length :]
            assert self._transport is not None
            self._transport.write(self._answer)


async def _serve(platform: str) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(ANSWERS[platform]), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def sink(platform: str = "telegram") -> Iterator[str]:
    """Its address."""
    process = subprocess.Popen([sys.executable, "-m", "bench.sink", platform], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1]))
