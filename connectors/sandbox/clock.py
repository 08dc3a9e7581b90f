"""The time of a sandbox: it runs, runs faster, or stands until somebody moves it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """
    Tells the time of one sandbox, in UTC.

    SPEED is how many of its seconds pass in one of ours; 0 stands still, so that a test moves it itself: there `sleep`
    takes no time and moves the clock.
    """

    def __init__(
        self,
        start: datetime | None = None,
        *,
        speed: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if speed < 0:
            raise ValueError("a clock does not run backwards")
        self._monotonic = monotonic
        self._sleep = sleep
        self._speed = speed
        self._base = start or datetime.now(UTC)
        self._since = monotonic()

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> datetime:
        return self._base + timedelta(seconds=(self._monotonic() - self._since) * self._speed)

    def advance(self, seconds: float) -> None:
        """Move the clock forward. Raises ValueError on a negative number: stamps never fall."""
        if seconds < 0:
            raise ValueError("a clock does not run backwards")
        self._base += timedelta(seconds=seconds)

    def run_at(self, speed: float) -> None:
        """Go on at another speed, from the present moment."""
        if speed < 0:
            raise ValueError("a clock does not run backwards")
        self._base, self._since = self.now(), self._monotonic()
        self._speed = speed

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* of this clock pass."""
        if self._speed == 0:
            self.advance(seconds)
            await self._sleep(0)
        else:
            await self._sleep(seconds / self._speed)
