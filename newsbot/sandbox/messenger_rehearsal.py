"""What the demo page's newsroom can do to the Page on Messenger, so that the platform's rules can be seen at work.

    GET  /newsroom/messenger     as JSON: the sandbox's time, windows, sends, refusals, which troubles are in force
    POST /newsroom/messenger     {"act": …}: `close` everybody's window, let a `day` pass;
                                 {"act": "readers", "count": 50}: so many more open a link into the chat;
                                 {"act": "token"|"page", "on": bool}: the token expires or is good again, the platform
                                 blocks the Page or lets it go

The second answers with the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger import GraphState, ReaderSide
from newsbot.sandbox.messenger.page_side import PageSide
from newsbot.sandbox.messenger_readers import MessengerReaders
from newsbot.sandbox.phone_http import fields_of, refusing
from newsbot.sandbox.portal_articles import DHAKA
from newsbot.text.dates import format_datetime

DAY: Final = 24 * 3600.0  #: seconds
SHOWN_WAVES: Final = 3
LANGUAGES: Final = ("bn", "en")


class MessengerRehearsal:
    """The figures, and the acts."""

    def __init__(self, state: GraphState, simulated: MessengerReaders) -> None:
        self._state = state
        self._simulated = simulated
        self._readers = ReaderSide(state)
        self._page = PageSide(state)
        self._acts: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "close": self._close_windows,
            "day": lambda _: self._pass_a_day(),
            "readers": lambda fields: self._simulated.call(int(fields["count"])),
            "token": lambda fields: self._token(expired=bool(fields.get("on", True))),
            "page": lambda fields: self._block(blocked=bool(fields.get("on", True))),
        }

    def add_routes(self, app: web.Application) -> None:
        path = "/newsroom/messenger"
        app.add_routes([web.get(path, self._show), web.post(path, refusing(self._act))])

    def figures(self) -> dict[str, Any]:
        now = self._state.clock()
        started = [person for person in self._readers.persons() if person.started]
        moment = datetime.fromtimestamp(now, UTC)
        return {
            **self._simulated.figures(SHOWN_WAVES),
            "clock": {language: format_datetime(moment, language, DHAKA) for language in LANGUAGES},
            "ahead": self._state.clock.ahead > 0,
            "people": len(started),
            "open": sum(person.window_until > now for person in started),
            "sent": len(self._state.ledger),
            "token": bool(self._state.access.trouble),
            "page": bool(self._state.standing.restriction),
        }

    def _close_windows(self, _: Mapping[str, Any]) -> None:
        for person in self._readers.persons():
            self._readers.close_window(person.id)

    def _pass_a_day(self) -> None:
        self._state.advance(DAY)

    def _token(self, *, expired: bool) -> None:
        if expired:
            self._page.expire_token()
        else:
            self._page.renew_token(self._state.access.token)  # the same: the bot was told no other

    def _block(self, *, blocked: bool) -> None:
        self._page.enforce("block" if blocked else "unblock", "The demo's newsroom pressed a button")

    async def _show(self, _: web.Request) -> web.Response:
        return web.json_response(self.figures(), headers={"Cache-Control": "no-store"})

    async def _act(self, request: web.Request) -> dict[str, Any]:
        fields = await fields_of(request)
        act = self._acts.get(name := str(fields["act"]))
        if act is None:
            raise SandboxError(f"There is no act {name!r}, only {', '.join(self._acts)}")
        act(fields)
        return self.figures()
