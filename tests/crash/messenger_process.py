"""A process that serves Messenger's webhook over an inbox on disk, and kills itself at a given moment of a call.

python -m tests.crash.messenger_process DATA_DIR before|after|never

`before`: the event is not kept yet; `after`: it is kept, and the platform has no answer; `never`: it works the inbox
off too. Prints `port PORT`, then `handled ID TEXT` for each.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from newsbot.channels.messenger.webhook import MessengerWebhook
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.domain.message import IncomingMessage
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.observability import Metrics, configure_logging
from newsbot.redis_client import connect
from newsbot.webserver import WebServer
from tests.crash.claims import say
from tests.messenger_events import PAGE, SECRET, VERIFY_TOKEN


class DyingInbox(RedisInbox):
    moment = "never"

    async def put_many(self, incoming: list[IncomingMessage]) -> int:
        if self.moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        new = await super().put_many(incoming)
        if self.moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return new


async def serve(data_dir: Path, moment: str) -> None:
    async with EmbeddedRedis(data_dir) as server:
        inbox = DyingInbox(await connect(server.url), f"messenger:{PAGE.id}")
        inbox.moment = moment
        webhook = MessengerWebhook(inbox, PAGE, app_secrets=(SECRET,), verify_token=VERIFY_TOKEN, metrics=Metrics())
        app = web.Application()
        for (method, path), handler in webhook.handlers().items():
            app.router.add_route(method, path, handler)

        async def handle(incoming: IncomingMessage) -> None:
            say("handled", incoming.event_id, incoming.text)

        async with WebServer(app, "127.0.0.1", 0) as web_server:
            say("port", web_server.port)
            await (inbox.work(handle) if moment == "never" else asyncio.Event().wait())


if __name__ == "__main__":
    configure_logging(level="error")
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
