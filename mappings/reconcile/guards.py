"""
Guards stop a pass before its first write and ask. They look at counts over all entities of a pass, because what they
fear (a lost permission, an empty list, a wrong mapping) looks harmless record by record.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .model import Event, Outcome


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


def check_pass(outcomes: Iterable[Outcome], limits: Limits) -> list[Stop]:
    """Return what is out of the ordinary in the decisions of one pass."""
    creates: Counter[str] = Counter()
    cleared: Counter[tuple[str, str]] = Counter()
    same: Counter[tuple[str, str, str]] = Counter()
    for outcome in outcomes:
        creates.update(record.system for record in outcome.creates)
        for event in outcome.events:
            _count(event, cleared, same)
    return [*_creates(creates, limits), *_clears(cleared, limits), *_changes(same, limits)]


def _count(event: Event, cleared: Counter[tuple[str, str]], same: Counter[tuple[str, str, str]]) -> None:
    if event.what != "read" or event.old is None or event.cause == "after our write":
        return
    if event.new is None or event.new == [] or event.new == "":
        cleared[event.system, event.field] += 1
    else:
        same[event.system, event.field, repr(event.new)] += 1


def _creates(creates: Counter[str], limits: Limits) -> list[Stop]:
    return [
        Stop("max_creates", f"{count} records would be made in {system}; the guard allows {limits.max_creates}")
        for system, count in sorted(creates.items())
        if count > limits.max_creates
    ]


def _clears(cleared: Counter[tuple[str, str]], limits: Limits) -> list[Stop]:
    return [
        Stop("max_clears", f"{field} was emptied in {count} records of {system}; the guard allows {limits.max_clears}")
        for (system, field), count in sorted(cleared.items())
        if count > limits.max_clears
    ]


def _changes(same: Counter[tuple[str, str, str]], limits: Limits) -> list[Stop]:
    return [
        Stop(
            "max_changes",
            f"{field} was changed to one and the same in {count} records of {system}; "
            f"the guard allows {limits.max_changes}",
        )
        for (system, field, _), count in sorted(same.items())
        if count > limits.max_changes
    ]


def check_full_read(system: str, *, linked: int, missing: int, limits: Limits) -> list[Stop]:
    """Return the guard against a system that suddenly lists nothing, or much less, once it has been read in full."""
    if linked and missing == linked:
        return [Stop("empty", f"{system} lists none of the {linked} linked records; nothing was taken for deleted")]
    if linked and missing / linked > limits.max_deletes:
        share = f"{limits.max_deletes:.0%}"
        return [Stop("max_deletes", f"{missing} of {linked} records are missing in {system}; the guard allows {share}")]
    return []
