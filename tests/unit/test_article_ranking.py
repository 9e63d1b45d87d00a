"""How well an article answers."""

from __future__ import annotations

from datetime import timedelta

from newsbot.articles.ranking import Candidate, Wanted, ranked

DAY = timedelta(days=1)


def a_candidate(number: int, *, days: int = 0, **fields: str) -> Candidate:
    empty = dict.fromkeys(("headline", "kicker", "lead", "body"), "")
    return Candidate(
        number, days * DAY.total_seconds(), {name: f" {words} " for name, words in (empty | fields).items()}
    )


def order(candidates: list[Candidate], *words: str, common: tuple[str, ...] = ()) -> list[int]:
    wanted = [Wanted.of(word, 5_000 if word in common else 5) for word in words]
    return ranked(wanted, candidates, total=10_000)


def test_where_a_word_stands_counts() -> None:
    places = [a_candidate(n, **{name: "ক খ গ"}) for n, name in enumerate(("body", "lead", "kicker", "headline"))]
    assert order(places, "খ") == [3, 2, 1, 0]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    assert order([a_candidate(1, body="ক"), a_candidate(2, body="খ")], "ক", "খ", common=("ক",)) == [2, 1]


def test_more_of_the_words_count_more_than_one_of_them_often() -> None:
    assert order([a_candidate(1, body="ক ঘ ক ঘ ক ঘ ক"), a_candidate(2, body="ক ঘ খ")], "ক", "খ") == [2, 1]


def test_words_side_by_side_count_more() -> None:
    assert order([a_candidate(1, body="ক ঘ খ"), a_candidate(2, body="ঘ ক খ")], "ক", "খ") == [2, 1]


def test_a_headline_of_last_month_comes_before_a_mention_of_today_but_not_one_of_years_ago() -> None:
    today = a_candidate(1, body="ক")
    assert order([today, a_candidate(2, headline="ক", days=30)], "ক") == [2, 1]
    assert order([today, a_candidate(2, headline="ক", days=3_000)], "ক") == [1, 2]


def test_a_word_in_a_long_text_counts_less() -> None:
    assert order([a_candidate(1, body="ক " + "ঘ " * 3_000), a_candidate(2, body="ক ঘ")], "ক") == [2, 1]


def test_a_likelier_word_counts_more() -> None:
    wanted = [Wanted((("ক", 1.0), ("খ", 0.5)), 5)]
    assert ranked(wanted, [a_candidate(1, body="খ"), a_candidate(2, body="ক")], total=100) == [2, 1]


def test_of_equals_the_newer_is_first() -> None:
    assert order([a_candidate(1, body="ক"), a_candidate(2, body="ক"), a_candidate(3, body="ক", days=1)], "ক") == [
        2,
        1,
        3,
    ]
