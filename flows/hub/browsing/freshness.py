"""How fresh is what the hub knows of a system: the stamp *as of*, and whether it is stale."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mappings.language import Hub

PERIODS = 5
"""A system is read every so often; unheard of for so many times as long, what is known of it is stale."""
AT_LEAST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Freshness:
    """AS_OF: all that changed there until then is known; None: it was never read to its end."""

    as_of: datetime | None
    stale: bool


def allowed(hub: Hub, system: str) -> timedelta:
    """Return how long a system may be unheard of."""
    periods = [sync.schedule.every for sync in hub.syncs.values() if system in sync.systems]
    return max(AT_LEAST, PERIODS * min(periods, default=AT_LEAST))


def freshness(
    hub: Hub, pulled: Mapping[tuple[str, str], datetime], system: str, *, kind: str, now: datetime
) -> Freshness:
    """Return how fresh the records of (system, kind) are; PULLED says when each was last asked for what is new."""
    at = pulled.get((system, kind))
    return Freshness(at, at is None or now - at > allowed(hub, system))
