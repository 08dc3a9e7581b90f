"""What a connector is given from outside, so that a test needs neither time, disk nor network."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import httpx

from mappings.exchange import Json

from .limiter import Reserve


class Shelf(Protocol):
    """Keeps dictionaries (statuses, users, names of fields) and sessions for a while; flows put the state behind it."""

    def get(self, key: str) -> Json:
        """Return what was put there, or None if there is nothing or it is too old."""
        ...

    def put(self, key: str, value: Json, *, seconds: float) -> None: ...


class Spool(Protocol):
    """Where contents of files lie on their way from one system to another; flows say where that is on the disk."""

    def path(self, digest: str) -> Path:
        """Return where the content with this SHA-256 (hex) lies. Raises KeyError where it was never fetched."""
        ...


class MemoryShelf:
    """A shelf of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Json]] = {}

    def get(self, key: str) -> Json:
        until, value = self._kept.get(key, (0.0, None))
        return value if self._clock() < until else None

    def put(self, key: str, value: Json, *, seconds: float) -> None:
        self._kept[key] = (self._clock() + seconds, value)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Surroundings:
    """
    What a connector is given from outside, so that a test needs neither time nor network.

    MARKERS: kind -> the place where our marker lives in its records, as the mapping says. RESERVE asks the budget that
    all processes share for requests (see `limiter.Reserve`). SPOOL has the contents of files that are to be written;
    without one no file can be.
    """

    clock: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    transport: httpx.AsyncBaseTransport | None = None
    markers: Mapping[str, str] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=MemoryShelf)
    reserve: Reserve | None = None
    spool: Spool | None = None
