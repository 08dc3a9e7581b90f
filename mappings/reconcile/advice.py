"""What a person can do about a view or a value that a lens refuses, after what is wrong with it."""

from collections.abc import Mapping

from mappings.lens import Refusal

READING: Mapping[str, str] = {
    "unlisted": "list it in the mapping (values: of that field), or change it there",
    "unknown person": "name them under people: in hub.yaml, or choose somebody else there",
    "currency": "enter it there in the currency of the mapping",
}
WRITING: Mapping[str, str] = {
    "no view": "list a view for it in the mapping (values: of that field), or change it elsewhere",
    "unknown person": "let them in there, or say under people: in hub.yaml who they are there",
    "currency": "change the currency elsewhere, or the one that the mapping says",
    "too long": "shorten it, or say max_length: in the mapping and it is cut there",
    "range": "change it where it came from",
}


def unreadable(refusal: Refusal) -> str:
    """Return why a view cannot be read, and the next step."""
    return f"{refusal.text}; {READING.get(refusal.code, 'mend it there')}"


def unwritable(refusal: Refusal) -> str:
    """Return why a value cannot be written, and the next step."""
    return f"{refusal.text}; {WRITING.get(refusal.code, 'change it where it came from')}"
