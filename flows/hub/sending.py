"""
What of the outbox leaves, and how much of it at once.

Taking writes and settling them costs the same for some requests as for one. But what is taken must leave soon: its
records are frozen until it is settled, and after a crash each of them is in doubt. So as many are taken as go out
within a moment: one request's worth where a system takes its time, some where it is quick.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.errors import AuthFailed, RetryLater
from connectors.ours import STILL_OURS, must_be_ours
from mappings.exchange import Receipt, Write
from state import leases, outbox, workers
from state.types import Outgoing

from .wired import Wired

TOGETHER = 400
"""Writes that are taken at once at most."""
MOMENT = timedelta(seconds=1)


async def take_batch(wired: Wired, system: str, *, run: str | None = None) -> Sequence[Outgoing]:
    """
    Return the next planned writes of the sync to *system* (of RUN, if named), `sent` as from now; to be pushed at once.

    What another sync has planned there is its own: it may be paused, or a guard may hold it.
    """
    limit = wired.requests_at_once.get(system, 1) * at_once(wired, system)
    return await asyncio.to_thread(
        lambda: outbox.take(
            wired.store,
            wired.worker,
            system=system,
            limit=limit,
            lease=wired.lease,
            run=run,
            sync=wired.shape.name,
        )
    )


def at_once(wired: Wired, system: str) -> int:
    """Return how many writes *system* takes with one request."""
    return max(wired.connectors[system].abilities.write_batch, 1)


async def send(
    wired: Wired, system: str, writes: Sequence[Write], *, taken: datetime
) -> tuple[list[Receipt], AuthFailed | RetryLater | None]:
    """
    Send *writes*, TAKEN then, with as many requests as that takes, and return the receipts of those that left, with why
    no others did. Raises LeaseLost before a request that the lease would not outlive.
    """
    connector, size, began = wired.connectors[system], at_once(wired, system), wired.clock()
    receipts: list[Receipt] = []
    watch = Watch(wired, taken, frozenset(write.key for write in writes))
    kept = STILL_OURS.set(watch.ours)
    try:
        for first in range(0, len(writes), size):
            await _keep_lease(wired, connector.abilities.request_timeout)
            await must_be_ours(system)
            receipts += await connector.push(writes[first : first + size])
    except (AuthFailed, RetryLater) as error:
        wired.requests_at_once[system] = 1
        return receipts, error
    finally:
        STILL_OURS.reset(kept)
    now = wired.requests_at_once.get(system, 1)
    wired.requests_at_once[system] = how_many_next(now, took=wired.clock() - began, most=TOGETHER // size)
    return receipts, None


@dataclass
class Watch:
    """
    Whether what was taken is still ours. A process may stand still for minutes: a machine that slept, a disk that hung.
    Others take it for dead meanwhile, and find out what became of its writes; it does not notice.
    """

    wired: Wired
    since: datetime
    """Nobody has taken over any more of it."""
    keys: frozenset[str]
    mine: bool = True

    async def ours(self) -> bool:
        """Say whether all of it is; asks the database no more than every few seconds."""
        now = self.wired.clock()
        if self.mine and now - self.since >= workers.SURE:
            keys = sorted(self.keys)
            mine = await asyncio.to_thread(outbox.still_ours, self.wired.store, self.wired.worker, keys)
            self.mine = mine == self.keys
            self.since = now
        return self.mine


def how_many_next(now: int, *, took: timedelta, most: int) -> int:
    """Return for how many requests to take next, at MOST so many, where NOW it was so many and that TOOK so long."""
    if took > MOMENT:
        return 1
    return max(min(2 * now, most), 1) if took < MOMENT / 4 else now


async def _keep_lease(wired: Wired, longest: float) -> None:
    """No request that changes something starts unless the lease outlives it. Raises LeaseLost."""
    lease = wired.lease
    if lease is not None and lease.until < wired.clock() + timedelta(seconds=longest):
        wired.lease = await asyncio.to_thread(leases.renew, wired.store, lease, seconds=2 * longest)
