"""What readers can subscribe to: the sections of the paper, as the newsroom configures them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A section of the paper. `id` is lasting: it names the readers' subscriptions and stands in links and buttons."""

    id: str  #: 1–24 of `a-z0-9_-`
    names: Mapping[str, str]  #: language → name that readers see
    emoji: str = ""
    aliases: tuple[str, ...] = ()  #: other words readers may type for it, any script (`khela`, `ক্রীড়া`)
    sections: tuple[str, ...] = ()  #: section names on the paper's pages that belong to it
    categories: tuple[str, ...] = ()  #: feed categories that belong to it
    url_patterns: tuple[str, ...] = ()  #: shell-style patterns on the address's path: `/sports/*`

    def name(self, language: str) -> str:
        """The name in `language`, else in the first language that is configured."""
        return self.names.get(language) or next(iter(self.names.values()))

    def label(self, language: str) -> str:
        """The name with its emoji, for buttons."""
        return f"{self.emoji} {self.name(language)}".strip()


@dataclass(frozen=True, slots=True)
class Topics:
    """The configured topics in their order, by id."""

    all: tuple[Topic, ...] = ()
    _by_id: Mapping[str, Topic] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {topic.id: topic for topic in self.all})

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __contains__(self, topic_id: object) -> bool:
        return topic_id in self._by_id

    def get(self, topic_id: str) -> Topic | None:
        return self._by_id.get(topic_id)

    def __getitem__(self, topic_id: str) -> Topic:
        return self._by_id[topic_id]

    def known(self, topic_ids: Iterable[str]) -> tuple[Topic, ...]:
        """Those of `topic_ids` that are configured, in the configured order."""
        wanted = set(topic_ids)
        return tuple(topic for topic in self.all if topic.id in wanted)
