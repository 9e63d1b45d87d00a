"""The page of figures: charts with their words, tables, and files for spreadsheets."""

from __future__ import annotations

import csv
import io

from newsbot.articles.store import SourceState
from newsbot.desk.roles import Role
from newsbot.rollups.days import day_of
from newsbot.rollups.figures import Figure
from tests.desk_pages import count
from tests.desk_site import DeskSite, desk_site

__all__ = ["desk_site"]

HOSTILE = "<script>alert(1)</script>\"'&"


async def test_charts_say_in_words_what_they_show_and_the_table_stands_beside_them(desk_site: DeskSite) -> None:
    count(desk_site, 40, Figure.SUBSCRIBERS, 1000)
    count(desk_site, 1, Figure.SUBSCRIBERS, 234)
    browser = await desk_site.sign_in(Role.VIEWER)
    page = await browser.get("/desk/figures?days=7")
    assert (page.status, page.title) == (200, "Figures")
    assert 'aria-label="subscribers: from 1,000 to 1,234; at least 1,000, at most 1,234."' in page.text
    assert page.text.count("<polyline") == 2  # subscribers, and those on the only channel; what is 0 has no curve
    assert 'scope="row" class="day">18 November</th>' in page.text
    assert "/desk/figures/readers.csv?days=7" in page.text


async def test_it_speaks_bengali_with_bengali_digits(desk_site: DeskSite) -> None:
    count(desk_site, 3, Figure.SUBSCRIBERS, 1234567)
    browser = await desk_site.sign_in(Role.VIEWER, language="bn")
    page = await browser.get("/desk/figures")
    assert "১২,৩৪,৫৬৭" in page.words
    assert "দিন ধরে পাঠক" in page.words


async def test_a_table_comes_as_a_file_of_so_many_days(desk_site: DeskSite) -> None:
    count(desk_site, 0, Figure.NEW, 5)
    browser = await desk_site.sign_in(Role.VIEWER)
    page = await browser.get("/desk/figures/readers.csv?days=2")
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.headers["Content-Disposition"].startswith('attachment; filename="readers-')
    rows = list(csv.reader(io.StringIO(page.text.removeprefix("\ufeff"))))
    assert [row[3] for row in rows] == ["new", "0", "5"]
    assert (await browser.get("/desk/figures/radio.csv")).status == 404


async def test_a_table_on_the_page_ends_after_a_month_and_its_file_does_not(desk_site: DeskSite) -> None:
    count(desk_site, 0, Figure.NEW, 5)
    browser = await desk_site.sign_in(Role.VIEWER)
    page = await browser.get("/desk/figures?days=90")
    readers = page.text.partition('id="readers"')[2].partition("</section>")[0]
    assert readers.count("<tr>") == 1 + 31
    assert "The newest 31 days; the file has all of them." in readers
    file = await browser.get("/desk/figures/readers.csv?days=90")
    assert len(file.text.splitlines()) == 1 + 90
    assert "the file has all" not in (await browser.get("/desk/figures?days=30")).text


async def test_days_that_cannot_be_are_the_usual_ones(desk_site: DeskSite) -> None:
    browser = await desk_site.sign_in(Role.VIEWER)
    for asked in ("0", "367", "99999", "-1", "x", "৭"):
        page = await browser.get(f"/desk/figures/readers.csv?days={asked}")
        assert len(page.text.splitlines()) == 31


async def test_what_others_wrote_is_shown_as_text(desk_site: DeskSite) -> None:
    desk = desk_site.newsdesk
    today = day_of(desk.now, desk.speech().zone)
    await desk.rollups.note(HOSTILE, today)
    await desk.articles.save_source_state(SourceState("main", failures=1, error=HOSTILE))
    count(desk_site, 1, Figure.TOPIC, 2, HOSTILE)
    page = await (await desk_site.sign_in(Role.VIEWER)).get("/desk/figures")
    assert "<script>alert" not in page.text
    assert page.words.count(HOSTILE) >= 3
