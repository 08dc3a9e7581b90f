"""
How long it took until other systems showed a change, as the history tells it.

A change is made when its system says so (its stamp, to the second in most), or at the hub; it is visible when the write
that it brought about has been read back. Both stand in the history, so nothing is measured while a pass runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .store import Store
from .tables import event

LATEST = 5000
"""Lines of the history that are looked at, newest first: those of some hundred changes."""


@dataclass(slots=True)
class _Change:
    """What an entity was changed by last: the SOURCES, each with its time, and where that was WRITTEN already."""

    sources: dict[str, datetime]
    written: set[str] = field(default_factory=set)


def delays(store: Store, *, latest: int = LATEST) -> dict[str, tuple[float, ...]]:
    """
    Return, per system, the seconds from a change made elsewhere until it was visible there, oldest first.

    Of a change that several systems made the older one counts. A write that no known change brought about (a repair) is
    left out; clocks that differ can make a delay seem shorter, never less than none.
    """
    columns = (event.c.id, event.c.entity, event.c.what, event.c.system, event.c.at, event.c.hub_at, event.c.run)
    query = sa.select(*columns).where(event.c.what.in_(("read", "set", "write")), event.c.entity.is_not(None))
    with store.read() as conn:
        rows = conn.execute(query.order_by(event.c.id.desc()).limit(latest)).all()
    return _delays(reversed(rows))


def _delays(lines: Iterable[Any]) -> dict[str, tuple[float, ...]]:
    seen: dict[tuple[str, str | datetime], dict[str, datetime]] = {}
    changes: dict[str, _Change] = {}
    found: dict[str, list[float]] = {}
    for line in lines:
        decided = line.entity, line.run or line.hub_at  # what a person does by hand is of no run: each deed by itself
        if line.what == "read":
            if line.at is not None:
                seen.setdefault(decided, {})[line.system] = line.at
        elif line.what == "set":
            changes[line.entity] = _Change(dict(seen.get(decided, {"": line.hub_at})))
        elif line.entity in changes and line.system not in changes[line.entity].written:
            change = changes[line.entity]
            change.written.add(line.system)
            elsewhere = [at for system, at in change.sources.items() if system != line.system]
            if elsewhere:
                found.setdefault(line.system, []).append(max((line.hub_at - min(elsewhere)).total_seconds(), 0.0))
    return {system: tuple(seconds) for system, seconds in found.items()}
