"""Words that say what keeps two reports apart, or how common a word is before any were counted. By key (`analyser`).

Lists, not rules: a newsroom in another language adds its own words here, and without them stories are found by what
its articles share, a little less surely.
"""

from __future__ import annotations

from typing import Final

from newsbot.text.analyser import key, keys
from newsbot.text.tokens import tokens
from newsbot.text.verbs import VERB_FORMS

__all__ = [
    "COMMON",
    "MONTHS",
    "NUMBERS",
    "OPPOSITES",
    "ORDER",
    "PLACES",
    "REACTIONS",
    "SAYS",
    "TODAY",
    "TOLL",
    "WEEKDAYS",
    "tense_of",
]


def _keys(text: str) -> frozenset[str]:
    return frozenset(keys(text))


def _numbered(*words: str) -> dict[str, str]:
    """Words of one line mean one thing: its place in the list, from 1."""
    return {one: str(number) for number, line in enumerate(words, start=1) for one in keys(line)}


_COUNTED: Final = {
    "দুই দু two": 2, "তিন three": 3, "চার four": 4, "পাঁচ five": 5, "ছয় six": 6, "সাত seven": 7, "আট eight": 8,
    "নয়জন nine": 9, "দশ ten": 10, "এগারো eleven": 11, "বারো twelve": 12, "তেরো": 13, "চৌদ্দ": 14, "পনেরো": 15,
    "ষোলো": 16, "সতেরো": 17, "আঠারো": 18, "উনিশ": 19, "বিশ": 20, "একজন": 1,
}  # fmt: skip
#: number words, also with the classifiers that are written with them: চারজন, দুটি. Not এক and নয়, which are a and not
NUMBERS: Final[dict[str, str]] = {
    key(f"{word}{classifier}"): str(number)
    for spelled, number in _COUNTED.items()
    for word in spelled.split()
    for classifier in ("", "জন", "টি", "টা")
}
MONTHS: Final = _numbered(
    *("জানুয়ারি january jan", "ফেব্রুয়ারি february feb", "মার্চ march", "এপ্রিল april", "মে may", "জুন june", "জুলাই july"),
    *("আগস্ট august", "সেপ্টেম্বর september", "অক্টোবর october", "নভেম্বর november", "ডিসেম্বর december"),
)
WEEKDAYS: Final = _numbered(
    *("সোমবার monday", "মঙ্গলবার tuesday", "বুধবার wednesday", "বৃহস্পতিবার thursday", "শুক্রবার friday", "শনিবার saturday"),
    "রোববার রবিবার sunday",
)

#: which of a series: the first match is not the second, the semi-final not the final
ORDER: Final = _numbered(
    *("প্রথম first 1st", "দ্বিতীয় second 2nd", "তৃতীয় third 3rd", "চতুর্থ fourth 4th", "পঞ্চম fifth 5th", "ষষ্ঠ sixth 6th"),
    *("সপ্তম seventh 7th", "অষ্টম eighth 8th", "নবম ninth 9th", "দশম tenth 10th"),
)

#: what can't be true of one event at one time: it is the next event, or another
OPPOSITES: Final = tuple(
    (_keys(one), _keys(other))
    for one, other in (
        (
            "বাড়া বৃদ্ধি উত্থান ঊর্ধ্বগতি rise rises rose up gain gains",
            "কমা কমল পতন হ্রাস দরপতন নিম্নগতি fall falls fell drops down ease eases",
        ),
        ("শুরু উদ্বোধন start starts begins", "শেষ সমাপ্ত সমাপ্তি প্রত্যাহার অবসান end ends ended concludes"),
        ("বৈধ valid", "বাতিল অবৈধ void cancelled"),
        ("আটক গ্রেপ্তার arrested", "জামিন মুক্তি খালাস bail acquitted"),
        ("খোলা reopens", "বন্ধ shut closed"),
    )
)

#: a count of people that grows while the event is told
TOLL: Final = _keys("নিহত মৃত্যু মৃত মারা প্রাণ আহত নিখোঁজ মরদেহ লাশ উদ্ধার আটক dead death toll killed injured missing bodies")
TODAY: Final = _keys("আজ আজকে দিনভর today") | {"আজকের", key("আজকের")}

#: countries, the districts of Bangladesh, great cities: two reports that each name one the other doesn't are two events
PLACES: Final = _keys("""
    ঢাকা গাজীপুর নারায়ণগঞ্জ নরসিংদী মুন্সীগঞ্জ মুন্সিগঞ্জ মানিকগঞ্জ টাঙ্গাইল কিশোরগঞ্জ ফরিদপুর মাদারীপুর শরীয়তপুর রাজবাড়ী গোপালগঞ্জ
    চট্টগ্রাম কক্সবাজার কুমিল্লা নোয়াখালী ফেনী লক্ষ্মীপুর চাঁদপুর ব্রাহ্মণবাড়িয়া রাঙামাটি খাগড়াছড়ি বান্দরবান
    রাজশাহী নাটোর নওগাঁ চাঁপাইনবাবগঞ্জ পাবনা সিরাজগঞ্জ বগুড়া জয়পুরহাট
    খুলনা বাগেরহাট সাতক্ষীরা যশোর ঝিনাইদহ মাগুরা নড়াইল কুষ্টিয়া চুয়াডাঙ্গা মেহেরপুর
    বরিশাল ভোলা পটুয়াখালী পিরোজপুর ঝালকাঠি বরগুনা
    সিলেট মৌলভীবাজার হবিগঞ্জ সুনামগঞ্জ
    রংপুর দিনাজপুর ঠাকুরগাঁও পঞ্চগড় নীলফামারী লালমনিরহাট কুড়িগ্রাম গাইবান্ধা
    ময়মনসিংহ জামালপুর শেরপুর নেত্রকোনা
    বাংলাদেশ ভারত পাকিস্তান শ্রীলঙ্কা নেপাল ভুটান মালদ্বীপ আফগানিস্তান মিয়ানমার চীন জাপান কোরিয়া তাইওয়ান ভিয়েতনাম থাইল্যান্ড
    মালয়েশিয়া সিঙ্গাপুর ইন্দোনেশিয়া ফিলিপাইন অস্ট্রেলিয়া নিউজিল্যান্ড যুক্তরাষ্ট্র কানাডা মেক্সিকো ব্রাজিল আর্জেন্টিনা কলম্বিয়া
    ভেনেজুয়েলা যুক্তরাজ্য ইংল্যান্ড স্কটল্যান্ড আয়ারল্যান্ড ফ্রান্স জার্মানি ইতালি স্পেন পর্তুগাল নেদারল্যান্ডস বেলজিয়াম পোল্যান্ড
    ইউক্রেন রাশিয়া তুরস্ক গ্রিস সুইডেন নরওয়ে ইরান ইরাক সিরিয়া লেবানন ইসরায়েল ফিলিস্তিন গাজা জর্ডান মিসর সৌদি কাতার কুয়েত
    আমিরাত ওমান ইয়েমেন সুদান লিবিয়া নাইজেরিয়া কেনিয়া ইথিওপিয়া জিম্বাবুয়ে নামিবিয়া উগান্ডা
    দিল্লি কলকাতা মুম্বাই করাচি লাহোর কলম্বো কাঠমান্ডু লন্ডন প্যারিস মস্কো কিয়েভ তেহরান দুবাই
    dhaka gazipur narayanganj narsingdi munshiganj manikganj tangail kishoreganj faridpur madaripur shariatpur rajbari
    gopalganj chattogram chittagong cumilla noakhali feni lakshmipur chandpur brahmanbaria rangamati khagrachhari
    bandarban rajshahi natore naogaon chapainawabganj pabna sirajganj bogura joypurhat khulna bagerhat satkhira jashore
    jhenaidah magura narail kushtia chuadanga meherpur barishal bhola patuakhali pirojpur jhalakathi barguna sylhet
    moulvibazar habiganj sunamganj rangpur dinajpur thakurgaon panchagarh nilphamari lalmonirhat kurigram gaibandha
    mymensingh jamalpur sherpur netrokona
    bangladesh india pakistan nepal bhutan maldives afghanistan myanmar china japan taiwan vietnam thailand malaysia
    singapore indonesia philippines australia canada mexico brazil argentina colombia venezuela england scotland ireland
    france germany italy spain portugal netherlands belgium poland ukraine russia turkey greece sweden norway iran iraq
    syria lebanon israel gaza jordan egypt qatar kuwait oman yemen sudan libya nigeria kenya ethiopia zimbabwe namibia
    uganda delhi kolkata mumbai karachi lahore colombo kathmandu london paris moscow kyiv tehran dubai
""")

#: words that half of all news is written with: so common before a newsroom's own articles were counted
COMMON: Final = _keys("""
    নিহত আহত মৃত্যু মারা প্রাণ হত্যা মামলা আদালত পুলিশ গ্রেপ্তার আটক অভিযান উদ্ধার জেলা উপজেলা এলাকা রাজধানী শহর গ্রাম সড়ক
    মহাসড়ক দুর্ঘটনা আগুন ঘটনা ঘটনাস্থল হাসপাতাল ভর্তি চিকিৎসা রোগী স্বাস্থ্য অধিদপ্তর মন্ত্রণালয় সরকার উপদেষ্টা মন্ত্রী
    প্রধানমন্ত্রী রাষ্ট্রপতি প্রধান কমিশন কমিশনার নির্বাচন ভোট আসন প্রার্থী মনোনয়ন মনোনয়নপত্র দল নেতা কর্মী নেতাকর্মী সভাপতি
    সম্পাদক বিএনপি আওয়ামী লীগ জামায়াত এনসিপি বৈঠক সভা সমাবেশ অনুষ্ঠান সংবাদ সম্মেলন ঘোষণা দাবি অভিযোগ তদন্ত প্রতিবেদন সিদ্ধান্ত
    আইন বিচার রায় দেশ বিশ্ব আন্তর্জাতিক জাতীয় স্থানীয় সাধারণ নতুন পুরোনো বড় ছোট প্রথম শেষ শুরু বন্ধ সময় দিন মাস বছর
    সপ্তাহ ঘণ্টা মিনিট রাত সকাল বিকেল সন্ধ্যা দুপুর আজ কাল গতকাল আগামী সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রোববার
    টাকা কোটি লাখ হাজার ডলার দাম বাজার ব্যাংক অর্থ বাণিজ্য শতাংশ বাড়া কমা মানুষ জন নারী শিশু যুবক ছাত্র শিক্ষার্থী শিক্ষক
    বিশ্ববিদ্যালয় পরীক্ষা ফল কাজ খেলা ম্যাচ গোল রান উইকেট জয় জেতা হারা সিরিজ বিশ্বকাপ ক্রিকেট ফুটবল টেস্ট ইনিংস অধিনায়ক
    বাংলাদেশ ঢাকা ভারত পাকিস্তান যুক্তরাষ্ট্র জানা বলা করা হওয়া দেওয়া নেওয়া পাওয়া যাওয়া আসা থাকা চলা পড়া রাখা দেখা ওঠা নাম
    নিয়ন্ত্রণ সংখ্যা কারণ তথ্য বিষয় বিভিন্ন বিভাগ পরিবার বাসা বাড়ি ব্যক্তি সদস্য কর্মকর্তা শ্রমিক যাত্রী বাস ট্রাক ট্রেন
    নিখোঁজ মরদেহ লাশ যোগদান ধাক্কা আক্রমণ চাপা ছুরি গুলি খুন ফাঁসি কারাদণ্ড যাবজ্জীবন বিদায় স্থান আয় পাস হার যাত্রীবাহী
    সেনা সদর থানা ইউনিট ফায়ার সার্ভিস হামলা সংঘর্ষ বিক্ষোভ আন্দোলন শোক নিন্দা প্রকাশ গভীর দুই তিন চার পাঁচ এক দুজন তিনজন
    say said new year day people police government minister election party court case bangladesh dhaka two three first
    last after over more than will would could also one million crore lakh taka percent tuesday monday wednesday
    thursday friday saturday sunday today yesterday official country national international report
    kill killed dead die death toll injured rise fall hit win beat lose defeat victory level keep stay cut off against
""")

#: somebody answers to an event: that is another piece of news, and another still if somebody else does
REACTIONS: Final = _keys(
    "শোক শোকবার্তা সমবেদনা নিন্দা অভিনন্দন শুভেচ্ছা উদ্বেগ প্রতিক্রিয়া শ্রদ্ধা condolence condoles mourns condemns congratulates concern"
)
SAYS: Final = _keys("বলা জানানো মন্তব্য দাবি আহ্বান says urges")

_FUTURE: Final = ("বে", "বেন")
_PAST: Final = ("ল", "লো", "লেন", "লাম", "ছিল", "ছিলেন")
_PERFECT: Final = ("েছে", "েছেন", "লেন")  #: of any verb, in the list or not
_COMING: Final = _keys(
    "আগামী আগামীকাল মুখোমুখি সামনে দাবি প্রস্তাব পরিকল্পনা demand proposal will tomorrow upcoming preview ahead eye"
) | {*tokens("আসছে আসছেন যাচ্ছে যাচ্ছেন হচ্ছে বসছে নামছে ফিরছেন")}
_NOT: Final = frozenset({"না", "নেই", "নয়", "not", "won"})


def tense_of(headline: str) -> str:
    """'future' where a headline announces, 'past' where it says what happened, '' where it says neither.

    A future that is denied is a decision (হবে না), and says neither; a bare weekday announces (ফল প্রকাশ বৃহস্পতিবার).
    """
    words = tokens(headline)
    known = {key(word) for word in words}
    future = any(word in VERB_FORMS and word.endswith(_FUTURE) for word in words) or _COMING & {*words, *known}
    if future and not _NOT & set(words):
        return "future"
    if any(word.endswith(_PERFECT) or (word in VERB_FORMS and word.endswith(_PAST)) for word in words):
        return "past"
    return "future" if not headline.isascii() and known & WEEKDAYS.keys() else ""
