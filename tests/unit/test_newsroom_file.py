"""The newsroom file: what it may say, and how each mistake in it is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from newsbot.domain.source import SourceKind
from newsbot.errors import ConfigurationError
from newsbot.newsroom_file import load_newsroom

ROOT = Path(__file__).parents[2]

SMALL = """
[newsroom]
name = { bn = "দৈনিক নমুনা", en = "The Daily Sample" }
site = "https://www.example.com/"

[[topics]]
id = "sports"
name = { bn = "খেলা", en = "Sports" }
"""


def mistakes_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "newsroom.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_newsroom(path)
    return [line.removeprefix(f"{path}: ") for line in caught.value.mistakes]


def test_the_example_has_the_twelve_sections_of_a_bengali_portal() -> None:
    file = load_newsroom(ROOT / "newsroom.example.toml")
    assert [topic.name("bn") for topic in file.topics] == (
        [
            "জাতীয়",
            "রাজনীতি",
            "আন্তর্জাতিক",
            "অর্থনীতি",
            "খেলা",
            "বিনোদন",
            "সারাদেশ",
            "প্রযুক্তি",
            "শিক্ষা",
            "স্বাস্থ্য",
            "জীবনযাপন",
            "মতামত",
        ]
    )
    assert all(topic.name("en") and topic.emoji and topic.sections and topic.url_patterns for topic in file.topics)
    assert [source.kind for source in file.sources] == [SourceKind.FEED, SourceKind.SITEMAP]


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "newsroom.toml"
    path.write_text(SMALL + '[[sources]]\nid = "main"\nurl = "https://www.example.com/rss/"\nevery = "90 s"\n', "utf-8")
    file = load_newsroom(path)
    assert file.newsroom.site == "https://www.example.com"
    assert file.topics["sports"].name("fr") == "খেলা"
    assert (file.sources[0].url, file.sources[0].every) == ("https://www.example.com/rss/", timedelta(seconds=90))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no such file; copy newsroom\.example\.toml to it"):
        load_newsroom(tmp_path / "newsroom.toml")


def test_broken_toml_says_where(tmp_path: Path) -> None:
    assert mistakes_of(tmp_path, "[newsroom\n") == [
        (
            "not valid TOML: Expected ']' at the end of a table declaration (at line 1, column 10); "
            "compare with newsroom.example.toml."
        )
    ]


@pytest.mark.parametrize(
    ("addition", "told"),
    [
        (
            '[[topics]]\nid = "Big Id"\nname = { bn = "বড়" }',
            "topics number 2 (Big Id) id: 'Big Id' has the wrong form; example: id = \"sports\"",
        ),
        (
            '[[topics]]\nid = "x"',
            'topics number 2 (x) name: it is missing; example: name = { bn = "খেলা", en = "Sports" }',
        ),
        (
            '[[topics]]\nid = "x"\nname = { bn = "ক" }\ncolour = "red"',
            "topics number 2 (x) colour: there is no such key; the keys are shown in newsroom.example.toml",
        ),
        (
            '[[topics]]\nid = "x"\nname = "ক"',
            (
                "topics number 2 (x) name: 'ক' is not a table of names and values; "
                'example: name = { bn = "খেলা", en = "Sports" }'
            ),
        ),
        (
            '[[topics]]\nid = "x"\nname = { bn = "ক" }\nemoji = 7',
            'topics number 2 (x) emoji: 7 is not text in quotes; example: emoji = "⚽"',
        ),
        (
            '[[topics]]\nid = "x"\nname = { bn = "ক" }\nsections = "কলাম"',
            'topics number 2 (x) sections: \'কলাম\' is not a list; example: sections = ["খেলা", "খেলাধুলা"]',
        ),
        (
            '[[topics]]\nid = "sports"\nname = { bn = "ক" }',
            'topics: the id "sports" is given twice; every id must be its own.',
        ),
        (
            '[[topics]]\nid = "krira"\nname = { bn = "খেলা" }',
            'topics krira: "খেলা" already means the topic "sports"; use another word.',
        ),
        (
            '[[sources]]\nid = "a"\nurl = "ftp://x"',
            (
                "sources number 1 (a) url: 'ftp://x' is not an http or https address; "
                'example: url = "https://www.example.com/rss.xml"'
            ),
        ),
        (
            '[[sources]]\nid = "a"\nurl = "https://x.org"\nkind = "rss"',
            "sources number 1 (a) kind: 'rss' is not one of 'feed', 'sitemap' or 'listing'; example: kind = \"feed\"",
        ),
        (
            '[[sources]]\nid = "a"\nurl = "https://x.org"\nevery = "often"',
            (
                "sources number 1 (a) every: 'often' is not a duration: write a number and s, min, h or d; "
                'example: every = "2 min"'
            ),
        ),
        (
            '[[sources]]\nid = "a"\nurl = "https://x.org"\nevery = "1 s"',
            'sources a: every = "1 s" is too often; 10 s is the least.',
        ),
        (
            '[[sources]]\nid = "a"\nurl = "https://x.org"\ntopics = ["chess"]',
            'sources a: there is no topic "chess"; the topics are: sports.',
        ),
    ],
)
def test_a_wrong_entry_is_told_in_one_line(tmp_path: Path, addition: str, told: str) -> None:
    assert mistakes_of(tmp_path, SMALL + addition) == [told]


def test_an_empty_file_says_what_is_needed(tmp_path: Path) -> None:
    assert mistakes_of(tmp_path, "") == [
        'newsroom: it is missing; needed: a section [newsroom] with name = { bn = "…" } and site = "https://…"',
        "topics: it is missing; needed: at least one section [[topics]]",
    ]
