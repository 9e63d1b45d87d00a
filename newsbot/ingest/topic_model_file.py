"""The trained topics in the data folder: read when first asked for, and again when they are trained anew."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from newsbot.errors import NewsbotError
from newsbot.ingest.topic_model import ModelUnusable, TopicModel, load_model

__all__ = ["MODEL_FILE", "TrainedTopics"]

MODEL_FILE: Final = "topics.json"

log = structlog.get_logger()


class TrainedTopics:
    """The model of one data folder. A file that can't be used is complained of once, and there is no model then."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / MODEL_FILE
        self._seen: tuple[int, int] | None = None
        self._model: TopicModel | None = None

    def current(self) -> TopicModel | None:
        """None while nothing was trained. Looks at the file's time each call (5 µs), reads it when that is new."""
        seen = self._looked_at()
        if seen != self._seen:
            self._seen, self._model = seen, self._read() if seen else None
        return self._model

    def _looked_at(self) -> tuple[int, int] | None:
        try:
            state = self.path.stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_size

    def _read(self) -> TopicModel | None:
        try:
            return load_model(self.path)
        except FileNotFoundError:
            return None
        except ModelUnusable as error:
            log.warning("trained topics can't be used", reason=str(error))
            return None

    def save(self, model: TopicModel) -> int:
        """Put it there, whole or not at all. Says its size in bytes. Raises NewsbotError."""
        part = self.path.with_name(f"{self.path.name}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(model.to_json(), "utf-8")
            os.replace(part, self.path)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise NewsbotError(f"{self.path} can't be written ({error.strerror}).") from None
        return self.path.stat().st_size
