"""A draft as a form's fields and back: nothing that was typed is lost, nothing wrong is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from newsbot.desk.draft_form import Fields, fields_of, filled_in
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.turn import Speech
from newsbot.domain.alert import AlertClass, AlertText, Audience
from newsbot.domain.message import Button, Span
from newsbot.i18n import Catalog
from tests.builders import NOW, an_address

SPEAK = Speech(translate=Catalog.load().translator("en"), now=NOW, zone=ZoneInfo("Asia/Dhaka"))
EMPTY = Draft(id=1, editor=an_address("1"), state=DraftState.READY, changed_at=NOW)
WRITTEN = replace(
    EMPTY,
    text=AlertText(
        (Span("সেতু", "bold"), Span(" খুলল: "), Span("পড়ুন", url="https://news.example/1")),
        "AgACAgQ",
        (Button("সরাসরি", url="https://news.example/live"),),
    ),
    audience=Audience(("sports",), ("bn",), ("telegram",)),
    cls=AlertClass.BREAKING,
    silent=True,
    send_at=NOW.replace(second=0, microsecond=0) + timedelta(hours=2),
)


def read(draft: Draft, fields: Fields) -> tuple[Draft, dict[str, str]]:
    known = {"topics": ("politics", "sports"), "languages": ("bn", "en"), "channels": ("telegram", "messenger")}
    return filled_in(draft, fields, SPEAK, **known)


def test_what_is_shown_and_sent_back_unchanged_changes_nothing() -> None:
    assert read(WRITTEN, fields_of(WRITTEN, SPEAK)) == (WRITTEN, {})


def test_all_topics_languages_and_channels_are_everybody() -> None:
    fields = Fields(text="খবর", topics=("sports", "politics", "nothing"), languages=("en", "bn"))
    assert read(EMPTY, fields)[0].audience == Audience()


def test_an_uploaded_picture_stays_and_no_other_reference_is_taken() -> None:
    fields = fields_of(WRITTEN, SPEAK)
    assert read(WRITTEN, fields)[1] == {}
    draft, wrong = read(EMPTY, replace(fields, picture="AgACAgQ-of-another"))
    assert "no web address" in wrong["picture"]
    assert draft.text is not None
    assert draft.text.picture == ""


@pytest.mark.parametrize("url", ["", "news.example", "javascript:alert(1)", "https://", "https://a b", "http://[::1"])
def test_a_button_leads_to_a_page_or_is_none(url: str) -> None:
    draft, wrong = read(EMPTY, Fields(text="খবর", buttons=(("সরাসরি", url),)))
    assert "address of a page" in wrong["buttons"]
    assert draft.text is not None
    assert draft.text.buttons == ()


def test_a_time_is_the_newsrooms_and_neither_over_nor_too_far() -> None:
    draft, wrong = read(EMPTY, Fields(text="খবর", at="2025-11-18T23:30"))
    assert (draft.send_at, wrong) == (NOW.replace(hour=17, minute=30, second=0, microsecond=0), {})
    for at in ("2025-11-18T01:00", "2026-11-18T01:00", "soon"):
        draft, wrong = read(WRITTEN, replace(fields_of(WRITTEN, SPEAK), at=at))
        assert list(wrong) == ["at"]
        assert draft.send_at == WRITTEN.send_at


def test_a_correction_keeps_its_picture_and_goes_nowhere_by_itself() -> None:
    correcting = replace(WRITTEN, corrects=7, audience=Audience(), send_at=None)
    draft, wrong = read(correcting, Fields(text="ঠিক", picture="https://news.example/other.jpg", topics=("sports",)))
    assert wrong == {}
    assert draft.text == AlertText((Span("ঠিক"),), "AgACAgQ", ())
    assert draft.audience == Audience()
    both = read(correcting, Fields(text="ঠিক", channels=("telegram", "messenger")))[0]
    assert both.audience.channels == ("telegram", "messenger")


def test_an_article_has_no_text() -> None:
    draft, wrong = read(replace(EMPTY, article_id=3), Fields(text=""))
    assert (draft.text, wrong) == (None, {})
