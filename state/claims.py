"""Who decides what."""

from collections.abc import Sequence

from .store import Store
from .types import Batch, Worker


def claim(
    store: Store,
    worker: Worker,
    *,
    scopes: Sequence[tuple[str, str]],
    limit: int,
    only: Sequence[str] | None = None,
) -> Batch:
    """Claim entities with something new (or exactly ONLY, whatever waits), then strangers of SCOPES."""
    raise NotImplementedError


def release(store: Store, worker: Worker, *, entities: Sequence[str] | None = None) -> None:
    """Give claims back undecided."""
    raise NotImplementedError
