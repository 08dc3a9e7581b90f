"""What `status` tells of how well the systems keep up: how soon changes are visible there, and what has drifted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from state.attention import Attention

from .drifting import DRIFT


@dataclass(frozen=True)
class Visible:
    """Seconds until CHANGES made elsewhere were visible in a system: half of them within HALF, 95 % within MOST."""

    changes: int
    half: float
    most: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Visible | None":
        """Return what *seconds* come to; nothing where there are none."""
        if not seconds:
            return None
        ordered = sorted(seconds)
        rank = -(-len(ordered) * 95 // 100)  # the smallest that 95 % do not exceed
        return cls(len(ordered), median(ordered), ordered[rank - 1])

    def form(self) -> dict[str, Any]:
        return {"changes": self.changes, "median": round(self.half, 3), "p95": round(self.most, 3)}


@dataclass(frozen=True)
class Drifted:
    """Fields that no longer stand for the hub's value though nobody moved: how many, since when, and where."""

    fields: int
    cases: int
    oldest: datetime | None
    places: tuple[tuple[str, str, int], ...] = ()
    """(system, field, how many), the most first."""

    @classmethod
    def of(cls, entries: Sequence[Attention]) -> "Drifted":
        """Return what of the attention list *entries* is drift."""
        found = [one for one in entries if one.code == DRIFT]
        counted = Counter((one.system, one.field) for one in found)
        ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
        oldest = min((one.since for one in found), default=None)
        places = tuple((system, name, count) for (system, name), count in ordered)
        return cls(len(found), len({one.entity for one in found}), oldest, places)

    def form(self) -> dict[str, Any]:
        return {
            "fields": self.fields,
            "cases": self.cases,
            "oldest": self.oldest.isoformat() if self.oldest else None,
            "places": [{"system": system, "field": name, "count": count} for system, name, count in self.places],
        }
