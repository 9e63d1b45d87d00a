"""What the phone and the demo page say themselves, in Bengali and English. (What the bot says is the bot's.)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WORDS: Final[dict[str, tuple[str, str]]] = {
    # the phone
    "phone_of": ("{name}-এর ফোন", "{name}'s phone"),
    "bot": ("বট", "bot"),
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
        "একজন পাঠকের ফোন, পাশে বার্তাকক্ষ। ফোনে ‘শুরু করুন’ চাপুন, বিষয় বাছুন, খবর পড়ুন; এখান থেকে খবর প্রকাশ করুন।",
        "A reader's phone beside a newsroom. Press START on the phone, pick topics, read the news; publish from here.",
    ),
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
    "add_phone": ("আরেকটি ফোন", "Another phone"),
    "remove_phone": ("{name}-এর ফোন পাতা থেকে সরান", "Take {name}'s phone off the page"),
    "reader_name": ("পাঠকের নাম", "Reader's name"),
    "waiting_count": ("{count}টি তৈরি আছে", "{count} prepared"),
}

LANGUAGES: Final = ("bn", "en")


def words(language: str) -> Mapping[str, str]:
    """Every word in Bengali, or in English for any other language."""
    index = 0 if language.split("-")[0] == "bn" else 1
    return {name: both[index] for name, both in _WORDS.items()}
