"""Where sentences end, and where they don't."""

from __future__ import annotations

import pytest

from newsbot.text.sentences import split_sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "স্বরাষ্ট্র উপদেষ্টা মো. জাহাঙ্গীর আলম এ কথা জানান।",
        "ম\u09c7\u09be. কামাল সেখানে ছিলেন।",  # the vowel typed in two parts
        "এ. কে. এম. ফজলুল হক ছিলেন প্রধান অতিথি।",
        "ড. ইউনূস ও ডা. শফিক বৈঠক করেন।",
        "অ্যাড. রহিম, মাও. করিম ও ইঞ্জি. সেলিম আসেন।",
        "লে. কর্নেল (অব.) হাবিব বক্তব্য দেন।",
        "প্রবৃদ্ধি ৩.৫ শতাংশ হয়েছে।",
        "১. প্রথম দাবি মেনে নিতে হবে।",
        "১৮.১১.২০২৫ তারিখে, মঙ্গলবার (১৮ নভেম্বর) বিকেল ৫.৪৫ মিনিটে সভা বসে।",
        "মোঃ সেলিম ও মো: রফিক আটক হন।",
        "বিস্তারিত example.com/news?id=5 ঠিকানায়।",
        "তারপর... সবাই চলে গেল।",
        "দর | পরিবর্তন | লেনদেন",
        "Dr. Rahman met Mr. J. Smith at 3.30 p.m. on Nov. 18 in Dhaka.",
        "🎉🎉",
    ],
)
def test_this_is_one_sentence(sentence: str) -> None:
    assert split_sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("সে এল। আমি গেলাম।", ["সে এল।", "আমি গেলাম।"]),
        ("সে এল।আমি গেলাম।", ["সে এল।", "আমি গেলাম।"]),
        ("সে এল । আমি গেলাম ।", ["সে এল ।", "আমি গেলাম ।"]),
        ("সে এল৷ আমি গেলাম৷", ["সে এল৷", "আমি গেলাম৷"]),
        ("তিনি বলেন, ‘আমি যাব।’ তারপর যান।", ["তিনি বলেন, ‘আমি যাব।’", "তারপর যান।"]),
        ("তিনি বলেন, “আমি যাব।” তারপর যান।", ["তিনি বলেন, “আমি যাব।”", "তারপর যান।"]),
        ('তিনি বলেন, "আমি যাব।" তারপর যান।', ['তিনি বলেন, "আমি যাব।"', "তারপর যান।"]),
        ("সব শেষ।“নতুন শুরু।”", ["সব শেষ।", "“নতুন শুরু।”"]),
        ("কে এই সারা? কেউ জানে না! সত্যি?", ["কে এই সারা?", "কেউ জানে না!", "সত্যি?"]),
        ("কী হলো?! বলুন।", ["কী হলো?!", "বলুন।"]),
        ("প্রথম অনুচ্ছেদ\nদ্বিতীয় অনুচ্ছেদ।", ["প্রথম অনুচ্ছেদ", "দ্বিতীয় অনুচ্ছেদ।"]),
        ("খেলা শেষ হয়েছে. সবাই খুশি।", ["খেলা শেষ হয়েছে.", "সবাই খুশি।"]),
        ("He came. She left in 2025. They won!", ["He came.", "She left in 2025.", "They won!"]),
        (
            "It rained.It stopped. At ABC (BD).Then it ended.",
            ["It rained.", "It stopped.", "At ABC (BD).", "Then it ended."],
        ),
        ("সে এল। ।। আমি গেলাম।", ["সে এল। ।।", "আমি গেলাম।"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_a_text_falls_into_its_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_what_was_typed_is_kept() -> None:
    assert split_sentences("র\u200c্যাবের বিজ\u09df।  শেষ।") == ["র\u200c্যাবের বিজ\u09df।", "শেষ।"]


def test_initials_written_together_end_nothing() -> None:
    for sentence in ("এ.কে.এম. রহিম এলেন।", "এ. কে. এম. ফজলুল হক এলেন।"):
        assert split_sentences(f"{sentence} তিনি বসলেন।") == [sentence, "তিনি বসলেন।"]


def test_a_quotation_goes_on_with_who_said_it() -> None:
    sentences = ["“কী হবে?” জানতে চান তিনি।", "‘চলুন!’ বলেন করিম।", "তিনি বলেন, ‘নির্বাচন হবে।’", "এরপর চলে যান।"]
    assert split_sentences(" ".join(sentences)) == sentences
