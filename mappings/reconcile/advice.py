"""What a person can do about a view or a value that a lens refuses, after what is wrong with it."""

from collections.abc import Mapping

from mappings.lens import UNKNOWN, Refusal

READING: Mapping[str, str] = {
    "unlisted": "list it in the mapping (values: of that field), or change it there",
    "unknown person": "say who that is (casehub people, or people: in hub.yaml), or choose somebody else there",
    "currency": "enter it there in the currency of the mapping",
}
WRITING: Mapping[str, str] = {
    "no view": "list a view for it in the mapping (values: of that field), or change it elsewhere",
    "unknown person": "let them in there, or say who they are there (casehub people, or people: in hub.yaml)",
    "inactive person": "choose somebody else, or let them in there again",
    "currency": "change the currency elsewhere, or the one that the mapping says",
    "too long": "shorten it, or say max_length: in the mapping and it is cut there",
    "range": "change it where it came from",
}


def unreadable(refusal: Refusal) -> str:
    """Return why a view cannot be read, and the next step."""
    return f"{refusal.text}; {READING.get(refusal.code, 'mend it there')}"


def set_aside(refusal: Refusal, other: str) -> str:
    """Return the code under which a refused field is parked: a person who is unknown is asked about, all OTHER not."""
    return UNKNOWN if refusal.code == UNKNOWN else other


def unwritable(refusal: Refusal) -> str:
    """Return why a value cannot be written, and the next step."""
    return f"{refusal.text}; {WRITING.get(refusal.code, 'change it where it came from')}"
