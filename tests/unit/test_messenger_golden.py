"""Golden messages: exactly what goes to Messenger, per reply and language, as an answer and as a push.

`tests/golden/messenger/<name>.<language>.json` holds the `message` objects and what could not be shown as meant. After
a change that is meant, `NEWSBOT_WRITE_GOLDEN=1 pytest tests/unit/test_messenger_golden.py` writes them anew; the
difference is read before it is committed.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from newsbot.channels.messenger.renderer import Rendered, render
from newsbot.domain.message import AnyReply
from newsbot.sandbox.messenger.shapes import check_message
from tests.golden_replies import CASES

GOLDEN = Path(__file__).parents[1] / "golden" / "messenger"


def told(rendered: Rendered) -> dict[str, Any]:
    fields = [message.fields() for message in rendered.messages]
    for one in fields:
        check_message(one)
    return {"messages": fields, "losses": [asdict(loss) for loss in rendered.losses], "silent": rendered.silent}


@pytest.mark.parametrize(
    ("name", "language", "reply"), CASES, ids=[f"{name}-{language}" for name, language, _ in CASES]
)
def test_the_messages_are_the_golden_ones(name: str, language: str, reply: AnyReply) -> None:
    forms = {"answered": told(render(reply)), "pushed": told(render(reply, lasting=True))}
    if forms["answered"] == forms["pushed"]:
        del forms["pushed"]
    actual = json.dumps(forms, ensure_ascii=False, indent=2) + "\n"
    golden = GOLDEN / f"{name}.{language}.json"
    if os.environ.get("NEWSBOT_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(actual, "utf-8")
    assert actual == golden.read_text("utf-8")


def test_every_golden_message_is_tested() -> None:
    assert {path.name for path in GOLDEN.glob("*.json")} == {f"{name}.{language}.json" for name, language, _ in CASES}
