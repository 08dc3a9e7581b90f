"""What files may go into a system: how large, and of which types. A type is the ending of a name, whatever is said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .names import safe_name

_ENDINGS = {
    "archive": "7z ar bz2 cab gz iso jar lz lzma rar tar tgz xz zip zst",
    "audio": "aac aiff flac m4a mid mp3 oga ogg opus wav wma",
    "document": "csv doc docm docx fodt md odp ods odt pdf pps ppt pptm pptx rtf txt vsd vsdx xls xlsm xlsx xml",
    "image": "avif bmp gif heic ico jpeg jpg png svg tif tiff webp",
    "program": "app bat cmd com cpl dll dmg elf exe hta jar js jse lnk msc msi msp pif ps1 py reg scr sh vbe vbs wsf",
    "video": "avi flv m4v mkv mov mp4 mpeg mpg ogv webm wmv",
}
FAMILIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {word: frozenset(endings.split()) for word, endings in _ENDINGS.items()}
)
"""Words for many endings."""
_SIZE = re.compile(r"([0-9]{1,9})\s?(B|KB|MB|GB)", re.IGNORECASE)
_UNITS = {"b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}


@dataclass(frozen=True, slots=True)
class FileLimits:
    """
    What a system takes: files of at most MAX_SIZE bytes, of these TYPES (any, where none is named), of none of
    NOT_TYPES. A type is an ending, or a word for many of them.
    """

    max_size: int | None = None
    types: tuple[str, ...] = ()
    not_types: tuple[str, ...] = ()

    def refuses(self, name: str, size: int | None) -> str:
        """Return why a file of that name and size may not go there; nothing where it may, as far as is known."""
        ending = ending_of(name)
        if self.max_size is not None and size is not None and size > self.max_size:
            return f"it has {shown_size(size)}, more than {shown_size(self.max_size)}"
        if self.types and not _among(ending, self.types):
            return f"files of the type {ending or 'without an ending'} are not among {', '.join(self.types)}"
        if _among(ending, self.not_types):
            return f"files of the type {ending} are kept out"
        return ""


EVERYTHING = FileLimits()


def ending_of(name: str) -> str:
    """Return what stands behind the last point of a name once it has arrived: `safe_name` takes from it what hides."""
    stem, point, ending = safe_name(name).rpartition(".")
    return ending.casefold() if point and stem else ""


def _among(ending: str, types: tuple[str, ...]) -> bool:
    return any(ending == one or ending in FAMILIES.get(one, ()) for one in types)


def size_of(text: str) -> int | None:
    """Return the bytes that ``50MB`` says; None if *text* says none."""
    match = _SIZE.fullmatch(text.strip())
    return int(match[1]) * _UNITS[match[2].casefold()] if match else None


def shown_size(size: int) -> str:
    """Return a number of bytes as people read it."""
    for unit, one in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= one:
            whole = f"{size / one:.1f}".removesuffix(".0")
            return f"{whole} {unit}"
    return f"{size} bytes"
