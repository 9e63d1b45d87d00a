"""The receiver takes any JSON: an update that can't be understood must never stop those behind it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.channels.telegram.receiver import MEDIA, BotIdentity, receive
from newsbot.domain.message import IncomingMessage

BOT = BotIdentity(id=10000, username="portal_bot")
NOW = datetime(2025, 11, 18, 6, 0, tzinfo=UTC)
bounded = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
)


def sometimes_wrong(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(value, value, value, anything)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: sometimes_wrong(value) for name, value in fields.items()})


ids = st.integers(-(2**63), 2**64)
texts = st.one_of(
    st.text(max_size=50), st.sampled_from(["/start x", "/latest@portal_bot", "@portal_bot hi", "/", "/@", ""])
)
people = objects(id=ids, is_bot=st.booleans(), first_name=texts, last_name=texts, language_code=texts)
chats = objects(id=ids, type=st.sampled_from(["private", "group", "supergroup", "channel", "new"]))
content: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(MEDIA, anything)
entities = objects(
    type=st.sampled_from(["bold", "italic", "code", "blockquote", "text_link", "mention"]),
    offset=st.integers(-1, 9), length=st.integers(-1, 9), url=st.sampled_from(["https://news.example/1", "x"]),
)  # fmt: skip
messages = objects(
    message_id=ids, date=st.integers(), chat=chats, text=texts, caption=texts, message_thread_id=ids,
    is_topic_message=st.booleans(), migrate_to_chat_id=ids, migrate_from_chat_id=ids,
    reply_to_message=objects(**{"from": people}), entities=st.lists(entities, max_size=4),
    caption_entities=st.lists(entities, max_size=4), **{"from": people}, **content,
)  # fmt: skip
queries = objects(id=texts, data=texts, message=messages, **{"from": people})
members = objects(status=st.sampled_from(["member", "kicked", "left", "restricted"]), is_member=st.booleans())
changes = objects(chat=chats, date=st.integers(), old_chat_member=members, new_chat_member=members, **{"from": people})
updates = objects(update_id=ids, message=messages, callback_query=queries, my_chat_member=changes)


def check(incoming: IncomingMessage | None) -> None:
    if incoming is not None:
        json.dumps(asdict(incoming), default=str, ensure_ascii=False).encode()  # the inbox keeps it as JSON
        assert incoming.event_id
        assert incoming.address.channel == "telegram"
        assert incoming.received_at is not None
        assert incoming.received_at.tzinfo is not None
        if incoming.spans:
            assert "".join(span.text for span in incoming.spans) == incoming.text


@bounded
@given(anything)
def test_any_json_is_taken(update: object) -> None:
    check(receive(update, BOT, NOW))


@bounded
@given(updates)
def test_anything_in_the_shape_of_an_update_is_taken(update: object) -> None:
    check(receive(update, BOT, NOW))
