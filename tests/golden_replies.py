"""Replies of every kind, per language, whose form on each channel is kept as golden messages."""

from __future__ import annotations

from newsbot.domain.message import (
    Button,
    CardReply,
    ChoiceReply,
    FileReply,
    Headline,
    HeadlinesReply,
    MessageRef,
    NoticeReply,
    Option,
    Span,
    TextReply,
    Toast,
)

SITE = "https://nodibarta.example"

HEADLINES = {
    "bn": HeadlinesReply(
        title="সর্বশেষ",
        headlines=(
            Headline(
                number="১",
                kicker="নদীবন্দর কাপ",
                headline="শেষ ওভারের নাটকে ফাইনালে খুলনা",
                when="৫ মিনিট আগে",
                action="a:101",
                url=f"{SITE}/khela/101",
            ),
            Headline(
                number="২",
                headline="হাওরে আগাম বন্যার সতর্কতা, কৃষকদের ধান কাটার পরামর্শ",
                when="১ ঘণ্টা আগে",
                action="a:102",
                url=f"{SITE}/saradesh/102",
            ),
            Headline(
                number="৩",
                kicker="বাজেট <২০২৬>",
                headline="চাল & ডালের দাম কমছে, “স্বস্তি” ক্রেতার",
                when="মঙ্গলবার (১৮ নভেম্বর)",
                action="a:103",
                url=f"{SITE}/orthoniti/103",
            ),
        ),
        footer="১ থেকে ৩, মোট ৬৪টি",
        buttons=((Button("‹ নতুন", "l:0"), Button("পুরোনো ›", "l:2")),),
        replaces=MessageRef("42", "7"),
    ),
    "en": HeadlinesReply(
        title="Latest",
        headlines=(
            Headline(
                number="1",
                kicker="River Port Cup",
                headline="Khulna reach the final in a last-over thriller",
                when="5 minutes ago",
                action="a:101",
                url=f"{SITE}/khela/101",
            ),
            Headline(number="2", headline="Flash-flood warning for the haors", when="1 hour ago", action="a:102"),
        ),
        buttons=((Button("Older ›", "l:2"),),),
    ),
}
CARD = {
    "bn": CardReply(
        labels=("সংশোধিত",),
        kicker="নদীবন্দর কাপ",
        headline="শেষ ওভারের নাটকে ফাইনালে খুলনা",
        summary="শেষ ছয় বলে দরকার ছিল ১৪ রান। দুই বল বাকি থাকতেই জয় নিশ্চিত করেন অধিনায়ক।",
        source="নদীবার্তা",
        when="মঙ্গলবার (১৮ নভেম্বর), সন্ধ্যা ৭টা ১২ মিনিট",
        url=f"{SITE}/khela/101",
        image_url=f"{SITE}/images/101.jpg",
        buttons=(
            (
                Button("পড়ুন", url=f"{SITE}/khela/101"),
                Button("শেয়ার", url="https://t.me/share/url?url=https%3A%2F%2Fx.y"),
            ),
            (Button("খেলা অনুসরণ করুন", "t+:sports"),),
        ),
        silent=True,
    ),
    "en": CardReply(
        headline="Flash-flood warning for the haors: farmers told to harvest early",
        summary="Water is rising faster than usual. Farmers should cut what is ripe within three days.",
        source="Nodibarta",
        when="Tuesday, 18 November, 7:12 pm",
        url=f"{SITE}/saradesh/102",
        buttons=((Button("Read", url=f"{SITE}/saradesh/102"), Button("‹ Back", "l:1")),),
        replaces=MessageRef("42", "7"),
    ),
}
CHOICE = {
    "bn": ChoiceReply(
        question="কোন কোন বিষয়ের খবর চান?",
        options=(
            Option("🏏 খেলা", "t:sports", True),
            Option("🏛 রাজনীতি", "t:politics"),
            Option("💼 অর্থনীতি", "t:economy", True),
        ),
        buttons=((Button("হয়েছে", "t:done"),),),
    ),
    "en": ChoiceReply(
        question="Which language?", options=(Option("বাংলা", "g:bn"), Option("English", "g:en", True)), columns=1
    ),
}
HELP = {
    "bn": TextReply(
        paragraphs=(
            (Span("নদীবার্তায় স্বাগতম!", "bold"),),
            (Span("/latest", "code"), Span(" সর্বশেষ খবর\n"), Span("/search", "code"), Span(" খুঁজুন, যেমন "),
             Span("পদ্মা সেতু", "italic")),
            (Span("আপনার তথ্য আপনারই: /forgetme লিখলে সব মুছে যায়।", "quote"),),
            (Span("আমাদের ওয়েবসাইট", url=SITE),),
        ),
        buttons=((Button("সর্বশেষ", "l:1"), Button("বিষয়", "t")),),
    ),
    "en": TextReply(
        paragraphs=((Span("Commands", "bold"),), (Span("/latest – the news\n/search <words> – find & read"),))
    ),
}  # fmt: skip
FILE = {"bn": FileReply(name="mydata.json", content=b'{"topics": []}', caption="আপনার সম্পর্কে যা রাখা আছে, সব এখানে।")}
TOAST = {"bn": Toast(text="খেলা অনুসরণ করছেন"), "en": Toast(text="You follow Sports now")}
NOTICE = {
    "bn": NoticeReply(
        labels=("সংশোধিত",),
        spans=(
            Span("জরুরি: ", "bold"),
            Span("হাওরে পানি বাড়ছে <দ্রুত> & আরও বাড়বে।\n\nবিস্তারিত "),
            Span("এখানে", url=f"{SITE}/saradesh/102"),
        ),
        buttons=((Button("কেন পেলাম?", "w:7"),),),
        replaces=MessageRef("42", "7"),
    ),
    "en": NoticeReply(spans=(Span(f"Water rises in the haors. See {SITE}/saradesh/102."),), silent=True),
}
PICTURE = {
    "bn": NoticeReply(spans=(Span("হাওরের ছবি", "italic"),), picture="AgACAgQAAxkB-picture", silent=True),
    "en": NoticeReply(spans=(Span("The haors today"),), picture="AgACAgQAAxkB-picture", replaces=MessageRef("42", "7")),
}

CASES = [
    (name, language, reply)
    for name, replies in {
        "headlines": HEADLINES, "card": CARD, "choice": CHOICE, "help": HELP, "file": FILE, "toast": TOAST,
        "notice": NOTICE, "picture": PICTURE,
    }.items()
    for language, reply in replies.items()
]  # fmt: skip
