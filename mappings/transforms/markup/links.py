"""Addresses as they may stand in any markup: one word without quotes, brackets or anything that runs."""

import re
from urllib.parse import quote

from .tidy import clean

_ODD = re.compile(r'[\s"<>\[\]\\^`{|}]')
_HIDDEN = re.compile(r"[\s\u200b-\u200f\u2060]+")
_PATH = re.compile(r"[/?#]")
_LEADS = frozenset({"http", "https", "mailto", "tel", "user"})
"""Schemes of addresses that lead somewhere; `user` is how Bitrix24 names a person."""
_ATTACHED = re.compile(r"[^/?#:]+\.[A-Za-z0-9]{2,5}")
_PICTURE = re.compile(r"data:image/(?:gif|png|jpeg|webp);", re.IGNORECASE)


def address(source: str) -> str | None:
    """
    Return *source* as a link may carry it, or None where it must not be a link.

    A link leads to a page, a mailbox or a telephone, or to another place of the same system. Whatever else an address
    could do there (`javascript:` however it is hidden, `data:`, local files, other programs) is refused. Characters
    that some markup would trip over are percent-encoded, so that one address has one form everywhere.
    """
    bare = clean(source).strip()
    scheme, colon, _ = _PATH.split(_HIDDEN.sub("", bare), 1)[0].partition(":")
    if not bare or (colon and scheme.lower() not in _LEADS):
        return None
    return _encoded(bare)


def picture(source: str) -> str | None:
    """Return *source* as an image may carry it: an address, or the pixels themselves. None for anything else."""
    bare = clean(source).strip()
    return _encoded(bare) if _PICTURE.match(bare) else address(bare)


def _encoded(bare: str) -> str:
    return _ODD.sub(lambda odd: quote(odd.group(), safe="", errors="replace"), bare)


def title(source: str) -> str:
    """Return *source* as the title of a link or the text of an image: one line, single spaces."""
    return " ".join(clean(source).split())


def is_attached(source: str) -> bool:
    """Say whether the address of an image is the bare name of a file that is attached to the record it stands in."""
    return _ATTACHED.fullmatch(source) is not None
