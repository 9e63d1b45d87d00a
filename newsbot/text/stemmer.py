"""What Bengali words have in common when their endings differ: বাংলাদেশের, বাংলাদেশেও → বাংলাদেশ.

Endings of case, number, article and emphasis are taken off one after the other until none fits, so that a word and its
inflections end in one place even where that is no word (a stem is compared, hardly ever shown). What keeps words apart
that only look related: a stem keeps three code points, or two consonants before common endings (দলের → দল), and never
ends in a bare hasanta (উপদেষ্টা stays whole); -র, -তে, -য় come off only after the vowels that they follow in grammar
(জাতীয় and বিজয় stay); a list has the words that end like inflected ones (কমিটি, ক্যামেরা) or in a letter of an ending,
as বৈঠকে is বৈঠক with -ে where সরকারকে is সরকার with -কে. English loses its plural; other scripts pass through unchanged.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import regex

from newsbot.text.normalise import normalise

__all__ = ["stem"]

_BENGALI_WORD: Final = regex.compile(r"[\u0980-\u09e5]+")
_COUNTED: Final = regex.compile(r"(\d+)(?:টি|টা|জন|শে|ই|লা|রা|ঠা)(?:র|কে|তে|ের|ই|ও)?")  # ৫০০টি, ২১শে, ৩জনের
_CONSONANT: Final = r"[কখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহ]"
_TWO_CONSONANTS: Final = regex.compile(f"{_CONSONANT}{{2}}")

_LEAST_STEM: Final = 3  #: code points that an ending must leave
_LONGEST_ENDINGS: Final = 5  #: in a row; গুলো + কে + ই are three
_HASANTA: Final = "\u09cd"
_YA: Final = normalise("য়")
_VOWELS: Final = frozenset("অআইঈউঊঋএঐওঔ\u09be\u09bf\u09c0\u09c1\u09c2\u09c3\u09c7\u09c8\u09cb\u09cc")
_SPOKEN_VOWELS: Final = frozenset("ইউওএং\u09be")  # after these -ের is written -য়ের: ভাইয়ের, বোলিংয়ের
_AFTER_AA: Final = frozenset("আ\u09be")
_SHORT_BASE: Final = frozenset(
    {"ের", "ে", "কে", "টি", "টির", "গুলো", "সহ", "ও", "ই"}
)  #: may leave two consonants: ঘর, দল


def _sorted(*endings: str) -> tuple[str, ...]:
    return tuple(sorted(map(normalise, endings), key=len, reverse=True))


_ENDINGS: Final = _sorted(
    *("গুলো", "গুলোর", "গুলোকে", "গুলোতে", "গুলোয়", "গুলি", "গুলির", "গুলিকে", "গুলিতে", "গুলা", "গুলার"),
    *("সমূহ", "সমূহের", "সমূহে", "গণ", "গণের", "বৃন্দ", "দের", "দেরকে", "েরা", "রা", "সহ", "জুড়ে", "ব্যাপী"),
    *("টি", "টির", "টিকে", "টিতে", "টা", "টার", "টাকে", "টাতে", "টুকু", "ের", "কে", "তে", "ে", "র", "য়", "য়ের", "য়ে"),
    *("ও", "ই"),
)

_BY_LAST: Final = {last: tuple(e for e in _ENDINGS if e[-1] == last) for last in {ending[-1] for ending in _ENDINGS}}

#: bases that end like an inflected word, or in a letter that an ending begins with
_WHOLE: Final = frozenset(
    normalise(
        # -টি, -টা, -রা, -র, -তে, -কে that belong to the word
        """
        কমিটি কোটি মাটি ছুটি ত্রুটি সিটি ইউনিভার্সিটি সিকিউরিটি সোসাইটি কমিউনিটি চ্যারিটি সেলিব্রিটি কোটা মোটা গোটা
        ডাটা বাটা ক্যামেরা চেহারা ইশারা পাহারা কিনারা বেচারা সাহারা ভাড়া মাদ্রাসা এলাকা ঢাকা টাকা আমেরিকা আফ্রিকা
        পত্রিকা তালিকা ভূমিকা শ্রীলঙ্কা পতাকা ক্রিকেটার ফুটবলার সরকার বাজার হাজার বিচার প্রচার পরিবার ব্যবহার উপহার
        খামার অধিকার আহার বিহার কক্সবাজার কাতার মিয়ানমার রাজাকার প্রকার আকার দরকার স্বীকার শিকার সাক্ষাৎকার পুরস্কার
        উদ্ধার গ্রেপ্তার গ্রেফতার বিস্তার সংস্কার কর্মচার ডাক্তার ক্যান্সার ডলার মেয়র স্পিকার শনিবার রবিবার রোববার সোমবার
        মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার এবার আবার বারবার ইঞ্জিনিয়ার ম্যানেজার কমিশনার অফিসার ট্রেজারার রেজিস্ট্রার
        লিডার প্লেয়ার মাস্টার কম্পিউটার মিটার কিলোমিটার লিটার সেন্টার হেলিকপ্টার রাডার টেন্ডার শেয়ার এয়ার সফটওয়্যার
        টাওয়ার পাওয়ার রিভার শিবির মন্দির নজির তারিখ শরীর গভীর কাশ্মীর আমির নাসির মীর সবার আনোয়ার হাওলাদার সাগর নগর
        শহর খবর বছর কবর অনেক বাইরে ওভার ভোটার কারাগার প্রত্যাহার ব্যাপার ভিডিও রেডিও অডিও স্টুডিও ঘেরাও মেয়ে বিয়ে
        দায়ের রায় উপায় আয় ব্যয় অধ্যায় সহায় আদায় বিদায় পর্যায় সম্প্রদায় ব্যবসায় মন্ত্রণালয় দায় এই সেই যেই দুই ভাই বই জুলাই
        লড়াই বাছাই যাচাই ছাঁটাই নাই চাই তাই মুম্বাই দুবাই
        """
        # that end in ক, ত, দ, ট: these take -ে and -ের, which look like -কে, -তে, -দের
        """
        বৈঠক ব্যাংক ব্যাঙ্ক সড়ক নাটক দশক শতক পদক ফেসবুক ইরাক ট্রাক চেক লোক শোক ডাক ফটক স্মারক নরক মাদক প্রতীক ব্লক ক্লিক
        লিংক ট্যাংক র‍্যাংক স্টক পোশাক তালাক মোড়ক আলোক যৌতুক কৌতুক টিকটক সপ্তক অঙ্ক চমক পলক বালক নাগরিক আঘাত সংঘাত প্রভাত
        জামায়াত জামাত বিপরীত সঙ্গীত সংগীত ইঙ্গিত ইংগিত কুয়েত গুজরাত উৎপাত অজুহাত যাতায়াত খাত হাত রাত জাত দাঁত বাত
        আদালত ভারত মত পথ শীত ভূত অতীত মারফত রহমত হেফাজত মসজিদ বিদ্যুত ভবিষ্যত জগত সংবাদ প্রতিবাদ রিশাদ মুরাদ ফাহাদ
        আবাদ অনুবাদ মতবাদ ধন্যবাদ জিহাদ আজাদ এরশাদ ইরশাদ জঙ্গিবাদ সন্ত্রাসবাদ আধিপত্যবাদ বর্ণবাদ ফ্যাসিবাদ সাম্রাজ্যবাদ
        মৌলবাদ বিবাদ প্রাসাদ ওস্তাদ উস্তাদ মেয়াদ বাগদাদ হায়দরাবাদ ইসলামাবাদ আহমেদাবাদ ফরিদাবাদ সাদ পদ সংসদ পরিষদ
        সনদ সম্পদ বিপদ আপদ বরাদ্দ মাহমুদ মাসুদ মওদুদ সাইদ সাঈদ শহীদ শহিদ রশিদ রশীদ হামিদ আহমেদ আহমদ মুহাম্মদ মোহাম্মদ
        খালেদ জায়েদ ঈদ নদ মদ ছাদ চাঁদ ফাঁদ গ্যাস ইন্টারনেট বাজেট
        """
    ).split()
)
_IRREGULAR: Final[dict[str, str]] = {
    normalise(form): normalise(base)
    for base, forms in {
        "আজ": ("আজকে", "আজকের", "আজকেও"),
        "কাল": ("কালকে", "কালকের"),
        "মা": ("মায়ের", "মাকে", "মায়েরা", "মায়েদের"),
        "বাবা": ("বাবার", "বাবাকে"),
        "পা": ("পায়ের", "পায়ে"),
        "চা": ("চায়ের", "চায়ে"),
        "গা": ("গায়ের", "গায়ে"),
        "মেয়ে": ("মেয়ের", "মেয়েরা", "মেয়েকে", "মেয়েদের", "মেয়েটি", "মেয়েটির"),
        "বিয়ে": ("বিয়ের", "বিয়েতে"),
    }.items()
    for form in forms
}


@lru_cache(maxsize=8_192)
def stem(word: str) -> str:
    """The word without its endings, as far as they can be told; normalised and case-folded in any script."""
    rest = normalise(word).casefold()
    if rest.isascii():
        return _english(rest)
    if not _BENGALI_WORD.fullmatch(rest):
        counted = _COUNTED.fullmatch(rest)
        return str(counted[1]) if counted else rest
    for _ in range(_LONGEST_ENDINGS):
        if rest in _WHOLE:
            break
        shorter = _IRREGULAR.get(rest) or _without_ending(rest)
        if shorter is None:
            break
        rest = shorter
    return rest


def _without_ending(word: str) -> str | None:
    longest: str | None = None
    for ending in _BY_LAST.get(word[-1], ()):
        if not word.endswith(ending):
            continue
        rest = word[: -len(ending)]
        if rest in _WHOLE and ending != "ই":
            return rest
        if longest is None and _may_remain(rest, ending) and _fits(ending, rest):
            longest = rest
    return longest


def _may_remain(rest: str, ending: str) -> bool:
    if len(rest) >= _LEAST_STEM:
        return rest[-1] != _HASANTA
    return ending in _SHORT_BASE and _TWO_CONSONANTS.fullmatch(rest) is not None


def _fits(ending: str, rest: str) -> bool:
    last = rest[-1]
    match ending:
        case "র":
            return last in _VOWELS and not rest.endswith("পু")  # রংপুর, ফরিদপুর
        case "তে":
            return last in _VOWELS
        case "ের" | "ে" | "েরা":
            return last not in _VOWELS
        case "ই":
            return last not in _AFTER_AA
        case _ if ending == _YA:
            return last in _AFTER_AA
        case _ if ending.startswith(_YA):
            return last in _SPOKEN_VOWELS
        case _:
            return True


def _english(word: str) -> str:
    """Plurals and possessives only: parties → party, rates → rate; glass, virus and basis stay."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
