"""Two articles are compared the same way round and the other, whatever is in them, and in bounded time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.domain.article import Article
from newsbot.ingest.story_decider import Against, Rarity, compare
from newsbot.ingest.story_features import telling_of
from newsbot.ingest.story_finder import Candidate, find_story, rare_words
from newsbot.text.normalise import normalise
from tests.builders import NOW, an_article
from tests.labelled_stories import reports

WORDS = sorted({word for report in reports() for word in f"{report.article.headline} {report.article.body}".split()})
sentences = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
texts = st.one_of(sentences, st.text(max_size=60))
counts = st.builds(Rarity, st.integers(0, 50_000), st.dictionaries(st.sampled_from(WORDS), st.integers(0, 50_000)))


@st.composite
def articles(draw) -> Article:
    return an_article(
        draw(st.integers(1, 5)),
        headline=draw(texts),
        body=draw(texts),
        summary=draw(texts),
        source=draw(st.sampled_from("ab")),
        published_at=NOW + timedelta(hours=draw(st.integers(-80, 80))),
    )


@given(articles(), articles(), counts)
def test_the_order_of_two_does_not_matter(one, other, rarity):
    here, there = telling_of(one), telling_of(other)
    forwards, backwards = compare(here, there, rarity), compare(there, here, rarity)
    assert (forwards.one_story, set(forwards.against)) == (backwards.one_story, set(backwards.against))
    assert forwards.likeness == pytest.approx(backwards.likeness)
    assert 0 <= forwards.likeness <= 1 + 1e-9


@given(articles(), counts)
def test_an_article_is_one_story_with_itself_if_it_has_words(article, rarity):
    telling = telling_of(article)
    comparison = compare(telling, telling, rarity)
    assert comparison.against == ((Against.BARE,) if telling.bare else ())
    assert comparison.one_story is (bool(telling.headline) and not telling.bare)


@given(sentences, sentences)
def test_how_a_text_is_typed_does_not_matter(headline, body):
    one = telling_of(an_article(headline=headline, body=body))
    other = telling_of(an_article(headline=normalise(headline), body=normalise(body)))
    assert one == other


@given(articles(), st.lists(articles(), max_size=5), counts)
def test_a_story_is_one_of_those_offered_or_none(article, others, rarity):
    candidates = [Candidate(one.id, one.tells, one.published_at, telling_of(one)) for one in others]
    assert find_story(telling_of(article), candidates, rarity) in {0, *(one.tells for one in others)}
    assert len(rare_words(telling_of(article), rarity)) <= 12


@pytest.mark.parametrize(
    "hostile",
    [
        "ক" * 1_000_000,
        "ক\u09bc" + "\u0300" * 100_000,
        "' " * 300_000,
        "'" * 500_000,
        "১ " * 300_000,
        "৯" * 200_000,
        "১ হাজার " * 100_000,
        "১ দশমিক " * 100_000,
        "।" * 500_000,
        "\ud800\u202e\x00" * 100_000,
        "אבג العربية 漢字 🎈 " * 20_000,
    ],
)
def test_hostile_texts_are_read_no_further_than_others(hostile):
    telling = telling_of(an_article(headline=hostile, body=hostile, summary=hostile))
    assert len(telling.whole) <= 4_300
    assert len(telling.shingles) <= 4_000
    assert compare(telling, telling, Rarity()).against == ((Against.BARE,) if telling.bare else ())
