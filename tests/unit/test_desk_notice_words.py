"""What editors are told of our account on a channel: every event, in both languages, naming the channel."""

from __future__ import annotations

import pytest

from newsbot.delivery.notices import Event, Notice
from newsbot.desk.notice_words import notice_in_words
from newsbot.domain.attempt import Reason
from newsbot.i18n import Catalog
from tests.builders import NOW

CATALOG = Catalog.load()


def told(event: Event, reason: str = "", language: str = "en") -> list[str]:
    words = notice_in_words(Notice(1, "messenger", event, reason, NOW), CATALOG.translator(language))
    return [paragraph for paragraph in words if paragraph]


@pytest.mark.parametrize("event", Event)
def test_every_event_is_told_in_both_languages_and_names_the_channel(event: Event) -> None:
    reason = Reason.BAD_TOKEN if event is Event.HALTED else ""
    english, bengali = told(event, reason), told(event, reason, "bn")
    assert "Messenger" in english[0]
    assert "মেসেঞ্জার" in bengali[0]
    assert len(bengali) == len(english)
    assert "Messenger" not in " ".join(bengali)


@pytest.mark.parametrize("event", [Event.WARNING, Event.BLOCK, Event.UNSUBSCRIBED])
def test_the_platforms_own_reason_is_told(event: Event) -> None:
    assert "The reason given: Spam" in told(event, "Spam")


def test_editors_are_told_whether_what_readers_wrote_is_lost() -> None:
    assert "has not reached us" in told(Event.RESUBSCRIBED)[0]
    assert "has not reached us" not in told(Event.RESUBSCRIBED, "message_edits, standby")[0]
