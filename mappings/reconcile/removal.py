"""
Taking a record away that the hub has made: a wish at the link, and what the record must still show for it.

The wish is kept at the link as a whole, parked as ``deleting`` with the reason. It survives whatever happens between
the plan and its end: as long as it stands the record takes no part, and the delete is planned again. When the record is
gone, the entry tells so; where somebody has worked on it, it stays, takes part again, and is told as ``not deleted``.
"""

from collections.abc import Mapping
from dataclasses import replace

from mappings.lens import Field, Unseen

from .judge import last_seen
from .model import Event, FieldWrite, Link, LinkChange, Parked
from .undo import UNDONE

DELETING = "deleting"
NOT_DELETED = "not deleted"
DELETED = "deleted by the hub"
"""Why a record is gone that an undo has taken away, as the history says it."""
WHOLE = ""


def is_wanted(link: Link) -> bool:
    """Say whether the record of *link* is to be taken away, and no request for it is on its way."""
    parked = link.parked.get(WHOLE)
    return parked is not None and parked.code == DELETING and not link.tombstone and link.write is None


def removal(link: Link, fields: Mapping[str, Field], why: str) -> LinkChange:
    """Return what has the record of *link* taken away, if it shows what it showed last; WHY is told beside it."""
    expected = []
    for entry in fields.values():
        seen = last_seen(link.bases, link.seen, entry)
        if entry.direction != "once" and not isinstance(seen, Unseen):
            expected.append(FieldWrite(entry.name, {}, None, seen))
    parked = {**link.parked, WHOLE: Parked(DELETING, why)}
    return LinkChange(link.id, link.bases, link.seen, parked, tuple(expected), link.answers, delete=True)


def taken_away(link: Link) -> LinkChange:
    """Return *link* as it stands when its record has been taken away as it was wished."""
    why = link.parked[WHOLE].text if WHOLE in link.parked else ""
    parked = {**link.parked, WHOLE: Parked(UNDONE, f"#{link.external_id} was deleted: {why}")}
    return LinkChange(link.id, link.bases, link.seen, parked, answers=link.answers)


def left(link: Link, why: str) -> tuple[LinkChange, Event]:
    """Return *link* as it stands when its record was to be taken away and stays, because of WHY; and what is told."""
    text = f"#{link.external_id} was to be deleted and stays: {why}"
    parked = {**link.parked, WHOLE: Parked(NOT_DELETED, text)}
    told = Event("kept", "", system=link.system, cause=text)
    return LinkChange(link.id, link.bases, link.seen, parked, answers=link.answers), told


def still_told(link: Link, change: LinkChange) -> LinkChange:
    """Return *change* with the entry that says why the record of *link* was not deleted, which a person takes away."""
    parked = link.parked.get(WHOLE)
    if parked is None or parked.code != NOT_DELETED:
        return change
    return replace(change, parked={**change.parked, WHOLE: parked})
