"""Structured logs without secrets, and the figures that Prometheus reads."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Literal, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from structlog.typing import EventDict, Processor, WrappedLogger

#: secrets that nobody listed: a bot token in an address, a password in a connection URL
_LIKE_A_SECRET = re.compile(r"(?<=/bot)\d+:[\w-]{20,}|(?<=://)([^/\s:@]*):[^/\s@]+(?=@)")


class Redactor:
    """Takes secrets out of a rendered log line: those it was told, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: one secret may hold another.
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)

    def __call__(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return _LIKE_A_SECRET.sub(lambda match: "***" if match[1] is None else f"{match[1]}:***", line)


def configure_logging(
    format: Literal["console", "json"] = "console",  # noqa: A002 - the setting's name
    level: str = "info",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send our own and the libraries' log lines to `stream` (standard error), one a line, redacted."""
    out = stream or sys.stderr
    redact = Redactor(secrets)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Processor
    if format == "json":
        shared.append(structlog.processors.dict_tracebacks)
        render = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        render = structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)

    def render_without_secrets(logger: WrappedLogger, name: str, event: EventDict) -> str:
        return redact(str(render(logger, name, event)))

    structlog.configure(
        processors=[*shared, render_without_secrets],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render_without_secrets],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries speak only when something is wrong: their info lines are about themselves.
    root.setLevel(max(threshold, logging.WARNING))


class Metrics:
    """Every figure, in a registry of its own so that two apps in one process (tests) don't meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter(
            "newsbot_events", "Events that a channel delivered and the inbox kept.", ["channel"], registry=self.registry
        )
        self.received = Counter(
            "newsbot_received",
            "Events that a channel delivered, by kind, whether or not they are acted on.",
            ["channel", "kind"],
            registry=self.registry,
        )
        self.refused_calls = Counter(
            "newsbot_webhook_refused",
            "Calls of a webhook that were refused, by reason.",
            ["channel", "reason"],
            registry=self.registry,
        )
        self.replies = Counter(
            "newsbot_replies", "Replies to readers, by outcome.", ["channel", "outcome"], registry=self.registry
        )
        self.reply_seconds = Histogram(
            "newsbot_reply_seconds",
            "From an event's arrival to the end of its answer.",
            ["channel"],
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self.handling_failures = Counter(
            "newsbot_handling_failures", "Events whose handling failed.", ["channel"], registry=self.registry
        )
        self.articles = Counter(
            "newsbot_articles",
            "What sources brought, by what became of it.",
            ["source", "change"],
            registry=self.registry,
        )
        self.source_failures = Counter(
            "newsbot_source_failures", "Reads of a source that failed.", ["source"], registry=self.registry
        )
        self.deliveries = Counter(
            "newsbot_deliveries",
            "Deliveries of alerts, by what became of them.",
            ["cls", "outcome"],
            registry=self.registry,
        )
        self.deliveries_in_flight = Gauge(
            "newsbot_deliveries_in_flight", "Deliveries begun and not settled yet.", registry=self.registry
        )
        self.delivery_holds = Counter(
            "newsbot_delivery_holds",
            "Times that sending held back by itself, by reason.",
            ["reason"],
            registry=self.registry,
        )
        self.channel_halted = Gauge(
            "newsbot_channel_halted",
            "1 while the platform refuses or blocks our account, so that no alert is sent there.",
            ["channel"],
            registry=self.registry,
        )
        self.first_push_seconds = Histogram(
            "newsbot_first_push_seconds",
            "From an alert's making to its first message.",
            ["cls"],
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
            registry=self.registry,
        )
        self.quota_used = Gauge(
            "newsbot_quota_used_percent",
            "How full the fullest of the platform's quotas is, as it last said.",
            ["channel"],
            registry=self.registry,
        )
        self.webhook_subscribed = Gauge(
            "newsbot_webhook_subscribed",
            "1 while the platform sends us all the events that we read, 0 while it does not.",
            ["channel"],
            registry=self.registry,
        )
        self.webhook_resubscriptions = Counter(
            "newsbot_webhook_resubscriptions",
            "Times that the platform had stopped sending us events and was asked again.",
            ["channel"],
            registry=self.registry,
        )
        self.inbox_waiting = Gauge(
            "newsbot_inbox_waiting", "Events kept and not handled yet.", ["channel"], registry=self.registry
        )
        self.redis_restarts = Counter(
            "newsbot_embedded_redis_restarts",
            "Times the embedded server died and was started again.",
            registry=self.registry,
        )
