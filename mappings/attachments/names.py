"""Names of files that every system and every file system can take, whoever gave them."""

import re
import unicodedata

LONGEST = 240
"""Bytes of UTF-8: file systems take 255, and some of our systems put something before."""
_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]+')
_ENDS = re.compile(r"^[\s.]+|[\s.]+\Z")
"""Points and spaces in any order: some systems drop them, and the name would be another one there."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def safe_name(name: str) -> str:
    """
    Return *name* without anything that leads out of a folder, hides its ending, or that some system cannot keep.

    Letters of every alphabet stay. The ending stays where a name is too long. A safe name is returned as it is.
    """
    text = unicodedata.normalize("NFC", name)
    text = "".join(one for one in text if unicodedata.category(one) not in ("Cf", "Cs", "Co", "Zl", "Zp"))
    text = _ENDS.sub("", _UNSAFE.sub("_", text))
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    return _shortened(text) or "file"


def _shortened(text: str) -> str:
    if len(text.encode()) <= LONGEST:
        return text
    stem, point, ending = text.rpartition(".")
    if not point or len(ending.encode()) > 20:
        stem, point, ending = text, "", ""
    room = LONGEST - len((point + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + point + ending
