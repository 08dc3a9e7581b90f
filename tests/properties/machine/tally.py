"""What many histories came to: plain numbers that can be added, kept as JSON and printed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .findings import Findings
from .world import Counts

MEASURES = ("steps", "faults", "conflicts", "creates in doubt")


@dataclass
class Tally:
    """A history is the life of one case; several share a WORLD: its systems, its passes and what goes wrong there."""

    worlds: int = 0
    histories: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    spread: dict[str, Counter[int]] = field(default_factory=lambda: {name: Counter() for name in MEASURES})
    broken: list[dict[str, Any]] = field(default_factory=list)

    def add(self, seed: int, cases: int, *, counts: Counts, findings: Findings) -> None:
        """Count the world of *seed*, in which so many cases lived."""
        self.worlds += 1
        self.histories += cases
        self.checks += findings.checks
        self.faults += counts.faults
        each_case = (counts.steps_of, counts.faults_of, findings.conflicts_of, counts.doubts_of)
        for name, each in zip(MEASURES, each_case, strict=True):
            self.spread[name].update(each[case] for case in range(cases))
        self.broken += [{"seed": seed, "promise": one.promise, "text": one.text} for one in findings.broken]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "worlds": self.worlds,
            "histories": self.histories,
            "checks": dict(self.checks),
            "faults": dict(self.faults),
            "spread": {name: {str(many): count for many, count in each.items()} for name, each in self.spread.items()},
            "broken": self.broken,
        }


def median(spread: Mapping[int, int], share: float = 0.5) -> int:
    """Return the number below or at which SHARE of all lie."""
    left = share * sum(spread.values())
    for many in sorted(spread):
        left -= spread[many]
        if left <= 0:
            return many
    return 0


def lines(tally: Tally) -> Iterable[str]:
    """Yield the tally as a person reads it."""
    yield f"{tally.histories} histories in {tally.worlds} worlds"
    for name in MEASURES:
        each = tally.spread[name]
        said = ", ".join(f"{round(100 * share)} % ≤ {median(each, share)}" for share in (0.1, 0.5, 0.9))
        yield f"  {name:18} median {median(each)} ({said}, most {max(each, default=0)})"
    yield "checks: " + ", ".join(f"{name} {count}" for name, count in sorted(tally.checks.items()))
    yield "faults: " + ", ".join(f"{name} {count}" for name, count in sorted(tally.faults.items()))
    yield f"broken promises: {len(tally.broken)}"
    yield from (
        f"  seed {one['seed']}: {one['promise']}: {one['text'].strip().splitlines()[-1]}" for one in tally.broken
    )


def together(tallies: Sequence[Mapping[str, Any]]) -> Tally:
    """Add tallies that were kept as JSON."""
    whole = Tally()
    for one in tallies:
        whole.worlds += one["worlds"]
        whole.histories += one["histories"]
        whole.checks += Counter(one["checks"])
        whole.faults += Counter(one["faults"])
        for name, each in one["spread"].items():
            whole.spread[name].update({int(many): count for many, count in each.items()})
        whole.broken += one["broken"]
    return whole
