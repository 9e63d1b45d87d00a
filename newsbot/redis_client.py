"""One way to talk to Redis: the client with the library's traps closed, server scripts, and errors in our words.

redis-py sends a command again when its answer was lost, so that an XADD leaves two entries; here nothing is sent
twice unless the caller says so, and every write of ours is made so that saying so is harmless.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final

import structlog
from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from newsbot.errors import StartError, StoreError, StoreUnavailable

log = structlog.get_logger()

CONNECT_TIMEOUT: Final = 5.0  #: seconds
ANSWER_TIMEOUT: Final = 5.0  #: seconds without an answer after which one is ambiguous
#: at once; who finds none free waits its turn (the library's own pool refuses the 101st command instead)
CONNECTIONS: Final = 64
BLOCK: Final = 2000  #: milliseconds a blocking read may wait: well under ANSWER_TIMEOUT, else the client gives up first
OLDEST_SERVER: Final = (7, 0)

AWAY: Final = (exceptions.RedisError, OSError)  #: for loops that go on by themselves whatever Redis says

#: What a server says when it is full, is loading, lost its disk or is no longer the primary: later it may say yes.
_FOR_NOW: Final = (
    exceptions.ConnectionError,  # also BusyLoadingError
    exceptions.TimeoutError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    exceptions.NoPermissionError,
    exceptions.TryAgainError,
    exceptions.ClusterDownError,
    OSError,
)
_FOR_NOW_PREFIXES: Final = ("MISCONF", "OOM", "LOADING", "MASTERDOWN", "NOREPLICAS", "UNBLOCKED", "UNKILLABLE", "BUSY ")


def client(url: str, *, name: str = "newsbot", asked: Callable[[], None] | None = None) -> Redis:
    """A client that has not connected yet. Answers are bytes. `url`: redis://, rediss:// or unix://. `asked` is called
    at each request, which may hold many commands.

    Raises StartError when `url` can't be understood.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_TIMEOUT,
            client_name=name,
            retry=Retry(NoBackoff(), 0),
            retry_on_timeout=False,
            socket_timeout=ANSWER_TIMEOUT,
            socket_connect_timeout=CONNECT_TIMEOUT,
            health_check_interval=30,
            decode_responses=False,
        )
    except (ValueError, TypeError) as error:
        raise StartError(f"NEWSBOT_REDIS_URL: {shown(url)} can't be understood ({_without_url(error, url)})") from None
    connection = _CANCELLABLE[pool.connection_class]
    pool.connection_class = type("Counted", (connection,), {"asked": staticmethod(asked)}) if asked else connection
    return Redis.from_pool(pool)


def _uncounted() -> None:
    return


class _Cancellable:
    """A connection that lets nobody swallow a cancellation, and leaves a server that has become a replica.

    Python 3.11's `wait_for`, which the library sends with, drops a cancellation that arrives while the sending ends.
    A task that loops over commands would then never end.
    """

    asked: Callable[[], None] = staticmethod(_uncounted)

    async def read_response(self, *arguments: Any, **named: Any) -> Any:
        """A server that was the primary and is one no more keeps its connections: the next command asks anew where the
        primary is.
        """
        try:
            return await super().read_response(*arguments, **named)  # type: ignore[misc]
        except exceptions.ReadOnlyError:
            await self.disconnect(nowait=True)  # type: ignore[attr-defined]
            raise

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        self.asked()
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        await super().send_packed_command(command, check_health)  # type: ignore[misc]
        if task and task.cancelling() > before:
            # The answer will not be read, so nobody else may have this connection.
            await self.disconnect(nowait=True)  # type: ignore[attr-defined]
            raise asyncio.CancelledError


class _TcpConnection(_Cancellable, Connection):
    pass


class _TlsConnection(_Cancellable, SSLConnection):
    pass


class _SocketConnection(_Cancellable, UnixDomainSocketConnection):
    pass


_CANCELLABLE: Final = {
    Connection: _TcpConnection,
    SSLConnection: _TlsConnection,
    UnixDomainSocketConnection: _SocketConnection,
}


async def connect(
    url: str,
    *,
    name: str = "newsbot",
    loading: timedelta = timedelta(minutes=2),
    asked: Callable[[], None] | None = None,
) -> Redis:
    """A client whose server has answered and is new enough. Waits while the server loads its data, at most `loading`.
    `asked`: as of `client`.

    Raises StartError: unreachable, wrong password, too old.
    """
    redis = client(url, name=name, asked=asked)
    try:
        await _wait_until_loaded(redis, loading)
        # INFO by its parts: `redis_version` is what a compatible server says it is compatible with.
        version = str((await redis.info("server"))["redis_version"])
    except (exceptions.RedisError, OSError) as error:
        await close(redis)
        if _is_about_password(error):
            raise StartError(
                f"Redis at {shown(url)} refuses the user name or password ({error}); check the URL"
            ) from None
        reason = _without_url(error, url)
        raise StartError(f"Redis at {shown(url)} can't be used ({reason}); is it running, is the URL right?") from None
    except BaseException:
        await close(redis)
        raise
    if _numbers(version) < OLDEST_SERVER:
        await close(redis)
        raise StartError(f"Redis at {shown(url)} is version {version}; Newsbot needs 7.0 or newer")
    return redis


async def close(redis: Redis) -> None:
    """Close its connections. One whose server hangs or is gone can't be closed in order, and is then left as it is."""
    with suppress(*AWAY):
        await redis.aclose()


def shown(url: str) -> str:
    """The URL without user name, password and parameters, fit for an error or a log line."""
    return re.sub(r"//[^@/]*@", "//", url.split("?")[0])


@contextmanager
def store_errors(doing: str) -> Iterator[None]:
    """Raise what the Redis client raises as StoreUnavailable (may go by itself) or StoreError (won't)."""
    try:
        yield
    except _FOR_NOW as error:
        meant = meaning(error)
        raise StoreUnavailable(f"{doing}: Redis {meant or f'is away ({error})'}") from error
    except exceptions.RedisError as error:
        if str(error).startswith(_FOR_NOW_PREFIXES):
            raise StoreUnavailable(f"{doing}: Redis can't now ({error})") from error
        raise StoreError(f"{doing}: Redis refused ({error})") from error


#: what a server means by an error that lasts until somebody puts it right
_MEANINGS: Final = (
    (exceptions.OutOfMemoryError, "is full: give it more memory (maxmemory), or make room"),
    (
        exceptions.ReadOnlyError,
        "takes no writes, it is a replica: promote it, or name the primary in NEWSBOT_REDIS_URL",
    ),
    (exceptions.NoPermissionError, "refuses our user the right to: give it all commands and keys"),
)


def meaning(error: BaseException) -> str:
    """What follows 'Redis' in a sentence about it; '' of errors that say nothing but that it is away."""
    if _is_about_password(error):
        return "refuses the user name or password: check NEWSBOT_REDIS_URL"
    if str(error).startswith("MISCONF"):
        return "can't save what it is told: look at its log and its disk"
    return next((words for kind, words in _MEANINGS if isinstance(error, kind)), "")


def _is_about_password(error: BaseException) -> bool:
    """Who has none is refused at the client's greeting."""
    return isinstance(error, exceptions.AuthenticationError) or str(error).startswith("HELLO must be called with")


async def refuse_unwritable(redis: Redis) -> None:
    """Raises what the Redis client raises where the server doesn't take writes now. Changes nothing."""
    await _answer(redis.setrange("newsbot:probe", 0, ""))  # an empty value makes no key; a full server refuses it


class Script:
    """A Lua script from files beside the module that uses it: the last one is the script, those before it are what it
    shares with others; one of another package is named `package:file`. The server forgets scripts when it restarts;
    this doesn't.

    `when_full`: it may write when the server's memory is full. For what must be kept and needs little.
    """

    def __init__(self, package: str, *file_names: str, when_full: bool = False) -> None:
        first = "#!lua flags=allow-oom\n" if when_full else ""
        self.text = first + "\n".join(_script_file(package, name) for name in file_names)
        # EVALSHA names a script by its SHA-1; nothing is secured by it.
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, redis: Redis, keys: Sequence[str], args: Sequence[bytes | str | int]) -> Any:
        try:
            return await _answer(redis.evalsha(self.sha, len(keys), *keys, *args))
        except exceptions.NoScriptError:
            return await _answer(redis.eval(self.text, len(keys), *keys, *args))

    async def followed(
        self, redis: Redis, keys: Sequence[str], args: Sequence[bytes | str | int], *commands: Sequence[str | int]
    ) -> list[Any]:
        """Its answer, and those to the commands that follow it on the same connection, in one round trip; raises the
        first error. Where the script was unknown, all is done once more: the commands must bear that.
        """
        answers = await self._with(redis, "EVALSHA", self.sha, keys, args, commands)
        if isinstance(answers[0], exceptions.NoScriptError):
            answers = await self._with(redis, "EVAL", self.text, keys, args, commands)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    @staticmethod
    async def _with(
        redis: Redis,
        call: str,
        script: str,
        keys: Sequence[str],
        args: Sequence[bytes | str | int],
        commands: Sequence[Sequence[str | int]],
    ) -> list[Any]:
        async with redis.pipeline(transaction=False) as pipe:
            pipe.execute_command(call, script, len(keys), *keys, *args)
            for command in commands:
                pipe.execute_command(*command)
            return await pipe.execute(raise_on_error=False)

    async def each(self, redis: Redis, calls: Sequence[tuple[Sequence[str], Sequence[bytes | str | int]]]) -> list[Any]:
        """One call after the other, in order, in one round trip; raises the first error after all have run.

        An unknown script is unknown to every call of the pipeline, so the second round keeps the order.
        """
        answers = await self._pipeline(redis, calls)
        missing = [at for at, answer in enumerate(answers) if isinstance(answer, exceptions.NoScriptError)]
        if missing:
            await redis.script_load(self.text)
            again = await self._pipeline(redis, [calls[at] for at in missing])
            for at, answer in zip(missing, again, strict=True):
                answers[at] = answer
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    async def _pipeline(
        self, redis: Redis, calls: Sequence[tuple[Sequence[str], Sequence[bytes | str | int]]]
    ) -> list[Any]:
        async with redis.pipeline(transaction=False) as pipe:
            for keys, args in calls:
                pipe.evalsha(self.sha, len(keys), *keys, *args)
            return await pipe.execute(raise_on_error=False)


def _script_file(package: str, name: str) -> str:
    elsewhere, _, file_name = name.rpartition(":")
    return files(elsewhere or package).joinpath(file_name).read_text("utf-8")


async def _answer(command: Awaitable[Any] | Any) -> Any:
    # The library types its commands for both of its clients at once; ours always awaits.
    return await command


async def _wait_until_loaded(redis: Redis, limit: timedelta) -> None:
    deadline = asyncio.get_running_loop().time() + limit.total_seconds()
    told = False
    while True:
        try:
            await _answer(redis.ping())
        except exceptions.BusyLoadingError:
            if asyncio.get_running_loop().time() > deadline:
                raise
            if not told:
                log.info("waiting for Redis to load its data")
                told = True
            await asyncio.sleep(0.1)
        else:
            return


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _without_url(error: BaseException, url: str) -> str:
    text = str(error) or type(error).__name__
    password = re.search(r"//[^:@/]*:([^@/]+)@", url)
    text = text.replace(url, shown(url))
    return text.replace(password[1], "***") if password else text
