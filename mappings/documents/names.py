"""Names of pages, folders and files that every server takes, and that lead nowhere else than meant."""

import re
import unicodedata

LONGEST_SEGMENT = 180
"""Bytes in UTF-8 of one name: file systems take 255, and a copy or a version wants to add something."""
LONGEST_TITLE = 240
_NOT_IN_FILES = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|]+')
_NOT_IN_TITLES = re.compile(r"[\x00-\x1f\x7f-\x9f#<>\[\]{}|\ufffd-\uffff]+|~{3,}|%(?=[0-9A-Fa-f]{2})|&(?=#?\w+;)")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_MARKED = re.compile(r"^[.~]+")


def file_path(text: str) -> str:
    """
    Return the path *text* with each of its names made safe: no way up, no reserved word, nothing too long.

    Raises ValueError where nothing is left of one of them.
    """
    return "/".join(_segment(part) for part in text.strip("/").split("/"))


def page_title(text: str) -> str:
    """Return *text* as the title of a wiki page. Raises ValueError where nothing is left of it."""
    clean = _NOT_IN_TITLES.sub(" ", _tidy(text)).replace("_", " ")
    parts = [part.strip() for part in " ".join(clean.split()).split("/")]
    title = "/".join(part for part in parts if part.strip(". ")).lstrip(":").strip()
    return _whole(_cut(title, LONGEST_TITLE), text)


def _segment(text: str) -> str:
    clean = " ".join(_NOT_IN_FILES.sub(" ", _tidy(text)).split())
    clean = _MARKED.sub("", clean).rstrip(". ")
    if _RESERVED.fullmatch(clean):
        clean = f"_{clean}"
    return _whole(_cut(clean, LONGEST_SEGMENT).rstrip(". "), text)


def _tidy(text: str) -> str:
    """One form of each letter, and none that cannot be seen."""
    whole = text.encode("utf-8", "replace").decode()
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", whole))


def _cut(text: str, most: int) -> str:
    """Cut *text* to so many bytes, between characters."""
    return text if len(text.encode()) <= most else text.encode()[:most].decode(errors="ignore").strip()


def _whole(text: str, given: str) -> str:
    if not text:
        raise ValueError(f"{given!r} gives no name")
    return text
