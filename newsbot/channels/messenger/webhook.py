"""The webhook: Messenger posts what happened, we keep it in the inbox, and only then answer 200.

The platform wants its 200 within five seconds, delivers again what didn't get one, and ends the subscription when that
goes on for an hour. So what can't be kept now is answered 503 and comes again; what we don't understand or don't act on
is answered 200. Nobody but the platform can sign a body, and nothing that isn't signed is parsed.

Not kept in the inbox are: *delivery* and *read* (they say that something before a moment arrived, or name messages by
ids that we lack just where we would need them: where the answer to a send was lost; the echo names our delivery), edits
and withdrawn messages (as on Telegram, what was answered stays answered), echoes of our answers, a reaction taken back,
account linking, and what happens to the Page outside its chats. All are counted.
"""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from newsbot.channels.inbox import Inbox
from newsbot.channels.messenger.envelope import EventKind, read, string
from newsbot.channels.messenger.receiver import CHANNEL, PageIdentity, no_word, receive
from newsbot.channels.messenger.signature import SIGNATURE_HEADER, RefusalAlarm, is_signed, read_signature
from newsbot.channels.webhook_body import read_body
from newsbot.domain.message import IncomingMessage
from newsbot.errors import StoreError
from newsbot.observability import Metrics

PATH: Final = "/messenger/webhook"
BODY_LIMIT: Final = 4_194_304  #: bytes; the platform may put a thousand events into one body
BODY_PATIENCE: Final = 5.0  #: seconds for the whole body to arrive: the platform waits no longer for its answer
COME_AGAIN: Final = "5"  #: seconds, when the inbox can't keep it
RECEIVED: Final = "EVENT_RECEIVED"

_CHALLENGE: Final = re.compile(r"[\x21-\x7e]{1,256}")
_LONGEST_NUMBER: Final = 40  #: digits; Python refuses to read 5,000, and the rest of the body with them
_SAID_ONCE: Final = 200  #: kinds of event that are logged; the figures go on
_LONGEST_KIND: Final = 100  #: characters of what is logged of one

log = structlog.get_logger(channel=CHANNEL)


class MessengerWebhook:
    """`GET` and `POST` of PATH, for any aiohttp application; see `handlers`."""

    def __init__(
        self,
        inbox: Inbox,
        page: PageIdentity,
        *,
        app_secrets: Sequence[str],
        verify_token: str,
        metrics: Metrics,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
        body_patience: float = BODY_PATIENCE,
        opts_out: Callable[[str], bool] = no_word,
    ) -> None:
        """`app_secrets`: the app's, and while it is being changed the one before. `seconds`: a clock that only grows.
        `opts_out`: see `receive`.

        Raises ValueError when a secret or the token is missing: an empty key would be everybody's.
        """
        if not app_secrets or not all(app_secrets) or not verify_token:
            raise ValueError("the webhook needs the app's secret and the verify token")
        self._inbox = inbox
        self._page = page
        self._secrets = tuple(app_secrets)
        self._verify_token = verify_token.encode()
        self._metrics = metrics
        self._clock = clock
        self._body_patience = body_patience
        self._opts_out = opts_out
        self._alarm = RefusalAlarm(seconds)
        self._said: set[str] = set()
        self._other_page = False

    def handlers(self) -> dict[tuple[str, str], Handler]:
        """By method and path."""
        return {("GET", PATH): self.verify, ("POST", PATH): self.take}

    async def verify(self, request: web.Request) -> web.StreamResponse:
        """The platform asks whether this address wants its events: 200 with the challenge, or 403."""
        query: Mapping[str, str] = request.query
        given = query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
        challenge = query.get("hub.challenge", "")
        ours = hmac.compare_digest(given, self._verify_token)
        if not ours or query.get("hub.mode") != "subscribe" or not _CHALLENGE.fullmatch(challenge):
            self._refuse("verification")
            log.warning("a wrong verification of the webhook", remote=request.remote, token_is_right=ours)
            raise web.HTTPForbidden(text="This is not a verification with the token that is set here.")
        log.info("the webhook was verified")
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def take(self, request: web.Request) -> web.StreamResponse:
        """What happened. 403 unless it is signed; 413 over BODY_LIMIT, 408 when it trickles; 404 for what is not of a
        Page; 503 with Retry-After while the inbox can't keep anything; else 200, for what was delivered before too.
        """
        body = await self._signed_body(request)
        found = _parsed(body)
        if not isinstance(found, dict):
            self._count("unreadable")
            log.error("a signed body that is no JSON object was left aside", size=len(body))
            return web.Response(text=RECEIVED)
        if found.get("object") != "page":
            self._count("other_object")
            self._say_once(f"object {found.get('object')!r}")
            raise web.HTTPNotFound(text="Only what happens to a Page is taken here.")
        try:
            await self._inbox.put_many(self._understand(found))
        except StoreError as error:
            log.error("events can't be kept; messenger will send them again", why=str(error))  # noqa: TRY400 - one line
            raise web.HTTPServiceUnavailable(
                text="This can't be kept now. Please send it again soon.", headers={"Retry-After": COME_AGAIN}
            ) from None
        return web.Response(text=RECEIVED)

    async def _signed_body(self, request: web.Request) -> bytes:
        """Raises HTTPForbidden for what the platform didn't sign, before its body is read if that can be."""
        signature = read_signature(request.headers.get(SIGNATURE_HEADER, ""))
        if signature is None:
            self._refuse("no_signature")
            raise web.HTTPForbidden(text=f"The header {SIGNATURE_HEADER} is missing, or it is not sha256=….")
        try:
            body = await read_body(request, limit=BODY_LIMIT, patience=self._body_patience)
        except web.HTTPException as error:
            self._refuse("too_large" if error.status == 413 else "too_slow")
            raise
        if not is_signed(body, signature, self._secrets):
            self._refuse("signature")
            if self._alarm.refused():
                log.error(
                    "many webhook calls with a wrong signature: if NEWSBOT_MESSENGER__APP_SECRET is not the app's "
                    "secret (App settings, Basic), whatever readers write is lost, and after an hour the subscription",
                    remote=request.remote,
                )
            else:
                log.warning("a webhook call with a wrong signature", remote=request.remote)
            raise web.HTTPForbidden(text="The signature is wrong.")
        return body

    def _understand(self, body: dict[str, Any]) -> list[IncomingMessage]:
        now = self._clock()
        envelope = read(body, self._page.id)
        incoming: list[IncomingMessage] = []
        for event in envelope.events:
            self._count(event.kind)
            if event.kind is EventKind.CHANGE:
                self._say_once(f"change of {string(event.body, 'field') or 'nothing'}")
            elif event.kind is EventKind.OTHER_PAGE and not self._other_page:
                self._other_page = True
                log.warning(
                    "what happens to another Page comes here and is left aside: NEWSBOT_MESSENGER__PAGE_ID is another",
                    ours=self._page.id,
                )
            try:
                incoming += receive(event, self._page, now, opts_out=self._opts_out)
            except Exception as error:  # must not cost the events beside it nor, by repetition, the subscription
                self._count("failed")
                log.error("an event was left aside", kind=event.kind, reason=repr(error))  # noqa: TRY400 - no content
        for what in envelope.strange:
            self._count("strange")
            self._say_once(what)
        return incoming

    def _say_once(self, what: str) -> None:
        """The kind, never the content."""
        what = what[:_LONGEST_KIND]
        if what not in self._said and len(self._said) < _SAID_ONCE:
            self._said.add(what)
            log.info("something that is not for us was left aside", what=what)

    def _count(self, kind: str) -> None:
        self._metrics.received.labels(CHANNEL, kind).inc()

    def _refuse(self, reason: str) -> None:
        self._metrics.refused_calls.labels(CHANNEL, reason).inc()


def _parsed(body: bytes) -> object:
    """None for what is no JSON. What only Python minds, an endless number or a broken character, is no reason to lose
    the rest.
    """
    try:
        return json.loads(body)
    except RecursionError:
        return None
    except ValueError:
        pass
    try:
        return json.loads(body.decode("utf-8", "replace"), parse_int=_number)
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else 0
