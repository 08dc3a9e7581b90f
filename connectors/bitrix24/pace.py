"""
The working time of methods: a portal lets each method work 480 seconds in ten minutes and then refuses it.

Every answer tells how much a method has used and when the oldest part of that is forgotten. Before a call that might go
over the limit we wait until then; a wait that is too long for a request is left to the caller.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..errors import RetryLater

MOST = 475.0
"""Seconds of working time; the vendor refuses above 480."""
LONGEST_WAIT = 60.0
UNTOLD = 30.0
"""Seconds to leave a refused method alone where no answer has told when it is free again."""
FADING = 0.7
"""How much of what a call used to cost is still expected of the next, where it was less."""


@dataclass
class _Method:
    """USED and COST in seconds of working time; RESET is when part is forgotten; SPENT is how long a call takes."""

    used: float | None = None
    cost: float = 0.0
    spent: float = 0.0
    reset: float = 0.0
    under_way: int = 0


class Pace:
    """Keeps the working time of each method of one webhook below its limit."""

    def __init__(
        self,
        system: str,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        request_seconds: float,
    ) -> None:
        self._system = system
        self._monotonic = monotonic
        self._sleep = sleep
        self._request_seconds = request_seconds
        self._methods: dict[str, _Method] = {}

    async def ready(self, calls: Mapping[str, int]) -> None:
        """Wait until so many calls of each method fit. Raises RetryLater where that would take too long."""
        for method, number in calls.items():
            wait = self.wait_for(method, number)
            if wait > LONGEST_WAIT:
                text = f"{method} has used up its working time; it is free again in {wait:.0f} s"
                raise RetryLater(text, system=self._system, after=wait)
            if wait > 0:
                await self._sleep(wait)

    def begin(self, calls: Mapping[str, int]) -> None:
        for method, number in calls.items():
            self._of(method).under_way += number

    def end(self, calls: Mapping[str, int]) -> None:
        for method, number in calls.items():
            self._of(method).under_way -= number

    def learn(self, method: str, time: Any) -> None:
        """Take what an answer's `time` tells of *method*."""
        if not isinstance(time, Mapping):
            return
        used, reset, finish = (_number(time.get(name)) for name in ("operating", "operating_reset_at", "finish"))
        known, duration = self._of(method), _number(time.get("duration")) or 0.0
        known.spent = max(duration, FADING * known.spent)
        if used is None:
            return
        cost = used - known.used if known.used is not None and used > known.used else duration
        known.cost = max(cost, FADING * known.cost)
        known.used = used
        if reset is not None and finish is not None:
            known.reset = self._monotonic() + max(0.0, reset - finish)

    def wait_for(self, method: str, number: int = 1) -> float:
        """Return the seconds until NUMBER more calls of *method* fit."""
        known = self._of(method)
        if known.used is None:
            return 0.0
        if known.used + (known.under_way + number) * known.cost <= MOST:
            return 0.0
        return max(0.0, known.reset - self._monotonic())

    def full(self, method: str) -> float:
        """The portal refuses *method*: note it, and return the seconds until it may be called again."""
        known = self._of(method)
        known.used = max(known.used or 0.0, MOST)
        known.cost = max(known.cost, 1.0)
        known.reset = max(known.reset, self._monotonic() + UNTOLD)
        return known.reset - self._monotonic()

    def batch_size(self, method: str, most: int) -> int:
        """Return how many calls of *method* may go into one batch, so that it ends in time and within the budget."""
        known = self._of(method)
        for each, limit in ((known.spent, self._request_seconds), (known.cost, MOST)):
            if each * most > limit:
                most = max(1, int(limit / each))
        return most

    def _of(self, method: str) -> _Method:
        return self._methods.setdefault(method, _Method())


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None
