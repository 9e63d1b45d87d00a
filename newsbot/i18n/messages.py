"""Keeps the `.po` files in step with the code: `python -m newsbot.i18n.messages`.

New messages are added untranslated, unused ones are dropped, translations stay. How many wait is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog as Messages
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from newsbot.i18n.catalog import DOMAIN, LOCALES

__all__ = ["KEYWORDS", "extracted", "read_messages", "update"]

PACKAGE: Final = Path(__file__).parent.parent
KEYWORDS: Final[dict[str, tuple[int, ...] | None]] = {
    "_": None,
    "N_": None,
    "translate": None,
    "plural": (1, 2),
    "gettext": (2,),
}
HEADER: Final = "# Newsbot's messages to readers and editors.\n"


def extracted(package: Path = PACKAGE) -> Messages:
    """Every message in the code, with the files it stands in (no line numbers: they change too often)."""
    messages = Messages(project=DOMAIN, header_comment=HEADER)
    found = extract_from_dir(str(package), [("**.py", "python"), ("**/templates/**.html", "jinja2")], keywords=KEYWORDS)
    for file, _line, message, _comments, context in sorted(found, key=lambda row: (row[0], row[1])):
        messages.add(message, locations=[(f"newsbot/{file}", None)], context=context)  # type: ignore[list-item]
    return messages


def po_files(locales: Path = LOCALES) -> Iterator[Path]:
    yield from sorted(locales.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read_messages(file: Path) -> Messages:
    with file.open("rb") as po:
        return read_po(po, locale=file.parent.parent.name, domain=DOMAIN)


def update(file: Path) -> int:
    """Bring one file up to date; says how many messages wait for a translation."""
    messages = read_messages(file)
    messages.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    messages.obsolete.clear()
    messages.header_comment = HEADER
    with file.open("wb") as po:
        write_po(po, messages, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return sum(1 for message in messages if message.id and not message.string)


def main() -> None:
    for file in po_files():
        waiting = update(file)
        sys.stdout.write(f"{file}: {waiting} to translate\n")


if __name__ == "__main__":
    main()
