"""An editor's conversations as they are seen, in Bengali and English, beside what is expected.

A file is a script and its transcript at once: lines that begin with `> ` are typed, the rest is what the bot answers;
what stands in brackets happens meanwhile. After a change that is meant, run with NEWSBOT_WRITE_GOLDEN=1 and read the
difference as an editor would.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path

import pytest

from newsbot.channels.console import ConsoleChannel
from newsbot.domain.alert import Outcome
from newsbot.domain.message import IncomingMessage
from newsbot.domain.subscriber import Address
from tests.builders import NOW, a_draft
from tests.newsdesk import Newsdesk

FOLDER = Path(__file__).parent.parent / "golden" / "desk"
SCRIPTS = sorted(FOLDER.glob("*.txt"))
PROMPT = "> "


async def _some(desk: Newsdesk) -> None:
    await desk.plan()
    await desk.deliver(most=4)


async def _all(desk: Newsdesk) -> None:
    await desk.deliver(outcome=Outcome.BLOCKED, most=1)
    await desk.deliver()
    desk.later(minutes=1, seconds=20)
    await desk.finish()


async def _published(desk: Newsdesk) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)


MEANWHILE: dict[str, Callable[[Newsdesk], Awaitable[None]]] = {
    "(four readers get it)": _some,
    "(the others get it)": _all,
    "(an article is published)": _published,
}


async def transcript(script: list[str], language: str) -> str:
    out = StringIO()
    channel = ConsoleChannel("golden", source=StringIO("\n".join(script)), out=out, language=language)
    desk = Newsdesk(Address("console", "golden"))
    await desk.readers(5, "sports")
    await desk.readers(3, "politics", language="en")
    typed = iter(script)

    async def handle(incoming: IncomingMessage) -> None:
        line = next(typed)
        out.write(f"{PROMPT}{line}\n")
        if line in MEANWHILE:
            await MEANWHILE[line](desk)
            out.write("\n")
        else:
            await channel.reply(incoming, await desk.dialogue.answer(incoming))

    await channel.run(handle)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines()) + "\n"


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
async def test_a_conversation_reads_as_it_should(file: Path) -> None:
    expected = file.read_text("utf-8")
    script = [line.removeprefix(PROMPT) for line in expected.splitlines() if line.startswith(PROMPT)]
    seen = await transcript(script, language=file.stem.rpartition("-")[2])
    if os.environ.get("NEWSBOT_WRITE_GOLDEN"):
        file.write_text(seen, "utf-8")
    assert seen == expected


def test_there_are_conversations_in_both_languages() -> None:
    assert {file.stem.rpartition("-")[2] for file in SCRIPTS} == {"bn", "en"}
