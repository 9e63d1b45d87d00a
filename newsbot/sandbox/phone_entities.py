"""Telegram's text with entities, as HTML.

Offsets and lengths count UTF-16 code units. Entities may nest and, from a careless sender, cross or reach beyond the
text: every stretch between two boundaries carries exactly the entities that cover it, so the result is well-formed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any, Final

from markupsafe import Markup, escape

_SAFE_SCHEMES: Final = frozenset({"http", "https", "tg", "mailto", "tel"})
_BLOCKS: Final = frozenset({"blockquote", "expandable_blockquote", "pre"})

Entity = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    kind: str
    opening: Markup
    closing: Markup


def to_html(text: str, entities: Sequence[Entity] = ()) -> Markup:
    """The text with its formatting, escaped; lines are kept as newlines (for `white-space: pre-wrap`)."""
    units = text.encode("utf-16-le", "surrogatepass")
    length = len(units) // 2
    spans = sorted(_spans(units, entities), key=lambda span: (span.start, -span.end, span.kind not in _BLOCKS))
    cuts = sorted({0, length, *(span.start for span in spans), *(span.end for span in spans)})
    out: list[Markup] = []
    open_spans: list[_Span] = []
    after_block = False
    for start, end in pairwise(cuts):
        wanted = [span for span in spans if span.start <= start and end <= span.end]
        kept = len(list(takewhile(lambda pair: pair[0] is pair[1], zip(open_spans, wanted, strict=False))))
        for span in reversed(open_spans[kept:]):
            out.append(span.closing)
            after_block = span.kind in _BLOCKS
        for span in wanted[kept:]:
            if span.kind in _BLOCKS and out and out[-1].endswith("\n"):
                out[-1] = Markup(out[-1][:-1])  # noqa: S704 - already escaped; the block brings its own line break
            out.append(span.opening)
        open_spans = wanted
        piece = _cut(units, start, end)
        out.append(escape(piece.removeprefix("\n") if after_block else piece))
        after_block = False
    out += [span.closing for span in reversed(open_spans)]
    return Markup("").join(out)


def _spans(units: bytes, entities: Sequence[Entity]) -> Iterator[_Span]:
    length = len(units) // 2
    for entity in entities:
        start = min(max(0, entity["offset"]), length)
        end = min(max(start, entity["offset"] + entity["length"]), length)
        tags = _TAGS.get(entity["type"])
        if start < end and tags is not None:
            yield _Span(start, end, entity["type"], *tags(entity, _cut(units, start, end)))


def _cut(units: bytes, start: int, end: int) -> str:
    return units[2 * start : 2 * end].decode("utf-16-le", "replace")


_Tags = Callable[[Entity, str], tuple[Markup, Markup]]


def _simple(tag: str, attributes: str = "") -> _Tags:
    opening = Markup(f"<{tag}{attributes}>")  # noqa: S704 - constants
    closing = Markup(f"</{tag}>")  # noqa: S704
    return lambda _entity, _text: (opening, closing)


def _link(url: str) -> tuple[Markup, Markup]:
    if url.partition(":")[0].lower() not in _SAFE_SCHEMES:
        return Markup(""), Markup("")
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">').format(url), Markup("</a>")


def _typed_link(_: Entity, text: str) -> tuple[Markup, Markup]:
    return _link(text if "://" in text else f"http://{text}")


def _pre(entity: Entity, _: str) -> tuple[Markup, Markup]:
    language = entity.get("language")
    label = Markup('<span class="language">{}</span>').format(language) if language else Markup("")
    return Markup("<pre>{}<code>").format(label), Markup("</code></pre>")


def _command(_: Entity, text: str) -> tuple[Markup, Markup]:
    return Markup('<button type="button" class="command" data-send="{}">').format(text), Markup("</button>")


_TAGS: Final[dict[str, _Tags]] = {
    "bold": _simple("b"),
    "italic": _simple("i"),
    "underline": _simple("u"),
    "strikethrough": _simple("s"),
    "code": _simple("code"),
    "pre": _pre,
    "spoiler": _simple("span", ' class="spoiler" role="button" tabindex="0" aria-expanded="false"'),
    "blockquote": _simple("blockquote"),
    "expandable_blockquote": _simple("blockquote", ' class="expandable" tabindex="0"'),
    "mention": _simple("span", ' class="link"'),
    "text_mention": _simple("span", ' class="link"'),
    "hashtag": _simple("span", ' class="link"'),
    "cashtag": _simple("span", ' class="link"'),
    "custom_emoji": _simple("span", ' class="emoji"'),
    "bot_command": _command,
    "url": _typed_link,
    "text_link": lambda entity, _: _link(str(entity.get("url", ""))),
    "email": lambda _, text: _link(f"mailto:{text}"),
    "phone_number": lambda _, text: _link(f"tel:{text}"),
}
