"""Words that sound alike: `rajneeti` and রাজনীতি, ঝর and ঝড়. For queries that find nothing as they are spelt.

`skeleton` is what survives any spelling: the consonants, with aspirates and sibilants folded, one of each pair, no
vowels. Words of one skeleton (or a consonant apart) are candidates; `distance` ranks them by their sound with the
vowels, in which a vowel counts less than a consonant.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import regex

from newsbot.text.normalise import normalise
from newsbot.text.romanised import romanise, sound

__all__ = ["distance", "heard", "skeleton"]

_SPELLINGS: Final = """
    চট্টগ্রাম chittagong ctg chottogram
    ইউক্রেন ukraine
    আবহাওয়া abohawa weather
    ভূমিকম্প vukompo vumikompo bhukompo bhumikompo
    জামায়াত jamaat jamat
    ঈদ eid id
    যুক্তরাষ্ট্র juktorastro usa america
    প্রধানমন্ত্রী prodhanmontri pm
    বিশ্ববিদ্যালয় bissobiddaloy university varsity
    ক্রিকেট cricket criket
    ফুটবল football futbol
    ঢাকা dhaka dacca
    কলকাতা kolkata calcutta
    ভারত bharot india
    সোনা gold shorno sorno swarna sworno
    ক্রীড়া sports
    রাজনীতি politics
    অর্থনীতি economy
    বৃষ্টি rain
    মৃত্যু death
    স্বাস্থ্য sastho shastho health
    শিক্ষা shikkha sikkha education
    পুলিশ police
    হাসপাতাল hospital
    সরকার government
    নির্বাচন election vote
    বাজেট budget
    বন্যা flood
    আগুন fire
"""
#: Latin spellings that go by no rule of sound → the Bengali word
KNOWN_SPELLINGS: Final[dict[str, str]] = {
    spelling: normalise(line.split()[0]) for line in _SPELLINGS.strip().splitlines() for spelling in line.split()[1:]
}

_VOWELS: Final = frozenset("aeiou")
_SOFT_C: Final = regex.compile(r"c(?=[eiy])")
_HARD_C: Final = regex.compile(r"c(?!h)")
_FIRST_Y: Final = regex.compile(r"^[yw]")
_DOUBLED: Final = regex.compile(r"(.)\1+")
_LONGEST: Final = 40  #: letters compared; a longer word is no word


@lru_cache(maxsize=16_384)
def heard(word: str) -> str:
    """The word in Latin letters by its sound; '' for one in neither Bengali nor Latin letters."""
    word = word[:_LONGEST].casefold()
    if word.isascii():
        latin = "".join(letter for letter in word if letter.isalpha())
        latin = _FIRST_Y.sub("i", _HARD_C.sub("k", _SOFT_C.sub("s", latin)))
        return sound(latin)
    return sound(romanise(word))


def skeleton(word: str) -> str:
    """The consonants of a word by their sound; its vowels where it has nothing else."""
    said = heard(word)
    return _DOUBLED.sub(r"\1", "".join(letter for letter in said if letter not in _VOWELS)) or said


def distance(one: str, other: str) -> float:
    """How far apart two sounds (`heard`) are: 1 for a consonant, a third for a vowel, but 1 where a word begins."""
    row = [0.0]
    for letter in other:
        row.append(row[-1] + (_cost(letter) if len(row) > 1 else 1.0))
    for index, a in enumerate(one):
        last, row[0] = row[0], row[0] + (_cost(a) if index else 1.0)
        for position, b in enumerate(other, 1):
            swap = 0.0 if a == b else _swap(a, b) * (3.0 if index == 0 and position == 1 else 1.0)
            last, row[position] = (
                row[position],
                min(last + swap, row[position] + _cost(a), row[position - 1] + _cost(b)),
            )
    return row[-1]


def _cost(letter: str) -> float:
    return 0.3 if letter in _VOWELS else 1.0


def _swap(a: str, b: str) -> float:
    return 0.3 if a in _VOWELS and b in _VOWELS else 1.3
