"""Addresses as they may stand in any markup: one word without quotes, brackets or anything that runs."""

import re
from urllib.parse import quote

from .tidy import clean

_ODD = re.compile(r'[\s"<>\[\]\\^`{|}]')
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_HIDDEN = re.compile(r"[\s\u200b-\u200f\u2060]+")
_RUNS = frozenset({"javascript", "vbscript", "data", "file", "livescript", "mocha"})
_PICTURE = re.compile(r"data:image/(?:gif|png|jpeg|webp);", re.IGNORECASE)


def address(source: str) -> str | None:
    """
    Return *source* as a link may carry it, or None where it must not be a link.

    Refused are addresses that run something (`javascript:` however it is hidden) or open a local file. Characters
    that some markup would trip over are percent-encoded, so that one address has one form everywhere.
    """
    bare = clean(source).strip()
    scheme = _SCHEME.match(_HIDDEN.sub("", bare))
    if not bare or (scheme and scheme.group(1).lower() in _RUNS and not _PICTURE.match(bare)):
        return None
    return _ODD.sub(lambda odd: quote(odd.group(), safe="", errors="replace"), bare)


def title(source: str) -> str:
    """Return *source* as the title of a link or the text of an image: one line, single spaces."""
    return " ".join(clean(source).split())
