"""A process that delivers, to be killed: `python -m tests.crash.delivery_process SETTINGS` (JSON, see `Settings`).

It prints `working` once it runs. SIGTERM stops it cleanly. With `die_at` it kills itself at that point, the nth time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.bootstrap import utc_now
from newsbot.channels.http_exchange import open_session
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.conversation.alerts import AlertComposer
from newsbot.database import open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.delivery.sending import REQUEST_SENT
from newsbot.delivery.worker import DeliveryWorker
from newsbot.i18n import Catalog
from newsbot.observability import Metrics, configure_logging
from newsbot.redis_client import client
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.builders import a_newsroom, some_topics

ON_ITS_WAY = 0.03  #: seconds after which a request that was begun has surely left this process


@dataclass(frozen=True)
class Settings:
    data_dir: str
    redis_url: str
    api_url: str
    token: str
    database_url: str | None = None
    in_flight: int = 20
    rate: float = 400
    die_at: str = ""
    nth: int = 1

    def json(self) -> str:
        return json.dumps(asdict(self))

    def dying(self, at: str, nth: int) -> Settings:
        return replace(self, die_at=at, nth=nth)


async def deliver(settings: Settings) -> None:
    database = await open_database(settings.database_url, Path(settings.data_dir))
    redis = client(settings.redis_url)
    account = settings.token.partition(":")[0]
    async with open_session() as session:
        api = TelegramApi(session, settings.token, api_url=settings.api_url, read_limit=10)
        articles = SqlArticleStore(database)
        composer = AlertComposer(
            articles, some_topics(), a_newsroom(), Catalog.load(), clock=utc_now, timezone=ZoneInfo("Asia/Dhaka")
        )
        worker = DeliveryWorker(
            ledger=RedisLedger(redis, "telegram", account),
            alerts=SqlAlertStore(database),
            pacing=RedisPacing(redis, f"telegram:{account}", settings.rate),
            pusher=TelegramPusher(api),
            composer=composer,
            subscribers=RedisSubscriberStore(SqlJournal(database, {"telegram": account}), redis),
            metrics=Metrics(),
            clock=utc_now,
            in_flight=settings.in_flight,
            at=_Death(settings),
        )
        task = asyncio.create_task(worker.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        print("working", flush=True)
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()
    await redis.aclose()
    await database.close()


class _Death:
    def __init__(self, settings: Settings) -> None:
        self._at = settings.die_at
        self._left = settings.nth

    def __call__(self, point: str) -> None:
        if point != self._at:
            return
        self._left -= 1
        if self._left:
            return
        if point == REQUEST_SENT:
            asyncio.get_running_loop().call_later(ON_ITS_WAY, os.kill, os.getpid(), signal.SIGKILL)
        else:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    configure_logging(level="warning")
    asyncio.run(deliver(Settings(**json.loads(sys.argv[1]))))
