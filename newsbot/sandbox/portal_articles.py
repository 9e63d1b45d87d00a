"""The portal's articles: the samples that ship with it, what has been published since, and the file that keeps both.

Every change is one line of `articles.jsonl` in the portal's folder, the whole article as it is from then on; the last
line about an article counts. So a restart finds the same articles with the same times, and a crash can lose at most the
line it cut.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from newsbot.errors import NewsbotError, StartError
from newsbot.sandbox.portal_samples import Sample, samples, sections, tidy_body
from newsbot.text.dates import weekday_date
from newsbot.text.normalise import clean

DHAKA: Final = ZoneInfo("Asia/Dhaka")
FILE_NAME: Final = "articles.jsonl"
FIRST_ID: Final = 100_001  #: a number as long as real portals', by which their readers tell an article's address
HEADLINE_AT_MOST = 300  #: code points; the longest of real headlines are about a hundred
KICKER_AT_MOST = 100
BODY_AT_MOST = 50_000

Clock = Callable[[], datetime]


class PortalError(NewsbotError):
    """The portal can't publish this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalArticle:
    """One article of the portal. Times are aware UTC, in whole seconds."""

    id: int
    section: str
    headline: str
    body: str  #: paragraphs, one a line
    published_at: datetime
    kicker: str = ""
    byline: str = ""
    updated_at: datetime | None = None
    withdrawn: bool = False
    sample: str = ""  #: name of the sample it was made from, '' when it was written here

    @property
    def path(self) -> str:
        return f"/{self.section}/{self.id}"

    @property
    def image_path(self) -> str:
        return f"/images/{self.section}-{self.id}.png"

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in self.body.split("\n") if line]

    @property
    def lead(self) -> str:
        return next(iter(self.paragraphs), "")

    @property
    def changed_at(self) -> datetime:
        return self.updated_at or self.published_at


class PortalArticles:
    """What the portal has published, and how it publishes more. One process owns the folder."""

    def __init__(self, articles: Iterable[PortalArticle], journal: IO[bytes] | None, clock: Clock) -> None:
        self._articles = {article.id: article for article in articles}
        self._journal = journal
        self._clock = clock

    @classmethod
    def open(cls, folder: Path | None, clock: Clock = lambda: datetime.now(UTC)) -> PortalArticles:
        """Read the folder's articles, or begin with the samples; `folder` None keeps everything in memory.

        Raises StartError when the file can't be read or written, and leaves it as it is.
        """
        if folder is None:
            return cls(_seed(_now(clock)), None, clock)
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _write_whole(path, _seed(_now(clock)))
            articles, intact = _read(path)
            journal = path.open("r+b")
            journal.truncate(intact)
            journal.seek(intact)
        except OSError as error:
            raise StartError(
                f"{path}: can't be used ({error.strerror or error}); choose a folder that you may write to."
            ) from None
        return cls(articles, journal, clock)

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def latest(self, section: str | None = None, limit: int | None = None) -> list[PortalArticle]:
        """What readers of the portal see, newest first."""
        visible = (
            one for one in self._articles.values() if not one.withdrawn and (section is None or one.section == section)
        )
        return sorted(visible, key=lambda one: (one.published_at, one.id), reverse=True)[:limit]

    def get(self, article_id: int) -> PortalArticle | None:
        """The article, withdrawn or not."""
        return self._articles.get(article_id)

    @property
    def changed_at(self) -> datetime:
        """When anything here last changed."""
        return max((one.changed_at for one in self._articles.values()), default=datetime.fromtimestamp(0, UTC))

    def waiting(self, section: str | None = None) -> list[Sample]:
        """Samples that have not been published yet, in the order they will be."""
        published = {one.sample for one in self._articles.values()}
        return [
            one
            for one in samples()
            if one.age is None and one.name not in published and (section is None or one.section == section)
        ]

    def publish_sample(self, section: str | None = None) -> PortalArticle:
        """Publish the next sample of a section, or of any. Raises PortalError when none waits."""
        if section is not None:
            _known(section)
        waiting = self.waiting(section)
        if not waiting:
            raise PortalError("No prepared article is left in this section; write one of your own.")
        return self._keep(_from_sample(waiting[0], self._next_id(), _now(self._clock)))

    def publish(
        self, *, section: str, headline: str, body: str = "", kicker: str = "", byline: str = ""
    ) -> PortalArticle:
        """Publish a text of one's own. Raises PortalError when something is missing or too long."""
        return self._keep(
            PortalArticle(
                id=self._next_id(),
                section=_known(section),
                headline=_headline(headline),
                kicker=_line("kicker", kicker, KICKER_AT_MOST),
                byline=_line("byline", byline, KICKER_AT_MOST),
                body=_body(body),
                published_at=_now(self._clock),
            )
        )

    def edit(
        self, article_id: int, *, headline: str | None = None, body: str | None = None, kicker: str | None = None
    ) -> PortalArticle:
        """Change what is given of an article. Raises PortalError when there is none or a text is too long."""
        before = self._published(article_id)
        after = replace(
            before,
            headline=before.headline if headline is None else _headline(headline),
            kicker=before.kicker if kicker is None else _line("kicker", kicker, KICKER_AT_MOST),
            body=before.body if body is None else _body(body),
        )
        if after == before:
            return before
        return self._keep(replace(after, updated_at=_now(self._clock)))

    def withdraw(self, article_id: int) -> PortalArticle:
        """Take an article off the portal: its page answers 410 from then on. Raises PortalError when there is none."""
        return self._keep(replace(self._published(article_id), withdrawn=True, updated_at=_now(self._clock)))

    def _published(self, article_id: int) -> PortalArticle:
        article = self._articles.get(article_id)
        if article is None or article.withdrawn:
            raise PortalError(f"There is no article {article_id} on the portal.")
        return article

    def _next_id(self) -> int:
        return max(self._articles, default=FIRST_ID - 1) + 1

    def _keep(self, article: PortalArticle) -> PortalArticle:
        """Durable first: whoever was shown the article finds it again after a crash."""
        if self._journal is not None:
            self._journal.write(_to_line(article))
            self._journal.flush()
            os.fsync(self._journal.fileno())
        self._articles[article.id] = article
        return article


# --- the samples ----------------------------------------------------------------------------------------------------


def _seed(now: datetime) -> list[PortalArticle]:
    aged = [(sample.age, sample) for sample in samples() if sample.age is not None]
    oldest_first = sorted(aged, key=lambda pair: pair[0], reverse=True)
    return [_from_sample(sample, number, now - age) for number, (age, sample) in enumerate(oldest_first, FIRST_ID)]


def _from_sample(sample: Sample, article_id: int, published_at: datetime) -> PortalArticle:
    return PortalArticle(
        id=article_id,
        section=sample.section,
        headline=sample.headline,
        kicker=sample.kicker,
        byline=sample.byline,
        body=sample.body.replace("{day}", weekday_date(published_at, "bn", DHAKA)),
        published_at=published_at,
        sample=sample.name,
    )


# --- the file -------------------------------------------------------------------------------------------------------


def _to_line(article: PortalArticle) -> bytes:
    fields = asdict(article)
    fields["published_at"] = article.published_at.isoformat()
    fields["updated_at"] = article.updated_at.isoformat() if article.updated_at else None
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def _from_line(line: bytes) -> PortalArticle:
    fields: dict[str, Any] = json.loads(line)
    updated_at = fields.pop("updated_at")
    return PortalArticle(
        **{
            **fields,
            "published_at": datetime.fromisoformat(fields["published_at"]),
            "updated_at": datetime.fromisoformat(updated_at) if updated_at else None,
        }
    )


def _read(path: Path) -> tuple[list[PortalArticle], int]:
    """The articles as their last lines say, and how many bytes of the file are whole lines."""
    data = path.read_bytes()
    intact = data.rfind(b"\n") + 1  # a line without its end was cut by a crash, and nobody was told of it
    articles: dict[int, PortalArticle] = {}
    for number, line in enumerate(data[:intact].splitlines(), start=1):
        try:
            article = _from_line(line)
        except (ValueError, KeyError, TypeError):
            raise StartError(
                f"{path}, line {number}: this is not an article; mend the line, or move the file away to begin anew."
            ) from None
        articles[article.id] = article
    return list(articles.values()), intact


def _write_whole(path: Path, articles: Iterable[PortalArticle]) -> None:
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.writelines(_to_line(article) for article in articles)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


# --- what may be published ------------------------------------------------------------------------------------------


def _now(clock: Clock) -> datetime:
    return clock().astimezone(UTC).replace(microsecond=0)


def _known(section: str) -> str:
    if section not in sections():
        raise PortalError(f"There is no section {section!r}; the sections are {', '.join(sections())}.")
    return section


def _headline(text: str) -> str:
    tidy = _line("headline", text, HEADLINE_AT_MOST)
    if not tidy:
        raise PortalError("The headline is missing.")
    return tidy


def _line(name: str, text: str, at_most: int) -> str:
    tidy = clean(text)
    if len(tidy) > at_most:
        raise PortalError(f"The {name} has {len(tidy)} characters; {at_most} are allowed.")
    return tidy


def _body(text: str) -> str:
    if len(text) > BODY_AT_MOST:
        raise PortalError(f"The text has {len(text)} characters; {BODY_AT_MOST} are allowed.")
    return tidy_body(text)
