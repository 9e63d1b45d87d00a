"""The words that readers use for what the bot can do, in Bengali, in Latin letters and in English.

Any of them is understood whatever language the reader has chosen. The first of each is the command's name. Latin
spellings are compared by sound (`romanised.sound`), so one stands for its neighbours: `sorboshesh` for `shorboses`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Verb(StrEnum):
    """A reader's commands; the value is the command after the slash. THANKS is only said, never a command."""

    START = "start"
    LATEST = "latest"
    TOPICS = "topics"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    MY_TOPICS = "mytopics"
    SEARCH = "search"
    SETTINGS = "settings"
    LANGUAGE = "language"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    MY_DATA = "mydata"
    FORGET_ME = "forgetme"
    HELP = "help"
    THANKS = "thanks"


PHRASES: Final[dict[Verb, tuple[str, ...]]] = {
    Verb.START: (
        *("start", "শুরু", "শুরু করি", "স্টার্ট", "suru", "hello", "hi", "হ্যালো", "হাই", "হেলো", "সালাম", "আসসালামু আলাইকুম"),
        *("আদাব", "নমস্কার", "শুভ সকাল", "salam", "assalamu alaikum", "nomoskar", "adab"),
    ),
    Verb.LATEST: (
        *(
            "latest",
            "news",
            "headlines",
            "headline",
            "latest news",
            "top news",
            "সর্বশেষ",
            "খবর",
            "সংবাদ",
            "শিরোনাম",
            "নিউজ",
        ),
        *("সর্বশেষ খবর", "সর্বশেষ সংবাদ", "শেষ খবর", "আজকের খবর", "নতুন খবর", "তাজা খবর", "সব খবর", "লেটেস্ট", "খবরাখবর"),
        *("sorbosesh", "sorboses", "sarbasesh", "khobor", "khabar", "khobar", "songbad", "sangbad", "sironam"),
        *("ajker khobor", "notun khobor", "sorbosesh khobor", "sob khobor"),
    ),
    Verb.TOPICS: (
        *(
            "topics",
            "topic",
            "sections",
            "section",
            "categories",
            "বিষয়",
            "বিষয়সমূহ",
            "সব বিষয়",
            "টপিক",
            "টপিকস",
            "বিভাগ",
        ),
        *("ক্যাটাগরি", "bisoy", "bishoy", "bisoi", "topik", "bibhag"),
    ),
    Verb.SUBSCRIBE: (
        *("subscribe", "follow", "sub", "সাবস্ক্রাইব", "অনুসরণ", "ফলো", "যুক্ত", "যোগ", "গ্রাহক হব", "গ্রাহক"),
        *("sabskraib", "onusoron", "folo", "jog"),
    ),
    Verb.UNSUBSCRIBE: (
        *("unsubscribe", "unfollow", "unsub", "আনসাবস্ক্রাইব", "আনফলো", "অনুসরণ বন্ধ", "সাবস্ক্রাইব বন্ধ", "বাদ", "বাতিল"),
        *("ansabskraib", "anfolo", "onusoron bondho", "batil"),
        *("bad dao", "bad din", "bad den"),  # not `bad` alone, which is an English word
    ),
    Verb.MY_TOPICS: (
        *(
            "mytopics",
            "my topics",
            "my subscriptions",
            "subscriptions",
            "আমার বিষয়",
            "আমার টপিক",
            "আমার পছন্দ",
            "আমার সাবস্ক্রিপশন",
        ),
        *("amar bisoy", "amar bisoi", "amar topik", "amar topics"),
    ),
    Verb.SEARCH: (
        *("search", "find", "খুঁজুন", "খুঁজো", "খোঁজ", "খোঁজা", "সার্চ", "অনুসন্ধান"),
        *("khujun", "khunjun", "khujo", "khoj", "onusondhan"),
    ),
    Verb.SETTINGS: ("settings", "setting", "preferences", "সেটিংস", "সেটিং", "পছন্দ", "setings", "ponchondo"),
    Verb.LANGUAGE: (*("language", "lang", "ভাষা", "ভাষা বদল", "ভাষা পরিবর্তন", "ল্যাঙ্গুয়েজ", "bhasa", "vasa", "basa"),),
    Verb.PAUSE: ("pause", "বিরতি", "পজ", "সাময়িক বন্ধ", "biroti", "mute", "মিউট"),
    Verb.RESUME: ("resume", "চালু", "আবার চালু", "ফের চালু", "unpause", "unmute", "chalu", "abar chalu"),
    Verb.STOP: (
        *("stop", "stop all", "stop it", "stop sending", "stop sending me news", "stop news", "stop messages"),
        *(
            "stop notifications",
            "no more",
            "quit",
            "থামুন",
            "থামান",
            "থামাও",
            "থামো",
            "বন্ধ",
            "বন্ধ কর",
            "সব বন্ধ",
            "স্টপ",
            "বিদায়",
        ),
        *("খবর বন্ধ", "সব খবর বন্ধ", "খবর পাঠানো বন্ধ", "মেসেজ বন্ধ", "নোটিফিকেশন বন্ধ", "আর পাঠাবেন না", "আর খবর পাঠাবেন না"),
        *("আর লাগবে না", "bondho", "bandho", "sob bondho", "khobor bondho", "thamun", "thamo", "bidai", "ar pathaben na"),
    ),
    Verb.MY_DATA: ("mydata", "my data", "আমার তথ্য", "আমার ডেটা", "আমার উপাত্ত", "amar tottho", "amar data"),
    Verb.FORGET_ME: (
        *("forgetme", "forget me", "delete my data", "আমাকে ভুলে যান", "ভুলে যান", "আমার তথ্য মুছুন", "আমার তথ্য মুছে ফেলুন"),
        *("সব তথ্য মুছুন", "amake bhule jan", "bhule jan", "amar tottho muchun"),
    ),
    Verb.HELP: (
        *("help", "menu", "commands", "সাহায্য", "সহায়তা", "হেল্প", "মেনু", "মেন্যু", "কমান্ড", "কী করতে পারেন", "নির্দেশনা"),
        *("sahajjo", "sahajyo", "sohayota", "sahajo", "sahajya"),
    ),
    Verb.THANKS: (
        *(
            "thanks",
            "thank you",
            "ধন্যবাদ",
            "অনেক ধন্যবাদ",
            "ঠিক আছে",
            "আচ্ছা",
            "ok",
            "okay",
            "ওকে",
            "dhonnobad",
            "dhanyabad",
            "thik ache",
        ),
    ),
}

#: Said around what is meant; left out before a short request is compared. Never left out of a search.
FILLERS: Final = (
    *(
        "দেখান",
        "দেখাও",
        "দেখি",
        "দিন",
        "দাও",
        "দেন",
        "করুন",
        "করো",
        "করেন",
        "চাই",
        "বলুন",
        "জানান",
        "পড়ুন",
        "পড়তে",
        "প্লিজ",
        "দয়া করে",
    ),
    *(
        "অনুগ্রহ করে",
        "আমাকে",
        "একটু",
        "কিছু",
        "আজকের",
        "এখন",
        "এখনকার",
        "নতুন",
        "please",
        "plz",
        "pls",
        "show",
        "me",
        "give",
        "the",
        "get",
    ),
    *("dekhan", "dekhao", "din", "dao", "korun", "koro", "chai", "ajker", "amake", "ektu", "notun", "to"),
)
ALL: Final = ("all", "everything", "সব", "সবগুলো", "সকল", "সমস্ত", "সব বিষয়", "sob", "sobgulo", "sokol")
AND: Final = ("ও", "আর", "এবং", "and", "o", "ar", "ebong")
YES: Final = ("yes", "হ্যাঁ", "হ্যা", "হা", "নিশ্চিত", "confirm", "ha", "hae")
NUMBER: Final = ("নম্বর", "নম্বরটা", "নং", "নাম্বার", "number", "no", "nombor", "nambar")
LANGUAGES: Final[dict[str, tuple[str, ...]]] = {
    "bn": ("bn", "বাংলা", "bangla", "bengali"),
    "en": ("en", "english", "ইংরেজি", "ইংলিশ", "ingreji", "ingrezi"),
}
PLEASED: Final = frozenset("👍🙏❤💚💙💜🥰😊🙂👌👏")  #: signs that say thanks
