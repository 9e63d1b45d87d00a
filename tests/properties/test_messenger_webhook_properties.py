"""Bodies with a valid signature, mutated in every way: acknowledged, and no event lost or doubled that was left whole.

Over real HTTP, through the web server's own error handling; one server for all examples, in a loop that runs while an
example is posted.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.channels.messenger.envelope import EventKind, read
from newsbot.channels.messenger.receiver import GET_STARTED, receive
from newsbot.channels.messenger.webhook import PATH, MessengerWebhook
from newsbot.domain.message import IncomingMessage
from newsbot.domain.window import Opener
from newsbot.ingest.cms_push import CmsPush
from newsbot.observability import Metrics
from newsbot.webserver import WebParts, WebServer, create_web_app
from tests.builders import some_topics
from tests.fakes import MemoryArticleStore
from tests.messenger_events import PAGE, SECRET, SENT, VERIFY_TOKEN, Json, a_body, an_entry, an_item, signed, wire
from tests.telegram_sandbox import RecordingInbox

NOW = datetime.fromtimestamp(SENT / 1000, UTC) + timedelta(days=1)
bounded = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class House:
    """The served webhook; `post` waits for its answer."""

    def __init__(self) -> None:
        self.inbox = RecordingInbox()
        self.metrics = Metrics()
        self._loop = asyncio.new_event_loop()

    async def open(self) -> None:
        articles, topics = MemoryArticleStore(), some_topics()
        webhook = MessengerWebhook(
            self.inbox,
            PAGE,
            app_secrets=(SECRET,),
            verify_token=VERIFY_TOKEN,
            metrics=self.metrics,
            clock=lambda: NOW,
        )
        parts = WebParts(
            articles=articles,
            topics=topics,
            cms=CmsPush(articles, topics, timezone=ZoneInfo("Asia/Dhaka"), language="bn", clock=lambda: NOW),
            cms_token=None,
            metrics=self.metrics,
            problems=self._none,
            webhooks=webhook.handlers(),
        )
        self._server = WebServer(create_web_app(parts), "127.0.0.1", 0)
        await self._server.__aenter__()
        self._client = aiohttp.ClientSession(f"http://127.0.0.1:{self._server.port}")

    async def close(self) -> None:
        await self._client.close()
        await self._server.__aexit__(None, None, None)

    @staticmethod
    async def _none() -> dict[str, str]:
        return {}

    def run(self, coroutine: Any) -> Any:
        return self._loop.run_until_complete(coroutine)

    def post(self, raw: bytes, headers: dict[str, str] | None = None) -> int:
        async def post() -> int:
            async with self._client.post(PATH, data=raw, headers=headers or signed(raw)) as answer:
                return answer.status

        return int(self.run(post()))

    def failed(self) -> float:
        return (
            self.metrics.registry.get_sample_value("newsbot_received_total", {"channel": "messenger", "kind": "failed"})
            or 0.0
        )


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    house = House()
    house.run(house.open())
    yield house
    house.run(house.close())
    house._loop.close()


# --- what the platform sends -----------------------------------------------------------------------------------------

words = st.sampled_from(["খেলা", "latest sports", "STOP", "বন্ধ", "১২", "https://news.example/1", "👍🏽"])
refs = st.sampled_from(["topic-sports", "article-12", "এক দুই", ""])
payloads = st.sampled_from(["m:latest", "t:pol", GET_STARTED])
attachments = st.builds(
    lambda kind, payload: {"type": kind, "payload": payload},
    st.sampled_from(["image", "sticker", "audio", "file", "location", "fallback", "of_next_year"]),
    st.sampled_from([None, {"url": "https://cdn.example/1"}, {"url": "https://cdn.example/1", "sticker_id": 3692392}]),
)
referrals = st.builds(
    lambda ref, source: {"ref": ref, "source": source, "type": "OPEN_THREAD"},
    refs,
    st.sampled_from(["SHORTLINK", "ADS", None]),
)
messages = st.one_of(
    st.builds(lambda text: {"text": text}, words),
    st.builds(lambda text, payload: {"text": text, "quick_reply": {"payload": payload}}, words, payloads),
    st.builds(lambda found: {"attachments": found}, st.lists(attachments, min_size=1, max_size=3)),
    st.builds(lambda text, ad: {"text": text, "referral": ad}, words, referrals),
    st.builds(lambda text, name: {"text": text, "commands": [{"name": name}]}, words, st.sampled_from(["latest", "x"])),
)
others = st.one_of(
    st.builds(
        lambda payload, ref: {"postback": {"payload": payload, "referral": ref}}, payloads, referrals | st.none()
    ),
    st.builds(lambda ref: {"referral": ref}, referrals),
    st.builds(lambda ref: {"optin": {"ref": ref}}, refs),
    st.builds(
        lambda action: {"reaction": {"reaction": "love", "emoji": "❤️", "action": action, "mid": "m_ours"}},
        st.sampled_from(["react", "unreact"]),
    ),
    st.just({"optin": {"type": "notification_messages", "notification_messages_status": "STOP_NOTIFICATIONS"}}),
    st.just({"read": {"watermark": SENT}}),
    st.just({"delivery": {"watermark": SENT}}),
    st.just({"take_thread_control": {"previous_owner_app_id": PAGE.app_id}}),
)


@st.composite
def events(draw: st.DrawFn, most: int = 8) -> list[Json]:
    """Items of three readers, each at a moment of its own; messages each with an id."""
    items = []
    for number in range(draw(st.integers(1, most))):
        reader = f"601234567890123{draw(st.integers(1, 3))}"
        moment = SENT + number * 1000
        written = draw(st.sampled_from([moment, str(moment), moment // 1000, float(moment)]))
        if draw(st.booleans()):
            event = {"message": {"mid": f"m_{number}", **draw(messages)}}
        else:
            event = draw(others)
        items.append(an_item(reader, written, **copy.deepcopy(event)))
    return items


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@st.composite
def mutated(draw: st.DrawFn, item: Json) -> Any:
    """Some keys dropped, some values of another type, some keys added, anywhere in it; its message's id is left."""
    value: Any = copy.deepcopy(item)
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(value))
        if not places:
            return value
        parent, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["drop", "replace", "wrap", "add", "empty"])):
            case "drop":
                del parent[key]
            case "replace":
                parent[key] = draw(anything)
            case "wrap":
                parent[key] = [parent[key]]
            case "empty":
                parent[key] = draw(st.sampled_from([{}, [], "", None, 0]))
            case _ if isinstance(parent, dict):
                parent[f"new {draw(st.text(max_size=6))}"] = draw(anything)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        if key != "mid":
            yield value, key
            yield from _places(value[key])


@st.composite
def packed(draw: st.DrawFn, items: list[Any]) -> Json:
    """The items in some order, some of them twice, in some entries that carry what entries may carry."""
    twice = [item for item in items if draw(st.booleans())]
    order = draw(st.permutations([*items, *twice]))
    entries: list[Any] = []
    while order:
        size = draw(st.integers(1, len(order)))
        some, order = order[:size], order[size:]
        name = draw(st.sampled_from(["messaging", "messaging", "messaging_handovers"]))
        entry = an_entry(name=name, time=draw(st.integers(0, 2**41)))
        entry[name] = some[0] if len(some) == 1 and isinstance(some[0], dict) and draw(st.booleans()) else some
        match draw(st.sampled_from(["plain", "nameless", "misnamed", "timeless", "more"])):
            case "nameless":
                del entry["id"]
            case "misnamed":
                entry["id"] = draw(anything)
            case "timeless":
                entry["time"] = draw(anything)
            case "more":
                entry[draw(st.sampled_from(["standby", "changes", "hop_context", "x"]))] = draw(anything)
        entries.append(entry)
        if draw(st.integers(0, 3)) == 0:
            entries.append(draw(anything))
    return a_body(*entries)


def meant(items: list[Json]) -> list[IncomingMessage]:
    """What these items say, in their order, each read by itself."""
    return [
        one
        for item in items
        for event in read(a_body(an_entry(item)), PAGE.id).events
        for one in receive(event, PAGE, NOW)
    ]


# --- properties ------------------------------------------------------------------------------------------------------


@bounded
@given(st.data())
def test_no_untouched_event_is_lost_or_doubled_whatever_is_done_to_its_neighbours(
    house: House, data: st.DataObject
) -> None:
    items = data.draw(events())
    touched = {number for number in range(len(items)) if data.draw(st.integers(0, 2)) == 0}
    whole = [item for number, item in enumerate(items) if number not in touched]
    spoilt = [data.draw(mutated(items[number])) for number in touched]
    body = data.draw(packed([*whole, *spoilt]))
    house.inbox.kept.clear()
    assert house.post(wire(body)) == 200
    assert house.failed() == 0
    kept = Counter(one.event_id for one in house.inbox.kept)
    assert set(kept.values()) <= {1}
    expected = meant(whole)
    assert [one for one in expected if one not in house.inbox.kept] == []
    if not spoilt:
        assert len(house.inbox.kept) == len(expected)


@bounded
@given(st.data())
def test_one_readers_events_are_kept_in_their_order_however_they_were_shuffled(
    house: House, data: st.DataObject
) -> None:
    items = data.draw(events())
    house.inbox.kept.clear()
    assert house.post(wire(data.draw(packed(items)))) == 200
    by_reader: dict[str, list[IncomingMessage]] = {}
    for one in house.inbox.kept:
        by_reader.setdefault(one.address.user_id, []).append(one)
    for kept in by_reader.values():
        assert [one.received_at for one in kept] == sorted(one.received_at for one in kept if one.received_at)


@bounded
@given(st.data())
def test_what_was_delivered_before_is_nothing_new_in_any_other_packing(house: House, data: st.DataObject) -> None:
    items = data.draw(events())
    house.inbox.kept.clear()
    for body in (data.draw(packed(items)), data.draw(packed(items))):
        assert house.post(wire(body)) == 200
    in_any_order = sorted(house.inbox.kept, key=lambda one: (one.received_at or NOW, one.event_id))
    assert in_any_order == sorted(meant(items), key=lambda one: (one.received_at or NOW, one.event_id))


@bounded
@given(events(), st.sampled_from(["messaging", "standby"]))
def test_a_body_that_is_cut_in_two_says_the_same(house: House, items: list[Json], name: str) -> None:
    together = read(a_body(an_entry(*items, name=name)), PAGE.id)
    apart = read(a_body(*(an_entry(item, name=name) for item in items)), PAGE.id)
    assert together == apart


@bounded
@given(events())
def test_on_standby_nothing_that_a_reader_said_is_kept(house: House, items: list[Json]) -> None:
    house.inbox.kept.clear()
    assert house.post(wire(a_body(an_entry(*items, name="standby")))) == 200
    for one in house.inbox.kept:
        said = replace(one, event_id="", address=one.address, sender_id="", received_at=None, opens="")
        assert said == IncomingMessage(event_id="", address=one.address, kind=one.kind)


JSON_NAMES = st.sampled_from(
    ["object", "entry", "messaging", "standby", "sender", "id", "message", "mid", "text", "page"]
)
in_our_words = st.recursive(
    scalars | JSON_NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_NAMES, inner, max_size=6),
    max_leaves=30,
)


@bounded
@given(anything | in_our_words)
def test_any_signed_json_is_answered(house: House, body: object) -> None:
    is_other = isinstance(body, dict) and body.get("object") != "page"
    assert house.post(wire(body)) == (404 if is_other else 200)
    assert house.failed() == 0


@bounded
@given(in_our_words)
def test_any_entry_of_a_page_is_acknowledged_and_what_is_kept_can_be_stored(house: House, entry: object) -> None:
    house.inbox.kept.clear()
    assert house.post(wire({"object": "page", "entry": entry})) == 200
    assert house.failed() == 0
    for one in house.inbox.kept:
        one.text.encode()
        one.action.encode()
        one.event_id.encode("ascii")
        assert one.received_at is not None
        assert one.received_at <= NOW
        assert one.opens in {"", *(opener.name for opener in Opener)}


@bounded
@given(st.binary(max_size=200))
def test_any_signed_bytes_are_answered_and_unsigned_ones_are_refused(house: House, raw: bytes) -> None:
    assert house.post(raw) in (200, 404)
    assert house.post(raw, signed(raw, "another-secret-0123456789")) == 403


@bounded
@given(anything)
def test_any_value_under_any_of_the_platforms_names_is_taken(house: House, value: object) -> None:
    names = ["message", "postback", "referral", "optin", "reaction", "pass_thread_control", "policy_enforcement"]
    items = [an_item(**{name: value}) for name in names]
    items += [an_item(message={name: value}) for name in ("mid", "text", "attachments", "commands", "quick_reply")]
    items += [an_item(timestamp=value, message={"mid": "m_1", "text": "x"}), {"sender": value, "message": {}}]
    house.inbox.kept.clear()
    assert house.post(wire(a_body(an_entry(*items)))) == 200
    assert house.failed() == 0
    assert "x" in house.inbox.texts


def test_every_kind_of_event_is_counted_under_a_name_of_its_own() -> None:
    assert len({kind.value for kind in EventKind}) == len(EventKind)
    assert json.dumps(sorted(EventKind))
