import json

import pytest

from newsbot.sandbox.telegram.entities import Entity
from newsbot.sandbox.telegram.errors import ApiError
from newsbot.sandbox.telegram.formatting import clean, read_caption, read_text, readers_text


def refusal(*arguments, read=read_text):
    with pytest.raises(ApiError) as caught:
        read(*arguments).check()
    return caught.value.description


def kinds(text):
    units = text.text.encode("utf-16-le")
    return [(entity.type, units[2 * entity.offset : 2 * entity.end].decode("utf-16-le")) for entity in text.entities]


def test_a_text_of_4096_units_fits_and_one_more_does_not():
    assert read_text("ক" * 4096, "", "").check().text == "ক" * 4096
    assert refusal("ক" * 4097, "", "") == "Bad Request: message is too long"


def test_an_emoji_counts_twice():
    assert read_text("😀" * 2048, "", "").check().text == "😀" * 2048
    assert refusal("😀" * 2049, "", "") == "Bad Request: message is too long"


def test_markup_does_not_count():
    assert len(read_text("<b>" + "ক" * 4096 + "</b>", "HTML", "").check().text) == 4096


def test_more_than_32768_bytes_are_refused_before_parsing():
    assert refusal("<" + "ক" * 10923, "HTML", "") == "Bad Request: text is too long"


def test_a_caption_has_1024_units():
    assert read_caption("a" * 1024, "", "").check().text == "a" * 1024
    assert refusal("a" * 1025, "", "", read=read_caption) == "Bad Request: message caption is too long"
    assert read_caption("", "", "").text == ""


@pytest.mark.parametrize(
    ("raw", "mode", "expected"),
    [
        ("", "HTML", "Bad Request: message text is empty"),
        (" \n ", "", "Bad Request: text must be non-empty"),
        ("<b> </b>", "HTML", "Bad Request: text must be non-empty"),
        ("\r\u202e", "", "Bad Request: text must be non-empty"),
        ("a < b", "html", 'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ("a", "bbcode", "Bad Request: unsupported parse_mode"),
        ("*a*", "MarkdownV2", "Bad Request: the sandbox reads HTML and entities, not MarkdownV2; send parse_mode=HTML"),
        ("a\ud800", "HTML", "Bad Request: text must be encoded in UTF-8"),
    ],
)
def test_a_text_that_telegram_refuses_is_refused_in_its_words(raw, mode, expected):
    assert refusal(raw, mode, "") == expected


def test_ends_are_trimmed_and_entities_stay_where_they_were():
    text, entities = clean("  \n ক খ \n", [Entity("bold", 4, 1)])
    assert (text, entities) == ("ক খ", (Entity("bold", 0, 1),))


def test_the_left_is_trimmed_only_up_to_the_first_entity():
    text, entities = clean("   ক", [Entity("bold", 1, 3)])
    assert (text, entities) == ("  ক", (Entity("bold", 0, 3),))


def test_an_entity_over_what_is_trimmed_shrinks_or_goes():
    assert clean("ক  ", [Entity("bold", 0, 3)]) == ("ক", (Entity("bold", 0, 1),))
    assert clean("ক  ", [Entity("bold", 1, 2)]) == ("ক", ())


def test_what_people_type_is_searched_for_commands_links_and_tags():
    typed = readers_text(
        "/latest@some_bot sports দেখুন https://example.org/খবর/১২, example.com @news_desk #খেলা a/b x@y.org"
    )
    assert kinds(typed) == [
        ("bot_command", "/latest@some_bot"),
        ("url", "https://example.org/খবর/১২"),
        ("url", "example.com"),
        ("mention", "@news_desk"),
        ("hashtag", "#খ"),  # vowel signs end a hashtag on Telegram
        ("email", "x@y.org"),
    ]


def test_links_are_not_looked_for_in_code_or_links():
    text = read_text('<code>example.org</code> <a href="https://a.org">example.com</a>', "HTML", "")
    assert [entity.type for entity in text.entities] == ["code", "text_link"]


def test_entities_can_be_given_instead_of_markup():
    given = [
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 3, "length": 1, "url": "example.org"},
        {"type": "hashtag", "offset": 0, "length": 1},
    ]
    text = read_text("কখ গ", "", json.dumps(given))
    assert [(entity.type, entity.offset, entity.url) for entity in text.entities] == [
        ("bold", 0, None),
        ("text_link", 3, "http://example.org/"),
    ]


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ("{", "Bad Request: can't parse entities JSON object"),
        ("{}", "Bad Request: expected an Array of MessageEntity"),
        ('[{"type": "bold", "offset": 0}]', 'Bad Request: can\'t parse MessageEntity: Can\'t find field "length"'),
        ('[{"type": "bold", "offset": "0", "length": 1}]',
         'Bad Request: can\'t parse MessageEntity: Field "offset" must be of type Number'),
        ('[{"type": "bold", "offset": 0, "length": 9}]',
         "Bad Request: entity begins at invalid offset 0 or has invalid length 9"),
    ],
)  # fmt: skip
def test_given_entities_that_do_not_fit_are_refused(entities, expected):
    assert refusal("কখ", "", entities) == expected
