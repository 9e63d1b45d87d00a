"""What the desk's figures are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsbot.articles.store import ArticleStore
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.curves import CurveStore
from newsbot.domain.source import Source
from newsbot.domain.topic import Topics
from newsbot.rollups.figures import RollupStore

__all__ = ["Records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """`accounts`: channel → ours there."""

    rollups: RollupStore
    curves: CurveStore
    alerts: AlertStore
    articles: ArticleStore
    topics: Topics
    sources: Sequence[Source]
    accounts: Mapping[str, str]
