"""
Who is right when parties differ: said once per fact, outside the mappings.

A policy is a value; `mappings.reconcile.policies` applies it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mappings.canonical.values import Value

Condition: TypeAlias = Callable[[Mapping[str, Value]], bool]
"""A compiled condition of the small language: dotted facts -> bool."""


@dataclass(frozen=True, slots=True)
class Park:
    """Nobody decides but a person."""


@dataclass(frozen=True, slots=True)
class Home:
    """SYSTEM decides if it is a party, by its own move or as the origin of the hub's value."""

    system: str


@dataclass(frozen=True, slots=True)
class Furthest:
    """The value that comes last in the order of the sync's stages."""


@dataclass(frozen=True, slots=True)
class Max:
    """The greatest value; empty is lowest; different currencies park."""


@dataclass(frozen=True, slots=True)
class Min:
    """The least value; empty is lowest; different currencies park."""


@dataclass(frozen=True, slots=True)
class Union:
    """All additions and removals of all parties, removals first."""


@dataclass(frozen=True, slots=True)
class Merge:
    """All edits of a text, line by line; park where any order gives another text."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The edit that was made last, where that is beyond doubt."""


@dataclass(frozen=True, slots=True)
class When:
    """The first policy whose condition holds over the hub's facts as they were before this reconcile."""

    cases: tuple[tuple[Condition, "Policy"], ...]
    otherwise: "Policy" = field(default_factory=Park)


Policy: TypeAlias = Park | Home | Furthest | Max | Min | Union | Merge | Newest | When
