"""What editors' buttons carry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.conversation.actions import decode as decode_readers
from newsbot.desk.actions import Press, Verb, decode, encode

presses = st.builds(
    Press,
    st.sampled_from(Verb),
    st.integers(0, 10**18 - 1),
    st.integers(0, 10**9 - 1),
    st.one_of(st.just(""), st.from_regex(r"[+-][a-z0-9_-]{1,23}", fullmatch=True)),
)


@given(presses)
def test_a_button_carries_what_was_put_in_and_is_no_readers_button(press: Press) -> None:
    action = encode(press)
    assert decode(action) == press
    assert len(action.encode()) <= 64
    assert decode_readers(action) is None


@given(st.text())
def test_any_text_is_taken(action: str) -> None:
    for text in (action, f"b:{action}"):
        press = decode(text)
        assert press is None or decode(encode(press)) == press


@pytest.mark.parametrize("press", [Press(Verb.TOPIC, 1, 1, "+খেলা"), Press(Verb.TOPIC, -1), Press(Verb.TOPIC, 10**18)])
def test_what_no_button_can_carry_is_refused(press: Press) -> None:
    with pytest.raises(ValueError, match="no button can carry"):
        encode(press)


def test_buttons_in_chats_keep_their_meaning() -> None:
    assert decode("b:go:12:3") == Press(Verb.CONFIRM, 12, 3)
    assert decode("b:topic:12:3:+sports") == Press(Verb.TOPIC, 12, 3, "+sports")
    assert decode("b:stop:77") == Press(Verb.STOP, 77)
    assert decode("b:unsend:77") == Press(Verb.RECALL_NOW, 77)
