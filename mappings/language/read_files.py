"""The block ``files`` of a sync: which systems share files, and what may go into each."""

from collections.abc import Collection

from mappings.attachments import FAMILIES, FileLimits, size_of

from .entries import Entry
from .problems import shown

LIMIT_KEYS = ("max_size", "types", "not_types")


def read_files(entry: Entry | None, systems: Collection[str]) -> dict[str, FileLimits]:
    """Return what may go into each of the *systems* of a sync that share files; none where it does not say so."""
    found = {system: _limits(one) for system, one in (entry.keys(systems) if entry else {}).items()}
    if entry is not None and len(found) == 1 and len(entry.peek()) == 1:
        entry.fail("names one system only; files are shared between two or more")
    return found


def _limits(entry: Entry) -> FileLimits:
    keys = entry.keys(LIMIT_KEYS)
    return FileLimits(
        max_size=_size(keys.get("max_size")), types=_types(keys.get("types")), not_types=_types(keys.get("not_types"))
    )


def _size(entry: Entry | None) -> int | None:
    text = entry.text() if entry else None
    size = size_of(text) if text else None
    if entry is not None and text and not size:
        entry.fail(f"not a size: {shown(text)}; write it like 50MB")
    return size or None


def _types(entry: Entry | None) -> tuple[str, ...]:
    """Endings as people write them, with or without the point, in any case."""
    found = [text.strip().lstrip("*").lstrip(".").casefold() for text in (entry.texts() if entry else ())]
    for text in found:
        if entry is not None and (not text or not text.isalnum()):
            words = ", ".join(FAMILIES)
            entry.fail(f"not a type: {shown(text)}; write an ending like pdf, or one of {words}")
    return tuple(dict.fromkeys(found))
