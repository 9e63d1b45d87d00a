"""The portal's articles and the file that keeps them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsbot.errors import StartError
from newsbot.newsroom_file import load_newsroom
from newsbot.sandbox.portal_articles import (
    FILE_NAME,
    HEADLINE_AT_MOST,
    PortalArticles,
    PortalError,
)
from newsbot.sandbox.portal_samples import samples, sections

NOON = datetime(2026, 1, 20, 6, 0, 30, 123456, tzinfo=UTC)


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def test_at_first_there_are_sixty_articles_with_at_least_five_in_each_of_twelve_sections() -> None:
    counts = Counter(article.section for article in PortalArticles.open(None, Clock()).latest())
    assert counts.total() >= 60
    assert len(sections()) == 12
    assert min(counts[section] for section in sections()) >= 5


def test_one_article_waits_in_every_section() -> None:
    articles = PortalArticles.open(None, Clock())
    assert all(articles.waiting(section) for section in sections())


def test_every_sample_is_bengali_of_a_few_paragraphs_under_a_name_of_its_own() -> None:
    names = [sample.name for sample in samples()]
    assert len(set(names)) == len(names)
    assert len({sample.headline for sample in samples()}) == len(names)
    for sample in samples():
        assert 3 <= len(sample.body.split("\n")) <= 7, sample.name
        letters = re.findall(r"[^\W\d_]", sample.headline + sample.body.replace("{day}", ""))
        assert all("\u0980" <= letter <= "\u09ff" for letter in letters), sample.name
        assert sample.byline, sample.name


def test_the_newest_is_minutes_old_and_the_oldest_a_few_days() -> None:
    latest = PortalArticles.open(None, Clock()).latest()
    assert timedelta(0) < NOON - latest[0].published_at < timedelta(minutes=15)
    assert timedelta(days=2) < NOON - latest[-1].published_at < timedelta(days=5)
    times = [article.published_at for article in latest]
    assert times == sorted(times, reverse=True)


def test_a_sample_names_the_day_it_was_published_on() -> None:
    article = PortalArticles.open(None, Clock()).publish_sample("sports")
    assert "মঙ্গলবার (২০ জানুয়ারি)" in article.body
    assert "{" not in article.body


def test_a_restart_finds_the_same_articles_with_the_same_times(tmp_path: Path) -> None:
    clock = Clock()
    before = PortalArticles.open(tmp_path, clock)
    own = before.publish(section="world", headline="নিজের খবর", kicker="ঢাকা", body="এক\n\nদুই", byline="আরএন")
    sample = before.publish_sample("sports")
    clock.now += timedelta(minutes=5)
    before.edit(own.id, headline="বদলানো খবর")
    withdrawn = before.latest()[-1]
    before.withdraw(withdrawn.id)
    expected = before.latest()
    before.close()

    clock.now += timedelta(days=30)
    after = PortalArticles.open(tmp_path, clock)
    after.close()
    assert after.latest() == expected
    assert sample.sample not in {one.name for one in after.waiting("sports")}
    kept = after.get(own.id)
    assert kept is not None
    assert (kept.headline, kept.body) == ("বদলানো খবর", "এক\nদুই")
    assert kept.published_at == NOON.replace(microsecond=0)
    assert kept.updated_at == NOON.replace(microsecond=0) + timedelta(minutes=5)
    gone = after.get(withdrawn.id)
    assert gone is not None
    assert gone.withdrawn


def test_a_line_that_a_crash_cut_is_dropped_and_the_next_one_is_whole(tmp_path: Path) -> None:
    first = PortalArticles.open(tmp_path, Clock())
    known = first.latest()
    first.close()
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes() + b'{"id": 999, "headline": "\xe0\xa6')

    second = PortalArticles.open(tmp_path, Clock())
    assert second.latest() == known
    published = second.publish(section="sports", headline="নতুন")
    second.close()
    third = PortalArticles.open(tmp_path, Clock())
    third.close()
    assert third.latest() == [published, *known]


def test_a_spoilt_line_stops_the_start_and_nothing_is_overwritten(tmp_path: Path) -> None:
    PortalArticles.open(tmp_path, Clock()).close()
    path = tmp_path / FILE_NAME
    lines = path.read_bytes().splitlines(keepends=True)
    spoilt = b"".join([*lines[:2], b'{"id": "what"}\n', *lines[2:]])
    path.write_bytes(spoilt)
    with pytest.raises(StartError, match=r"articles\.jsonl, line 3: this is not an article; mend the line"):
        PortalArticles.open(tmp_path, Clock())
    assert path.read_bytes() == spoilt


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match=r"can't be used .*; choose a folder") as caught:
        PortalArticles.open(tmp_path / "file" / "portal", Clock())
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(StartError, match=r"articles\.jsonl: can't be used \(Is a directory\)"):
        PortalArticles.open(tmp_path, Clock())


def test_samples_are_published_in_turn_until_none_is_left() -> None:
    articles = PortalArticles.open(None, Clock())
    waiting = [sample.name for sample in articles.waiting()]
    assert [articles.publish_sample().sample for _ in waiting] == waiting
    with pytest.raises(PortalError, match="No prepared article is left"):
        articles.publish_sample()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"section": "sports", "headline": "  \u200b "}, "The headline is missing"),
        ({"section": "weather", "headline": "খবর"}, "There is no section 'weather'; the sections are national, "),
        ({"section": "sports", "headline": "ক" * (HEADLINE_AT_MOST + 1)}, "has 301 characters; 300 are allowed"),
        ({"section": "sports", "headline": "খবর", "body": "ক" * 50_001}, "has 50001 characters; 50000 are allowed"),
    ],
)
def test_what_cannot_be_published_is_refused_with_its_reason(fields: dict[str, str], why: str) -> None:
    articles = PortalArticles.open(None, Clock())
    before = articles.latest()
    with pytest.raises(PortalError, match=re.escape(why)):
        articles.publish(**fields)
    assert articles.latest() == before


def test_a_withdrawn_article_can_neither_be_edited_nor_withdrawn_again() -> None:
    articles = PortalArticles.open(None, Clock())
    article = articles.latest()[0]
    articles.withdraw(article.id)
    assert article.id not in {one.id for one in articles.latest()}
    for again in (lambda: articles.withdraw(article.id), lambda: articles.edit(article.id, headline="নতুন")):
        with pytest.raises(PortalError, match=f"There is no article {article.id}"):
            again()


def test_an_edit_that_changes_nothing_is_no_update() -> None:
    articles = PortalArticles.open(None, Clock())
    article = articles.latest()[0]
    assert articles.edit(article.id, headline=article.headline, body=article.body) == article


def test_the_file_is_one_json_object_a_line(tmp_path: Path) -> None:
    articles = PortalArticles.open(tmp_path, Clock())
    articles.publish(section="health", headline="‘উদ্ধৃতি’ ও \u2028 নতুন লাইন")
    articles.close()
    lines = (tmp_path / FILE_NAME).read_text("utf-8").split("\n")
    assert lines[-1] == ""
    assert [json.loads(line)["id"] for line in lines[:-1]] == list(range(100_001, 100_001 + len(lines) - 1))


def test_the_sandboxs_newsroom_file_is_one_that_newsbot_reads(tmp_path: Path) -> None:
    from importlib.resources import files

    text = files("newsbot.sandbox").joinpath("content/newsroom.toml").read_text("utf-8")
    path = tmp_path / "newsroom.toml"
    path.write_text(text.replace("{portal}", "http://127.0.0.1:8090"), "utf-8")
    newsroom = load_newsroom(path)
    assert [topic.id for topic in newsroom.topics] == list(sections())
    assert all(source.allow_private for source in newsroom.sources)
    assert newsroom.newsroom.site == "http://127.0.0.1:8090"
