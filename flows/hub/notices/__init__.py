"""Notices: somebody is told what waits for a person, once per entry, and of everything once a day."""

from .carrying import Told, notify
from .composing import Notice, digest, news
from .due import digest_due, news_of

__all__ = ["Notice", "Told", "digest", "digest_due", "news", "news_of", "notify"]
