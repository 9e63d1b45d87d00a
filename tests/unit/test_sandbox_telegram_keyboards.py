import json

import pytest

from newsbot.sandbox.telegram.errors import ApiError
from newsbot.sandbox.telegram.keyboards import read_markup


def inline(*buttons):
    return json.dumps({"inline_keyboard": [list(buttons)]})


def refusal(raw):
    with pytest.raises(ApiError) as caught:
        read_markup(raw).check()
    return caught.value.description


def test_an_inline_keyboard_is_kept_with_its_links_normalised():
    markup = read_markup(inline({"text": "ক", "callback_data": "k"}, {"text": "খ", "url": "EXAMPLE.org"})).check()
    assert markup.inline == {
        "inline_keyboard": [[{"text": "ক", "callback_data": "k"}, {"text": "খ", "url": "http://example.org/"}]]
    }


def test_callback_data_has_64_bytes_which_is_21_bengali_letters():
    assert read_markup(inline({"text": "x", "callback_data": "ক" * 21})).check().inline
    for data in ("ক" * 22, "x" * 65, ""):
        assert refusal(inline({"text": "x", "callback_data": data})) == "Bad Request: BUTTON_DATA_INVALID"


def test_a_hundred_buttons_are_the_most():
    buttons = [{"text": "x", "callback_data": "x"}]
    assert read_markup(json.dumps({"inline_keyboard": [buttons] * 100})).check().inline
    assert refusal(json.dumps({"inline_keyboard": [buttons] * 101})) == "Bad Request: reply markup is too long"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("{", "Bad Request: can't parse reply keyboard markup JSON object"),
        ("[]", "Bad Request: object expected as reply markup"),
        ('{"inline_keyboard": {}}',
         'Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'),
        ('{"inline_keyboard": [{}]}',
         'Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'),
        (inline("x"), "Bad Request: can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        (inline({"callback_data": "x"}), 'Bad Request: can\'t parse inline keyboard button: Can\'t find field "text"'),
        (inline({"text": "x"}),
         "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (inline({"text": "x", "callback_data": 5}),
         'Bad Request: can\'t parse inline keyboard button: Field "callback_data" must be of type String'),
        (inline({"text": "x", "url": "http://localhost/"}),
         "Bad Request: inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"),
        (inline({"text": "x", "url": "ftp://a.b/"}),
         "Bad Request: inline keyboard button URL 'ftp://a.b/' is invalid: Unsupported URL protocol"),
        (inline({"text": "x", "copy_text": {"text": "y" * 257}}), "Bad Request: BUTTON_COPY_TEXT_INVALID"),
        ('{"keyboard": [[5]]}',
         "Bad Request: can't parse keyboard button: KeyboardButton must be a String or an Object"),
    ],
)  # fmt: skip
def test_a_keyboard_that_is_none_is_refused_with_the_reason(raw, expected):
    assert refusal(raw) == expected


def test_keyboards_below_the_text_box_are_kept_apart():
    keyboard = read_markup(json.dumps({"keyboard": [["ক", {"text": "খ"}]], "resize_keyboard": True}))
    assert keyboard.inline is None
    assert keyboard.reply is not None
    assert keyboard.reply["keyboard"] == [[{"text": "ক"}, {"text": "খ"}]]
    assert read_markup('{"remove_keyboard": true}').reply == {"remove_keyboard": True, "selective": False}
    assert read_markup('{"force_reply": true}').reply == {"force_reply": True, "selective": False}


@pytest.mark.parametrize("raw", ["", "{}", "null", '{"inline_keyboard": []}', '{"inline_keyboard": [[]]}'])
def test_no_keyboard_is_no_keyboard(raw):
    markup = read_markup(raw).check()
    assert (markup.inline, markup.reply) == (None, None)
