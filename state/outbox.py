"""What leaves: planned -> sent -> settled | parked."""

from collections.abc import Sequence

from .store import Store
from .types import Lease, Outgoing, Settled, Worker


def take(store: Store, worker: Worker, *, system: str, limit: int, lease: Lease | None = None) -> tuple[Outgoing, ...]:
    """Mark planned writes as sent, committed, and return them."""
    raise NotImplementedError


def doubtful(store: Store, worker: Worker, *, systems: Sequence[str], limit: int = 100) -> tuple[Outgoing, ...]:
    """Take over sent writes of which nobody alive knows the end, and return them."""
    raise NotImplementedError


def settle(
    store: Store, worker: Worker, *, settled: Sequence[Settled], run: str = "", lease: Lease | None = None
) -> None:
    """Store what became of writes, in one transaction."""
    raise NotImplementedError
