"""Every message that readers and editors see stands in every language, whole."""

from __future__ import annotations

import re
import time
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message

from newsbot.i18n import Catalog
from newsbot.i18n.catalog import LOCALES
from newsbot.i18n.messages import extracted, po_files, read_messages

FILES = tuple(po_files())
BENGALI = LOCALES / "bn" / "LC_MESSAGES" / "newsbot.po"
LATIN_DIGITS = re.compile(r"[0-9]")
COMMANDS = re.compile(r"/[a-z]+")


def _forms(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (str(value),)


def _places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _messages(file: Path) -> list[Message]:
    return [message for message in read_messages(file) if message.id]


def test_bengali_is_among_the_languages() -> None:
    assert BENGALI in FILES
    assert Catalog.load().languages == ("bn", "en")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_every_message_in_the_code_is_translated_and_no_translation_is_left_over(file: Path) -> None:
    translated = {message.id for message in _messages(file) if all(_forms(message.string))}
    in_code = {message.id for message in extracted() if message.id}
    assert translated == in_code, "run python -m newsbot.i18n.messages, then translate"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_no_translation_is_a_guess(file: Path) -> None:
    assert [message.id for message in _messages(file) if message.fuzzy] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_places_and_commands_are_those_of_the_message(file: Path) -> None:
    for message in _messages(file):
        for english in _forms(message.id):
            for translation in _forms(message.string):
                assert _places(translation) == _places(english), message.id
                assert set(COMMANDS.findall(translation)) == set(COMMANDS.findall(english)), message.id


def test_bengali_has_no_latin_digits_and_no_english_punctuation() -> None:
    for message in _messages(BENGALI):
        for translation in _forms(message.string):
            assert not LATIN_DIGITS.search(translation), translation
            assert '"' not in translation, translation
            assert not re.search(r"[\u0980-\u09ff]\.(\s|$)", translation), translation  # a sentence ends in ।


def test_numbers_are_written_in_the_languages_digits_and_plurals_follow_its_rule() -> None:
    catalog = Catalog.load()
    bengali, english = catalog.translator("bn"), catalog.translator("en")
    forms = ("“{words}”: {n} story", "“{words}”: {n} stories")
    assert bengali.plural(*forms, 1234567, words="সেতু") == "‘সেতু’: ১২,৩৪,৫৬৭টি খবর"
    assert english.plural(*forms, 1, words="bridge") == "“bridge”: 1 story"
    assert english.plural(*forms, 1234567, words="bridge") == "“bridge”: 1,234,567 stories"


@pytest.mark.parametrize(
    ("asked", "spoken"), [("bn", "bn"), ("bn-BD", "bn"), ("bn_IN", "bn"), ("EN-gb", "en"), ("fr", "en"), ("", "en")]
)
def test_a_language_we_lack_is_answered_by_its_nearest_or_in_english(asked: str, spoken: str) -> None:
    assert Catalog.load().translator(asked).language == spoken


def test_a_message_that_is_not_translated_is_shown_in_english() -> None:
    assert Catalog.load().gettext("bn", "Not in any file: {n}", n=5) == "Not in any file: ৫"


def test_the_files_are_read_fast_enough_not_to_be_noticed_at_the_start() -> None:
    began = time.perf_counter()
    Catalog.load()
    assert time.perf_counter() - began < 1  # 15 ms on an idle core
