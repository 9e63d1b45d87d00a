"""Whatever is sent to the Graph API sandbox is accepted or refused in the platform's form, never an error of ours."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from newsbot.sandbox.messenger.arguments import Arguments
from newsbot.sandbox.messenger.envelopes import encode
from newsbot.sandbox.messenger.errors import GraphError
from newsbot.sandbox.messenger.profile import FIELDS, MessengerProfile
from newsbot.sandbox.messenger.shapes import check_message

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=30))
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)

BUTTON = {"type": "postback", "title": "আরও", "payload": "more"}
LINK = {"type": "web_url", "title": "পড়ুন", "url": "https://example.org/1", "webview_height_ratio": "full"}
CARD = {
    "title": "শিরোনাম",
    "image_url": "https://example.org/1.png",
    "default_action": {"type": "web_url"},
    "buttons": [LINK],
}
MESSAGES: list[dict[str, Any]] = [
    {"text": "ক", "quick_replies": [{"content_type": "text", "title": "খ", "payload": "p"}], "metadata": "m"},
    {
        "attachment": {
            "type": "template",
            "payload": {"template_type": "button", "text": "ক", "buttons": [BUTTON, LINK]},
        }
    },
    {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [CARD, CARD]}}},
    {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [{"media_type": "image"}]}}},
    {"attachment": {"type": "image", "payload": {"url": "https://example.org/1.png"}}},
    {"attachments": [{"type": "image", "payload": {"url": "https://example.org/1.png"}}] * 2},
]
PROFILE: dict[str, Any] = {
    "get_started": {"payload": "START"},
    "greeting": [{"locale": "default", "text": "ক"}, {"locale": "bn_IN", "text": "খ"}],
    "persistent_menu": [{"locale": "default", "composer_input_disabled": False, "call_to_actions": [BUTTON, LINK]}],
    "ice_breakers": [{"locale": "default", "call_to_actions": [{"question": "ক", "payload": "p"}]}],
    "commands": [{"locale": "default", "commands": [{"name": "latest", "description": "খবর"}]}],
    "whitelisted_domains": ["https://example.org"],
}


def refusal(act: Callable[[], Any]) -> int | None:
    """The code that an act is refused with; None: it isn't. Anything else than a refusal gets through."""
    try:
        act()
    except GraphError as error:
        return int(error.json()["error"]["code"])
    return None


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, itself first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


def spoilt(draw: st.DrawFn, value: Any) -> Any:
    """The value with something else at up to three of its places."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from(places(value)))
        if not place:
            continue
        owner = value
        for key in place[:-1]:
            owner = owner[key]
        if draw(st.booleans()):
            owner[place[-1]] = draw(JSON)
        else:
            del owner[place[-1]]
    return value


@st.composite
def messages(draw: st.DrawFn) -> Any:
    return spoilt(draw, draw(st.sampled_from(MESSAGES)))


@st.composite
def profiles(draw: st.DrawFn) -> Any:
    return spoilt(draw, PROFILE)


@given(messages() | st.dictionaries(st.sampled_from(["text", "attachment", "attachments", "quick_replies"]), JSON))
def test_any_message_is_let_through_or_refused_with_a_code(message: dict[str, Any]) -> None:
    assert refusal(lambda: check_message(message)) in (None, 100)


@given(profiles(), st.lists(st.sampled_from([*FIELDS, "x"]), max_size=3))
def test_any_profile_is_kept_whole_or_leaves_the_one_before(given_profile: dict[str, Any], removed: list[str]) -> None:
    profile = MessengerProfile(lambda: None)
    profile.set({"get_started": {"payload": "BEFORE"}})
    if refusal(lambda: profile.set(given_profile)) is not None:
        assert profile.fields == {"get_started": {"payload": "BEFORE"}}
    # What was kept can be shown.
    for locale in ("bn_IN", "en_US"):
        profile.greeting(locale), profile.menu(locale), profile.ice_breakers(locale), profile.commands(locale)
    assert refusal(lambda: profile.delete(removed)) in (None, 100)


@given(st.dictionaries(st.sampled_from(["recipient", "message", "fields"]), JSON))
def test_any_argument_is_read_or_refused(values: dict[str, Any]) -> None:
    arguments = Arguments(values)
    for name in values:
        for read in (arguments.text, arguments.object, arguments.array, arguments.names):
            assert refusal(lambda read=read, name=name: read(name)) in (None, 100)


@given(st.dictionaries(st.text(max_size=5), JSON))
def test_a_webhooks_body_is_ascii_and_says_the_same(body: dict[str, Any]) -> None:
    raw = encode(body)
    assert raw.isascii()
    assert json.loads(raw) == json.loads(json.dumps(body))
