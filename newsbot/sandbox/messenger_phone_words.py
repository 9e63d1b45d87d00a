"""What the Messenger phone and its part of the demo page say themselves, in Bengali and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from newsbot.sandbox.phone_words import choose, words

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "messenger_phone_of": ("{name}-এর মেসেঞ্জার", "{name}'s Messenger"),
    "page": ("পেজ · স্বয়ংক্রিয় উত্তর", "Page · automated replies"),
    "get_started": ("শুরু করুন", "Get Started"),
    "say_hello": ("কিছু লিখে শুরু করুন", "Write something to begin"),
    "questions": ("প্রশ্ন বেছে নিন", "Tap a question"),
    "quick_replies": ("চটজলদি উত্তর", "Quick replies"),
    "page_menu": ("পেজের মেনু", "The Page's menu"),
    "no_menu": ("পেজ কোনো মেনু দেয়নি।", "The Page has set no menu."),
    "aa": ("লিখুন", "Aa"),
    "like": ("👍 পাঠান", "Send a 👍"),
    "voice": ("কণ্ঠবার্তা", "Voice"),
    "video": ("ভিডিও", "Video"),
    "file": ("ফাইল", "File"),
    "react": ("প্রতিক্রিয়া দিন", "React"),
    "reaction": ("প্রতিক্রিয়া: {emoji}", "Reaction: {emoji}"),
    "seen": ("দেখা হয়েছে", "Seen"),
    "delivered": ("পৌঁছেছে", "Delivered"),
    "taken_back": ("বার্তাটি ফিরিয়ে নেওয়া হয়েছে", "This message was unsent"),
    "page_person": ("পেজের একজন", "Somebody at the Page"),
    "card_of": ("{total}টির {number} নম্বর", "{number} of {total}"),
    "carousel": ("কার্ডের সারি", "Cards"),
    "earlier": ("আগের কার্ড", "Earlier card"),
    "further": ("পরের কার্ড", "Next card"),
    "open_link": ("m.me লিংক খুলুন", "Open an m.me link"),
    "open": ("খুলুন", "Open"),
    "click_ad": ("বিজ্ঞাপনে চাপুন", "Click an ad"),
    "ad_clicked": ("এবার লিখলে জানালা ৭ দিনের জন্য খুলবে", "Write now, and the window opens for seven days"),
    "stop_page": ("পেজের নিজে থেকে লেখা বন্ধ করুন", "Stop the Page's notifications"),
    "resume_page": ("পেজের নিজে থেকে লেখা চালু করুন", "Allow the Page's notifications"),
    "block_page": ("পেজের বার্তা ব্লক করুন", "Block the Page's messages"),
    "unblock_page": ("পেজকে আনব্লক করুন", "Unblock the Page"),
    "blocked_page": ("এই পেজের বার্তা ব্লক করা আছে।", "You've blocked messages from this Page."),
    "delete_thread": ("কথোপকথন মুছুন", "Delete the conversation"),
    "window_open": ("জানালা খোলা: {until} পর্যন্ত · খুলেছে: {cause}", "Window open until {until} · opened by {cause}"),
    "window_closed": (
        "জানালা বন্ধ: আপনি লিখলে বা চাপলে খুলবে",
        "Window closed: it opens when you write or tap",
    ),
    "window_never": ("জানালা খোলেনি: আগে আপনি লিখুন", "No window yet: you must write first"),
    "window_why": (
        "মেসেঞ্জারে পেজ নিজে থেকে লিখতে পারে শুধু এই সময়ের মধ্যে।",
        "On Messenger a Page may write by itself only until then.",
    ),
    "opened_message": ("বার্তা", "a message"),
    "opened_button": ("বোতাম", "a tap"),
    "opened_reaction": ("প্রতিক্রিয়া", "a reaction"),
    "opened_referral": ("লিংক", "a link"),
    "opened_ad": ("বিজ্ঞাপন", "an ad"),
    "opened_opt_in": ("সম্মতি", "an opt-in"),
    "no_such_person": ("এই নম্বরের কেউ মেসেঞ্জারে নেই।", "There is nobody with this number on Messenger."),
    # the demo page
    "messengers_rules": ("মেসেঞ্জারের নিয়ম", "Messenger's rules"),
    "messenger_rules": (
        "পেজ নিজে থেকে লিখতে পারে শুধু জানালা খোলা থাকলে: পাঠক লিখলে বা চাপলে ২৪ ঘণ্টা।",
        "A Page may write by itself only in a window: for 24 hours after the reader wrote or tapped.",
    ),
    "messenger_time": ("সেখানে এখন {time}", "there it is {time}"),
    "messenger_counts": (
        "জানালা খোলা: {people} জনের মধ্যে {open} জনের · পৌঁছানো বার্তা: {sent}",
        "Windows open: {open} of {people} · messages that went through: {sent}",
    ),
    "messenger_close": ("🔒 জানালা বন্ধ করুন", "🔒 Close the windows"),
    "messenger_close_means": (
        "এখন খবর প্রকাশ করুন: মেসেঞ্জারে আসবে না। পাঠক কিছু লিখলে জমা খবরের কথা বলা হবে।",
        "Publish now: nothing comes on Messenger. When the reader writes, they hear of what waits.",
    ),
    "messenger_day": ("⏩ এক দিন পার করুন", "⏩ Let a day pass"),
    "messenger_day_means": (
        "মেসেঞ্জারের ঘড়ি ২৪ ঘণ্টা এগিয়ে গেল; সব জানালা বন্ধ।",
        "Messenger's clock is 24 hours on; every window has closed.",
    ),
    "messenger_more_readers": ("+ ৫০ জন পাঠক", "+ 50 readers"),
    "messenger_readers_called": (
        "তাঁরা একে একে কোনো বিষয়ের লিংক খুলছেন।",
        "They open a link to a topic, one after another.",
    ),
    "messenger_token": ("🔑 টোকেনের মেয়াদ শেষ", "🔑 The token expires"),
    "messenger_token_means": (
        "বটের টোকেন আর চলে না: মেসেঞ্জারে পাঠানো থামে, টেলিগ্রামে চলে। আবার চাপলে ঠিক হয়।",
        "The bot's token is refused: Messenger halts, Telegram goes on. Press again to mend it.",
    ),
    "messenger_page": ("⛔ পেজ আটকানো", "⛔ The Page is blocked"),
    "messenger_page_means": (
        "প্ল্যাটফর্ম পেজকে লিখতে দিচ্ছে না; সম্পাদককে জানানো হয়। আবার চাপলে ছাড়া পায়।",
        "The platform keeps the Page from writing; editors are told. Press again to let it go.",
    ),
}


def messenger_words(language: str) -> Mapping[str, str]:
    """The phones' words and Messenger's own, in Bengali, or in English for any other language."""
    return {**words(language), **choose(_WORDS, language)}
