"""What goes wrong, and who comes in between: hooks for memory systems, a clock that can be turned, a second worker."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from connectors.memory import MemoryRequest


class Clock:
    """The time of a hub and its systems: a tenth of a second goes by whenever somebody asks; `ahead` turns it."""

    def __init__(self, tick: float = 0.1) -> None:
        self._now = datetime(2026, 11, 21, 9, tzinfo=UTC)
        self._tick = timedelta(seconds=tick)
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._now += self._tick
            return self._now

    def ahead(self, **by: float) -> None:
        with self._lock:
            self._now += timedelta(**by)


class Hook:
    """
    A hook of a memory system that does DEED at a request of VERB, BEFORE or AFTER it is carried out; the first SKIP
    such requests pass, then it happens TIMES times.
    """

    def __init__(
        self, verb: str, moment: str, deed: Callable[[], object], *, skip: int = 0, times: int = 1, kind: str = "record"
    ) -> None:
        self.verb, self.moment, self.deed, self.kind = verb, moment, deed, kind
        self.skip, self.times, self.met = skip, times, 0

    def __call__(self, request: MemoryRequest, moment: str) -> None:
        if (request.verb, moment, request.kind) != (self.verb, self.moment, self.kind):
            return
        self.met += 1
        if self.skip < self.met <= self.skip + self.times:
            self.deed()


def failing(error: Exception) -> Callable[[], None]:
    """A deed that fails."""

    def deed() -> None:
        raise error

    return deed


def elsewhere(work: Callable[[], object]) -> Callable[[], None]:
    """Do *work* in another thread while this one waits: whole passes of a second worker in between."""

    def deed() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    return deed
