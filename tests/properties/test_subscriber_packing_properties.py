"""Whatever is packed comes back the same."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from newsbot.channels.message_json import dump, load
from newsbot.domain.message import ChatKind, IncomingMessage, Kind, MessageRef
from newsbot.domain.subscriber import Address, Preferences
from newsbot.subscribers import packing
from newsbot.subscribers.preferences_json import from_json, to_json

words = st.text(min_size=1, max_size=20)
texts = st.text(alphabet=st.characters(), max_size=30)  # lone surrogates too
moments = st.datetimes(timezones=st.just(UTC))
ids = st.text(min_size=1, max_size=64) | st.integers(-(2**70), 2**70).map(str)

preferences = st.builds(
    Preferences,
    language=words,
    timezone=words,
    topics=st.frozensets(words),
    paused=st.booleans(),
    stopped=st.booleans(),
    unreachable=st.booleans(),
    onboarded=st.booleans(),
    extra=st.dictionaries(texts, texts).map(lambda extra: tuple(sorted(extra.items()))),
)
messages = st.builds(
    IncomingMessage,
    event_id=words,
    address=st.builds(Address, words, words),
    kind=st.sampled_from(Kind),
    text=texts,
    action=texts,
    media=texts,
    sender_id=texts,
    sender_name=texts,
    chat_kind=st.sampled_from(ChatKind),
    language_hint=texts,
    message=st.none() | st.builds(MessageRef, texts, texts),
    callback_id=texts,
    thread_id=texts,
    received_at=st.none() | moments,
)


@given(messages)
def test_an_incoming_message_comes_back_from_the_inbox(message: IncomingMessage) -> None:
    assert load(dump(message)) == message


@given(preferences)
def test_preferences_come_back_from_json(chosen: Preferences) -> None:
    assert from_json(to_json(chosen)) == chosen


@given(preferences, moments)
def test_preferences_come_back_from_redis(chosen: Preferences, since: datetime) -> None:
    assert packing.unpack(packing.pack_profile(chosen, since), packing.bits_of(chosen)) == (chosen, since)


@given(ids)
@example("9223372036854775807")
@example("-0")
@example("٣")
def test_an_id_comes_back_or_is_not_packed(user_id: str) -> None:
    packed = packing.pack_id(user_id)
    if packed is None:
        assert not (user_id.isascii() and user_id.isdecimal() and 0 < int(user_id) < 2**63 and user_id[0] != "0")
    else:
        assert len(packed) == 8
        assert packed != packing.NO_ID
        assert packing.unpack_id(packed) == user_id


@given(st.frozensets(st.integers(0, 65_535)))
def test_a_bitmap_has_exactly_its_bits(positions: frozenset[int]) -> None:
    packed = packing.bitmap(positions)
    assert {at for at in range(len(packed) * 8) if packed[at // 8] >> (7 - at % 8) & 1} == positions
