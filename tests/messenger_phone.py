"""A Messenger phone under test: the whole sandbox, somebody with a phone, and the Page by plain Graph API calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import ClientResponse

from newsbot.sandbox.demo import create_sandbox_app
from newsbot.sandbox.messenger_phone import MESSENGER_PHONES, MessengerPhones
from newsbot.sandbox.phone import PHONES, Phones
from tests.messenger_sandbox import MessengerSandbox
from tests.telegram_sandbox import running_app

WITHIN = 5.0  #: seconds for anything to arrive

GREETING = {
    "get_started": {"payload": "GET_STARTED"},
    "greeting": [{"locale": "default", "text": "খবর আপনার চ্যাটে"}, {"locale": "en_US", "text": "News in your chat"}],
}


@dataclass
class PhoneSandbox(MessengerSandbox):
    """`person` is the id of who owns the phone."""

    phones: MessengerPhones
    telegram: Phones
    person: str

    @property
    def path(self) -> str:
        return f"/messenger/phone/{self.person}"

    async def say(self, message: Any, **more: Any) -> str:
        """The mid of what the Page writes to the phone."""
        return await self.send(self.person, message, **more)

    async def act(self, action: str) -> None:
        """A sender action of the Page: typing_on, mark_seen."""
        await self.ok("POST", "me/messages", {"recipient": {"id": self.person}, "sender_action": action})

    async def do(self, action: str, **fields: Any) -> Any:
        """What the page asks the server for when somebody presses something."""
        async with self.http.post(f"{self.url}{self.path}/{action}", json=fields) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def refusal(self, action: str, **fields: Any) -> str:
        """Why that can't be done."""
        async with self.http.post(f"{self.url}{self.path}/{action}", json=fields) as answer:
            assert answer.status == 400, await answer.text()
            return str((await answer.json())["error"]["message"])

    async def page(self, query: str = "") -> str:
        async with self.http.get(f"{self.url}{self.path}{query}") as answer:
            assert answer.status == 200
            return await answer.text()

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Watch]:
        async with self.http.get(f"{self.url}{self.path}/events") as answer:
            yield Watch(answer)


@dataclass
class Watch:
    """An open page's events."""

    answer: ClientResponse

    async def next(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN):
            while True:
                line = await self.answer.content.readline()
                if line.startswith(b"data: "):
                    event: dict[str, Any] = json.loads(line[6:])
                    if event["kind"] == kind:
                        return event


@asynccontextmanager
async def phone_sandbox(folder: Path | None = None) -> AsyncIterator[PhoneSandbox]:
    """The whole sandbox, kept in `folder` if one is given, with a Page that greets, and its first person's phone."""
    app = create_sandbox_app(folder)
    phones = app[MESSENGER_PHONES]
    async with running_app(app) as url, aiohttp.ClientSession() as http:
        person = phones.people_or_first()[0].id
        sandbox = PhoneSandbox(phones.state, phones.readers, url, http, phones, app[PHONES], person)
        await sandbox.ok("POST", "me/messenger_profile", GREETING)
        yield sandbox


def quick(*titles: str) -> list[dict[str, str]]:
    """Quick replies, each with its title as its payload."""
    return [{"content_type": "text", "title": title, "payload": title} for title in titles]


def button_template(text: str, *buttons: dict[str, str]) -> dict[str, Any]:
    payload = {"template_type": "button", "text": text, "buttons": list(buttons)}
    return {"attachment": {"type": "template", "payload": payload}}


def carousel(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": list(elements)}}}


def link(title: str, url: str) -> dict[str, str]:
    return {"type": "web_url", "title": title, "url": url}


def postback(title: str, payload: str) -> dict[str, str]:
    return {"type": "postback", "title": title, "payload": payload}
