import json
import os
import re
from pathlib import Path

import pytest

from newsbot.sandbox.telegram.html_markup import MarkupError, parse_html

SHARED = Path(os.environ.get("NEWSBOT_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
GOLDEN = SHARED / "telegram" / "html_golden.json"

ACCEPTED = [
    ("সাদা পাঠ", "সাদা পাঠ", []),
    ("<b>খেলা</b>", "খেলা", [("bold", 0, 4)]),
    (
        "<strong>a</strong><em>b</em><ins>c</ins><strike>d</strike>",
        "abcd",
        [("bold", 0, 1), ("italic", 1, 1), ("underline", 2, 1), ("strikethrough", 3, 1)],
    ),
    ("🏏<i>🏏 ক</i>", "🏏🏏 ক", [("italic", 2, 4)]),
    ("<B>a</b>", "a", [("bold", 0, 1)]),
    ("<b>a</>", "a", [("bold", 0, 1)]),
    ("<b>a</b  >", "a", [("bold", 0, 1)]),
    ("<b class=x data-y='1' hidden>a</b>", "a", [("bold", 0, 1)]),
    ("<tg-spoiler>a</tg-spoiler><span class='tg-spoiler'>b</span>", "ab", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
    ("<b></b>a", "a", []),
    ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
    ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
    ("<pre>a</pre><code>b</code>", "ab", [("pre", 0, 1), ("code", 1, 1)]),
    ("a > b \" '", "a > b \" '", []),
    ("&lt;b&gt; &amp; &quot;", '<b> & "', []),
    ("&lt", "<", []),
    ("&ltx;", "&ltx;", []),
    ("&nbsp;&apos;&copy;&AMP;", "&nbsp;&apos;&copy;&AMP;", []),
    ("&#2453;&#x0995;&#X41;", "কক&#X41;", []),
    ("&#0;&#x10FFFF;&#x110000;", "&#0;&#x10FFFF;&#x110000;", []),
    ("&#00000065;&#0000065;", "&#00000065;A", []),
    ("a & b", "a & b", []),
]
REFUSED = [
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("ক <", "Unclosed start tag at byte offset 4"),
    ("<br>", 'Unsupported start tag "br" at byte offset 0'),
    ("<b/>", 'Unsupported start tag "b/" at byte offset 0'),
    ("<!-- x -->", 'Unsupported start tag "!--" at byte offset 0'),
    ("ক<p>x</p>", 'Unsupported start tag "p" at byte offset 3'),
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<b>x</ b>", "Unclosed end tag at byte offset 4"),
    ("<b x", 'Unclosed start tag "b" at byte offset 0'),
    ("<b =1>", 'Empty attribute name in the tag "b" at byte offset 0'),
    ("<a href=x.y/z>x</a>", "Unexpected end of name token at byte offset 8"),
    ("<a href='x.y>x</a>", "Unclosed start tag at byte offset 0"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("<tg-emoji emoji-id='0'>x</tg-emoji>", "Invalid custom emoji identifier specified"),
    ("<tg-time unix=5 format=q>x</tg-time>", "Invalid date format used"),
    (
        "&#xD83D;&#xDE00;",
        (
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        ),
    ),
]


@pytest.mark.parametrize(("markup", "text", "entities"), ACCEPTED)
def test_markup_becomes_text_and_entities(markup, text, entities):
    parsed, found = parse_html(markup)
    assert (parsed, [(entity.type, entity.offset, entity.length) for entity in found]) == (text, entities)


@pytest.mark.parametrize(("markup", "reason"), REFUSED)
def test_broken_markup_is_refused_in_telegrams_words(markup, reason):
    with pytest.raises(MarkupError) as refusal:
        parse_html(markup)
    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG/Path?x=1&amp;y=২#z", "https://example.org/Path?x=1&y=২#z"),
        ("example.org/খবর/১", "http://example.org/খবর/১"),
        ("http://127.0.0.1:8090/a b", "http://127.0.0.1:8090/a%20b"),
        ("https://খবর.বাংলা", "https://খবর.বাংলা/"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("javascript:alert(1)", None),
        ("ftp://example.org/", None),
        ("http://localhost/", None),
        ("http://example.org:99999/", None),
        ("/relative", None),
    ],
)
def test_a_bad_link_leaves_its_text_without_an_error(href, url):
    text, entities = parse_html(f'<a href="{href}">পড়ুন</a>')
    assert text == "পড়ুন"
    assert [entity.url for entity in entities] == ([url] if url else [])


def test_a_link_without_address_is_its_own_text():
    _, entities = parse_html("<a>example.org</a>")
    assert [entity.url for entity in entities] == ["http://example.org/"]


def test_a_user_link_is_a_mention():
    _, entities = parse_html('<a href="tg://user?id=77">রহিম</a>')
    assert [(entity.type, entity.user_id) for entity in entities] == [("text_mention", 77)]


@pytest.mark.parametrize(
    "markup",
    [
        '<pre><code class="language-python">x</code></pre>',
        '<code class="language-python"><pre>x</pre></code>',
    ],
)
def test_code_in_pre_keeps_its_language(markup):
    _, entities = parse_html(markup)
    assert [(entity.type, entity.language) for entity in entities] == [("pre", "python")]


def test_a_language_without_pre_is_dropped():
    _, entities = parse_html('<code class="language-python">x</code>')
    assert [(entity.type, entity.language) for entity in entities] == [("code", None)]


_GOLDEN_TYPES = {
    "Italic": "italic",
    "Bold": "bold",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "CustomEmoji": "custom_emoji",
    "FormattedDate": "date_time",
}


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared data beside the project")
def test_the_parser_agrees_with_the_published_vectors():
    vectors = json.loads(GOLDEN.read_text())["vectors"]
    assert len(vectors) > 80
    for vector in vectors:
        if "error" in vector:
            with pytest.raises(MarkupError, match="^" + re.escape(vector["error"]) + "$"):
                parse_html(vector["in"])
            continue
        text, entities = parse_html(vector["in"])
        expected = [(_GOLDEN_TYPES[kind], offset, length) for kind, offset, length, *_ in vector["entities"]]
        assert (text, [(entity.type, entity.offset, entity.length) for entity in entities]) == (
            vector["text"],
            expected,
        )
        for entity, (_, _, _, *extra) in zip(entities, vector["entities"], strict=True):
            if entity.type in {"text_link", "pre"} and extra:
                assert [entity.url or entity.language] == extra
