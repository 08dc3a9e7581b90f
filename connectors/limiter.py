"""Keeps to a vendor's budget: so many requests at once, so many per second, shared between processes where needed."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What a process asks of a budget that several share: WANTED requests, of a budget of PER_SECOND and AT_ONCE.

    SENT have left already and are in nobody's books. REFUSED: the system has just said that nothing is left.
    """

    wanted: int
    per_second: float
    at_once: float
    sent: int = 0
    refused: bool = False


Reserve = Callable[[Wanted], tuple[int, float]]
"""Returns how many requests are granted, and the seconds to wait where none are."""
UNASKED = 5
"""Requests of a process that are booked with the next ones: a pass with nothing to do writes nothing there."""


class Limiter:
    """
    A leaky bucket and a bound on requests under way, for one system in one event loop.

    CAPACITY requests may leave at once; the bucket drains PER_SECOND. None: no budget, only the bound. Every request
    is given its moment when it asks, in the order of asking, and sleeps once. With RESERVE a budget is one that several
    processes have in common: beyond the first few requests each needs a share of it, taken in slices.
    """

    def __init__(
        self,
        *,
        capacity: float = 1.0,
        per_second: float | None = None,
        concurrency: int = 8,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        reserve: Reserve | None = None,
        slice_size: int = UNASKED,
    ) -> None:
        if capacity < 1 or concurrency < 1 or slice_size < 1 or (per_second is not None and per_second <= 0):
            raise ValueError("a limiter needs room for one request and a positive rate")
        self._capacity = capacity
        self._per_second = per_second
        self._monotonic = monotonic
        self._sleep = sleep
        self._reserve = reserve
        self._slice_size = slice_size
        self._granted = self._sent = UNASKED
        self._refused = False
        self._level_until = 0.0
        self._held_until = 0.0
        self._under_way = asyncio.Semaphore(concurrency)
        self._asking = asyncio.Lock()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a moment in the budget and keep a place among the requests under way while inside."""
        async with self._under_way:
            if self._reserve is not None and self._per_second is not None:
                await self._take_granted(self._reserve, self._per_second)
            wait = self._moment()
            if wait > 0:
                await self._sleep(wait)
            yield

    def hold(self, seconds: float) -> None:
        """Nothing leaves for *seconds*: the system asked for it, whatever the books say is left."""
        self._held_until = max(self._held_until, self._monotonic() + seconds)
        self._granted, self._refused = 0, True

    def _moment(self) -> float:
        """Take the next free moment and return the seconds until then."""
        now = self._monotonic()
        held = max(0.0, self._held_until - now)
        if self._per_second is None:
            return held
        start = max(now + held, self._level_until)
        self._level_until = start + 1.0 / self._per_second
        room = (self._capacity - 1.0) / self._per_second
        return max(held, start - now - room)

    async def _take_granted(self, reserve: Reserve, per_second: float) -> None:
        async with self._asking:
            while self._granted == 0:
                asked = Wanted(self._slice_size, per_second, self._capacity, self._sent, self._refused)
                self._sent, self._refused = 0, False
                self._granted, wait = await asyncio.to_thread(reserve, asked)
                if self._granted == 0:
                    await self._sleep(wait)
            self._granted -= 1
