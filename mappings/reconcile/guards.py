"""
Guards stop a pass before its first write and ask. They look at counts over all entities of a pass, because what they
fear (a lost permission, an empty list, a wrong mapping) looks harmless record by record.
"""

from collections import Counter
from dataclasses import dataclass, field

from mappings.exchange import View

from .model import Outcome

A_FEW = 5
"""So many missing records are looked up one by one, whatever their share: a small hub has no percents."""
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
    """Why a pass stops before it writes, and which setting lets it through."""

    guard: str
    text: str


@dataclass
class Tally:
    """What is out of the ordinary in the decisions of one pass, counted outcome by outcome."""

    creates: Counter[str] = field(default_factory=Counter)
    cleared: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count what *outcome* would make, and what its snapshots have emptied or changed."""
        self.creates.update(record.system for record in outcome.creates)
        for event in outcome.events:
            if event.what != "read" or event.old is None or event.cause == AFTER_WRITE:
                continue
            if _empty(event.new):
                self.cleared[event.system, event.field] += 1
            else:
                self.changed[event.system, event.field, repr(event.new)] += 1

    def stops(self, limits: Limits) -> list[Stop]:
        """Return the guards that these counts set off."""
        stops = [
            Stop("max_creates", f"{count} records would be made in {system}; the guard allows {limits.max_creates}")
            for system, count in sorted(self.creates.items())
            if count > limits.max_creates
        ]
        for (system, name), count in sorted(self.cleared.items()):
            if count > limits.max_clears:
                text = f"{name} was emptied in {count} records of {system}; the guard allows {limits.max_clears}"
                stops.append(Stop("max_clears", text))
        for (system, name, _), count in sorted(self.changed.items()):
            if count > limits.max_changes:
                text = f"{name} became one and the same in {count} records of {system}; the guard allows "
                stops.append(Stop("max_changes", f"{text}{limits.max_changes}"))
        return stops


def _empty(view: View) -> bool:
    """A field of several places is empty if all of them are."""
    return all(_empty(part) for part in view.values()) if isinstance(view, dict) else view in (None, "", [])


def check_full_read(system: str, *, linked: int, missing: int, limits: Limits) -> list[Stop]:
    """Return the guard against a system that suddenly lists nothing, or much less, once it has been read in full."""
    if linked and missing == linked:
        return [Stop("empty", f"{system} lists none of the {linked} linked records; nothing was taken for deleted")]
    if missing > A_FEW and missing / linked > limits.max_deletes:
        share = f"{limits.max_deletes:.0%}"
        return [Stop("max_deletes", f"{missing} of {linked} records are missing in {system}; the guard allows {share}")]
    return []
