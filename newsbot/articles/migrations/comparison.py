"""Which tables the models describe, for Alembic's comparison of models and database."""

from typing import Any

#: each database has its own kind of search index (FTS5 with its shadow tables, tsvector); migrations make it by hand
SEARCH_INDEX = "article_search"


def belongs_to_the_models(name: str | None, kind: str, parents: Any) -> bool:
    """Alembic's `include_name`."""
    return not (kind == "table" and name is not None and name.startswith(SEARCH_INDEX))
