"""One aiohttp application: webhooks, the CMS's push, the articles for others, health and figures.

| path | who | what |
|---|---|---|
| `POST /telegram/webhook` | Telegram | updates, behind the secret header (webhook mode only) |
| `POST /messenger/webhook` | Messenger | what happened to the Page, signed by the app's secret |
| `GET /messenger/webhook` | Messenger | whether we want to hear it, behind the verify token |
| `POST /api/articles` | the newsroom's CMS, bearer token | schema.org NewsArticle, one or a list; answers per item |
| `DELETE /api/articles` | the newsroom's CMS, bearer token | withdraws articles by url |
| `GET /api/articles` | anyone | newest first, or `q=` found; `topic=`, `before=`, `limit=` |
| `/desk`, `/desk/…` | the newsroom's editors, signed in | the web desk (`desk.dashboard`) |
| `GET /healthz` | a supervisor | 200 while the process lives |
| `GET /readyz` | a load balancer | 200 when all parts work, or all but alerts on one of several channels; else 503 |
| `GET /metrics` | Prometheus | figures |
"""

from __future__ import annotations

import errno
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import TracebackType
from typing import Self

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from newsbot.articles.query_parser import parse_query
from newsbot.articles.store import ArticleStore
from newsbot.domain.article import Cursor
from newsbot.domain.topic import Topics
from newsbot.errors import StartError, StoreUnavailable
from newsbot.ingest.cms_push import CmsPush, article_to_json
from newsbot.observability import Metrics

MAX_BODY = 4 * 1024 * 1024  #: bytes of a pushed list of articles
PAGE_SIZE = 10
MAX_PAGE_SIZE = 50
END_WITHIN = 3.0  #: seconds that requests get to be answered when we stop, and then to be broken off

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Clock = Callable[[], datetime]

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class WebParts:
    """What the server serves. `problems` names each part that does not work, with its reason; empty: ready.
    `works_partly`: whether this process is of use with these problems all the same. `warnings`: parts that work, at a
    risk, with the reason.
    """

    articles: ArticleStore
    topics: Topics
    cms: CmsPush
    cms_token: str | None
    metrics: Metrics
    problems: Callable[[], Awaitable[Mapping[str, str]]]
    works_partly: Callable[[Mapping[str, str]], bool] = lambda problems: False
    warnings: Callable[[], Mapping[str, str]] = dict
    webhooks: Mapping[tuple[str, str], Handler] = field(default_factory=dict)  #: by method and path
    clock: Clock = lambda: datetime.now(UTC)
    zone: tzinfo = UTC  #: whose days are meant by "yesterday" in a search
    desk: web.Application | None = None  #: the web desk, served under `/desk`
    only_health: bool = False  #: health and figures, for a process that serves nothing else


class ApiError(Exception):
    """An answer `{"error": {"code", "message"}}`."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


def _json(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    # An answer repeats what was sent, which may hold lone surrogates: JSON can carry them, UTF-8 can't.
    body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
    return web.Response(body=body, status=status, headers=headers, content_type="application/json", charset="utf-8")


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        answer = {"error": {"code": error.code, "message": error.message}}
        return _json(answer, error.status, error.headers)
    except StoreUnavailable as error:
        log.warning("request not served: storage is away", path=request.path, reason=str(error))
        answer = {"error": {"code": "unavailable", "message": "The storage can't be reached. Please try again soon."}}
        return _json(answer, 503, {"Retry-After": "5"})
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = (error.reason or "error").lower().replace(" ", "_")
        kept = {name: value for name, value in error.headers.items() if not name.lower().startswith("content-")}
        return _json({"error": {"code": code, "message": error.text or error.reason}}, error.status, kept)
    except Exception:
        log.exception("request failed", path=request.path)
        answer = {"error": {"code": "internal", "message": "Something went wrong on our side; it was noted."}}
        return _json(answer, 500)


class ArticleApi:
    """`/api/articles`."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts

    async def push(self, request: web.Request) -> web.Response:
        return await self._write(request, self._parts.cms.accept)

    async def withdraw(self, request: web.Request) -> web.Response:
        return await self._write(request, self._parts.cms.withdraw)

    async def _write(
        self, request: web.Request, act: Callable[[object], Awaitable[list[dict[str, object]]]]
    ) -> web.Response:
        self._authenticate(request)
        answers = await act(await _json_body(request))
        refused = bool(answers) and all(answer["status"] == "refused" for answer in answers)
        return _json({"items": answers}, 422 if refused else 200)

    def _authenticate(self, request: web.Request) -> None:
        expected = self._parts.cms_token
        if expected is None:
            raise ApiError(403, "closed", "This address is closed: set NEWSBOT_INGEST__TOKEN to open it to your CMS.")
        given = request.headers.get("Authorization", "")
        # A header's bytes that are no UTF-8 arrive as surrogates.
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {expected}".encode()):
            message = "Send the header Authorization: Bearer followed by the value of NEWSBOT_INGEST__TOKEN."
            raise ApiError(401, "unauthorized", message, {"WWW-Authenticate": "Bearer"})

    async def list(self, request: web.Request) -> web.Response:
        query = request.query
        topic = query.get("topic") or None
        if topic is not None and topic not in self._parts.topics:
            known = ", ".join(one.id for one in self._parts.topics)
            raise ApiError(400, "unknown_topic", f"There is no topic {topic!r}; the topics are: {known}.")
        limit = _limit(query.get("limit"))
        now = self._parts.clock()
        words = query.get("q", "").strip()
        if words:
            offset = _offset(query.get("before"))
            wanted = parse_query(words, now=now, zone=self._parts.zone, topic=topic)
            found = await self._parts.articles.search(wanted, offset=offset, limit=limit, now=now)
            articles, following = found.articles, f"+{offset + limit}" if len(found.articles) == limit else None
        else:
            page = await self._parts.articles.latest(
                topic=topic, before=_cursor(query.get("before")), limit=limit, now=now
            )
            articles, following = page.articles, page.next.text if page.next is not None else None
        return _json({"articles": [article_to_json(article) for article in articles], "next": following})


async def _json_body(request: web.Request) -> object:
    try:
        return json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(
            413, "too_large", f"The body is over {MAX_BODY:,} bytes: send the articles in smaller lists."
        ) from None
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "bad_json", f"The body is not JSON in UTF-8: {error}.") from None


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE_SIZE
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PAGE_SIZE):
        raise ApiError(400, "bad_limit", f"limit is a whole number from 1 to {MAX_PAGE_SIZE}.")
    return int(text)


def _cursor(text: str | None) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        raise _bad_cursor() from None


def _bad_cursor() -> ApiError:
    return ApiError(400, "bad_cursor", "before is not one of ours: use the value of `next` of the page before.")


def _offset(text: str | None) -> int:
    if not text:
        return 0
    digits = text.strip().removeprefix("+")  # a plus in an address arrives as a space
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        raise _bad_cursor()
    return int(digits)


def create_web_app(parts: WebParts) -> web.Application:
    app = web.Application(middlewares=[_errors_as_json], client_max_size=MAX_BODY)
    api = ArticleApi(parts)

    async def alive(_: web.Request) -> web.Response:
        return _json({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        problems = dict(await parts.problems())
        status = "ok" if not problems else "partly ready" if parts.works_partly(problems) else "not ready"
        told: dict[str, object] = {"status": status, "problems": problems}
        if warnings := dict(parts.warnings()):
            told["warnings"] = warnings
        return _json(told, 503 if status == "not ready" else 200)

    async def metrics(_: web.Request) -> web.Response:
        problems = await parts.problems()
        parts.metrics.ready.set(not problems or parts.works_partly(problems))
        parts.metrics.problems.clear()
        for part in problems:
            parts.metrics.problems.labels(part).set(1)
        body = generate_latest(parts.metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)
    if parts.only_health:
        return app
    app.router.add_post("/api/articles", api.push)
    app.router.add_delete("/api/articles", api.withdraw)
    app.router.add_get("/api/articles", api.list)
    if parts.desk is not None:
        app.add_subapp("/desk", parts.desk)
    for (method, path), handler in parts.webhooks.items():
        app.router.add_route(method, path, handler)
    return app


class WebServer:
    """Serves an application on one address inside `async with`. `port` is the real one (0 picks a free one)."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=END_WITHIN)
        self._host = host
        self._open = False
        self.port = port

    async def __aenter__(self) -> Self:
        """Raises StartError when the address can't be had."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self.port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise StartError(_listen_problem(error, self._host, self.port)) from None
        self.port = self._runner.addresses[0][1]
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Take no more requests; those that are being answered get a moment. Harmless when it was called before."""
        if self._open:
            self._open = False
            await self._runner.cleanup()


def address_here(host: str, port: int) -> str:
    """Where a program of this machine reaches a server that listens on `host` (any address: the loopback)."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _listen_problem(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is in use by another program (perhaps another newsbot): "
            "stop that one, or choose another port: NEWSBOT_WEB__PORT=8081"
        )
    if error.errno == errno.EACCES:
        return f"port {port} on {host} may not be used by this user: choose one above 1023, like NEWSBOT_WEB__PORT=8080"
    return f"can't listen on {host}:{port} ({error.strerror or error}): check NEWSBOT_WEB__HOST and NEWSBOT_WEB__PORT"
