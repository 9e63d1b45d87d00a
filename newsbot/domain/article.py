"""An article, from what a source says of it to what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self

NEWS_AGE: Final = timedelta(hours=3)  #: older articles alert nobody

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# How a summary was made.
EXTRACTIVE: Final = "extractive"  #: sentences of the article, chosen by us
DESCRIPTION: Final = "description"  #: what the source says of it
CMS_SUMMARY: Final = "cms"  #: the newsroom's own
MODEL: Final = "model"  #: by a language model
MODEL_REFUSED: Final = "model-refused"  #: sentences of the article; a model was asked, and its answer refused


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDraft:
    """One published piece as ingest understood it, not stored yet. Times are aware; text is plain, for display."""

    url: str  #: canonical: two drafts with one url are one article
    headline: str
    published_at: datetime
    source: str  #: id of the source that brought it, `api` for the newsroom's CMS
    language: str = "bn"
    kicker: str = ""
    summary: str = ""
    summary_method: str = ""  #: one of the above; '' without a summary
    body: str = ""  #: paragraphs separated by one newline
    image_url: str = ""
    byline: str = ""  #: the reporter's name or initials
    section: str = ""  #: what the paper calls the section, as written
    topics: tuple[str, ...] = ()  #: ids of configured topics, the most trusted first
    updated_at: datetime | None = None
    content_hash: str = ""  #: `newsbot.text.tokens.content_fingerprint` of headline and body; equal means the same text
    other_urls: tuple[str, ...] = ()  #: addresses that lead to this same article (feed link before redirects, AMP…)
    breaking: bool = False  #: said by an editor or the CMS, never guessed


@dataclass(frozen=True, slots=True)
class Edit:
    """That an editor set something of an article, which no source changes from then on."""

    by: str  #: their address
    name: str  #: as the channel calls them
    at: datetime


#: what an editor may set, by the name of its field
EDITABLE: Final = ("topics", "breaking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(ArticleDraft):
    """A stored article."""

    id: int  #: given by the store, grows, fits in 63 bits
    stored_at: datetime  #: when we first stored it
    version: int = 1  #: grows by one whenever its text, times or topics change
    announced_at: datetime | None = (
        None  #: set when the planner has decided what to push for it (the outbox is: not set)
    )
    withdrawn_at: datetime | None = None
    held_at: datetime | None = None  #: an editor holds it back: it stays in the outbox until they let it go
    edits: Mapping[str, Edit] = field(default_factory=dict)  #: what an editor set → who, and when
    story: int = 0  #: the article that began the story it tells; 0: it began one itself, perhaps of its own alone

    @property
    def tells(self) -> int:
        """Its story, by the id of the article that began it: the same for all that tell it, for good."""
        return self.story or self.id


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of newest-first articles ends: its last one's time and id, so that new arrivals shift nothing."""

    published_at: datetime
    id: int
    #: with each story once: the newest id there was when the first page was made. A story that goes on meanwhile stays
    #: where it was on the older pages that follow, neither lost nor shown twice. 0: not known; then of each story the
    #: newest counts that is older than this.
    seen: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """As `text` writes it. Raises ValueError for anything else."""
        moment, _, number = text.partition("-")
        for part in (moment, number):
            if not (part.isascii() and part.isdigit() and len(part) <= 18):  # more fits into no database
                raise ValueError(f"not the end of a page: {text!r}")
        try:
            return cls(_EPOCH + timedelta(microseconds=int(moment)), int(number))
        except OverflowError:
            raise ValueError(f"no such time: {text!r}") from None

    @property
    def text(self) -> str:
        """For an address; without `seen`."""
        return f"{(self.published_at - _EPOCH) // timedelta(microseconds=1)}-{self.id}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some articles, newest or best first, and where the next page begins (None: there is none)."""

    articles: tuple[Article, ...] = field(default=())
    next: Cursor | None = None
    others: Mapping[int, int] = field(default_factory=dict)  #: story → how many more tell it, where any do
