"""What a rehearsal runs: the sandbox, a Redis server and the program itself, each as processes of its own.

    <data>/sandbox      the sandbox's folder (its log: sandbox.log)
    <data>/bot          the database and the Redis server
    <data>/bot-1.log…   what the program's processes say

Begun anew each time: what an earlier rehearsal left in the folder is removed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

from newsbot.child_processes import PREFIX, Child, child, start_child
from newsbot.database import SQLITE_FILE
from newsbot.delivery.pacing import FREE_RATE
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.errors import StartError

FIRST_READER: Final = 4_800_000_001
FIRST_CALLER: Final = 4_990_000_001  #: people who ask for the news meanwhile
FIRST_GROUP: Final = -4_900_000_001
MARK: Final = "newsbot-rehearsal"  #: a file that says that the folder may be emptied
TOPIC: Final = "national"
DELIVERS: Final = ("all", "deliver")  #: roles that send alerts
NOT_STARTED: Final = 2  #: status of a process that found a server or a setting wanting at its start
#: how far the program stands back behind the sandbox where both want the processor. A platform has machines of its own;
#: what its stand-in can't read for a tenth of a second would be counted in the next one
NICENESS: Final = 5


class Troupe:
    """The program's processes. One that is killed is started again, as a supervisor would."""

    def __init__(self, folder: Path, settings: Mapping[str, str], roles: Sequence[str], shift: Path) -> None:
        self._folder = folder
        self._settings = settings
        self._roles = tuple(roles)
        self._shift = shift
        self._children: list[Child] = []
        self._watchers: list[asyncio.Task[None]] = []
        self._closing = False
        self.deaths = 0  #: of processes that deliver: only these leave readers in doubt

    @property
    def delivering(self) -> list[Child]:
        """Those that send alerts and live."""
        return [
            one
            for role, one in zip(self._roles, self._children, strict=True)
            if role in DELIVERS and one.process.returncode is None
        ]

    @property
    def living(self) -> list[Child]:
        return [one for one in self._children if one.process.returncode is None]

    async def __aenter__(self) -> Troupe:
        for number, _ in enumerate(self._roles):
            self._children.append(await self._start(number))
        for number in range(len(self._roles)):
            self._watchers.append(asyncio.create_task(self._watch(number)))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        for one in self._children:
            if one.process.returncode is None:
                with suppress(ProcessLookupError):
                    one.process.send_signal(signal.SIGCONT)  # who is frozen would not hear it
        await asyncio.gather(*(one.end() for one in self._children))

    async def ready(self) -> None:
        """Raises StartError."""
        for number, one in enumerate(self._children):
            await one.answers(self._port(number))

    def _port(self, number: int) -> int:
        return int(self._settings["NEWSBOT_WEB__PORT"]) + number

    async def _start(self, number: int) -> Child:
        role = self._roles[number]
        arguments = ["newsbot.shifted_clock", str(self._shift), "run"]
        if role != "all":
            arguments += ["--role", role]
        settings = {**self._settings, "NEWSBOT_WEB__PORT": str(self._port(number))}
        started = await start_child(f"bot-{number + 1}", self._folder, arguments, settings=settings)
        if hasattr(os, "setpriority"):
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, started.process.pid, NICENESS)
        return started

    async def _watch(self, number: int) -> None:
        while True:
            ended = self._children[number]
            await ended.drain()
            # Who could not even start had claimed nobody.
            if self._roles[number] in DELIVERS and ended.process.returncode != NOT_STARTED:
                self.deaths += 1
            if not self._closing:
                self._children[number] = await self._start(number)


class Stage:
    """Everything that stands; `settings` are the program's."""

    def __init__(
        self, folder: Path, address: str, settings: Mapping[str, str], redis: EmbeddedRedis, troupe: Troupe
    ) -> None:
        self.folder = folder
        self.address = address
        self.settings = settings
        self.redis = redis
        self.troupe = troupe

    @property
    def shift(self) -> Path:
        return shift_file(self.folder)

    @asynccontextmanager
    async def database_away(self) -> AsyncIterator[None]:
        """Nobody reads it or writes to it meanwhile: whoever asks waits. Raises StartError."""
        arguments = ["newsbot.rehearsal.database_lock", str(self.folder / "bot" / SQLITE_FILE)]
        async with child("database-lock", self.folder, arguments) as lock:
            await lock.line("locked")
            yield

    async def command(self, *arguments: str) -> str:
        """Run a command of the program to its end; what it printed. Raises StartError."""
        started = await start_child(arguments[0], self.folder, ["newsbot", *arguments], settings=self.settings)
        assert started.process.stdout is not None
        said = (await started.process.stdout.read()).decode("utf-8", "replace")
        if await started.process.wait():
            raise StartError(f"newsbot {' '.join(arguments[:2])}: {started.last_words()}")
        return said


def shift_file(folder: Path) -> Path:
    """How far the clocks of the program's processes are shifted, in seconds: `shifted_clock` reads it."""
    return folder / "clock-shift"


@asynccontextmanager
async def the_sandbox(folder: Path, bot_port: int) -> AsyncIterator[str]:
    """Its address."""
    arguments = ["newsbot.sandbox", "--data", str(folder / "sandbox"), "--port", "0"]
    arguments += ["--bot", f"http://127.0.0.1:{bot_port}"]
    async with child("sandbox", folder, arguments) as sandbox:
        yield await sandbox.line("sandbox ready ")


def empty_folder(folder: Path) -> None:
    """Raises StartError for one that holds what isn't an earlier rehearsal's."""
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
            raise StartError(f"{folder} holds something that no rehearsal left there: choose another with --data")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / MARK).touch()
    except OSError as error:
        reason = error.strerror or error
        raise StartError(f"the folder {folder} can't be used ({reason}): choose another with --data") from None


def bot_settings(folder: Path, redis_url: str, rate: int, port: int) -> dict[str, str]:
    """What the sandbox wrote for its bot, and what this rehearsal wants."""
    lines = (folder / "sandbox" / "bot.env").read_text("utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line)
    settings.pop("NEWSBOT_TELEGRAM__CHANNEL", None)
    return settings | {
        "NEWSBOT_DATA_DIR": str(folder / "bot"),
        "NEWSBOT_REDIS_URL": redis_url,
        "NEWSBOT_TELEGRAM__RATE": str(rate),
        "NEWSBOT_TELEGRAM__PAID_BROADCAST": str(rate > FREE_RATE).lower(),
        "NEWSBOT_WEB__PORT": str(port),
    }


@contextmanager
def only(settings: Mapping[str, str]) -> Iterator[None]:
    """These settings in the environment and none of the newsroom's own, whose servers must not be touched."""
    before = dict(os.environ)
    for name in before:
        if name.upper().startswith(PREFIX):
            del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def write_subscribers(file: Path, readers: int, groups: int, since: str) -> None:
    """An export with all of them: every fifth reads English."""
    with file.open("w", encoding="utf-8") as out:
        out.write(json.dumps({"format": "newsbot-subscribers", "version": 1}) + "\n")
        ids = [*range(FIRST_READER, FIRST_READER + readers), *range(FIRST_GROUP, FIRST_GROUP - groups, -1)]
        for number, chat in enumerate(ids):
            language = "en" if number % 5 == 4 else "bn"
            preferences = {
                "language": language,
                "timezone": "Asia/Dhaka",
                "topics": [TOPIC],
                "onboarded": True,
            }
            line = {"address": f"telegram:{chat}", "since": since, "preferences": preferences}
            out.write(json.dumps(line) + "\n")


def free_ports(count: int) -> int:
    """The first of so many ports in a row that nobody has now. The system gives those above to whoever asks for any,
    also while a process of ours is down. Not always the lowest: two rehearsals that begin at once would both find them
    free. Raises StartError.
    """
    firsts = range(21_000, 32_000 - count, count)
    for first in random.sample(firsts, len(firsts)):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise StartError("there are no free ports between 21000 and 32000")
