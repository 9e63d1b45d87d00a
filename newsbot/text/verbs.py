"""Forms of the verbs that Bengali headlines are full of: করলেন, করেছেন, করবে are করা.

Stripping endings would take করে and কর, বলে and বল (ball) for each other, so these few roots are conjugated from tables
and looked up whole. Forms that are other words too stay out (আসল genuine, কমল a name, চেয়ে than, নিয়ে about).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from newsbot.text.normalise import normalise

__all__ = ["VERB_FORMS"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(normalise(text).split())


_AFTER_CONSONANT: Final = _words("""
    ে েন েছে েছেন েছি েছিল েছিলেন ল লো লেন লাম লে বে বেন বো ছে ছেন ছিল ছিলেন তে তো তেন া ার ায় াও ুন েনি েননি
""")
_AFTER_LOW_VOWEL: Final = _words("ে েন ার ায় াও")  #: where the root changes its vowel: লিখে but লেখেন
_CAUSATIVE: Final = _words("াল ালো ালেন ালে াবে াবেন াচ্ছে াচ্ছেন াতে ানো ানোর ান ায় াননি ায়নি াক ানোয়")
_CAUSATIVE_CHANGED: Final = _words("িয়ে িয়েছে িয়েছেন িয়েছিল িয়েছিলেন")
_ROOTS: Final = {  # verbal noun → its root as written before consonants and vowels of the endings
    "করা": "কর",
    "বলা": "বল",
    "চলা": "চল",
    "থাকা": "থাক",
    "রাখা": "রাখ",
    "পড়া": "পড়",
    "মারা": "মার",
    "ধরা": "ধর",
    "ফেরা": "ফির",
    "ছাড়া": "ছাড়",
    "জেতা": "জিত",
    "বসা": "বস",
    "নামা": "নাম",
    "দেখা": "দেখ",
    "বাড়া": "বাড়",
    "কমা": "কম",
    "ওঠা": "উঠ",
    "লেখা": "লিখ",
    "শোনা": "শুন",
    "তোলা": "তুল",
    "খোলা": "খুল",
    "গড়া": "গড়",
    "পারা": "পার",
    "মরা": "মর",
    "কাটা": "কাট",
    "ভাঙা": "ভাঙ",
    "জানা": "জান",
    "আনা": "আন",
    "মানা": "মান",
    "হারা": "হার",
    "আসা": "আস",
    "ঢোকা": "ঢুক",
    "খেলা": "খেল",
    "লাগা": "লাগ",
    "ঘোরা": "ঘুর",
    "বোঝা": "বুঝ",
    "খোঁজা": "খুঁজ",
    "শেখা": "শিখ",
    "কেনা": "কিন",
    "বেচা": "বেচ",
    "লড়া": "লড়",
    "ডোবা": "ডুব",
    "জ্বলা": "জ্বল",
    "পোড়া": "পুড়",
    "বাঁচা": "বাঁচ",
    "থামা": "থাম",
    "ওড়া": "উড়",
    "হাঁটা": "হাঁট",
    "কাঁদা": "কাঁদ",
    "ঘটা": "ঘট",
    "ছোড়া": "ছুড়",
    "ভাসা": "ভাস",
    "ঝরা": "ঝর",
    "টানা": "টান",
    "পৌঁছানো": "পৌঁছ",
}
_CAUSATIVE_ROOTS: Final = {
    "জানা": "জান",
    "পাঠানো": "পাঠ",
    "দাঁড়ানো": "দাঁড়",
    "বাড়া": "বাড়",
    "কমা": "কম",
    "হারা": "হার",
    "চালানো": "চাল",
    "দেখা": "দেখ",
    "ফেরা": "ফির",
    "কাটা": "কাট",
    "ঘটানো": "ঘট",
    "নামা": "নাম",
    "বসা": "বস",
    "বানানো": "বান",
    "জেতা": "জিত",
    "শোনা": "শুন",
    "ওঠা": "উঠ",
    "শেখা": "শিখ",
    "বোঝা": "বুঝ",
    "ঢোকা": "ঢুক",
    "ঘোরা": "ঘুর",
    "থামা": "থাম",
    "বাঁচা": "বাঁচ",
    "পোড়া": "পুড়",
    "ডোবা": "ডুব",
    "ওড়া": "উড়",
    "ঠেকানো": "ঠেক",
    "এড়ানো": "এড়",
    "ছড়ানো": "ছড়",
    "তাড়ানো": "তাড়",
    "পৌঁছানো": "পৌঁছ",
    "মেটানো": "মিট",
    "ঘোচানো": "ঘুচ",
    "লুকানো": "লুক",
}
_IRREGULAR: Final = {
    "হওয়া": """
        হয় হন হয়েছে হয়েছেন হয়েছিল হয়েছিলেন হল হলো হলেন হলে হবে হবেন হচ্ছে হচ্ছেন হতে হতো হওয়ার হওয়ায় হয়ে হয়নি হননি
        হচ্ছিল হোক
        """,
    "যাওয়া": """
        যায় যান গেছে গেছেন গিয়েছে গিয়েছেন গেল গেলেন গেলে যাবে যাবেন যাচ্ছে যাচ্ছেন যেতে যাওয়ার যাওয়ায় গিয়ে যায়নি
        যাননি গিয়েছিল গিয়েছিলেন
        """,
    "দেওয়া": """
        দেয় দেন দিয়েছে দিয়েছেন দিল দিলো দিলেন দিলে দেবে দেবেন দিবে দিচ্ছে দিচ্ছেন দিতে দেওয়ার দেওয়ায় দেয়া দেয়ার
        দেয়ায় দেয়নি দেননি দিয়েছিল দিয়েছিলেন
        """,
    "নেওয়া": """
        নেয় নেন নিয়েছে নিয়েছেন নিল নিলো নিলেন নিলে নেবে নেবেন নিচ্ছে নিচ্ছেন নিতে নেওয়ার নেওয়ায় নেয়া নেয়ার নেয়নি
        নেননি নিয়েছিল নিয়েছিলেন
        """,
    "পাওয়া": """
        পায় পেয়েছে পেয়েছেন পেল পেলো পেলেন পেলে পাবে পাবেন পাচ্ছে পাচ্ছেন পেতে পাওয়ার পাওয়ায় পেয়ে পায়নি পাননি
        পেয়েছিল পেয়েছিলেন
        """,
    "চাওয়া": """
        চায় চান চেয়েছে চেয়েছেন চাইল চাইলেন চাইলে চাইবে চাইবেন চাচ্ছে চাচ্ছেন চাইছে চাইছেন চাইতে চাওয়ার চাওয়ায়
        চাননি চায়নি চেয়েছিলেন
        """,
    "আসা": """
        আসেন এসেছে এসেছেন এল এলো এলেন এলে এসে এসেছিল এসেছিলেন আসেনি আসেননি
        """,
    "ওঠা": """
        ওঠে ওঠেন ওঠার ওঠায়
        """,
    "জানা": """
        জেনেছে জেনেছেন জেনে
        """,
}
_OTHER_WORDS: Final = frozenset(
    _words("""
        আসল কমল হারা মরা নামে মানে হারে গড়ে যান চালান পাঠান বানান কিনা শিখা শেখে খোঁজে ঘোরে ভাসান ওড়ায় তাড়ায়
    """)
)


def _conjugated() -> Iterator[tuple[str, str]]:
    for noun, root in _ROOTS.items():
        yield from ((root + ending, noun) for ending in _AFTER_CONSONANT)
        if root != noun.removesuffix("া"):
            yield from ((noun.removesuffix("া") + ending, noun) for ending in _AFTER_LOW_VOWEL)
    for noun, root in _CAUSATIVE_ROOTS.items():
        for before_aa in {root, noun.removesuffix("ানো").removesuffix("া")}:
            yield from ((before_aa + ending, noun) for ending in _CAUSATIVE)
        yield from ((root + ending, noun) for ending in _CAUSATIVE_CHANGED)
    for noun, forms in _IRREGULAR.items():
        for form in forms.split():
            yield form, noun


#: normalised form → the normalised verbal noun
VERB_FORMS: Final[dict[str, str]] = {
    normalise(form): normalise(noun) for form, noun in _conjugated() if normalise(form) not in _OTHER_WORDS
}
