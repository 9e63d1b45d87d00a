"""The newsroom's page as text: headline, date line, body, initials, the latest headlines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsbot.ingest.latest_block import split_date
from newsbot.ingest.text_page import extract_text_page
from newsbot.ingest.values import ExtractedPage, NotAPage

DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2026, 11, 20, tzinfo=UTC)
PAGE = Path(__file__).parents[1] / "golden" / "portal_page.txt"


def read(text: str) -> ExtractedPage:
    return extract_text_page(text, tz=DHAKA, now=NOW)


def dhaka_day(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=DHAKA)


def test_the_article_is_read_without_what_surrounds_it() -> None:
    page = read(PAGE.read_text())
    assert page.headline == "পাহাড়ি পথে চালু হলো প্রথম বৈদ্যুতিক বাস : যোগাযোগ উপদেষ্টা"
    assert page.date_line == "রোববার (৮ মার্চ)"
    assert page.published_at == dhaka_day(3, 8)
    assert page.byline == "টিআর"
    assert page.language == "bn"
    assert page.paragraphs == (
        "পার্বত্য অঞ্চলের দীর্ঘতম সড়কে প্রথমবারের মতো বৈদ্যুতিক বাস চালু করা হয়েছে বলে জানিয়েছেন যোগাযোগ উপদেষ্টা মো. আনিস কবির।",
        "রোববার (৮ মার্চ) সকালে রাঙামাটি বাস টার্মিনালে তিনি এ সেবার উদ্বোধন করেন।",
        "উপদেষ্টা বলেন, প্রতিটি বাস এক চার্জে ২২০ কিলোমিটার চলবে। ভাড়া আগের মতোই থাকবে।",
    )


def test_the_latest_headlines_have_kicker_headline_and_date() -> None:
    page = read(PAGE.read_text())
    assert [(item.kicker, item.headline, item.published_at) for item in page.latest] == [
        ("", "চায়ের নিলামে কেজিতে দাম বাড়ল ১২ টাকা", dhaka_day(3, 9)),
        ("জাতীয় সাঁতার", "দুই স্বর্ণ নিয়ে দিন শুরু করলেন রুপালি খাতুন", dhaka_day(3, 9)),
        ("", "পাহাড়ি পথে চালু হলো প্রথম বৈদ্যুতিক বাস : যোগাযোগ উপদেষ্টা", dhaka_day(3, 8)),
        ("বইমেলা", "শেষ দিনে ভিড়, বিক্রি ৩ কোটি টাকা", dhaka_day(3, 8)),
    ]


def test_without_latest_headlines_the_year_is_the_last_possible_one() -> None:
    page = read("শিরোনাম\n\nবুধবার (৩১ ডিসেম্বর) রাতে ঘটনাটি ঘটে।\n")
    assert page.published_at == datetime(2025, 12, 31, tzinfo=DHAKA)


def test_a_headline_alone_is_a_page_too() -> None:
    page = read("শুধু শিরোনাম")
    assert (page.headline, page.paragraphs, page.latest, page.published_at) == ("শুধু শিরোনাম", (), (), None)


@pytest.mark.parametrize("text", ["", " \n\u200b\n", "\x00\x01"])
def test_no_text_is_no_page(text: str) -> None:
    with pytest.raises(NotAPage, match="empty"):
        read(text)


@pytest.mark.parametrize(
    ("line", "before", "date"),
    [
        ("নির্বাচন ২৯ ডিসেম্বর Nov 18, 2025", "নির্বাচন ২৯ ডিসেম্বর", "Nov 18, 2025"),
        ("কমল সোনার দাম | ১৮ নভেম্বর ২০২৫", "কমল সোনার দাম", "18 নভেম্বর 2025"),
        ("কমল সোনার দাম ১৮ নভেম্বর ২০২৫, ১৭:৪৫", "কমল সোনার দাম", "18 নভেম্বর 2025, 17:45"),
        ("কমল সোনার দাম ২ ঘণ্টা আগে", "কমল সোনার দাম", "2 ঘণ্টা আগে"),
        ("১৮/১১/২০২৫", "", "18/11/2025"),
        ("নির্বাচন ২৯ ডিসেম্বর", "নির্বাচন ২৯ ডিসেম্বর", ""),
        ("২২ বছর পর ভারতের বিপক্ষে জয়", "২২ বছর পর ভারতের বিপক্ষে জয়", ""),
    ],
)
def test_a_date_is_told_from_a_headline_that_names_one(line: str, before: str, date: str) -> None:
    assert split_date(line) == (before, date)
