"""Where acts are prepared: the syncs of a hub at rest, kept for a moment so that a click does not read them anew."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from state import workers
from state.types import Whole

from ..casework import Act
from ..looking import find_case
from ..wired import Wired
from ..wiring import Installation, Maker, at_rest, make_connector

KEPT = 30.0
"""Seconds for which a sync is taken to be wired as it was: what its systems offer changes seldom."""


@dataclass
class Desk:
    """The syncs of INSTALLATION at rest. MAKE gives the connectors; CLOCK gives seconds that only go on."""

    installation: Installation
    make: Maker = make_connector
    clock: Callable[[], float] = time.monotonic
    run: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run
    """Waits for what asks a system; acts are done in threads of their own."""
    _kept: dict[str, tuple[float, Wired]] = field(default_factory=dict, init=False)

    def at(self, sync: str) -> Wired:
        """Return the sync with a worker of its own for one act. Raises NoSuchSync, `Problems`."""
        since, wired = self._kept.get(sync, (0.0, None))
        if wired is None or self.clock() - since > KEPT:
            wired = at_rest(self.installation, sync, self.make)
            self._kept[sync] = (self.clock(), wired)
        return replace(wired, worker=wired.store.worker(), refuted=set())

    def case(self, key: str) -> Whole:
        """Return the case *key*. Raises NoSuchCase."""
        return find_case(self.installation.store, key)

    def forget(self) -> None:
        """Wire every sync anew with the next act: somebody has said who is who."""
        self._kept.clear()


@dataclass
class Hand:
    """Somebody (BY) at work at a desk: what is claimed meanwhile is free afterwards."""

    desk: Desk
    by: str
    _taken: list[Wired] = field(default_factory=list)

    def at(self, sync: str) -> Wired:
        """As `Desk.at`."""
        wired = self.desk.at(sync)
        self._taken.append(wired)
        return wired

    def act(self, whole: Whole) -> Act:
        """Return the act of this person at a case."""
        return Act(self.at(whole.entity.sync), whole.entity.id, self.by)

    def rest(self) -> None:
        """Give back what was claimed."""
        for wired in self._taken:
            workers.retire(wired.store, wired.worker)


@contextmanager
def at_work(desk: Desk, by: str) -> Iterator[Hand]:
    """Somebody works at *desk* for the while."""
    hand = Hand(desk, by)
    try:
        yield hand
    finally:
        hand.rest()
