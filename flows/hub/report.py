"""What a pass did, as one object: counts and keys, no customer's values."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mappings.reconcile.guards import Stop


@dataclass
class Report:
    """Counted while the pass runs. TROUBLE: system -> why it could not be talked to."""

    sync: str
    run: str = ""
    read: Counter[str] = field(default_factory=Counter)
    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    """Files of cases: ``copied`` and their ``bytes``, ``renamed``, ``linked`` where one could not be copied."""
    requests: dict[str, int] = field(default_factory=dict)
    overhead: dict[str, int] = field(default_factory=dict)
    writing: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0
    parked: int = 0
    in_doubt: int = 0
    """Writes that were sent and whose end is not known yet: they are found out in a later pass."""
    decided: int = 0
    pushed: int = 0
    """Writes that left and came to an end: while there are any, the pass goes on."""
    statements: int = 0
    seconds: float = 0.0
    hub_cpu: float = 0.0
    """CPU seconds of the hub's own work; the rest of CPU is that of the connectors and the event loop."""
    cpu: float = 0.0
    max_rss_mb: float = 0.0
    pulled: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(system, kind) -> when it was asked for what is new, and answered to the end."""
    trouble: dict[str, str] = field(default_factory=dict)
    refused_us: set[str] = field(default_factory=set)
    stops: list[Stop] = field(default_factory=list)
    compared: bool = False
    """All systems were read whole, and every case was compared with what they show."""
    notices: list[str] = field(default_factory=list)

    @property
    def state(self) -> Literal["done", "failed", "stopped"]:
        """How the pass ended: done, stopped (a guard asks), failed (nothing could be read)."""
        if self.stops:
            return "stopped"
        return "failed" if self.requests and self.requests.keys() <= self.trouble.keys() else "done"

    def as_json(self) -> Mapping[str, Any]:
        """Return the report in the form that `sync --json` prints."""
        systems = sorted({*self.read, *self.requests})
        return {
            "sync": self.sync,
            "run": self.run,
            "read": {name: self.read[name] for name in systems},
            "created": {name: self.created[name] for name in systems},
            "updated": {name: self.updated[name] for name in systems},
            **({"deleted": dict(sorted(self.deleted.items()))} if self.deleted.total() else {}),
            **({"files": dict(sorted(self.files.items()))} if self.files else {}),
            "requests": {name: self.requests.get(name, 0) for name in systems},
            "overhead": {name: self.overhead.get(name, 0) for name in systems},
            "conflicts": self.conflicts,
            "parked": self.parked,
            "in_doubt": self.in_doubt,
            "statements": self.statements,
            "seconds": round(self.seconds, 3),
            "cpu_seconds": {"hub": round(self.hub_cpu, 3), "transport": round(max(self.cpu - self.hub_cpu, 0.0), 3)},
            "max_rss_mb": round(self.max_rss_mb, 1),
            "trouble": dict(sorted(self.trouble.items())),
            "stopped": [stop.text for stop in self.stops],
            "notices": self.notices,
            **({"compared": True} if self.compared else {}),
        }


@contextmanager
def cpu_of_hub(report: Report, clock: Callable[[], float] = time.thread_time) -> Iterator[None]:
    """Count the CPU time of a stretch of the hub's own work."""
    began = clock()
    try:
        yield
    finally:
        report.hub_cpu += clock() - began
