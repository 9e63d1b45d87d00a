"""What is wrong with a summary that a language model wrote: it may say less than the article, never anything else.

Refused is an answer with a number, a date or a name that the article doesn't have.

Numbers count in digits and in words (`২ জন`, `দুজন`), together with what makes them another number (লাখ, কোটি, শতাংশ).
Dates are a month beside its day, weekdays, `আজ` and the like. Names are harder: Bengali has no capital letters. So
every word that the article doesn't have might be one, but for small words, verbs and everyday words that no name is
made of; an inflection, or a derivation from a word of the article, is the article's. In Latin script capital letters
tell names. Much that is harmless is refused too. That costs nothing: there is always the summary of our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final

import regex

from newsbot.ingest.opening import leans_on_another
from newsbot.text.analyser import content_keys, is_small, key, keys
from newsbot.text.calendar_words import MONTH_NUMBERS, WEEKDAY_NUMBERS
from newsbot.text.normalise import normalise
from newsbot.text.sentences import split_sentences
from newsbot.text.tokens import tokens
from newsbot.text.verbs import VERB_FORMS

__all__ = ["objection"]

_SAYS_MORE: Final = 3  #: words that the headline doesn't have
_FROM_THE_ARTICLE: Final = 0.6  #: as many of its words must be the article's

_DIGITS: Final = regex.compile(r"\d+(?:\.\d+)?")
_BENGALI: Final = regex.compile(r"\p{Script=Bengali}")
_LATIN: Final = regex.compile(r"\p{Script=Latin}")
_OTHER_LETTERS: Final = regex.compile(r"[^\P{L}\p{Script=Bengali}\p{Script=Latin}]")
_LATIN_WORD: Final = regex.compile(r"\p{Script=Latin}[\p{L}\p{M}\p{N}'’.-]*")
_MARKUP: Final = regex.compile(r"https?://|[<>{}#*_`|]|\[\d+\]|\n")

_COUNTING: Final = {
    2: "দুই দু দুটো two",
    3: "তিন three",
    4: "চার four",
    5: "পাঁচ five",
    6: "ছয় ছ six",
    7: "সাত seven",
    8: "আট eight",
    9: "nine",
    10: "দশ ten",
    11: "এগারো eleven",
    12: "বারো twelve dozen",
    13: "তেরো thirteen",
    14: "চৌদ্দ fourteen",
    15: "পনেরো পনের fifteen",
    16: "ষোলো ষোল sixteen",
    17: "সতেরো seventeen",
    18: "আঠারো eighteen",
    19: "উনিশ nineteen",
    20: "বিশ কুড়ি twenty",
    25: "পঁচিশ",
    30: "ত্রিশ thirty",
    40: "চল্লিশ forty",
    50: "পঞ্চাশ fifty",
    60: "ষাট sixty",
    70: "সত্তর seventy",
    80: "আশি eighty",
    90: "নব্বই ninety",
}
_VALUES: Final = {normalise(word): str(value) for value, words in _COUNTING.items() for word in words.split()}
_COUNTED: Final = regex.compile(r"(.+?)(?:জন|টি|টা|খানা|বার|গুণ|শত|শ)(?:ের|র|কে|রা|ই|ও|েই)?")


def _keys(words: str) -> frozenset[str]:
    return frozenset(map(key, words.split()))


#: what makes the number before it another one
_SCALES: Final = _keys("""
    শত হাজার লাখ লক্ষ কোটি শতাংশ টাকা ডলার রুপি ইউরো কেজি টন মিটার কিলোমিটার ফুট মিনিট ঘণ্টা দিন সপ্তাহ মাস বছর
    hundred thousand million billion trillion lakh crore percent per cent taka dollar rupee euro kg tonne ton metre
    meter kilometre kilometer km minute hour day week month year
""")
_WHEN: Final = frozenset(map(key, WEEKDAY_NUMBERS)) | _keys(
    "আজ গতকাল কাল আগামীকাল পরশু আগামী গত পরদিন today yesterday tomorrow tonight next last"
)
#: words that no name, number or date is made of
_EVERYDAY: Final = frozenset(map(key, VERB_FORMS.values())) | _keys("""
    অনুযায়ী অনেক অন্য অন্যতম অবস্থা অংশ আগে আবার আরও উদ্দেশ্য উপস্থিত এখনো এমন এলাকা ওপর কখনো কাজ কারণ কারণে
    কিছু ক্ষেত্রে ঘটনা ঘটনায় ঘোষণা চলতি চেয়ে ছাড়া ছোট জনগণ জন্য জানানো জীবন জোর তথ্য তবু থেকে দাবি দিক দেশ
    ধরন নতুন নিজ নিজস্ব নিয়ম নির্দেশ পক্ষ পক্ষে পথ পর পরিকল্পনা পরিমাণ পরিস্থিতি পর্যন্ত পাশাপাশি পুরো পূর্ণ
    প্রকাশ প্রতি প্রথম প্রধান প্রভাব প্রয়োজন প্রশ্ন প্রস্তুতি প্রায় ফলে বক্তব্য বড় বর্তমান বর্তমানে বহু
    বিভিন্ন বিরুদ্ধে বিষয় বেশি ব্যক্তি ব্যবস্থা ভবিষ্যৎ ভালো মতামত মতে মধ্যে মাত্র মাধ্যম মাধ্যমে মানুষ মূল মোট
    যোগ লক্ষ্য লক্ষ্যে লোক শুরু শেষ সংখ্যা সংশ্লিষ্ট সঙ্গে সব সবাই সম্পর্ক সম্পর্কে সম্ভব সময় সমস্যা সরাসরি সহ
    সাধারণ সাহায্য সিদ্ধান্ত সুযোগ সূত্র স্থান স্থানীয় হিসেবে হিসাবে কম কর্মকর্তা কর্তৃপক্ষ উল্লেখ ইতিমধ্যে
    ইতোমধ্যে একটি একজন একাধিক দ্রুত আশা প্রকল্প প্রক্রিয়া
    after also although among amid amount another area authorities authority because before being between case
    concern could decision during event every first following former further general government group however
    including issue local made major many matter measure meeting more most move new number official officials
    one only other over part people place plan point police public report reportedly reports said say says
    several since situation some statement such support their there these they those through time under until
    use used when where which while will within without work would year years
""")
#: of keys, which have ি for ী, and have lost their last ে
_DERIVED: Final = (
    "কেন্দ্রিক",
    "সংক্রান্ত",
    "ভিত্তিক",
    normalise("বিষয়ক"),
    "জনিত",
    "মূলক",
    "মুলক",
    "যুক্ত",
    "কারি",
    "পন্থি",
    "বাদি",
    "বাসি",
    "পূর্ণ",
    "পুর্ন",
    "ভাব",
    "হিন",
    "িক",
    normalise("িয়"),
    "তা",
    "ি",
)
_VERBAL: Final = tuple(
    map(normalise, ["েছে", "েছেন", "েছিল", "েছিলেন", "েনি", "েননি", "চ্ছে", "চ্ছেন", "চ্ছিল", "বেন", "লেন", "িয়ে"])
)  #: no name ends so
_SHORTEST_ROOT = 3  #: code points that a derivation must leave


def objection(summary: str, headline: str, body: str) -> str:
    """Why the summary must not be shown, in words for the log; '' if it may. Any text; never raises."""
    return next(_objections(summary, headline, f"{headline}\n{body}"), "")


def _objections(summary: str, headline: str, article: str) -> Iterator[str]:
    sentences = split_sentences(summary)
    if not sentences or not tokens(summary):
        yield "it is empty"
        return
    if _MARKUP.search(summary):
        yield "it has markup"
    if leans_on_another(sentences[0]):
        yield "its beginning leans on something before it"
    if len(set(content_keys(summary)) - set(content_keys(headline))) < _SAYS_MORE:
        yield "it says no more than the headline"
    if _script(summary) != _script(article):
        yield "it is in another language"
    words = tokens(summary)
    known_words = tokens(article)
    yield from _numbers(words, known_words)
    yield from _dates(words, known_words)
    yield from _names(summary, sentences, set(keys(article)), set(known_words))


def _script(text: str) -> str:
    bengali, latin = len(_BENGALI.findall(text)), len(_LATIN.findall(text))
    return "bn" if bengali > latin else "latin" if latin else ""


def _numbers(words: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    theirs = set(_counts(known))
    for value, company in _counts(words):
        if (value, company) not in theirs:
            yield f"the article has no number {value} {company}".rstrip()


def _counts(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each number with what it counts in, '' if that is no matter: a 5 of `৫ কোটি` is no 5 of `৫ জন`."""
    for before, word, after in zip(("", *words), words, (*words[1:], ""), strict=False):
        for value in _values(word):
            if _month(before) or _month(after):
                yield value, "of a date"
            elif (scale := key(after)) in _SCALES:
                yield value, scale
            else:
                yield value, ""


def _values(word: str) -> tuple[str, ...]:
    """The numbers in a word, as digits: `৩টি`, `দুজন`, `18th`."""
    if digits := _DIGITS.findall(word):
        return tuple(_plain(number) for number in digits)
    if word in _VALUES:
        return (_VALUES[word],)
    counted = _COUNTED.fullmatch(word)
    value = _VALUES.get(counted[1]) if counted else None
    return (value,) if value else ()


def _plain(number: str) -> str:
    whole, point, decimals = number.partition(".")
    decimals = decimals.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{decimals}" if point and decimals else "")


def _dates(words: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    theirs = set(_days(known))
    yield from (f"the article has no date {day}.{month}." for day, month in _days(words) if (day, month) not in theirs)
    theirs_of_time = {word for word in map(key, known) if word in _WHEN}
    for word in map(key, words):
        if word in _WHEN and word not in theirs_of_time:
            yield f"the article doesn't say {word}"


def _days(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each month's name with the number beside it."""
    for first, second in pairwise(words):
        for day, month in ((first, second), (second, first)):
            number = _month(month)
            if number and (digits := _DIGITS.match(day)):
                yield _plain(digits.group()), number


def _month(word: str) -> int | None:
    return MONTH_NUMBERS.get(word) or _MONTH_KEYS.get(key(word))


_MONTH_KEYS: Final = {key(name): number for name, number in MONTH_NUMBERS.items()}


def _names(summary: str, sentences: Sequence[str], known: AbstractSet[str], typed: AbstractSet[str]) -> Iterator[str]:
    if foreign := _OTHER_LETTERS.search(normalise(summary)):
        yield f"it has a letter of another script: {foreign.group()}"
    for word in tokens(summary):
        if word not in typed and _BENGALI.match(word) and not _is_known(word, known) and not _values(word):
            yield f"the article doesn't have {word}"
    firsts = {match.group() for sentence in sentences if (match := _LATIN_WORD.search(sentence))}
    for match in _LATIN_WORD.finditer(summary):
        word = match.group()
        capital = any(letter.isupper() for letter in word)
        if not capital or all(part in known or is_small(part) for part in keys(word)):
            continue
        if word not in firsts or not all(part in _EVERYDAY for part in keys(word)):
            yield f"the article doesn't have {word}"
    theirs = [word for word in content_keys(summary) if word not in _EVERYDAY]
    if sum(_is_known(word, known) for word in theirs) < _FROM_THE_ARTICLE * len(theirs):
        yield "most of its words are not the article's"


def _is_known(word: str, known: AbstractSet[str]) -> bool:
    """`word`: as typed, or its key."""
    own = key(word)
    if own in known or is_small(own) or own in _EVERYDAY or word.endswith(_VERBAL):
        return True
    root = _root(own)
    return len(root) >= _SHORTEST_ROOT and root != own and root in known


def _root(word: str) -> str:
    """The word that this one is derived from by an ending that makes no name of it: নির্বাচনী from নির্বাচন."""
    for ending in _DERIVED:
        if word.endswith(ending):
            return word[: -len(ending)]
    return word
