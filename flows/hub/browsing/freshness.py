"""How fresh is what the hub knows of a system: the stamp *as of*, and whether it is stale."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mappings.language import Hub

PERIODS = 5
"""A system is read every so often; unheard of for so many times as long, what is known of it is stale."""
AT_LEAST = timedelta(minutes=10)
LOOKED_AT_WHOLE = frozenset({"folder"})
WHOLE = timedelta(days=2)
"""Kinds that only full scans look at, which are daily unless hub.yaml says otherwise."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """AS_OF: all that changed there until then is known; None: it was never read to its end."""

    as_of: datetime | None
    stale: bool


def allowed(hub: Hub, system: str) -> timedelta:
    """Return how long a system may be unheard of; one that only holds documents takes part in no sync."""
    every = {name: sync.schedule.every for name, sync in hub.syncs.items()}
    mine = [every[name] for name, sync in hub.syncs.items() if system in sync.systems] or list(every.values())
    return max(AT_LEAST, PERIODS * min(mine, default=AT_LEAST))


def freshness(
    hub: Hub, pulled: Mapping[tuple[str, str], datetime], system: str, *, kind: str, now: datetime
) -> Freshness:
    """Return how fresh the records of (system, kind) are; PULLED says when each was last asked for what is new."""
    at = pulled.get((system, kind))
    longest = WHOLE if kind in LOOKED_AT_WHOLE else allowed(hub, system)
    return Freshness(at, at is None or now - at > longest)
