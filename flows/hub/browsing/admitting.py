"""Letting a reader into one case."""

from mappings.reconcile.model import Entity
from state import lines
from state.lines import Household

from ..access import Access
from ..looking import NoSuchCase
from ..wiring import Installation

MOST_NOTES = 200


def admitted(installation: Installation, access: Access, key: str) -> Household:
    """Return the case *key* with what belongs to it, if the reader may see it. Raises NoSuchCase."""
    found = lines.household(installation.store, key, notes=MOST_NOTES) or (
        lines.household(installation.store, key.upper(), notes=MOST_NOTES) if key != key.upper() else None
    )
    if found is None or not _may_see(access, found.case.entity):
        raise NoSuchCase(key)
    return found


def _may_see(access: Access, case: Entity) -> bool:
    """By the facts as they stand, so that nobody keeps a case that was taken from them a moment ago."""
    return access.persons is None or not access.persons.isdisjoint(lines.people_of(case))
