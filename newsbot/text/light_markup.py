"""What an editor types in a plain field, as styled runs of text, and back.

    *bold*   _italic_   `as typed`   [words](https://…)   > a quotation, a line each

A sign that opens stands at the beginning of a word and directly before it; twice, it opens anywhere: `বাং**লা**`. One
that has no end is a letter like any other, and so is one after a backslash. Inside an address nothing is a sign:
news.example/a_b_c stays whole. `write` doubles signs and puts backslashes only where they are needed; what it writes
reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from newsbot.domain.message import Span, Style

__all__ = ["read", "write"]

_STYLES: Final[dict[str, Style]] = {"*": "bold", "_": "italic", "`": "code"}
_SIGNS: Final = {style: sign for sign, style in _STYLES.items()}
_ESCAPED: Final = re.compile(r"\\([\\*_`\[\]>])")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"*`\]]+", re.IGNORECASE)
_LINK: Final = re.compile(r"\[((?:\\.|[^\[\]\\])+)\]\((https?://[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\)", re.IGNORECASE)
_TO_ESCAPE: Final = re.compile(r"[\\*_`\[\]]")
_QUOTED: Final = re.compile(r"^> ?", re.MULTILINE)


def read(text: str) -> tuple[Span, ...]:
    """Neighbours of one style are one run; line breaks stay in the text. Takes any str."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    spans: list[Span] = []
    start = 0
    while start < len(lines):
        quoted = lines[start].startswith(">")
        end = start
        while end < len(lines) and lines[end].startswith(">") == quoted:
            end += 1
        block = "\n".join(lines[start:end])
        spans += _quotation(block) if quoted else _styled(block)
        if end < len(lines):
            spans.append(Span("\n"))
        start = end
    return _joined(spans)


def write(spans: Iterable[Span]) -> str:
    """What `read` reads as these runs. A quotation gets lines of its own."""
    spans = _joined(spans)
    forms = (
        _written(spans, escaped=False),
        _written(spans, escaped=True),
        _escaped("".join(span.text for span in spans)),  # without its styles, should ever nothing else say the same
    )
    return next((form for form in forms if _alike(read(form), spans)), forms[-1])


def _quotation(block: str) -> list[Span]:
    inside = _styled(_QUOTED.sub("", block))
    return [replace(span, style="quote") for span in inside]


def _styled(text: str) -> list[Span]:
    spans: list[Span] = []
    at = 0
    pending: list[str] = []

    def flush() -> None:
        if pending:
            spans.append(Span("".join(pending)))
            pending.clear()

    while at < len(text):
        if found := _ESCAPED.match(text, at) or _ADDRESS.match(text, at):
            pending.append(found[1] if found.re is _ESCAPED else found[0])
            at = found.end()
        elif found := _LINK.match(text, at):
            flush()
            spans += [replace(span, url=found[2]) for span in _styled_inside(found[1])]
            at = found.end()
        elif text[at] in _STYLES and text.startswith(text[at], at + 1) and (end := _closing_pair(text, at)):
            flush()
            spans += [replace(one, style=_STYLES[text[at]]) for one in _linked(text[at + 2 : end])]
            at = end + 2
        elif text[at] in _STYLES and (end := _closing(text, at)):
            flush()
            inside, style = text[at + 1 : end], _STYLES[text[at]]
            spans += (
                [Span(inside, style)] if style == "code" else [replace(one, style=style) for one in _linked(inside)]
            )
            at = end + 1
        else:
            pending.append(text[at])
            at += 1
    flush()
    return spans


def _styled_inside(text: str) -> list[Span]:
    """The words of a link: perhaps all in one style."""
    if len(text) > 4 and text[0] in _STYLES and text[1] == text[0] and _closing_pair(text, 0) == len(text) - 2:
        return [Span(_unescaped(text[2:-2]), _STYLES[text[0]])]
    if len(text) > 2 and text[0] in _STYLES and _closing(text, 0) == len(text) - 1:
        return [Span(_unescaped(text[1:-1]), _STYLES[text[0]])]
    return [Span(_unescaped(text))]


def _linked(text: str) -> list[Span]:
    """Inside a style: links, and nothing else."""
    spans: list[Span] = []
    at = 0
    for found in _LINK.finditer(text):
        spans += [Span(_unescaped(text[at : found.start()])), Span(_unescaped(found[1]), url=found[2])]
        at = found.end()
    return [span for span in (*spans, Span(_unescaped(text[at:]))) if span.text]


def _closing_pair(text: str, at: int) -> int:
    """The same for a sign that stands twice."""
    pair, end = text[at] * 2, at + 2
    while end < len(text) and not text.startswith("\n\n", end):
        if text.startswith(pair, end):
            return end if end > at + 2 else 0
        if found := _ESCAPED.match(text, end) or _LINK.match(text, end) or _ADDRESS.match(text, end):
            end = found.end()
        else:
            end += 1
    return 0


def _closing(text: str, at: int) -> int:
    """Where what opens at `at` ends; 0 if it opens nothing."""
    sign = text[at]
    opens = at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] != sign
    if not opens or (at and (text[at - 1].isalnum() or text[at - 1] == "_")):
        return 0
    end = at + 1
    while end < len(text) and not text.startswith("\n\n", end):
        if sign != "`" and (found := _ESCAPED.match(text, end) or _LINK.match(text, end) or _ADDRESS.match(text, end)):
            end = found.end()
            continue
        if text[end] == sign and not text[end - 1].isspace():
            follows = text[end + 1 : end + 2]
            if sign != "_" or not (follows.isascii() and follows.isalnum()):
                return end
        end += 1
    return 0


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if joined and (joined[-1].style, joined[-1].url) == (span.style, span.url):
            span = replace(span, text=joined.pop().text + span.text)
        joined.append(span)
    return tuple(joined)


def _written(spans: tuple[Span, ...], *, escaped: bool) -> str:
    written = ""
    for span in spans:
        if span.style == "quote":
            words = _escaped(span.text) if escaped else span.text
            words = f"[{words}]({span.url})" if span.url else words
            written += "" if not written or written.endswith("\n") else "\n"
            written += "\n".join(f"> {line}" for line in words.split("\n"))
            continue
        if written and written.rpartition("\n")[2].startswith("> ") and not span.text.startswith("\n"):
            written += "\n"  # the quotation before it ends its line
        written += _run(span, escaped=escaped)
    return written


def _run(span: Span, *, escaped: bool) -> str:
    sign = _SIGNS.get(span.style, "") * (2 if escaped else 1)
    words = _escaped(span.text) if escaped else span.text
    lead, bare, tail = _edges(words) if sign else ("", words, "")
    if span.url:
        lead, bare, tail = _edges(words)
        bare = f"[{sign}{bare}{sign}]({span.url})" if bare else ""
        return f"{lead}{bare}{tail}"
    return f"{lead}{sign}{bare}{sign}{tail}" if bare else words


def _alike(spans: tuple[Span, ...], others: tuple[Span, ...]) -> bool:
    """But for white space, which shows no style."""

    def shown(runs: tuple[Span, ...]) -> list[tuple[str, Style, str]]:
        return [(letter, span.style, span.url) for span in runs for letter in span.text if not letter.isspace()]

    return shown(spans) == shown(others)


def _edges(words: str) -> tuple[str, str, str]:
    """White space goes outside of the signs: inside it they would be none."""
    bare = words.strip()
    lead = words[: len(words) - len(words.lstrip())]
    return lead, bare, words[len(lead) + len(bare) :]


def _escaped(text: str) -> str:
    parts: list[str] = []
    at = 0
    for found in _ADDRESS.finditer(text):
        parts += [_TO_ESCAPE.sub(r"\\\g<0>", text[at : found.start()]), found[0]]
        at = found.end()
    parts.append(_TO_ESCAPE.sub(r"\\\g<0>", text[at:]))
    return re.sub(r"^>", r"\\>", "".join(parts), flags=re.MULTILINE)
