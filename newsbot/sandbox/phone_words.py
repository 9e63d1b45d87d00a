"""What the phone and the demo page say themselves, in Bengali and English. (What the bot says is the bot's.)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_WORDS: Final[dict[str, tuple[str, str]]] = {
    # the phone
    "phone_of": ("{name}-এর ফোন", "{name}'s phone"),
    "bot": ("বট", "bot"),
    "channel": ("চ্যানেল", "channel"),
    "group": ("গ্রুপ", "group"),
    "typing": ("লিখছে…", "typing…"),
    "messages": ("বার্তা", "Messages"),
    "what_can": ("এই বট কী করতে পারে?", "What can this bot do?"),
    "start": ("শুরু করুন", "START"),
    "restart": ("আবার চালু করুন", "RESTART BOT"),
    "write": ("বার্তা লিখুন", "Message"),
    "send": ("পাঠান", "Send"),
    "commands": ("মেনু", "Menu"),
    "no_commands": ("বট এখনো কোনো নির্দেশ জানায়নি।", "The bot has not registered any commands yet."),
    "attach": ("আরও পাঠান", "Send something else"),
    "photo": ("ছবি", "Photo"),
    "sticker": ("স্টিকার", "Sticker"),
    "location": ("অবস্থান", "Location"),
    "contact": ("ফোন নম্বর", "Phone number"),
    "more": ("আরও", "More"),
    "language": ("অ্যাপের ভাষা", "App language"),
    "block": ("বটকে ব্লক করুন", "Block the bot"),
    "unblock": ("বটকে আনব্লক করুন", "Unblock the bot"),
    "own_window": ("আলাদা পাতায় খুলুন", "Open in its own page"),
    "chats": ("চ্যাট", "Chats"),
    "edited": ("সম্পাদিত", "edited"),
    "silent": ("নীরবে এসেছে", "arrived silently"),
    "aloud": ("শব্দসহ এসেছে", "arrived with a sound"),
    "forward": ("ফরোয়ার্ড", "Forward"),
    "forwarded": ("ফরোয়ার্ড করা:", "Forwarded from"),
    "formatted": ("সাজানো লেখা", "Formatted text"),
    "format_hint": ("লেখা বেছে নিয়ে চাপুন", "Select some text, then press"),
    "bold": ("মোটা", "Bold"),
    "italic": ("বাঁকা", "Italic"),
    "link": ("লিংক", "Link"),
    "reply": ("উত্তর দিন", "Reply"),
    "replying": ("উত্তর", "Replying"),
    "delete": ("আমার জন্য মুছুন", "Delete for me"),
    "cancel": ("বাতিল", "Cancel"),
    "close": ("বন্ধ করুন", "Close"),
    "ok": ("ঠিক আছে", "OK"),
    "share": ("শেয়ার করুন", "Share"),
    "copy": ("কপি করুন", "Copy"),
    "copied": ("কপি হয়েছে", "Copied"),
    "you": ("আপনি", "You"),
    "opens_page": ("পাতা খুলবে", "opens a page"),
    "today": ("আজ", "Today"),
    "yesterday": ("গতকাল", "Yesterday"),
    "offline": ("সংযোগ নেই, আবার চেষ্টা চলছে…", "No connection, trying again…"),
    "no_answer": ("বট সাড়া দেয়নি", "The bot did not answer"),
    "failed": ("পাঠানো যায়নি", "Could not be sent"),
    "unsupported": ("এই ধরনের বার্তা এখানে দেখানো যায় না", "This kind of message can't be shown here"),
    "pinned": ("একটি বার্তা পিন করা হয়েছে", "pinned a message"),
    "service": ("চ্যাটের তথ্য বদলেছে", "The chat has changed"),
    "no_such_phone": ("এই নম্বরের কোনো পাঠক নেই।", "There is no reader with this number."),
    # the demo page
    "demo": ("ডেমো", "Demo"),
    "demo_intro": (
        "এক পাঠকের টেলিগ্রাম ও মেসেঞ্জার, সম্পাদকের ফোন, আর বার্তাকক্ষ। সবই এই কম্পিউটারে; কোথাও কিছু যায় না।",
        "A reader's Telegram and Messenger, an editor's phone, the newsroom. The phones speak Bengali; ⋮ changes that.",
    ),
    "try_this": ("যা করে দেখতে পারেন", "What to try"),
    "the_channel": ("চ্যানেল", "Channel"),
    "public_channel": ("উন্মুক্ত চ্যানেল", "The public channel"),
    "editors_phone": ("সম্পাদকের ফোন", "The editor's phone"),
    "breaking": ("ব্রেকিং: বটকে সঙ্গে সঙ্গে জানানো হবে", "Breaking: the bot is told at once"),
    "audience": ("পাঠকেরা যা পাচ্ছেন", "What readers get"),
    "simulated": ("{count} জন কৃত্রিম পাঠক", "{count} simulated readers"),
    "joining": ("আরও {count} জন আসছেন", "{count} more are coming"),
    "per_second": ("টি বার্তা প্রতি সেকেন্ডে", "messages a second"),
    "last_minute": ("শেষ এক মিনিট", "The last minute"),
    "nothing_sent": ("এখনো কিছু পাঠানো হয়নি।", "Nothing has been sent yet."),
    "got_it": ("{count} জন পেয়েছেন", "{count} got it"),
    "got_twice": ("{count}টি দুবার", "{count} twice"),
    "corrected": ("{count}টি সংশোধিত", "{count} corrected"),
    "recalled": ("{count}টি মুছে নেওয়া", "{count} taken back"),
    "no_text": ("ছবি", "A picture"),
    "counts": (
        "ব্লক বা বন্ধ অ্যাকাউন্ট: {refused} · ৪২৯ উত্তর: {floods} · ব্যস্ততম সেকেন্ডে: {worst}",
        "Blocked or closed accounts: {refused} · 429s given: {floods} · busiest second: {worst}",
    ),
    "more_readers": ("+ ১০০ জন পাঠক", "+ 100 readers"),
    "peek": ("শেষ প্রাপকের ফোন দেখুন", "See the last one's phone"),
    "readers_called": ("তাঁরা একে একে ‘শুরু করুন’ চাপছেন।", "They press START, one after another."),
    "troubles": ("টেলিগ্রামের গোলযোগ", "Trouble at Telegram"),
    "troubles_hint": (
        "চাপলে শুরু হয়, আবার চাপলে থামে; সংখ্যাটি কতবার ঘটল।",
        "Press to begin, press again to end; the number says how often it struck.",
    ),
    "trouble_flood": ("🌊 ৪২৯", "🌊 429"),
    "trouble_flood_means": (
        "প্রতি ১২টির একটিকে বলা হয়: ৩ সেকেন্ড পরে এসো।",
        "One request in twelve is told: come back in 3 seconds.",
    ),
    "trouble_errors": ("💥 ৫০২", "💥 502"),
    "trouble_errors_means": ("প্রতি ৪টির একটি ব্যর্থ হয়।", "Every fourth request fails."),
    "trouble_lost": ("🕳️ হারানো উত্তর", "🕳️ Lost answers"),
    "trouble_lost_means": (
        "বার্তা পৌঁছায়, কিন্তু ১২টির একটিতে বট তা জানতে পারে না।",
        "The message arrives, but one time in twelve the bot is never told.",
    ),
    "trouble_slow": ("🐌 ধীর", "🐌 Slow"),
    "trouble_slow_means": ("প্রতিটি উত্তর ৩ সেকেন্ড দেরিতে আসে।", "Every answer comes 3 seconds late."),
    "trouble_outage": ("🔌 বিচ্ছিন্ন", "🔌 Outage"),
    "trouble_outage_means": ("কোনো সংযোগই টেকে না, কোনো দিকেই।", "No connection holds, in either direction."),
    "all_well": ("✅ সব ঠিক", "✅ All well again"),
    "newsroom": ("বার্তাকক্ষ", "Newsroom"),
    "portal": ("পোর্টাল দেখুন", "See the portal"),
    "publish_next": ("তৈরি খবর প্রকাশ করুন", "Publish a prepared article"),
    "any_section": ("যেকোনো বিভাগ", "Any section"),
    "none_left": ("তৈরি খবর আর নেই; নিজে লিখুন।", "No prepared article is left; write one."),
    "write_own": ("নিজে লিখে প্রকাশ করুন", "Write one of your own"),
    "section": ("বিভাগ", "Section"),
    "kicker": ("শিরোনামের ওপরের লাইন (ঐচ্ছিক)", "Kicker (optional)"),
    "headline": ("শিরোনাম", "Headline"),
    "body": ("খবর; প্রতি লাইনে একটি অনুচ্ছেদ", "Text; one paragraph a line"),
    "publish": ("প্রকাশ করুন", "Publish"),
    "save": ("সংরক্ষণ করুন", "Save"),
    "published": ("প্রকাশিত খবর", "Published"),
    "edit": ("সম্পাদনা", "Edit"),
    "withdraw": ("প্রত্যাহার", "Withdraw"),
    "withdraw_sure": ("খবরটি পোর্টাল থেকে সরিয়ে নেবেন?", "Take this article off the portal?"),
    "just_published": ("প্রকাশিত হলো: {headline}", "Published: {headline}"),
    "just_saved": ("সংরক্ষিত হলো: {headline}", "Saved: {headline}"),
    "just_withdrawn": ("প্রত্যাহার করা হলো: {headline}", "Withdrawn: {headline}"),
    "soon": ("বট ১০ সেকেন্ড পরপর পোর্টালের ফিড পড়ে।", "The bot reads the portal's feed every 10 seconds."),
    "phones": ("ফোন", "Phones"),
    "telegram": ("টেলিগ্রাম", "Telegram"),
    "messenger": ("মেসেঞ্জার", "Messenger"),
    "telegram_of": ("{name} · টেলিগ্রাম", "{name} · Telegram"),
    "messenger_of": ("{name} · মেসেঞ্জার", "{name} · Messenger"),
    "on_messenger": ("{name} (মেসেঞ্জার)", "{name} (Messenger)"),
    "reader_name": ("পাঠকের নাম", "Reader's name"),
    "waiting_count": ("{count}টি তৈরি আছে", "{count} prepared"),
}

_STEPS: Final = (
    ("পাঠকের টেলিগ্রামে ‘শুরু করুন’ চেপে বিষয় বাছুন।", "The reader's Telegram: press START, choose topics."),
    ("মেসেঞ্জারে ‘শুরু করি’ চেপে একই বিষয় বাছুন।", "On Messenger tap “Begin”; choose the same topic."),
    ("সেই বিষয়ের খবর প্রকাশ করুন; দুটি ফোনেই আসবে।", "Publish on such a topic; both phones get it."),
    (
        "মেসেঞ্জারের জানালা বন্ধ করে প্রকাশ করুন, পরে সেখানে কিছু লিখুন।",
        "Close Messenger's windows, publish, then write something there.",
    ),
    (
        "মেসেঞ্জারে /link লিখে দুই চ্যাট যুক্ত করুন; খবর একবারই আসবে।",
        "Write /link on Messenger and connect the two chats; news comes once.",
    ),
    (
        "সম্পাদকের ফোনে /desk লিখুন, লিংকটি খুলুন, ‘বার্তা লিখুন’ চেপে লিখে পাঠান। চ্যাটে পাঠাতে /broadcast।",
        "Editor's phone: write /desk, open the link, press “Write a broadcast”, send it. In the chat: /broadcast.",
    ),
    (
        "ডেস্কে দেখুন কতজন পেলেন; থামান, চালু করুন, সংশোধন করুন, প্রত্যাহার করুন।",
        "Watch it arrive on the desk; pause, go on, correct it, take it back.",
    ),
    (
        "সম্পাদকের ফোনে /roles দিয়ে আরেকজনকে আমন্ত্রণ জানান, বা ডেস্কের ‘সদস্য’ পাতা থেকে।",
        "Invite a second person: /roles on the editor's phone, or the desk's page “People”.",
    ),
    ("টেলিগ্রামে গোলযোগ বাধান; কেউ কি বাদ পড়েন?", "Trouble Telegram; is anybody left out?"),
)

LANGUAGES: Final = ("bn", "en")


def words(language: str) -> Mapping[str, str]:
    """Every word in Bengali, or in English for any other language."""
    return choose(_WORDS, language)


def choose(table: Mapping[str, tuple[str, str]], language: str) -> dict[str, str]:
    """A table of words, (Bengali, English) by name, in one of the two."""
    index = _index(language)
    return {name: both[index] for name, both in table.items()}


def steps(language: str) -> Sequence[str]:
    """What to try on the demo page, in order."""
    return [both[_index(language)] for both in _STEPS]


def _index(language: str) -> int:
    return 0 if language.split("-")[0] == "bn" else 1
