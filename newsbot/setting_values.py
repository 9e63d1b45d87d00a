"""What a value in the settings or in the newsroom file may be, and how a mistake in one is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, SecretStr, StringConstraints

from newsbot.domain.subscriber import Address
from newsbot.i18n import spoken_languages


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone") from None
    return name


def _http_url(url: str) -> str:
    if not re.fullmatch(r"https?://[^/\s@]+(/\S*)?", url):
        raise ValueError(f"{url!r} is not an http or https address")
    return url.rstrip("/")


def _page_url(url: str) -> str:
    """Like `_http_url`, but to the letter: a feed's address may end in a slash."""
    _http_url(url)
    return url


def _database_url(url: str) -> str:
    if not re.match(r"(postgresql|postgres|sqlite)(\+\w+)?://", url):
        raise ValueError("it is neither a postgresql:// nor a sqlite:// address")
    return url


def _redis_url(url: str) -> str:
    if not re.match(r"(redis|rediss|unix)://", url):
        raise ValueError("it is not a redis://, rediss:// or unix:// address")
    return url


def _token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d{3,20}:[A-Za-z0-9_-]{20,}", token.get_secret_value()):
        raise ValueError("it does not look like a bot token (digits, a colon, about 35 letters)")
    return token


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret.get_secret_value()):
        raise ValueError("it must be 16 to 256 of the characters A-Z a-z 0-9 _ -")
    return secret


def addresses(value: object) -> object:
    if isinstance(value, str):
        return tuple(Address.parse(part) for part in re.split(r"[,\s]+", value.strip()) if part)
    return value


def _duration(value: object) -> object:
    """'90 s', '2 min', '1 h': a number and a unit."""
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+)\s*(s|sec|min|m|h|d)", value.strip())
        if match is None:
            raise ValueError(f"{value!r} is not a duration: write a number and s, min, h or d")
        unit = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}[match[2]]
        return timedelta(seconds=int(match[1]) * unit)
    if isinstance(value, timedelta):
        return value
    raise ValueError("a duration is written as text: a number and s, min, h or d")


def _spoken(language: str) -> str:
    if language not in (spoken := spoken_languages()):
        raise ValueError(f"the bot doesn't speak {language!r}, only {', '.join(spoken)}")
    return language


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
Zone = Annotated[str, AfterValidator(_zone)]
Url = Annotated[str, AfterValidator(_http_url)]
PageUrl = Annotated[str, AfterValidator(_page_url)]
Token = Annotated[SecretStr, AfterValidator(_token)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
SpokenLanguage = Annotated[str, AfterValidator(_spoken)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]


def reason_of(detail: Any) -> str:
    """pydantic's sentence in ours. The value itself is shown only for what can't be a secret."""
    match detail["type"]:
        case "value_error":
            return str(detail["ctx"]["error"])
        case "missing":
            return "it is missing"
        case "extra_forbidden":
            return "there is no such setting"
        case "int_parsing" | "int_type" | "int_from_float":
            return f"{detail['input']!r} is not a whole number"
        case "bool_parsing" | "bool_type":
            return f"{detail['input']!r} is neither true nor false"
        case "literal_error" | "enum":
            return f"{detail['input']!r} is not one of {detail['ctx']['expected']}"
        case "greater_than_equal" | "less_than_equal":
            bound = "at least" if detail["type"].startswith("greater") else "at most"
            limit = detail["ctx"].get("ge", detail["ctx"].get("le"))
            return f"{detail['input']!r} is out of range: it must be {bound} {limit}"
        case "string_pattern_mismatch":
            return f"{detail['input']!r} has the wrong form"
        case "too_short" | "string_too_short":
            return f"it is too short (at least {detail['ctx']['min_length']})"
        case "string_too_long" | "too_long":
            return f"it is too long (at most {detail['ctx']['max_length']})"
        case "dict_type" | "model_type":
            return f"{detail['input']!r} is not a table of names and values"
        case "list_type" | "tuple_type":
            return f"{detail['input']!r} is not a list"
        case "string_type":
            return f"{detail['input']!r} is not text in quotes"
        case _:
            return str(detail["msg"])[:1].lower() + str(detail["msg"])[1:]
