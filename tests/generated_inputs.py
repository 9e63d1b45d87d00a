"""Hypothesis in every test: an example takes as long as the machine needs. What is quick, the benchmarks say."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("newsbot", deadline=None)
settings.load_profile("newsbot")
