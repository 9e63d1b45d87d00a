"""Golden messages: exactly what goes to Telegram, per reply and language.

`tests/golden/telegram/<name>.<language>.json` holds method and parameters. After a change that is meant,
`NEWSBOT_WRITE_GOLDEN=1 pytest tests/unit/test_telegram_golden.py` writes them anew; the difference is read before it is
committed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from newsbot.channels.telegram import wire
from newsbot.channels.telegram.renderer import render
from newsbot.domain.message import AnyReply
from tests.golden_replies import CASES
from tests.telegram_oracle import parse_html

GOLDEN = Path(__file__).parents[1] / "golden" / "telegram"


@pytest.mark.parametrize(
    ("name", "language", "reply"), CASES, ids=[f"{name}-{language}" for name, language, _ in CASES]
)
def test_the_message_is_the_golden_one(name: str, language: str, reply: AnyReply) -> None:
    rendered = render(reply, callback_id="555")
    assert rendered.request is not None
    assert rendered.losses == ()
    parameters = rendered.request.parameters()
    if isinstance(rendered.request, wire.SendMessage | wire.EditMessage):
        parse_html(parameters["text"])
    if isinstance(rendered.request, wire.SendPhoto | wire.EditCaption):
        parse_html(parameters["caption"])
    actual = json.dumps({"method": rendered.request.method} | parameters, ensure_ascii=False, indent=2) + "\n"
    golden = GOLDEN / f"{name}.{language}.json"
    if os.environ.get("NEWSBOT_WRITE_GOLDEN"):
        golden.write_text(actual, "utf-8")
    assert actual == golden.read_text("utf-8")


SHARED = Path(os.environ.get("NEWSBOT_SHARED_DATA") or Path(__file__).parents[2].parent / "shared" / "data")


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not there")
@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_what_we_send_has_the_names_that_the_bot_api_specifies(golden: Path) -> None:
    specification = json.loads((SHARED / "telegram" / "api.json").read_text("utf-8"))

    def names(kind: str, of: str) -> set[str]:
        return {field["name"] for field in specification[kind][of]["fields"]}

    parameters = json.loads(golden.read_text("utf-8"))
    assert set(parameters) - {"method"} <= names("methods", parameters["method"])
    assert set(parameters.get("link_preview_options", ())) <= names("types", "LinkPreviewOptions")
    for row in parameters.get("reply_markup", {}).get("inline_keyboard", ()):
        for button in row:
            assert set(button) <= names("types", "InlineKeyboardButton")


def test_every_golden_message_is_tested() -> None:
    assert {path.name for path in GOLDEN.glob("*.json")} == {f"{name}.{language}.json" for name, language, _ in CASES}
