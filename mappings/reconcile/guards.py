"""
Guards stop a pass before its first write and ask. They look at counts over all entities of a pass, because what they
fear (a lost permission, an empty list, a wrong mapping) looks harmless record by record.
"""

import dataclasses
from collections import Counter
from dataclasses import dataclass, field

from mappings.exchange import View

from .model import Outcome

A_FEW = 5
"""So many missing records are looked up one by one, whatever their share: a small hub has no percents."""
EMPTY, MAX_CREATES, MAX_DELETES = "empty", "max_creates", "max_deletes"
MAX_CLEARS, MAX_CHANGES = "max_clears", "max_changes"
WAY_OUT = " (casehub deletions list names them; those that were meant can be approved there)"
AFTER_WRITE = "after our write"
"""The cause of a reading that a write of ours brought about: no person's change."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The guards of a sync. Numbers are counts per pass; SHARES are of the linked records, 0 to 1."""

    max_creates: int = 500
    max_deletes: float = 0.1
    max_clears: int = 50
    max_changes: int = 200


@dataclass(frozen=True, slots=True)
class Stop:
    """
    Why a pass stops before it writes, and which setting lets it through.

    Beside its text: the SYSTEM and FIELD (of missing records: the kind) that set it off, what was SHOWN there, and in
    which ENTITIES, so that it can be looked at again.
    """

    guard: str
    text: str
    system: str = ""
    field: str = ""
    shown: str = ""
    entities: tuple[str, ...] = dataclasses.field(default=(), compare=False)

    @property
    def about(self) -> tuple[str, str, str, str]:
        """What it is about, whatever the numbers."""
        return self.guard, self.system, self.field, self.shown


@dataclass
class Tally:
    """What is out of the ordinary in the decisions of one pass, counted outcome by outcome."""

    creates: Counter[str] = field(default_factory=Counter)
    cleared: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    changed: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count what *outcome* would make, and what its snapshots have emptied or changed."""
        self.creates.update(record.system for record in outcome.creates)
        for event in outcome.events:
            if event.what != "read" or event.old is None or event.cause == AFTER_WRITE:
                continue
            if emptied(event.old, event.new):
                self.cleared.setdefault((event.system, event.field), []).append(outcome.entity.id)
            else:
                shown = (event.system, event.field, repr(event.new))
                self.changed.setdefault(shown, []).append(outcome.entity.id)

    def stops(self, limits: Limits) -> list[Stop]:
        """Return the guards that these counts set off."""
        stops = [
            Stop(
                MAX_CREATES,
                f"{count} records would be made in {system}; the guard allows {limits.max_creates}",
                system=system,
            )
            for system, count in sorted(self.creates.items())
            if count > limits.max_creates
        ]
        for (system, name), ids in sorted(self.cleared.items()):
            if len(ids) > limits.max_clears:
                text = f"{name} was emptied in {len(ids)} records of {system}; the guard allows {limits.max_clears}"
                stops.append(Stop(MAX_CLEARS, text, system, name, entities=tuple(ids)))
        for (system, name, shown), ids in sorted(self.changed.items()):
            if len(ids) > limits.max_changes:
                text = f"{name} became one and the same in {len(ids)} records of {system}; the guard allows "
                stops.append(Stop(MAX_CHANGES, f"{text}{limits.max_changes}", system, name, shown, tuple(ids)))
        return stops


def is_empty(view: View) -> bool:
    """A field of several places is empty if all of them are."""
    return all(is_empty(part) for part in view.values()) if isinstance(view, dict) else view in (None, "", [])


def emptied(old: View, new: View) -> bool:
    """Say whether a view lost what it held: an amount is gone although its currency still stands beside it."""
    if isinstance(old, dict) and isinstance(new, dict):
        lost = any(not is_empty(part) and is_empty(new.get(place)) for place, part in old.items())
        return lost and all(part == old.get(place) or is_empty(part) for place, part in new.items())
    return is_empty(new)


def lacking(view: View) -> bool:
    """Say whether a view that was emptied still is: what was lost of it has not come back."""
    return any(is_empty(part) for part in view.values()) if isinstance(view, dict) else is_empty(view)


def check_full_read(system: str, *, linked: int, missing: int, limits: Limits, kind: str = "") -> list[Stop]:
    """Return the guard against a system that suddenly lists nothing, or much less, once it has been read in full."""
    if linked and missing == linked:
        text = f"{system} lists none of the {linked} linked records; nothing was taken for deleted{WAY_OUT}"
        return [Stop(EMPTY, text, system, kind)]
    if missing > A_FEW and missing / linked > limits.max_deletes:
        share = f"{limits.max_deletes:.0%}"
        text = f"{missing} of {linked} records are missing in {system}; the guard allows {share}{WAY_OUT}"
        return [Stop(MAX_DELETES, text, system, kind)]
    return []
