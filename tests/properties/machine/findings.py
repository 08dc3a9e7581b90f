"""What was checked of a history, and what did not hold."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from state.history import Line


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

    def count_conflicts(self, lines: Iterable[Line], case_of: Mapping[str, int]) -> None:
        """Count the conflicts of each case that LINES tell of, those that a policy has decided among them."""
        for line in lines:
            event = line.event
            decided = event.what == "set" and event.cause not in ("", "agreed")
            if line.entity in case_of and (event.what == "conflict" or decided):
                self.conflicts_of[case_of[line.entity]] += 1
