"""Translations by gettext, read from the `.po` files themselves: there is no compiling step to forget.

In the code a message stands in English, in a call that extraction knows: `_("…")`, `_.plural("…", "…", n)`, or
`N_("…")` where it is only named and translated later. `python -m newsbot.i18n.messages` brings the `.po` files up to
date. What a file doesn't translate is shown in English.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from newsbot.text.digits import format_number

__all__ = ["LOCALES", "N_", "SOURCE_LANGUAGE", "Catalog", "Translator", "spoken_languages"]

LOCALES: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "newsbot"
SOURCE_LANGUAGE: Final = "en"  #: what the messages in the code are written in


def N_(message: str) -> str:
    """Marks a message for extraction where it can't be translated yet; it comes back as it is."""
    return message


@dataclass(frozen=True, slots=True)
class Translator:
    """Speaks one language. Named values go into the message's `{places}`; whole numbers in the language's digits."""

    language: str
    _translations: gettext.NullTranslations = field(repr=False, compare=False, default_factory=gettext.NullTranslations)

    def __call__(self, message: str, **values: str | int) -> str:
        translated = self._translations.gettext(message)
        return self._fill(translated, values) if values else translated

    def plural(self, one: str, many: str, n: int, **values: str | int) -> str:
        """The form for `n`, which may stand in it as `{n}`."""
        return self._fill(self._translations.ngettext(one, many, n), {"n": n, **values})

    def number(self, n: int) -> str:
        """'১২,৩৪,৫৬৭', '1,234,567'."""
        return format_number(n, self.language)

    def _fill(self, message: str, values: Mapping[str, str | int]) -> str:
        # format_map puts values in once: braces in what a reader typed stay what they are.
        return message.format_map(
            {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        )


def spoken_languages(folder: Path = LOCALES) -> tuple[str, ...]:
    """Codes of the languages there are, the translated ones first, without reading the catalogues."""
    translated = (file.parent.parent.name for file in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return (*sorted(set(translated) - {SOURCE_LANGUAGE}), SOURCE_LANGUAGE)


class Catalog:
    """Every language that the bot speaks. Read once at the start (about 20 ms); raises OSError or ValueError for a
    broken file.
    """

    def __init__(self, translators: Iterable[Translator]) -> None:
        self._translators = {translator.language: translator for translator in translators}
        self._translators.setdefault(SOURCE_LANGUAGE, Translator(SOURCE_LANGUAGE))

    @classmethod
    def load(cls, folder: Path = LOCALES) -> Catalog:
        files = sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
        return cls(Translator(file.parent.parent.name, _read(file)) for file in files)

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes, the translated ones first."""
        translated = sorted(code for code in self._translators if code != SOURCE_LANGUAGE)
        return (*translated, SOURCE_LANGUAGE)

    def translator(self, language: str) -> Translator:
        """Of `language`, of its first part (`bn` for `bn-BD`), or the one that speaks English."""
        return self._translators[self.match(language) or SOURCE_LANGUAGE]

    def match(self, language: str) -> str | None:
        """The language of ours that a BCP 47 tag asks for."""
        code = language.replace("_", "-").lower()
        while code:
            if code in self._translators:
                return code
            code = code.rpartition("-")[0]
        return None

    def gettext(self, language: str, message: str, **values: str | int) -> str:
        return self.translator(language)(message, **values)


@cache
def language_name(code: str) -> str:
    """What the speakers of a language call it: 'বাংলা', 'English'."""
    return Locale.parse(code).get_language_name() or code


def _read(file: Path) -> gettext.GNUTranslations:
    """The standard library looks up and counts, but reads only the compiled form: that is made in memory."""
    with file.open("rb") as po:
        catalog = read_po(po, locale=file.parent.parent.name, domain=DOMAIN, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
