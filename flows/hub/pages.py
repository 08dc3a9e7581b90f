"""All the cases of a sync, a batch at a time, so that memory stays flat."""

from collections.abc import Iterator, Sequence

from state import waiting
from state.store import Store

from .batches import BATCH


def pages(store: Store, sync: str) -> Iterator[Sequence[str]]:
    """Give the ids of all entities of *sync*, a batch at a time."""
    after = ""
    while found := waiting.ids(store, sync, after=after, limit=BATCH):
        yield found
        after = found[-1]


def batched(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give *ids* a batch at a time."""
    yield from (ids[first : first + BATCH] for first in range(0, len(ids), BATCH))
