"""From a reader's message on Messenger to the answer: the whole program as a process, the Graph sandbox in this one.

The clock starts when the reader's app has sent, and stops when the Page's message stands in the thread: webhook,
signature, inbox, conversation, pace and Send API lie between. Readers write one after the other, then many at once,
as fast as the Page's pace lets them be answered. A bare request to the same server says what the way costs.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp import web

from bench.first_push import answers, free_port, process, until
from bench.tables import show
from newsbot.sandbox.messenger import GraphState, ReaderSide, create_messenger_app

ALONE = 150  #: messages, one after the other
AT_ONCE = 60  #: readers who write in the same moment: two seconds' worth at 30 a second
APART = 0.05  #: seconds between two
PATIENCE = 60.0
NEWSROOM = """
[newsroom]
name = { bn = "দৈনিক নমুনা", en = "Daily Sample" }
site = "https://www.example.com"

[[topics]]
id = "sports"
name = { bn = "খেলা", en = "Sports" }
"""


async def answered(state: GraphState, readers: ReaderSide, reader: str, text: str = "সাহায্য") -> float:
    """Milliseconds."""
    with state.changes.subscribe(chat_id=reader) as changes:
        began = time.perf_counter()
        readers.send_text(reader, text)
        async with asyncio.timeout(PATIENCE):
            async for change in changes:
                if change.kind == "message" and not change.data["outgoing"]:
                    return (time.perf_counter() - began) * 1000
    raise AssertionError("the thread ends only with the subscription")


async def measure(folder: Path) -> None:
    state = GraphState.open()
    readers, account, port = ReaderSide(state), state.account, free_port()
    runner = web.AppRunner(create_messenger_app(state), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
    settings = {
        "DATA_DIR": folder / "data",
        "NEWSROOM": folder / "newsroom.toml",
        "WEB__PORT": port,
        "MESSENGER__PAGE_ID": account.id,
        "MESSENGER__PAGE_TOKEN": account.token,
        "MESSENGER__APP_SECRET": account.app_secret,
        "MESSENGER__VERIFY_TOKEN": account.verify_token,
        "MESSENGER__API_URL": url,
    }
    env_file = folder / "bot.env"
    env_file.write_text("".join(f"NEWSBOT_{name}={value}\n" for name, value in settings.items()), "utf-8")
    async with process("newsbot", "--env-file", str(env_file), "run"), aiohttp.ClientSession() as http:
        bot = f"http://127.0.0.1:{port}"
        await until(lambda: answers(http, f"{bot}/readyz"))
        hook = {"url": f"{bot}/messenger/webhook"}
        async with http.put(f"{url}/sandbox/messenger/webhook", json=hook) as answer:
            assert answer.status == 200, await answer.text()
        persons = [readers.add_person("পাঠক", started=True).id for _ in range(AT_ONCE)]
        for person in persons:  # who is new is greeted first
            await answered(state, readers, person)
        alone, bare = [], []
        for number in range(ALONE):
            began = time.perf_counter()
            await answers(http, f"{bot}/healthz")
            bare.append((time.perf_counter() - began) * 1000)
            alone.append(await answered(state, readers, persons[number % AT_ONCE]))
            await asyncio.sleep(APART)
        together = await asyncio.gather(*(answered(state, readers, person) for person in persons))
    await runner.cleanup()
    rows = [
        (name, statistics.median(times), statistics.quantiles(times, n=100)[98], max(times))
        for name, times in (
            ("answer, one at a time", alone),
            (f"answer, {AT_ONCE} at once", together),
            ("GET /healthz", bare),
        )
    ]
    show("From a reader's message on Messenger to the answer, ms", ("what", "p50", "p99", "worst"), rows)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
