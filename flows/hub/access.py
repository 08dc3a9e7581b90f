"""Whose cases somebody may read: the value that every query of the page takes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """
    The reach of one reader.

    PERSONS are the people, by the names that cases know them by (e-mail, or the key under `people:` in hub.yaml; in
    small letters), in whose cases the reader may look: those where one of them is the owner, the case manager or a
    participant. None: all cases. ME is the reader's own name among them ("" for one whom no case knows).
    """

    persons: frozenset[str] | None
    me: str


EVERYTHING = Access(None, "")
"""What the hub itself may read, and the command line."""
