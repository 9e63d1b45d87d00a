"""What the demo page's newsroom can do to the world outside: call more readers, trouble Telegram, see the audience.

    GET  /newsroom/audience      what simulated readers got, as JSON: see `newsbot.sandbox.telegram.audience`; and how
                                 many they are, which troubles are in force, how often each has struck
    POST /newsroom/readers       {"count": 100}: so many more press Start, one after another
    POST /newsroom/troubles      {"kind": "flood", "on": true}; {"kind": ""}: all is well again

The last two answer with the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from json import JSONDecodeError
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox.simulated_readers import SimulatedReaders
from newsbot.sandbox.telegram import SandboxError, SandboxState
from newsbot.sandbox.troubles import all_well, trouble, troubles

SHOWN_WAVES: Final = 3


class Rehearsal:
    """The figures, and the two acts."""

    def __init__(self, state: SandboxState, simulated: SimulatedReaders) -> None:
        self._state = state
        self._simulated = simulated

    def add_routes(self, app: web.Application) -> None:
        app.add_routes(
            [
                web.get("/newsroom/audience", self._audience),
                web.post("/newsroom/readers", self._acting(self._call)),
                web.post("/newsroom/troubles", self._acting(self._trouble)),
            ]
        )

    def figures(self) -> dict[str, Any]:
        return {
            **self._state.audience.json(SHOWN_WAVES),
            "readers": self._simulated.count,
            "joining": self._simulated.joining,
            "worst_second": self._state.meter.counters()["worst_second"],
            "troubles": troubles(self._state),
        }

    async def _audience(self, request: web.Request) -> web.Response:
        return web.json_response(self.figures(), headers={"Cache-Control": "no-store"})

    def _call(self, fields: Mapping[str, Any]) -> None:
        self._simulated.call(int(fields["count"]))

    def _trouble(self, fields: Mapping[str, Any]) -> None:
        if kind := str(fields["kind"]):
            trouble(self._state, kind, on=bool(fields.get("on", True)))
        else:
            all_well(self._state)

    def _acting(self, act: Callable[[Mapping[str, Any]], None]) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.Response:
            try:
                fields = await request.json()
                act(fields)
            except (JSONDecodeError, UnicodeDecodeError, TypeError):
                return _refused("The request is not a JSON object.")
            except KeyError as error:
                return _refused(f"{error.args[0]} is missing")
            except (SandboxError, ValueError) as error:
                return _refused(str(error))
            return web.json_response(self.figures())

        return handler


def _refused(message: str) -> web.Response:
    return web.json_response({"error": {"code": "refused", "message": message}}, status=400)
