"""Settings: what differs between two installations, read from the environment and `.env`, checked before a start.

Imported by `bootstrap` and `cli` only; everyone else is handed plain values.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv.parser import parse_stream
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from newsbot.desk.approvals import Policy
from newsbot.domain.subscriber import Address
from newsbot.errors import ConfigurationError
from newsbot.setting_values import (
    DatabaseUrl,
    RedisUrl,
    SpokenLanguage,
    Token,
    Url,
    WebhookSecret,
    Zone,
    addresses,
    reason_of,
)

PREFIX = "NEWSBOT_"


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def setting(default: Any, description: str, example: object, **more: Any) -> Any:
    """A field with the sentence that `.env.example` prints and a value that works, for the error line."""
    return Field(default, description=description, examples=[example], **more)


class TelegramSettings(_Group):
    token: Token | None = setting(
        None, "The bot's token, from @BotFather.", "123456789:AAH-your-own-35-letters_from-BotFather"
    )
    api_url: Url = setting("https://api.telegram.org", "Where the Bot API is.", "https://api.telegram.org")
    mode: Literal["polling", "webhook"] = setting(
        "polling", "How updates arrive: polling needs nothing, webhook needs NEWSBOT_WEB__PUBLIC_URL.", "polling"
    )
    webhook_secret: WebhookSecret | None = setting(
        None, "For the webhook: 16 to 256 letters that only Telegram and you know.", "a-long-random-text_0123456789"
    )
    rate: int = setting(30, "Messages a second, over all chats.", 30, ge=1, le=1000)
    paid_broadcast: bool = setting(False, "Pay for alerts above the free rate of 30 a second.", "false")
    channel: str | None = setting(
        None,
        "Public channel that gets breaking news first; the bot must be its administrator.",
        "@your_channel",
        pattern=r"^(@\w{4,}|-100\d+)$",
    )


class MessengerSettings(_Group):
    page_id: str | None = setting(None, "The Facebook Page's id.", "1234567890", pattern=r"^\d{1,20}$")
    page_token: SecretStr | None = setting(None, "The Page's access token.", "EAAB-your-page-token", min_length=1)
    app_secret: SecretStr | None = setting(
        None, "The app's secret; signs what Messenger sends.", "0123456789abcdef0123456789abcdef", min_length=16
    )
    app_secret_old: SecretStr | None = setting(
        None,
        "While you change the app's secret: the one before, still accepted.",
        "fedcba9876543210fedcba9876543210",
        min_length=16,
    )
    verify_token: SecretStr | None = setting(
        None, "The word you give when you register the webhook.", "a-word-of-your-own", min_length=8
    )
    api_url: Url = setting("https://graph.facebook.com", "Where the Graph API is.", "https://graph.facebook.com")
    graph_version: str = setting("v26.0", "Version of the Graph API.", "v26.0", pattern=r"^v\d{1,3}\.0$")
    rate: int = setting(30, "Messages a second from the Page.", 30, ge=1, le=300)


class WebSettings(_Group):
    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 for all.", "127.0.0.1", min_length=1)
    port: int = setting(8080, "Port to listen on.", 8080, ge=0, le=65_535)
    public_url: Url | None = setting(
        None,
        "How browsers and the internet reach this server, for the web desk and webhooks.",
        "https://bot.example.com",
    )
    session_secret: SecretStr | None = setting(
        None,
        "Signs the web desk's sessions; unset: a key that is made once and kept in Redis.",
        "a-long-random-text_0123456789",
        min_length=16,
    )


class IngestSettings(_Group):
    token: SecretStr | None = setting(
        None,
        "What the newsroom's CMS sends to POST /api/articles; without it that address is closed.",
        "a-long-random-text_0123456789",
        min_length=16,
    )


class SummarySettings(_Group):
    url: Url | None = setting(
        None,
        "Where a language model answers that summarises long articles (any OpenAI-compatible address); unset: none.",
        "http://localhost:11434/v1",
    )
    model: str | None = setting(None, "The model's name there.", "gemma3:12b", min_length=1)
    key: SecretStr | None = setting(None, "The key for it, if it wants one.", "sk-your-own-key")


class DeliverySettings(_Group):
    expire_minutes: int = setting(
        180, "How long after an article was found its alert may still be sent.", 180, ge=5, le=1440
    )
    in_flight: int | None = setting(
        None,
        "Readers at most whom a killed process leaves unknown; unset: as many as one second's messages.",
        30,
        ge=1,
        le=500,
    )
    alerts_per_source: int = setting(20, "Alerts at most that one source may cause in an hour.", 20, ge=1, le=1000)


class DeskSettings(_Group):
    approval: Policy = setting(
        Policy.NONE, "What goes out only when a second person approves it: none, breaking or all.", "breaking"
    )
    audit_days: int | None = setting(
        None, "How many days the log of who did what on the desk is kept; unset: for ever.", 730, ge=90
    )


class LogSettings(_Group):
    format: Literal["console", "json"] = setting("console", "Log lines for people or for machines.", "console")
    level: Literal["debug", "info", "warning", "error"] = setting("info", "The least level that is logged.", "info")


class Settings(BaseSettings):
    """Everything that differs between two installations, but for the newsroom's own content (`newsroom.toml`)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    data_dir: Path = setting(Path("data"), "Folder for the embedded database and Redis server.", "./data")
    database_url: DatabaseUrl | None = setting(
        None, "PostgreSQL; unset: SQLite in the data folder.", "postgresql://newsbot:password@localhost/newsbot"
    )
    redis_url: RedisUrl | None = setting(
        None, "Redis or Valkey, 7.0 or newer; unset: an embedded server in the data folder.", "redis://localhost:6379/0"
    )
    redis_replicas: int | None = setting(
        None,
        "How many replicas of Redis must know of a delivery before it is begun; unset: one, where there is any.",
        "1",
        ge=0,
        le=9,
    )
    language: SpokenLanguage = setting("bn", "Language of readers who have not chosen one.", "bn")
    timezone: Zone = setting("Asia/Dhaka", "Time zone of the newsroom.", "Asia/Dhaka")
    newsroom: Path = setting(
        Path("newsroom.toml"), "The file with the newsroom's name, topics and sources.", "newsroom.toml"
    )
    keep_articles_days: int = setting(365, "How many days an article is kept.", 365, ge=4)
    admins: Annotated[tuple[Address, ...], NoDecode, BeforeValidator(addresses)] = setting(
        (),
        "Addresses of the first owners: they may do everything, and give others a role with /roles.",
        "telegram:123456,telegram:234567",
    )
    telegram: TelegramSettings = TelegramSettings()
    messenger: MessengerSettings = MessengerSettings()
    web: WebSettings = WebSettings()
    ingest: IngestSettings = IngestSettings()
    summary: SummarySettings = SummarySettings()
    delivery: DeliverySettings = DeliverySettings()
    desk: DeskSettings = DeskSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings

    def secrets(self) -> Iterator[str]:
        """Every secret that is set, so that the log can refuse to print it."""
        for group in (self.telegram, self.messenger, self.web, self.ingest, self.summary):
            for value in dict(group).values():
                if isinstance(value, SecretStr):
                    yield value.get_secret_value()
        for url in (self.database_url, self.redis_url):
            if url and (match := re.search(r"://[^/@]*:([^@/]+)@", url)):
                yield match[1]


def setting_names() -> dict[str, FieldInfo]:
    """Every environment variable that is understood, with its field, in the order of `.env.example`."""

    def walk(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
        for name, field in model.model_fields.items():
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                yield from walk(field.annotation, f"{prefix}{name.upper()}__")
            else:
                yield f"{prefix}{name.upper()}", field

    return dict(walk(Settings, PREFIX))


def load_settings(env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:
    """Read the environment and `env_file`. Raises ConfigurationError with one line a mistake."""
    names = setting_names()
    mistakes = [*_unreadable_lines(env_file), *_unknown_variables(names, env_file)]
    logging.getLogger("dotenv").setLevel(logging.ERROR)  # it warns of such a line, and says neither file nor remedy
    try:
        settings = Settings(_env_file=env_file, **overrides)  # type: ignore[call-arg]
    except ValidationError as error:
        # A name that is not known was told above, with the one that was probably meant.
        mistakes += [_setting_mistake(one, names) for one in error.errors() if one["type"] != "extra_forbidden"]
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{env_file}: can't be read ({error}); save it as plain UTF-8 text that you may read.")
    if not mistakes:
        mistakes += _contradictions(settings)
    if mistakes:
        raise ConfigurationError(mistakes)
    return settings


def _unreadable_lines(env_file: Path | None) -> Iterator[str]:
    if env_file and env_file.is_dir():
        yield f"{env_file}: it is a folder, not a file with settings; remove it, or name another with --env-file."
    if env_file and env_file.is_file():
        with env_file.open(encoding="utf-8", errors="replace") as lines:
            for binding in parse_stream(lines):
                if binding.error:
                    # The line itself may hold a secret.
                    yield (
                        f"{env_file}: line {binding.original.line} can't be understood; "
                        "example: NEWSBOT_WEB__PORT=8080 (one a line, text with spaces in 'quotes')"
                    )


def _unknown_variables(names: Mapping[str, FieldInfo], env_file: Path | None) -> Iterator[str]:
    written = {name.upper() for name in os.environ if name.upper().startswith(PREFIX)}
    if env_file and env_file.is_file():
        lines = env_file.read_text("utf-8", errors="replace").splitlines()
        written |= {
            match[1].upper()
            for line in lines
            if (match := re.match(rf"\s*(?:export\s+)?({PREFIX}\w+)\s*=", line, re.I))
        }
    for name in sorted(written - set(names)):
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}?" if near else "see .env.example for all of them."
        yield f"{name}: there is no such setting; {hint}"


def _setting_mistake(detail: Any, names: Mapping[str, FieldInfo]) -> str:
    path = [str(part) for part in detail["loc"]]
    name = next(
        (known for end in range(len(path), 0, -1) if (known := PREFIX + "__".join(path[:end]).upper()) in names),
        PREFIX + "__".join(path).upper(),
    )
    examples = names[name].examples if name in names else None
    tail = f"; example: {name}={examples[0]}" if examples else ""
    return f"{name}: {reason_of(detail)}{tail}"


def _contradictions(settings: Settings) -> Iterator[str]:
    if settings.summary.url is not None and settings.summary.model is None:
        yield (
            "NEWSBOT_SUMMARY__MODEL: it is missing, and NEWSBOT_SUMMARY__URL needs it; "
            "example: NEWSBOT_SUMMARY__MODEL=gemma3:12b"
        )
    yield from _missing_of_messenger(settings.messenger)
    if settings.telegram.mode == "webhook" and settings.telegram.token is not None:
        if settings.web.public_url is None:
            yield (
                "NEWSBOT_WEB__PUBLIC_URL: it is missing, and webhook mode needs it; "
                "example: NEWSBOT_WEB__PUBLIC_URL=https://bot.example.com (or set NEWSBOT_TELEGRAM__MODE=polling)"
            )
        if settings.telegram.webhook_secret is None:
            yield (
                "NEWSBOT_TELEGRAM__WEBHOOK_SECRET: it is missing, and webhook mode needs it; "
                "example: NEWSBOT_TELEGRAM__WEBHOOK_SECRET=a-long-random-text_0123456789"
            )


def _missing_of_messenger(messenger: MessengerSettings) -> Iterator[str]:
    """A Page needs all four, or none."""
    needed = ("page_id", "page_token", "app_secret", "verify_token")
    given = [name for name in needed if getattr(messenger, name) is not None]
    for name in needed if given else ():
        if name not in given:
            variable = f"{PREFIX}MESSENGER__{name.upper()}"
            example = MessengerSettings.model_fields[name].examples
            yield (
                f"{variable}: it is missing, and {PREFIX}MESSENGER__{given[0].upper()} needs it; "
                f"example: {variable}={example[0] if example else ''}"
            )
