"""What was decided."""

from collections.abc import Sequence

from .store import Store
from .types import Committed, Decided, Lease, Worker


def commit(
    store: Store, worker: Worker, *, decided: Sequence[Decided], run: str = "", mapping: str = "", lease: Lease | None = None
) -> Committed:
    """Store a batch of decisions in one transaction."""
    raise NotImplementedError
