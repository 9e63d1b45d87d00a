"""How a sentence begins: with what a summary drops (place, date and agency), or with what makes it unreadable alone.

A sentence leans on the one before it when it begins with a pronoun or a connecting word (তিনি, এ বিষয়ে, however), or is
said by somebody who was named earlier: a quotation, its end, the first person. Names in quotes and phrases such as
`এই প্রথম` or the initials `এ কে এম` only look like it.
"""

from __future__ import annotations

from typing import Final

import regex

from newsbot.text.calendar_words import MONTH_NUMBERS
from newsbot.text.normalise import normalise
from newsbot.text.tokens import tokens

__all__ = ["leans_on_another", "without_dateline"]

_MONTHS: Final = "|".join(sorted(map(regex.escape, MONTH_NUMBERS), key=len, reverse=True)).replace(
    "\u09af\u09bc", "(?:\u09df|\u09af\u09bc)"
)
_DATELINE: Final = regex.compile(
    rf"""^[\p{{Bengali}}\p{{Latin}}\u200c\u200d.\s]{{2,40}},\s*                  # place
         (?:\d{{1,2}}\s*(?:{_MONTHS})|(?:{_MONTHS})\s*\d{{1,2}})(?:[\s,]+\d{{4}})?  # day
         \s*(?:\([^()]{{1,40}}\))?\s*[:：ঃ–—-]+\s*                            # agency""",
    regex.VERBOSE | regex.IGNORECASE,
)
_PLACE_AND_AGENCY: Final = regex.compile(r"^[\p{Bengali}\p{Latin}\u200c\u200d.\s,]{2,40}\([^()]{2,40}\)\s*[:：–—-]+\s+")
_REPORTER: Final = regex.compile(
    r"""^(?:\(?[\p{Bengali}\p{Latin}\u200c\u200d.]+\)?\s){0,3}
        (?:প্রতিনিধি|প্রতিবেদক|রিপোর্টার|সংবাদদাতা|করেসপন্ডেন্ট|ডেস্ক|correspondent|reporter|desk)
        (?:,?\s[\p{Bengali}\p{Latin}]+){0,2}\s*(?:\([^()]{2,30}\)\s*)?[:：॥–—|]+\s*""",
    regex.VERBOSE | regex.IGNORECASE,
)
_PRINTED: Final = regex.compile(
    rf"""^[^।]{{0,100}}?(?:প্রকাশ|প্রকাশিত|আপডেট|published|updated)\s*[:：]\s*
        \d{{1,2}}\s+(?:{_MONTHS}),?\s+\d{{4}}[\s,|]*(?:\d{{1,2}}:\d{{2}}(?:\s?[ap]m)?)?[\s,|]*""",
    regex.VERBOSE | regex.IGNORECASE,
)

#: where a line begins so, it needs its predecessor
_LEANING: Final = frozenset(
    normalise(
        """
        তিনি তাঁর তার তাঁকে তাকে তাঁরা তারা তাঁদের তাদের সে সেই সেটি সেটা সেটির সেখানে সেখান সেখানকার সেসময় সেসব সেগুলো সেক্ষেত্রে
        এ এই এটি এটা এটির এটিকে এর এরা এদের এতে এসব এগুলো এখানে এমন এমনকি এভাবে এজন্য এছাড়া এছাড়াও এরপর এরপরই এরপরও এসময়
        এরমধ্যে এরই এদিকে এক্ষেত্রে ওই ঐ ওখানে ওদিকে ওইদিন উক্ত একই তা তাতে তাছাড়া তাহলে তাই তখন তারপর তারপরও তবে কিন্তু অথচ
        ফলে সুতরাং অতএব কারণ কেননা যদিও আর আবার পরে পরদিন অতঃপর অন্যদিকে অপরদিকে পাশাপাশি একপর্যায়ে অর্থাৎ যেমন যার যা যেখানে
        যারা যাদের উভয় দুজনই দুজনেই দুজনের অপরজন অন্যজন বাকি বাকিরা এবং ও মানে অবশ্য অবশ্যই নইলে নাহলে উল্লেখ্য
        আমি আমরা আমার আমাকে আমাদের আমাদেরকে আপনি আপনারা আপনাদের
        he she they it his her hers him their them its this that these those but however so also then there such
        moreover besides additionally furthermore instead both and or nor yet thus therefore hence otherwise later
        afterwards meanwhile nevertheless nonetheless similarly likewise i we my our us you your
        """
    ).split()
)
_WHOLE_PHRASES: Final = frozenset(
    tuple(normalise(phrase).split())
    for phrase in (
        *(
            "এই প্রথম",
            "এ বছর",
            "এ বছরের",
            "এই বছর",
            "এ মাসে",
            "এ মাসের",
            "এ সপ্তাহে",
            "এ মৌসুমে",
            "এ মৌসুমের",
            "এই মৌসুমে",
            "এই মুহূর্তে",
            "এ কে",
            "এ এইচ",
        ),
        *("এ এম", "এ জেড", "এ টি", "এ দেশে", "এ দেশের", "আর কে", "আর এক", "আর মাত্র", "এ যুগের", "এ সময়ের"),
        *("this year", "this week", "this month", "this time", "both sides"),
    )
)
_LEANING_PHRASES: Final = frozenset(
    tuple(normalise(phrase).split())
    for phrase in ("শুধু তাই", "শুধু তা", "এক পর্যায়ে", "কিছুক্ষণ পর", "কিছুক্ষণ পরই", "সব মিলিয়ে", "in addition")
)
_OPENING_MARKS: Final = "‘“\"'«"
_QUOTED_NAME: Final = regex.compile(r"^[‘“\"'«][^।?!‘“«]{1,60}?[’”\"'»](?![\p{L}\p{M}]*[,،]?\s*(?:বলে|said|says))")
_LONGEST_NAME = 6  #: words in quotes; longer is something that somebody said
_BEGINNING = 80  #: code points that hold the first two words
_SPOKEN: Final = regex.compile(r"^\s*(?:[-–—]\s|(?:প্রশ্ন|উত্তর|question|answer|q|a)\s*[:：])", regex.IGNORECASE)
_ENDS_A_QUOTATION: Final = regex.compile(r"[।?!][’”]+$|”$|\"$")


def without_dateline(text: str) -> str:
    """The text without what stands before its first sentence: `ঢাকা, ১৮ নভেম্বর (বাসস):`, a reporter, `প্রকাশ: …`."""
    line, newline, rest = text.lstrip("|॥•·–—- \t").partition("\n")
    for pattern in (_PRINTED, _DATELINE, _PLACE_AND_AGENCY, _REPORTER):
        shorter = pattern.sub("", line, count=1)
        if shorter != line:
            return f"{shorter}{newline}{rest}"
    return text


def leans_on_another(sentence: str) -> bool:
    """Whether the sentence can't be understood, or is not said by us, without the one before it."""
    words = tokens(sentence[:_BEGINNING])[:2]
    if not words:
        return True
    start = tuple(words)
    if start in _LEANING_PHRASES or (words[0] in _LEANING and start not in _WHOLE_PHRASES):
        return True
    return _is_quotation(sentence.lstrip())


def _is_quotation(sentence: str) -> bool:
    if _SPOKEN.match(sentence):
        return True
    if sentence[:1] in _OPENING_MARKS:
        name = _QUOTED_NAME.match(sentence)
        return name is None or len(name.group().split()) > _LONGEST_NAME
    if any(mark in sentence for mark in "‘“«"):
        return False
    return sentence.count('"') % 2 == 1 or bool(_ENDS_A_QUOTATION.search(sentence))
