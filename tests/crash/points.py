"""Which points there are: the numbers that are committed, the tenth that is chosen, and what was found at each."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .killing import Killed

EXPECTED = Path(__file__).with_name("points.json")
"""Story -> how many points it had when this was last written down."""
FEWER = 0.9
"""So many of them there must be: with fewer, something that may be killed is no longer seen."""
TENTH = 10
MISSED = 2


@dataclass
class Tally:
    """What the kills of a story have shown: POINTS it has, how many were MISSED, what was BROKEN at which of them."""

    points: int
    kills: int = 0
    missed: int = 0
    by: Counter[str] = field(default_factory=Counter)
    broken: dict[str, list[str]] = field(default_factory=dict)

    def note(self, point: str, killed: Killed) -> None:
        if killed.missed:
            self.missed += 1
        else:
            self.kills += 1
            self.by[kind_of(point)] += 1
        if killed.broken:
            self.broken[point] = killed.broken

    @property
    def holds(self) -> bool:
        """Nothing is broken, and hardly a point was missed: at a slow moment a pass goes another way."""
        return not self.broken and self.missed <= max(MISSED, (self.kills + self.missed) // TENTH)

    def form(self) -> dict[str, Any]:
        return {
            "points": self.points,
            "kills": self.kills,
            "missed": self.missed,
            "by": dict(self.by),
            "broken": self.broken,
        }


def kind_of(point: str) -> str:
    """Return whether a point is one of a commit or of a request."""
    return point.split()[1].partition(":")[0]


def expected() -> dict[str, int]:
    """Return how many points each story had."""
    found: dict[str, int] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return found


def enough(name: str, points: Sequence[str]) -> bool:
    """Say whether a story has as many points as it had, or nearly."""
    return len(points) >= FEWER * expected()[name]


def chosen_of(points: Sequence[str], seed: int) -> list[str]:
    """Return a tenth of *points*, in their order."""
    count = -(-len(points) // TENTH)
    places = random.Random(seed).sample(range(len(points)), count)  # noqa: S311  # chance that must repeat
    return [points[place] for place in sorted(places)]
