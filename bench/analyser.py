"""Articles a second through each step of the text: normalising, words, keys, sentences, clipping.

Texts are `text/articles.jsonl` of NEWSBOT_SHARED_DATA where it is set, else invented ones.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from bench.articles import Language
from bench.tables import show
from newsbot.text import analyser, stemmer
from newsbot.text.clipping import clip_sentences
from newsbot.text.normalise import normalise
from newsbot.text.sentences import split_sentences
from newsbot.text.tokens import tokens


def main() -> None:
    texts = _texts()
    steps: dict[str, Callable[[str], object]] = {
        "normalise": normalise,
        "tokens": tokens,
        "keys, each word for the first time": analyser.keys,
        "keys": analyser.keys,
        "sentences": split_sentences,
        "clipped to 280": lambda text: clip_sentences(text, 280, 2),
    }
    rows = []
    for name, step in steps.items():
        if "first" in name:
            analyser.key.cache_clear()
            stemmer.stem.cache_clear()
        begin = time.process_time()
        for text in texts:
            step(text)
        spent = (time.process_time() - begin) / len(texts)
        rows.append((name, f"{1 / spent:,.0f}", spent * 1000))
    characters = sum(map(len, texts)) / len(texts)
    show(
        f"{len(texts)} articles of {characters:,.0f} characters, one core",
        ("", "articles a second", "ms an article"),
        rows,
    )


def _texts() -> list[str]:
    if folder := os.environ.get("NEWSBOT_SHARED_DATA"):
        lines = (Path(folder) / "text" / "articles.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line)["article"] for line in lines]
    language = Language()
    return [language.article(number).body for number in range(500)]
