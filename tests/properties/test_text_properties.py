"""What holds for every text, however hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import regex
from hypothesis import assume, given
from hypothesis import strategies as st

from newsbot.text.analyser import key, keys
from newsbot.text.clipping import ELLIPSIS, LONGEST_GRAPHEME, Unit, clip, clip_sentences, length
from newsbot.text.date_parser import parse_bengali_datetime
from newsbot.text.dates import format_datetime, relative_time
from newsbot.text.digits import format_number, to_ascii_digits
from newsbot.text.normalise import clean, normalise, same_text
from newsbot.text.sentences import split_sentences
from newsbot.text.stemmer import stem
from newsbot.text.tokens import content_fingerprint, tokens

DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2025, 11, 18, 12, 0, tzinfo=UTC)

BENGALI = st.text(
    st.sampled_from("কখগতদনবমযরলশষসহড়ঢ়য়ংঃঁািীুূৃেৈোৌ্ৎ০১২৩৯।৷,.?!’‘”“\"' \n\u200c\u200d\u09bc\u09be\u09c7\u09d7abZ🎉👩"),
    max_size=120,
)
ANY = st.one_of(st.text(st.characters(), max_size=120), BENGALI)  # characters() has lone surrogates too
UNITS = st.sampled_from(Unit)


@given(ANY)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    normalise(text).encode()  # storable


@given(ANY)
def test_cleaning_twice_changes_nothing_more_and_keeps_the_words(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    assert "\n" not in shown
    shown.encode()


@given(ANY)
def test_a_text_is_the_same_as_its_cleaned_self(text: str) -> None:
    assume(not regex.search(r"\p{Mn}{7}|[\x00-\x1f\x7f-\x9f]", text))
    assert same_text(text, clean(text))


@given(ANY)
def test_tokens_are_words_of_the_index_form(text: str) -> None:
    words = tokens(text)
    assert words == tokens(normalise(text))
    assert all(word and not word.isspace() for word in words)
    assert content_fingerprint(text, text) == content_fingerprint(normalise(text), normalise(text))


@given(BENGALI)
def test_a_stem_begins_its_word_and_never_ends_bare(text: str) -> None:
    for word in tokens(text):
        root = stem(word)
        assert word.startswith(root)
        assert root == word or (len(root) >= 2 and not root.endswith("\u09cd"))
        assert stem(root) == root or root in {"মেয়", "বিয়"}


@given(ANY)
def test_every_word_has_a_key_and_however_it_is_typed_the_same(text: str) -> None:
    found = keys(text)
    assert found == keys(normalise(text))
    assert all(found)
    assert [key(word) for word in found] == [key(key(word)) for word in found]


@given(ANY)
def test_sentences_hold_every_character_of_the_text_in_order(text: str) -> None:
    sentences = split_sentences(text)
    assert all(sentence == clean(sentence) != "" for sentence in sentences)
    lines = "".join(clean(line) for line in text.splitlines())
    assert "".join("".join(sentences).split()) == "".join(lines.split())


@given(ANY, st.integers(min_value=2, max_value=140), UNITS)
def test_clipped_text_fits_and_is_a_beginning_that_ends_at_a_letter(text: str, limit: int, unit: Unit) -> None:
    try:
        clipped = clip(text, limit, unit=unit)
    except ValueError:
        assert limit < length(ELLIPSIS, unit) + LONGEST_GRAPHEME * 4
        return
    assert length(clipped, unit) <= limit
    if length(text, unit) <= limit:
        assert clipped == text
        return
    kept = clipped.removesuffix(ELLIPSIS)
    assert clipped == kept + ELLIPSIS
    assert kept
    ends = {match.end() for match in regex.finditer(r"\X", text)}
    longest = max((len(match.group()) for match in regex.finditer(r"\X", text)), default=0)
    assert text.startswith(kept)
    assert len(kept) in ends or longest > LONGEST_GRAPHEME


@given(ANY, st.integers(min_value=70, max_value=300), st.integers(min_value=1, max_value=4))
def test_clipped_sentences_fit(text: str, limit: int, most: int) -> None:
    assert length(clip_sentences(text, limit, most), Unit.UTF16) <= limit


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_a_formatted_number_reads_back(number: int) -> None:
    for language in ("bn", "en"):
        assert int(to_ascii_digits(format_number(number, language)).replace(",", "")) == number


@given(ANY, st.booleans())
def test_any_text_is_a_date_or_none(text: str, with_now: bool) -> None:
    found = parse_bengali_datetime(text, DHAKA, NOW if with_now else None)
    assert found is None or found.tzinfo is not None


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2190, 1, 1)))  # noqa: DTZ001 - zone follows
def test_a_written_date_reads_back_to_the_minute(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC, second=0, microsecond=0)
    assume(moment.astimezone(DHAKA).utcoffset() == timedelta(hours=6))
    for language in ("bn", "en"):
        assert parse_bengali_datetime(format_datetime(moment, language, DHAKA), DHAKA) == moment


@given(
    st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=4000)), st.sampled_from(["bn", "en", "fr"])
)
def test_an_age_always_has_words(age: timedelta, language: str) -> None:
    assert relative_time(NOW - age, NOW, language, DHAKA)
