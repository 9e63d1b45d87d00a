"""Whatever editors say and press, in any order, is answered, and nothing is sent that was not confirmed as it was."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.desk.actions import Press, Verb, encode
from newsbot.domain.message import Kind
from tests.builders import NOW, a_draft
from tests.newsdesk import ANOTHER, EDITOR, Newsdesk

some_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["/broadcast", "/broadcast 1", "/broadcasts", "/stats", "/help", "article 1", "খবর", "🚨", "খ" * 5000]
    ),
)
presses = st.builds(
    Press,
    st.sampled_from(Verb),
    st.integers(0, 4),
    st.integers(0, 6),
    st.sampled_from(["", "+sports", "-sports", "+bn", "+nothing", "-breaking"]),
)
messages = st.fixed_dictionaries(
    {"text": some_texts, "kind": st.just(Kind.TEXT)},
    optional={
        "media": st.sampled_from(["photo", "document", "sticker"]),
        "picture": st.sampled_from(["", "p"]),
        "album": st.sampled_from(["", "7"]),
    },
)
steps = st.tuples(st.sampled_from([EDITOR, ANOTHER]), st.one_of(messages, presses, presses))


async def play(script: list[tuple[Any, Any]]) -> None:
    desk = Newsdesk()
    await desk.readers(3, "sports")
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    confirmed = 0
    for address, step in script:
        phone = desk.phone(address)
        if isinstance(step, Press):
            confirmed += step.verb in (Verb.CONFIRM, Verb.RECALL_NOW)
            await phone.do(encode(step))
        else:
            await phone.say(**step)
        await desk.look(seconds=1)
    alerts = await desk.alerts.recent(limit=100)
    assert len(alerts) <= confirmed
    for alert in alerts:
        draft = await desk.drafts.get(int(alert.origin.rpartition(":")[2])) if not alert.of else None
        assert draft is None or (draft.text, draft.article_id, draft.audience) == (
            alert.text,
            alert.article_id,
            alert.audience,
        )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=25))
def test_any_order_of_words_and_buttons_is_answered_and_sends_only_what_was_confirmed(script: list[Any]) -> None:
    asyncio.run(play(script))
