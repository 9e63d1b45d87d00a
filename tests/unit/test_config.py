"""Every mistake in the settings is told in one line: which, why, an example that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsbot.config import PREFIX, load_settings, setting_names
from newsbot.domain.subscriber import Address
from newsbot.errors import ConfigurationError
from newsbot.i18n import Catalog, spoken_languages

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)


def mistakes_of(tmp_path: Path, text: str) -> tuple[str, ...]:
    env = tmp_path / ".env"
    env.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(env)
    return caught.value.mistakes


def test_nothing_set_is_the_small_newsroom_in_bengali() -> None:
    settings = load_settings(None)
    assert (settings.data_dir, settings.database_url, settings.redis_url) == (Path("data"), None, None)
    assert (settings.language, settings.timezone, settings.web.port) == ("bn", "Asia/Dhaka", 8080)
    assert settings.telegram.token is None


def test_the_example_file_can_be_used_line_by_line(tmp_path: Path) -> None:
    uncommented = EXAMPLE.read_text("utf-8").replace("#NEWSBOT_", "NEWSBOT_")
    env = tmp_path / ".env"
    env.write_text(uncommented, "utf-8")
    settings = load_settings(env)
    assert settings.admins == (Address("telegram", "123456"), Address("telegram", "234567"))
    assert settings.telegram.mode == "polling"


def test_a_variable_that_is_set_to_nothing_is_not_set(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("NEWSBOT_TELEGRAM__TOKEN=\nNEWSBOT_DATABASE_URL=\n", "utf-8")
    settings = load_settings(env)
    assert (settings.telegram.token, settings.database_url) == (None, None)


def test_the_languages_named_in_that_mistake_are_those_of_the_catalogue() -> None:
    assert spoken_languages() == Catalog.load().languages


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = tmp_path / ".env"
    env.write_text("NEWSBOT_WEB__PORT=1111\n", "utf-8")
    monkeypatch.setenv("NEWSBOT_WEB__PORT", "2222")
    assert load_settings(env).web.port == 2222


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("NEWSBOT_WEB__PORT=abc", "NEWSBOT_WEB__PORT: 'abc' is not a whole number; example: NEWSBOT_WEB__PORT=8080"),
        (
            "NEWSBOT_WEB__PORT=70000",
            "NEWSBOT_WEB__PORT: '70000' is out of range: it must be at most 65535; example: NEWSBOT_WEB__PORT=8080",
        ),
        (
            "NEWSBOT_LANGUAGE=fr",
            "NEWSBOT_LANGUAGE: the bot doesn't speak 'fr', only bn, en; example: NEWSBOT_LANGUAGE=bn",
        ),
        ("NEWSBOT_TIMEZONE=Mars", "NEWSBOT_TIMEZONE: 'Mars' is not a time zone; example: NEWSBOT_TIMEZONE=Asia/Dhaka"),
        (
            "NEWSBOT_TELEGRAM__MODE=push",
            (
                "NEWSBOT_TELEGRAM__MODE: 'push' is not one of 'polling' or 'webhook'; "
                "example: NEWSBOT_TELEGRAM__MODE=polling"
            ),
        ),
        (
            "NEWSBOT_REDIS_URL=http://localhost",
            (
                "NEWSBOT_REDIS_URL: it is not a redis://, rediss:// or unix:// address; "
                "example: NEWSBOT_REDIS_URL=redis://localhost:6379/0"
            ),
        ),
        (
            "NEWSBOT_ADMINS=telegram:1,rahim",
            (
                "NEWSBOT_ADMINS: 'rahim' is not an address: write channel:id, like telegram:123456; "
                "example: NEWSBOT_ADMINS=telegram:123456,telegram:234567"
            ),
        ),
        (
            "NEWSBOT_TELEGRAM__TOKN=x",
            "NEWSBOT_TELEGRAM__TOKN: there is no such setting; did you mean NEWSBOT_TELEGRAM__TOKEN?",
        ),
        (
            "NEWSBOT_TELEGRAM__PAID_BROADCAST=perhaps",
            (
                "NEWSBOT_TELEGRAM__PAID_BROADCAST: 'perhaps' is neither true nor false; "
                "example: NEWSBOT_TELEGRAM__PAID_BROADCAST=false"
            ),
        ),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(tmp_path: Path, line: str, told: str) -> None:
    assert mistakes_of(tmp_path, line) == (told,)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = mistakes_of(tmp_path, "NEWSBOT_WEB__PORT=x\nNEWSBOT_TIMEZONE=y\nNEWSBOT_LOG__LEVEL=z\nNEWSBOT_LANGUAGE=fr")
    assert [line.split(":")[0] for line in told] == [
        "NEWSBOT_LANGUAGE",
        "NEWSBOT_TIMEZONE",
        "NEWSBOT_WEB__PORT",
        "NEWSBOT_LOG__LEVEL",
    ]


def test_a_line_that_is_no_setting_is_told_with_its_number_and_without_its_text(tmp_path: Path) -> None:
    told = mistakes_of(tmp_path, "NEWSBOT_LANGUAGE=en\nNEWSBOT_TELEGRAM__TOKEN='hunter2\nNEWSBOT_WEB__PORT=x\n")
    assert [line.removeprefix(str(tmp_path)).split(";")[0] for line in told] == [
        "/.env: line 2 can't be understood",
        "NEWSBOT_WEB__PORT: 'x' is not a whole number",
    ]


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(ConfigurationError, match="it is a folder, not a file with settings"):
        load_settings(tmp_path / ".env")


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    told = mistakes_of(tmp_path, "NEWSBOT_TELEGRAM__TOKEN=hunter2\nNEWSBOT_INGEST__TOKEN=hunter2")
    assert len(told) == 2
    assert not any("hunter2" in line for line in told)


def test_webhook_mode_asks_for_what_it_needs(tmp_path: Path) -> None:
    token = "NEWSBOT_TELEGRAM__TOKEN=123456:" + "a" * 35
    told = mistakes_of(tmp_path, f"{token}\nNEWSBOT_TELEGRAM__MODE=webhook")
    assert [line.split(":")[0] for line in told] == ["NEWSBOT_WEB__PUBLIC_URL", "NEWSBOT_TELEGRAM__WEBHOOK_SECRET"]


def test_a_language_model_needs_a_name(tmp_path: Path) -> None:
    told = mistakes_of(tmp_path, "NEWSBOT_SUMMARY__URL=http://localhost:11434/v1")
    assert [line.split(":")[0] for line in told] == ["NEWSBOT_SUMMARY__MODEL"]


def test_a_page_needs_all_of_its_settings_and_each_that_is_missing_is_told(tmp_path: Path) -> None:
    told = mistakes_of(tmp_path, "NEWSBOT_MESSENGER__PAGE_TOKEN=EAAB-page-token\nNEWSBOT_MESSENGER__RATE=20")
    assert [line.split(":")[0] for line in told] == [
        "NEWSBOT_MESSENGER__PAGE_ID",
        "NEWSBOT_MESSENGER__APP_SECRET",
        "NEWSBOT_MESSENGER__VERIFY_TOKEN",
    ]
    assert all("NEWSBOT_MESSENGER__PAGE_TOKEN needs it" in line for line in told)
    assert not any("EAAB-page-token" in line for line in told)
    (tmp_path / ".env").write_text("NEWSBOT_MESSENGER__RATE=20", "utf-8")
    assert load_settings(tmp_path / ".env").messenger.page_id is None


def test_every_secret_is_known_to_the_log(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(
        f"NEWSBOT_TELEGRAM__TOKEN=123456:{'t' * 35}\nNEWSBOT_INGEST__TOKEN=cms-secret-0123456\n"
        "NEWSBOT_SUMMARY__KEY=model-key\n"
        "NEWSBOT_DATABASE_URL=postgresql://me:database-password@localhost/x\nNEWSBOT_REDIS_URL=redis://:redis-password@localhost\n",
        "utf-8",
    )
    assert set(load_settings(env).secrets()) == {
        f"123456:{'t' * 35}",
        "cms-secret-0123456",
        "model-key",
        "database-password",
        "redis-password",
    }


def test_every_setting_has_a_sentence_and_an_example() -> None:
    for name, field in setting_names().items():
        assert field.description, name
        assert field.examples, name
