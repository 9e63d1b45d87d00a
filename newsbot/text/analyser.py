"""The one analyser: what a text is indexed by, searched by and compared by. Its version is stored beside an index.

Each word becomes a key that its inflections and spellings share: the stem (`stemmer`) or, of a common verb, the verbal
noun (`verbs`), folded where today's papers spell one word in two ways: ী is ি (সরকারী, সরকারি), ূ is ু (ইউনূস, ইউনুস),
ণ is ন (ঘণ্টা, ঘন্টা), ৎ is ত (বিদ্যুৎ, বিদ্যুতের), ঙ্ক is ংক (ব্যাঙ্ক, ব্যাংক), ষ্ট is স্ট (আগষ্ট, আগস্ট). শ, ষ and স stay
apart: শোনা is to hear, সোনা is gold.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import regex

from newsbot.text.normalise import normalise
from newsbot.text.stemmer import stem
from newsbot.text.tokens import words_of
from newsbot.text.verbs import VERB_FORMS

__all__ = ["ANALYSER", "beginning", "content_keys", "is_small", "key", "keyed_words", "keys"]

ANALYSER: Final = 3  #: grows whenever the keys of any text change; an index that older keys stand in is made anew

# ‘বিএনপি’র, ইউনিসেফ-এর: an ending set apart belongs to its word, and says nothing by itself.
_ENDING_APART: Final = regex.compile(
    normalise(r"(?<=[\p{L}\p{M}\p{N}])['\"-]{1,2}(?:এর|ের|এরা|র|কে|তে|য়|এ|রা|দের|ও|ই|টি|টা|সহ|s)(?![\p{L}\p{M}\p{N}])")
)
_SHORT_NAMES: Final = regex.compile(r"(?<![\p{L}\p{M}])আ[.'’]?\s?লীগ")  #: আ.লীগ, আ’লীগ
_LEAGUE: Final = "আওয়ামী লীগ"

_FOLDED: Final = str.maketrans({"ী": "ি", "ূ": "ু", "ঈ": "ই", "ঊ": "উ", "ণ": "ন", "ৎ": "ত", "ঙ": "ং"})
_FOLDABLE: Final = regex.compile("[ীূঈঊণৎঙংষ]")
_FOLDED_PAIRS: Final = (("ং\u09cd", "ং"), ("ষ\u09cdট", "স\u09cdট"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(normalise(text).split())


def _fold(word: str) -> str:
    if not _FOLDABLE.search(word):
        return word
    folded = word.translate(_FOLDED)
    for pair, plain in _FOLDED_PAIRS:
        folded = folded.replace(pair, plain)
    return folded


#: spellings and names of one thing a line; the first is its key
_ONE_THING: Final = """
    গ্রেপ্তার গ্রেফতার গ্রেপতার
    চট্টগ্রাম চিটাগাং চিটাগং
    সোনা স্বর্ণ
    রোববার রবিবার
    মোহাম্মদ মুহাম্মদ মোহাম্মাদ মুহাম্মাদ
    ইসরায়েল ইসরাইল ইজরায়েল ইজরাইল
    রমজান রমযান
    নামাজ নামায
    আজান আযান
    হজ হজ্জ হজ্ব
    আগস্ট অগাস্ট অগস্ট
    বাঙালি বাঙ্গালি
    ভালো ভাল
    কোভিড কভিড
    জাদুঘর যাদুঘর
"""
_SAME: Final[dict[str, str]] = {
    _fold(stem(word)): _fold(stem(line.split()[0])) for line in _ONE_THING.split("\n") if line for word in line.split()
}
#: words that a text is not about: asked for beside others, they need not be there
_SMALL: Final = _words("""
    ও এবং আর বা কিংবা অথবা কিন্তু তবে যে যা যারা সে এ এই ওই সেই তা তার তাঁর তাদের তিনি তারা আমি আমরা আমার আমাদের
    আপনি আপনার এর কি কী কে কেন কোথায় কখন কত কেমন কোন না নেই নয় হ্যাঁ জন্য থেকে দিয়ে নিয়ে সঙ্গে সাথে মধ্যে ওপর উপর পর
    পরে আগে কাছে দিকে মতো চেয়ে হিসেবে পর্যন্ত সম্পর্কে বিষয়ে ছিল আছে যেভাবে এখন তখন যখন যদি তাই আরও আরো খুব শুধু সব কিছু
    এসব যেসব সেসব ওসব এমন যেমন তেমন এভাবে সেভাবে কোনো কোনোদিন কখনো এখনো আবার ফের
    র করা হওয়া দেওয়া নেওয়া যাওয়া বলা থাকা খবর সংবাদ নিউজ a an the of in on at to for and or is are was were by
    with from as it its be has have that this what who how about news s
""")
_SMALL_KEYS: Final = frozenset(
    _fold(base) for word in _SMALL for base in (stem(word), VERB_FORMS.get(normalise(word), stem(word)))
)


@lru_cache(maxsize=65_536)
def key(word: str) -> str:
    """What the word's inflections and spellings have in common. Not for display."""
    plain = normalise(word).casefold()
    folded = _fold(VERB_FORMS.get(plain) or VERB_FORMS.get(plain.rstrip("ওই")) or stem(plain))
    return _SAME.get(folded, folded)


def keys(text: str) -> list[str]:
    """The key of every word, in order. Any text; never raises."""
    return [key(word) for word in words_of(_joined(text))]


def keyed_words(text: str) -> list[tuple[str, str]]:
    """Every word as it is written, normalised, with its key."""
    return [(word, key(word)) for word in words_of(_joined(text))]


def beginning(word: str) -> str:
    """What the keys begin with of the words that begin so: for a word that is still being typed."""
    return _fold(normalise(word).casefold())


def content_keys(text: str) -> list[str]:
    """The keys of the words that a text is about: without `the`, জন্য, করা and the like."""
    return [word for word in keys(text) if word not in _SMALL_KEYS]


def is_small(word: str) -> bool:
    """Whether this key is one of the words that a text is not about."""
    return word in _SMALL_KEYS


def _joined(text: str) -> str:
    return str(_ENDING_APART.sub("", _SHORT_NAMES.sub(_LEAGUE, normalise(text))))
