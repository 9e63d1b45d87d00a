"""The Graph API of one Page: every call of ours goes through here, with its credentials and without showing them.

The token goes in the Authorization header. With each call goes a proof that we hold the app's secret too, so the app
can be set to accept nothing else. Neither is part of an address that is logged, of an error or of a `repr`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp
import structlog
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from newsbot.channels.http_exchange import CONNECT_LIMIT, Answer, AnswerLost, Method, NotSent, exchange
from newsbot.channels.mass_transport import MassTransport, Target
from newsbot.channels.messenger.graph_error import GraphError, error_of, object_of
from newsbot.errors import ChannelUnavailable, ConfigurationError, DeliveryError, StartError

OFFICIAL: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"
READ_LIMIT: Final = 60.0  #: seconds of silence before an answer counts as lost: pictures are fetched before it comes
TRIES: Final = 4  #: of a call at the start, before giving up
FIRST_PAUSE: Final = timedelta(seconds=1)  #: between two of them; each is twice the one before
TEMPORARY: Final = frozenset({1, 2, 4, 32, 613, 80006, -1, 1200})  #: codes that say nothing of the call

_VERSION: Final = re.compile(r"v\d{1,3}\.0")
_PAGE_ID: Final = re.compile(r"\d{1,20}")
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,1000}")  # what fits in a header

_log = structlog.get_logger(channel="messenger")


@dataclass(frozen=True, slots=True)
class PageIdentity:
    """The Page that a token belongs to."""

    id: str
    name: str


class GraphRefused(DeliveryError):
    """The Graph API refused a call for good; `error` says why."""

    def __init__(self, error: GraphError) -> None:
        super().__init__(f"the Graph API refuses it: {error}")
        self.error = error


class GraphApi:
    """The session is the caller's. `watch` is told of every answer: its headers say how much of our quota is used."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        page_id: str,
        token: str,
        app_secret: str,
        api_url: str = OFFICIAL,
        version: str = VERSION,
        *,
        watch: Callable[[Answer], Awaitable[None]] | None = None,
        read_limit: float = READ_LIMIT,
    ) -> None:
        """Raises ConfigurationError for what can't be an id, a token, a secret or a version."""
        _check(page_id, token, app_secret, version)
        self.page_id = page_id
        self.api_url = api_url.rstrip("/")
        self.version = version
        self._watch = watch
        self._session = session
        self._read_limit = read_limit
        self._root = f"{self.api_url}/{version}"
        self._headers = CIMultiDictProxy(CIMultiDict({"Authorization": f"Bearer {token}"}))
        self._proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        #: a JSON object's fields for bodies that are made beforehand, as `send_ready` wants them
        self.ready_fields: dict[str, str] = {"appsecret_proof": self._proof}
        self._messages = Target(URL(f"{self._root}/{page_id}/messages"), self._headers)
        self._mass = MassTransport(session, limit=CONNECT_LIMIT + read_limit)

    def __repr__(self) -> str:
        return f"GraphApi({self.api_url}, {self.version}, page {self.page_id})"

    async def call(
        self,
        method: Method,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | aiohttp.FormData | None = None,
        read_limit: float | None = None,
    ) -> Answer:
        """One request, whatever is answered. `path` without version: `me`, `1234/messages`. Raises NotSent, AnswerLost.

        `body`: a JSON object, or a form with files.
        """
        asked = dict(query or {})
        content: bytes | aiohttp.FormData | None
        match body:
            case aiohttp.FormData():
                body.add_field("appsecret_proof", self._proof)
                content = body
            case None:
                asked["appsecret_proof"] = self._proof
                content = None
            case _:
                content = json.dumps({**body, "appsecret_proof": self._proof}, ensure_ascii=False).encode()
        answer = await exchange(
            self._session,
            URL(f"{self._root}/{path}").update_query(asked),
            content,
            method=method,
            headers=self._headers,
            read_limit=self._read_limit if read_limit is None else read_limit,
        )
        await self._look(path, answer)
        return answer

    async def send_ready(self, body: bytes) -> Answer:
        """POST to the Page's messages a JSON object that was serialised before, `ready_fields` in it.

        Raises NotSent, AnswerLost.
        """
        answer = await self._mass.post(self._messages, body)
        await self._look("messages", answer)
        return answer

    async def _look(self, path: str, answer: Answer) -> None:
        if answer.status != 200 and (error := error_of(answer, object_of(answer))) is not None:
            # The platform's support asks for the trace, whatever it was.
            _log.info(
                "the graph api refuses",
                path=path,
                status=error.status,
                code=error.code,
                subcode=error.subcode,
                fbtrace_id=error.trace,
            )
        if self._watch is not None:
            await self._watch(answer)

    async def ask(
        self,
        method: Method,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | aiohttp.FormData | None = None,
        read_limit: float | None = None,
    ) -> dict[str, Any]:
        """The JSON object that a call is answered with.

        Raises GraphRefused for good, ChannelUnavailable when it may go better in a while: no connection, no answer,
        trouble at the platform, too many calls.
        """
        try:
            answer = await self.call(method, path, query=query, body=body, read_limit=read_limit)
        except (NotSent, AnswerLost) as failure:
            raise ChannelUnavailable(f"the Graph API at {self.api_url} can't be reached: {failure.message}") from None
        parsed = object_of(answer)
        error = error_of(answer, parsed)
        if error is not None and (error.status >= 500 or error.status == 429 or error.code in TEMPORARY):
            raise ChannelUnavailable(f"the Graph API can't answer now: {error}")
        if error is not None:
            raise GraphRefused(error)
        if parsed is None:
            raise ChannelUnavailable(f"what answers at {self.api_url} is not the Graph API")
        return parsed

    async def check_token(self) -> PageIdentity:
        """The Page that the token belongs to, asked a few times where no answer comes.

        Raises ConfigurationError (another Page's token, a wrong one, a wrong version), StartError (unreachable).
        """
        pause = FIRST_PAUSE
        for tries_left in reversed(range(TRIES)):
            try:
                page = await self.ask("GET", "me", query={"fields": "id,name"})
            except GraphRefused as refusal:
                raise ConfigurationError(self._mistake(refusal.error)) from None
            except ChannelUnavailable as trouble:
                if not tries_left:
                    raise StartError(str(trouble)) from None
                _log.warning("the graph api does not answer, trying again", why=str(trouble))
            else:
                return self._own(page)
            await asyncio.sleep(pause.total_seconds())
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _own(self, page: Mapping[str, Any]) -> PageIdentity:
        found = PageIdentity(str(page.get("id") or ""), str(page.get("name") or ""))
        if found.id != self.page_id:
            raise ConfigurationError(
                f"NEWSBOT_MESSENGER__PAGE_TOKEN: this token is that of {found.id or 'nobody'} ({found.name}), not of "
                f"the Page {self.page_id} in NEWSBOT_MESSENGER__PAGE_ID; take a Page token"
            )
        return found

    def _mistake(self, error: GraphError) -> str:
        if error.code == 2500:
            return f"NEWSBOT_MESSENGER__GRAPH_VERSION: {self.version} is no version of the Graph API: {error}"
        if "appsecret_proof" in error.message:
            return f"NEWSBOT_MESSENGER__APP_SECRET: this is not the secret of the app that made the token: {error}"
        return (
            f"NEWSBOT_MESSENGER__PAGE_TOKEN: {self.api_url} refuses it: {error}; make a new Page token in the app's "
            "Messenger settings"
        )


def _check(page_id: str, token: str, app_secret: str, version: str) -> None:
    mistakes = []
    if not _PAGE_ID.fullmatch(page_id):
        mistakes.append("NEWSBOT_MESSENGER__PAGE_ID: a Page's id is a number like 106378625516323")
    if not _TOKEN.fullmatch(token):
        mistakes.append("NEWSBOT_MESSENGER__PAGE_TOKEN: this is not a token; one looks like EAAG…, without spaces")
    if not app_secret:
        mistakes.append("NEWSBOT_MESSENGER__APP_SECRET: is missing; it stands in the app's basic settings")
    if not _VERSION.fullmatch(version):
        mistakes.append(f"NEWSBOT_MESSENGER__GRAPH_VERSION: a version looks like {VERSION}")
    if mistakes:
        raise ConfigurationError(mistakes)
