"""Watching the database for webhooks: whoever is asked to work on one may be asked seconds late."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from state import inbox, leases
from state.errors import LeaseLost, StateError
from state.inbox import WEBHOOK
from state.store import Store
from state.types import Lease

WATCH, HOLDS, RETRIES = "watch", 30.0, 5.0
"""The lease of the one server that watches for webhooks, the seconds it lasts, and between two tries to take it."""


class Watch:
    """Whether webhooks have come in that nobody here has seen, where it is this server that watches for them."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._worker = store.worker()
        self._lease: Lease | None = None
        self._tried: float | None = None
        self._newest: datetime | None = None

    def news(self) -> bool:
        """Say whether there are any; takes the lease if nobody has it. Raises StateError."""
        if not self._is_ours():
            return False
        newest = inbox.newest_hint(self._store, reason=WEBHOOK)
        came = newest is not None and newest != self._newest
        self._newest = newest
        return came

    def end(self) -> None:
        """Let somebody else watch."""
        if self._lease is not None:
            with suppress(StateError):  # then it runs out
                leases.release(self._store, self._lease)
            self._lease = None

    def _is_ours(self) -> bool:
        now = self._clock()
        if self._tried is None or now - self._tried >= RETRIES:
            self._tried = now
            try:
                if self._lease is not None:
                    self._lease = leases.renew(self._store, self._lease, seconds=HOLDS)
            except LeaseLost:
                self._lease = None
            if self._lease is None:
                self._lease = leases.acquire(self._store, WATCH, worker=self._worker, seconds=HOLDS)
        return self._lease is not None
