"""Bengali in Latin letters, as people type it, compared by sound.

Nobody spells Banglish by a standard: খেলা is `khela`, `kela`, `khaela`; রাজনীতি is `rajniti` and `rajneeti`. `sound`
folds a Latin word to what its spellings have in common (aspirates, sibilants, doubled letters, y and w); `romanise`
writes a Bengali word so that its sound can be compared. Enough for a few dozen topic names and commands; a whole
vocabulary needs a ranked index.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

import regex

from newsbot.text.normalise import normalise

__all__ = ["consonants_of", "consonants_of_bengali", "romanise", "sound", "sounds_like"]

LEAST_LETTERS = 4  #: of a typed word before it may match by sound alone: `kal` is not `khela`
LEAST_ALIKE = 0.7  #: share of letters in common, between words of the same consonants…
SHORT = 5  #: …but a word of so few letters is soon another one (khula, open), so there:
LEAST_ALIKE_SHORT = 0.85

_HASANTA: Final = "\u09cd"
_NUKTA: Final = "\u09bc"
_CONSONANTS: Final = dict(
    zip(
        "কখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহৎংঃঁ",
        (
            *(
                "k",
                "kh",
                "g",
                "gh",
                "ng",
                "ch",
                "ch",
                "j",
                "jh",
                "n",
                "t",
                "th",
                "d",
                "dh",
                "n",
                "t",
                "th",
                "d",
                "dh",
                "n",
            ),
            *("p", "f", "b", "bh", "m", "j", "r", "l", "sh", "sh", "s", "h", "t", "ng", "", ""),
        ),
        strict=True,
    )
)
_VOWELS: Final = dict(
    zip(
        "অআইঈউঊঋএঐওঔািীুূৃেৈোৌ",
        ("o", "a", "i", "i", "u", "u", "ri", "e", "oi", "o", "ou", "a", "i", "i", "u", "u", "ri", "e", "oi", "o", "ou"),
        strict=True,
    )
)
_BARE: Final = frozenset("ৎংঃঁ")  # consonant signs that carry no vowel
_SPELLINGS: Final = (
    *(
        ("ksh", "kh"),
        ("ee", "i"),
        ("oo", "u"),
        ("sh", "s"),
        ("ph", "f"),
        ("z", "j"),
        ("v", "bh"),
        ("x", "ks"),
        ("q", "k"),
    ),
    ("ck", "k"),
)
_SILENT_BA: Final = regex.compile(f"(?<![রমবল]){_HASANTA}ব")  #: স্বামী is shami; পূর্ব, ডিসেম্বর and আব্বা keep theirs
_LAST_Y: Final = regex.compile(r"(?<=[aeou])y$")  #: is heard: bishoy is bishoi, and bishwo is another word
_SILENT: Final = regex.compile(r"(?<=[a-z])[wy]|(?<=[bcdgjkpt])h+")
_DOUBLED: Final = regex.compile(r"([a-z])\1+")
_VOWEL_LETTERS: Final = regex.compile(r"[aeiou]")


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """A lower-case Latin word folded to its sound; any other comes back as it is."""
    if not (word.isascii() and word.isalpha()):
        return word
    for spelling, plain in _SPELLINGS:
        word = word.replace(spelling, plain)
    return str(_DOUBLED.sub(r"\1", _SILENT.sub("", _LAST_Y.sub("i", word))))


def romanise(word: str) -> str:
    """A Bengali word in Latin letters: রাজনীতি is 'rajoniti'. Other characters are left out."""
    # Folded first: য় and ড় are a letter and a dot, ক্ষ is said kkh, a য or ব below most letters isn't heard.
    text = normalise(word).replace("য" + _NUKTA, "এ").replace("ড" + _NUKTA, "র").replace("ঢ" + _NUKTA, "র")
    text = _SILENT_BA.sub("", text.replace("ক" + _HASANTA + "ষ", "খ").replace(_HASANTA + "য", ""))
    letters: list[str] = []
    for index, character in enumerate(text):
        if character in _CONSONANTS:
            letters.append(_CONSONANTS[character])
            following = text[index + 1 : index + 2]
            if following and following not in _VOWELS and following != _HASANTA and character not in _BARE:
                letters.append("o")
        else:
            letters.append(_VOWELS.get(character, ""))
    return "".join(letters)


def sounds_like(typed: str, word: str) -> bool:
    """Whether `typed`, in Latin letters, may stand for the Bengali `word`."""
    if len(typed) < LEAST_LETTERS or not (typed.isascii() and typed.isalpha()):
        return False
    heard, meant = sound(typed), _sound_of_bengali(word)
    if consonants_of(typed) != consonants_of_bengali(word):
        return False
    least = LEAST_ALIKE_SHORT if len(meant) <= SHORT else LEAST_ALIKE
    return SequenceMatcher(None, heard, meant, autojunk=False).ratio() >= least


def consonants_of(typed: str) -> str:
    """Of a Latin word by its sound: what it must have in common with any word that it `sounds_like`."""
    return str(_VOWEL_LETTERS.sub("", sound(typed)))


@lru_cache(maxsize=1024)
def consonants_of_bengali(word: str) -> str:
    return str(_VOWEL_LETTERS.sub("", _sound_of_bengali(word)))


@lru_cache(maxsize=1024)
def _sound_of_bengali(word: str) -> str:
    return sound(romanise(word))
