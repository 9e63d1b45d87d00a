"""The words that readers use for what the bot can do, in Bengali, in Latin letters and in English.

Any of them is understood whatever language the reader has chosen. The first of each is the command's name. Bengali
words stand for their inflections (খবর for খবরটা, খবরগুলো), Latin spellings are compared by sound (`romanised.sound`),
so one stands for its neighbours: `sorboshesh` for `shorboses`. Small words (FILLERS and below) mean only the form that
stands here: করুন is a request, করেছে is news.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Verb(StrEnum):
    """A reader's commands, by what stands after the slash; and what is only said."""

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
    LINK = "link"
    UNLINK = "unlink"
    HELP = "help"
    GREET = "greet"
    THANKS = "thanks"


ONLY_SAID: Final = frozenset({Verb.GREET, Verb.THANKS})


def _phrases(text: str) -> tuple[str, ...]:
    """Those between the commas."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


PHRASES: Final[dict[Verb, tuple[str, ...]]] = {
    Verb.START: _phrases("start, শুরু, শুরু করি, স্টার্ট, suru, get started, let's start"),
    Verb.LATEST: _phrases("""
        latest, news, headlines, headline, stories, latest news, top news, recent news, breaking news, news update,
        updates, সর্বশেষ, খবর, সংবাদ, শিরোনাম, নিউজ, সর্বশেষ খবর, সর্বশেষ সংবাদ, শেষ খবর, নতুন খবর, তাজা খবর,
        টাটকা খবর, সব খবর, লেটেস্ট, লেটেস্ট নিউজ, ব্রেকিং নিউজ, খবরাখবর, নতুন কী আছে, নতুন কি আছে, কী হচ্ছে,
        কি হচ্ছে, কী হলো, কি হলো, what's new, whats new, what's happening, ki holo, ki hocche, notun ki ache,
        update, খবরা খবর, খবর টবর, হেডলাইন, হেডলাইনস, আপডেট, বাংলা খবর, বাংলা সংবাদ, বাংলা নিউজ, bangla news,
        bangla khobor, bengali news, দেশ বিদেশের খবর, sorbosesh, sorboses, sarbasesh, khobor, khabar, khobar, khbr,
        songbad, sangbad, sironam, notun khobor, sorbosesh khobor, sob khobor, taja khobor, khoborakhobor
        """),
    Verb.TOPICS: _phrases("""
        topics, topic, sections, section, categories, category, by topic, all topics, বিষয়, বিষয়সমূহ, সব বিষয়,
        বিষয় অনুযায়ী, বিষয় তালিকা, টপিক, টপিকস, বিভাগ, সব বিভাগ, ক্যাটাগরি, bisoy, bishoy, bisoi, topik, bibhag
        """),
    Verb.SUBSCRIBE: _phrases("""
        subscribe, follow, sub, subscription, সাবস্ক্রাইব, সাবস্ক্রিপশন, অনুসরণ, ফলো, যুক্ত, যোগ, গ্রাহক হব,
        গ্রাহক হতে, গ্রাহক, সদস্য হব, sabskraib, onusoron, folo, jog
        """),
    Verb.UNSUBSCRIBE: _phrases("""
        unsubscribe, unfollow, unsub, stop following, cancel subscription, cancel my subscription, remove me,
        আনসাবস্ক্রাইব, আনফলো, অনুসরণ বন্ধ, সাবস্ক্রাইব বন্ধ, সাবস্ক্রিপশন বন্ধ, ফলো বন্ধ, বাদ, বাতিল, ansabskraib,
        anfolo, onusoron bondho, follow bondho, subscribe bondho, batil, bad dao, bad din, bad den
        """),  # not `bad` alone, which is an English word
    Verb.MY_TOPICS: _phrases("""
        mytopics, my topics, my subscriptions, subscriptions, what i follow, what do i follow, কী ফলো, কী কী ফলো,
        কি ফলো, কি কি ফলো, কী অনুসরণ, কি অনুসরণ, ki follow, আমার বিষয়, আমার টপিক, আমার পছন্দ, আমার সাবস্ক্রিপশন,
        আমার তালিকা, amar bisoy, amar bisoi, amar topik, amar topics
        """),
    Verb.SEARCH: _phrases("""
        search, find, look for, look up, search for, খুঁজুন, খুঁজো, খুঁজে, খোঁজ, খোঁজা, খুঁজছি, খুঁজতে, খোঁজেন,
        সার্চ, অনুসন্ধান, khujun, khunjun, khujo, khuje, khoj, khujchi, onusondhan
        """),
    Verb.SETTINGS: _phrases("""
        settings, setting, preferences, options, সেটিংস, সেটিং, পছন্দ, setings, ponchondo
        """),
    Verb.LANGUAGE: _phrases("""
        language, lang, ভাষা, ভাষা বদল, ভাষা পরিবর্তন, ল্যাঙ্গুয়েজ, ল্যাংগুয়েজ, bhasa, vasa, basa
        """),
    Verb.PAUSE: _phrases("""
        pause, mute, pause alerts, snooze, বিরতি, পজ, মিউট, সাময়িক বন্ধ, আপাতত বন্ধ, কিছুক্ষণ বন্ধ, কিছুদিন বন্ধ,
        সাময়িকভাবে বন্ধ, আপাতত থামান, খবর পাঠানো থামান, biroti, apatoto bondho, only pause, শুধু থামিয়ে রাখুন
        """),
    Verb.RESUME: _phrases("""
        resume, unpause, unmute, turn on, alerts on, notifications on, notification on, start again,
        turn alerts on, চালু, আবার চালু, ফের চালু, খবর পাঠানো চালু, chalu, abar chalu, on koro, অন
        """),
    Verb.STOP: _phrases("""
        stop, stop all, stop it, stop sending, stop sending me, turn off, switch off, no more, quit, exit,
        leave me alone, stop texting me, stop messaging me, stop spamming, don't disturb, বিরক্ত করবেন না,
        বিরক্ত করো না, থামুন, থামান, থামাও, থামো, বন্ধ, বন্ধ কর, সব বন্ধ, অফ, off, স্টপ, বিদায়, খবর বন্ধ,
        সব খবর বন্ধ, খবর পাঠানো বন্ধ, পাঠানো বন্ধ, bondho, bandho, bondo, sob bondho, khobor bondho, thamun, thamo,
        bidai, off koro
        """),
    Verb.MY_DATA: _phrases("""
        mydata, my data, আমার তথ্য, আমার ডেটা, আমার ডাটা, আমার উপাত্ত, amar tottho, amar data
        """),
    Verb.FORGET_ME: _phrases("""
        forgetme, forget me, delete my data, delete me, delete my account, delete everything, delete all my data,
        মুছে দিন, সব মুছে দিন, তথ্য ডিলিট, আমার তথ্য ডিলিট, ডেটা ডিলিট, আমার ডেটা ডিলিট, আমার ডেটা মুছুন,
        আমার ডেটা মুছে ফেলুন, সব মুছে ফেলুন, আমার সব তথ্য মুছে ফেলুন, আমাকে ভুলে যান, আমাকে ভুলে যাও, ভুলে যান,
        আমার তথ্য মুছুন, আমার তথ্য মুছে ফেলুন, আমার তথ্য মুছে দিন, yes delete everything, হ্যাঁ সব মুছে ফেলুন,
        সব তথ্য মুছুন, amake bhule jan, bhule jan, amar tottho muchun, amar data delete
        """),
    Verb.LINK: _phrases("""
        link, connect, connect chats, link chats, connect my chats, connect my accounts, link my accounts, লিংক, লিঙ্ক,
        কানেক্ট, চ্যাট যুক্ত, চ্যাট জোড়া, দুই চ্যাট যুক্ত, অ্যাকাউন্ট যুক্ত, চ্যাট সংযুক্ত, chat jukto, kanekt
        """),
    Verb.UNLINK: _phrases("""
        unlink, disconnect, disconnect chats, unlink chats, disconnect my chats, আনলিংক, আনলিঙ্ক, ডিসকানেক্ট,
        চ্যাট আলাদা, চ্যাট বিচ্ছিন্ন, চ্যাটের সংযোগ বিচ্ছিন্ন, anlink, diskanekt, chat alada
        """),
    Verb.HELP: _phrases("""
        help, menu, commands, how does this work, what can you do, who are you, what is this, how, how to,
        how do i, how can i, কীভাবে, কিভাবে, kivabe, kibhabe, তুমি কে, আপনি কে, কে আপনি, tumi ke, apni ke, সাহায্য,
        সহায়তা, হেল্প, মেনু, মেন্যু, কমান্ড, কী করতে পারেন, কি করতে পারেন, কী করতে পারো, নির্দেশনা,
        কীভাবে ব্যবহার করব, কিভাবে ব্যবহার করব, sahajjo, sahajyo, sohayota, sahajo, sahajya, ki korte paren
        """),
    Verb.GREET: _phrases("""
        hello, hi, hi there, hello there, hey, good morning, good evening, হ্যালো, হাই, হেলো, সালাম,
        আসসালামু আলাইকুম, আদাব, নমস্কার, শুভ সকাল, শুভ সন্ধ্যা, কেমন আছেন, কেমন আছো, salam, assalamu alaikum,
        nomoskar, adab, kemon achen, kemon acho
        """),
    Verb.THANKS: _phrases("""
        thanks, many thanks, thank you, thank you very much, ধন্যবাদ, অনেক ধন্যবাদ, থ্যাংকস, থ্যাংক ইউ, ঠিক আছে,
        আচ্ছা, ভালো, ok, okay, ওকে, nice, great, bye, ok bye, বাই, good night, dhonnobad, dhanyabad, thik ache,
        accha
        """),
}

#: Of what is sent by itself, not asked for.
ALERTS: Final = _phrases("""
    alerts, alert, notifications, notification, messages, অ্যালার্ট, এলার্ট, নোটিফিকেশন, নোটিফিকেশান, মেসেজ,
    বার্তা, বিজ্ঞপ্তি, elart, notifikeson
    """)
#: What makes a wish of a word that may be news too: খেলা বন্ধ may have happened, খেলা বন্ধ করুন is asked for.
IMPERATIVES: Final = _phrases("""
    করুন, রাখুন, রাখো, রাখেন, rakhun, rakho, করো, কর, করেন, করবেন, করে দিন, করে দাও, করে দেন, করতে চাই, করব, করবো,
    দিন, দাও, দেন, দিও, দিয়েন, দেবেন, দিবেন, চাই, চাচ্ছি, প্লিজ, প্লীজ, দয়া করে, অনুগ্রহ করে, please, plz, pls,
    korun, koro, koren, kore din, kore den, kore daw, kore dao, korte chai, din, dao, den, chai, i want, i want to,
    i would like to, i'd like to, can you, could you
    """)
#: Said around what is meant.
FILLERS: Final = _phrases("""
    দেখান, দেখাও, দেখি, দেখব, দেখবো, দেখাবেন, দেখতে, দেখা, বলুন, বলো, বলেন, বলবেন, জানান, জানাও, জানাবেন, জানতে,
    শোনান, শোনাও, শুনি, শুনতে, পড়ুন, পড়ো, পড়ব, পড়বো, পড়তে, পড়ি, খুলুন, খোলো, খোলেন, দিতে, পেতে, পাব, পাবো,
    পাই, দাও না, দেন না, দিন না, দেখান না, বলুন না, আমাকে, আমায়, আমি, আমরা, আমাদের, আপনি, আপনার, একটু, একটা,
    একবার, কিছু, কয়েকটা, গুলো, গুলি, সম্প্রতি, এখন, এখনকার, এখনের, এই মুহূর্তের, নতুন, তাজা, তো, ভাই, ভাইয়া, আপু,
    আপা, স্যার, দাদা, বস, আছে, ছিল, কোনো, কোন, kono, kon, দিনের, লাগবে, দরকার, নিয়মিত, প্রতিদিন, রোজ, চেঞ্জ,
    lagbe, dorkar, korbo, protidin, daily, every day, প্রধান, গুরুত্বপূর্ণ, আলোচিত, সকালের, দুপুরের, বিকেলের,
    সন্ধ্যার, রাতের, শেষ, টা, টি, করি, করছি, এই, এসব, এগুলো, এগুলা, এটা, লিখুন, লেখো, main, important, big, last,
    likhun, khulo, kholo, speak, write, use, te, e, er, ker, gulo, gula, this, these, that, এর, বলেন না, বলো না,
    ta, ti, আছে কি, আছে নাকি, কি আছে, কী আছে, কি, কী, কই, কোথায়, বদলাব, বদলাবো, বদলাও, বদলান, বদলে, বদলাতে, বদল,
    পাল্টাব, পাল্টাবো, পাল্টান, পাল্টাতে, পরিবর্তন, ফেলুন, ফেলো, পাঠান, পাঠাও, পাঠাবেন, সংক্রান্ত, বিষয়ক, পাতা,
    অংশ, জন্য, থেকে, তালিকা, নামের, show, show me, give, give me, tell, tell me, send, send me, get, get me, read,
    open, see, view, list, me, my, the, a, some, any, i, to, for, of, from, in, is there, whats, what's, what is,
    what are, the new, new, now, right now, top, more, recent, sir, bro, bhai, vai, apu, change, switch, set,
    the page, it, want, need, would like, dekhan, dekhao, dekhi, dekhte, dekhbo, bolun, bolo, bolen, janan, janao,
    jante, porte, porbo, dao na, den na, amake, ami, amar, ektu, kichu, ache, ache ki, ki, ki ache, koi, notun,
    ekhon, ekhonkar, bodlabo, bodlao, bodlan, bodlate, bodol, poriborton, pathan, pathao
    """)
#: between what a text is about and a word for news
ABOUT: Final = _phrases("""
    নিয়ে, সম্পর্কে, বিষয়ে, ব্যাপারে, প্রসঙ্গে, সংক্রান্ত, about, on, regarding, niye, somporke, bisoye, bapare
    """)
#: Not wanted: of a topic, or anything at all.
REFUSALS: Final = _phrases("""
    চাই না, চাইনা, করতে চাই না, আর চাই না, লাগবে না, আর লাগবে না, দরকার নেই, দেবেন না, দিবেন না, দিও না, দিয়েন না,
    পাঠাবেন না, আর পাঠাবেন না, পাঠিও না, don't send, dont send, don't want, dont want, do not send, do not want,
    not interested, chai na, lagbe na, pathaben na, ar pathaben na, diben na
    """)
ALL: Final = _phrases("""
    all, everything, সব, সবগুলো, সকল, সমস্ত, সব বিষয়, সব কিছু, সবকিছু, sob, sobgulo, sokol
    """)
AND: Final = _phrases("ও, আর, এবং, and, o, ar, r, ebong")
YES: Final = _phrases("yes, হ্যাঁ, হ্যা, হা, নিশ্চিত, confirm, ha, hae, yeah, জি, জ্বি, ji")
#: of buttons that say nothing without the message they stand under
BUTTONS: Final = _phrases("""
    no, না, নাহ, nope, na, cancel, no keep it, না থাক, থাক, done, হয়েছে, undo, ফিরিয়ে নিন, older, newer, more,
    show more, more news, next, previous, back, aro, aro dekhao, আরও দেখাও, আরও দেখান, আরও খবর, আরো, আরো দেখাও,
    আরো খবর, আগেরটা, পরেরটা, আগের খবর, পরের খবর, আরও, better, পুরোনো খবর, আগের পাতা, পরের পাতা, next page, share,
    শেয়ার করুন, read in full, পুরোটা পড়ুন, why this, এটি কেন পেলাম
    """)
#: labels of buttons that vanish from the app, and what else asks for the same: typed they do it too
MISSED: Final = _phrases("""
    show them, দেখুন, জমা খবর, জমা থাকা খবর, কী জমা আছে, কি জমা আছে, what i missed, what did i miss, missed news, missed,
    joma khobor
    """)
NOT_NOW: Final = _phrases("not now, এখন নয়, এখন না, ekhon na, later, পরে, পরে দেখব")
GO_ON: Final = _phrases("yes go on, go on, হ্যাঁ চালু থাক, হ্যাঁ চালু রাখুন")
NUMBER: Final = _phrases("নম্বর, নম্বরটা, নং, নাম্বার, নাম্বারটা, number, no, nombor, nambar")
#: 1, 2, 3…, as counted; they open a line alone only in Bengali letters (`at` and `sat` are English words)
NUMERALS: Final[dict[str, int]] = {
    word: number
    for number, words in enumerate(
        (
            *("এক একটি one ek", "দুই দুইটা দুটি দুটো two dui duita", "তিন তিনটা তিনটি three tin tinta"),
            *("চার চারটা চারটি four char", "পাঁচ পাচ পাঁচটা পাঁচটি five panch pach panchta", "ছয় ছয়টা ছয়টি six choy"),
            *("সাত সাতটা সাতটি seven sat", "আট আটটা আটটি eight at", "নয় নয়টা নয়টি nine noy", "দশ দশটা দশটি ten dosh"),
        ),
        start=1,
    )
    for word in words.split()
}
ORDINALS: Final[dict[str, int]] = {
    word: number
    for number, words in enumerate(
        (
            *("প্রথম পয়লা first 1st prothom", "দ্বিতীয় second 2nd ditio", "তৃতীয় third 3rd tritio"),
            *("চতুর্থ fourth 4th choturtho", "পঞ্চম fifth 5th ponchom", "ষষ্ঠ sixth 6th", "সপ্তম seventh 7th"),
            *("অষ্টম eighth 8th", "নবম ninth 9th", "দশম tenth 10th"),
        ),
        start=1,
    )
    for word in words.split()
}
LANGUAGES: Final[dict[str, tuple[str, ...]]] = {
    "bn": _phrases("bn, বাংলা, bangla, bengali"),
    "en": _phrases("en, english, ইংরেজি, ইংলিশ, ingreji, ingrezi"),
}
PLEASED: Final = frozenset("👍🙏❤💚💙💜🥰😊🙂👌👏")  #: signs that say thanks
