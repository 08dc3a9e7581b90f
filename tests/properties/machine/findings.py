"""What was checked of a history, and what did not hold."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Broken(NamedTuple):
    """A promise that was not kept, and how it shows."""

    promise: str
    text: str


@dataclass
class Findings:
    """What was checked, and what did not hold."""

    checks: Counter[str] = field(default_factory=Counter)
    broken: list[Broken] = field(default_factory=list)
    conflicts_of: Counter[int] = field(default_factory=Counter)

    def hold(self, promise: str, holds: bool, text: str = "") -> None:
        """Count a check of *promise*."""
        self.checks[promise] += 1
        if not holds:
            self.broken.append(Broken(promise, text))
