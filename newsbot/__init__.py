"""Newsbot carries a newsroom's articles to its readers in chat."""

__version__ = "0.1.0"
