"""Log lines carry no secrets, whoever wrote them."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from newsbot.observability import Redactor, configure_logging

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


pytestmark = pytest.mark.usefixtures("kept_logging")


def logged(form: str, write: object, secrets: tuple[str, ...] = (TOKEN,)) -> str:
    out = io.StringIO()
    configure_logging(form, "info", secrets=secrets, stream=out)  # type: ignore[arg-type]
    write()  # type: ignore[operator]
    return out.getvalue()


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_secret_in_a_value_an_exception_or_a_librarys_line_is_not_printed(form: str) -> None:
    def write() -> None:
        log = structlog.get_logger()
        log.info("asked", url=f"https://api.telegram.org/bot{TOKEN}/getMe")
        try:
            raise RuntimeError(f"no answer from /bot{TOKEN}/getMe")  # noqa: TRY301 - to be logged
        except RuntimeError:
            log.exception("failed")
        logging.getLogger("aiohttp").warning("slow: %s", TOKEN)

    text = logged(form, write)
    assert TOKEN not in text
    assert text.count("***") >= 3


def test_what_looks_like_a_secret_is_not_printed_though_nobody_listed_it() -> None:
    redact = Redactor()
    assert redact("GET /bot987654321:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe") == "GET /bot***/getMe"
    assert redact("postgresql://news:s3cret@db/x") == "postgresql://news:***@db/x"
    assert redact("redis://:s3cret@cache:6379") == "redis://:***@cache:6379"


def test_a_json_line_is_one_object_with_bengali_as_it_is() -> None:
    text = logged("json", lambda: structlog.get_logger().info("stored", headline="নির্বাচন"))
    entry = json.loads(text)
    assert (entry["event"], entry["headline"], entry["level"]) == ("stored", "নির্বাচন", "info")
    assert "নির্বাচন" in text
