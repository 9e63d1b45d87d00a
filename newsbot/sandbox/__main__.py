"""`python -m newsbot.sandbox --data DIR --port 8090`: the whole sandbox at one address.

Prints `sandbox ready http://127.0.0.1:8090` once it answers, and leaves what a bot needs to know in the folder:
`bot.env`, `newsroom.toml`, and `readers.jsonl` when simulated readers are to be taken over. SIGINT and SIGTERM stop it.
Exit status: 0 stopped, 2 could not start.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import fcntl
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from newsbot.errors import StartError
from newsbot.event_loop import loop_runner
from newsbot.garbage_collection import settle_down
from newsbot.sandbox.bot_settings import write_bot_settings
from newsbot.sandbox.cms_push import CmsPush
from newsbot.sandbox.demo import PAGE, create_sandbox_app
from newsbot.sandbox.joining import MOST
from newsbot.sandbox.messenger import DEMO_PAGE

STOP_WITHIN = 1.0  #: seconds that open requests get; a bot's long poll would last far longer


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m newsbot.sandbox",
        description="A portal, Telegram's and Facebook's servers and readers' phones on this machine, at one address.",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder to keep everything in (default: memory only)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8090, help="port; 0 picks a free one (default: %(default)s)")
    parser.add_argument("--bot", default="", metavar="URL", help="the bot's web server, to be told of withdrawals")
    parser.add_argument(
        "--readers", type=_count, default=0, metavar="N", help="simulated readers there are at least (default: none)"
    )
    parser.add_argument(
        "--messenger", action="store_true", help="let the bot speak for the Facebook Page too (default: Telegram only)"
    )
    options = parser.parse_args(arguments)
    try:
        with _folder_to_ourselves(options.data):
            loop_runner()(_serve(options))
    except StartError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    return 0


async def _serve(options: argparse.Namespace) -> None:
    folder: Path | None = options.data
    host, port, bot = options.host, options.port, options.bot
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    cms_token = secrets.token_urlsafe(24)
    push = CmsPush(bot, cms_token) if bot else None
    webhook = f"{bot.rstrip('/')}/messenger/webhook" if bot and options.messenger else ""
    app = create_sandbox_app(folder, push, options.readers, messenger_webhook=webhook)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_WITHIN)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise StartError(_why_not(error, host, port)) from None
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{runner.addresses[0][1]}"
        if push is not None:
            push.portal = address
        app[PAGE].address = address
        if folder is not None:
            write_bot_settings(folder, address, cms_token, DEMO_PAGE if options.messenger else None)
        settle_down()
        sys.stdout.write(f"sandbox ready {address}\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await runner.cleanup()


@contextmanager
def _folder_to_ourselves(folder: Path | None) -> Iterator[None]:
    """Two sandboxes would write over each other. The lock ends with the process, however it ends."""
    if folder is None:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "sandbox.lock").open("a")
    except OSError as error:
        reason = error.strerror or error
        raise StartError(f"{folder}: can't be used ({reason}); choose a folder that you may write to.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"{folder}: another sandbox runs in this folder; stop it or choose another.") from None
        yield


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; choose another with --port, or --port 0 for any free one."
    if error.errno == errno.EACCES:
        return f"port {port} on {host} may not be opened by this user; choose one above 1023 with --port."
    return f"{host}:{port} can't be listened on ({error.strerror or error}); check --host and --port."


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; write a number from 0 to 65535, like 8090")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of readers; write one from 0 to {MOST}, like 300")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
