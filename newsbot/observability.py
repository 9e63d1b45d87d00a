"""Structured logs without secrets; beside them `Metrics`, the figures (`newsbot.metrics`)."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from newsbot.metrics import Metrics

__all__ = ["Metrics", "Redactor", "configure_logging"]

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
