"""Whose cases an undo may judge now: those that it claims. What another worker has is named, never passed over."""

from collections.abc import Iterator, Mapping

from state import cases, claims
from state.store import Store
from state.types import Claimed, Whole

from ..wired import WHOLE, Wired
from .model import Left, OfCase
from .traces import Place, Traces

BATCH = 100
BUSY = "another worker is deciding this case; try again in a moment"


def claimed_batches(wired: Wired, traces: Mapping[str, Traces]) -> Iterator[tuple[Claimed, Traces]]:
    """Claim the entities of *traces*, batch by batch; those that another worker has are left out."""
    ids = sorted(traces)
    for first in range(0, len(ids), BATCH):
        part = ids[first : first + BATCH]
        batch = claims.claim(wired.store, wired.worker, scopes=wired.scopes, limit=len(part), only=part)
        for claimed in batch.cases:
            yield claimed, traces[claimed.entity.id]


def left_to_others(store: Store, traces: Mapping[str, Traces]) -> Iterator[OfCase]:
    """Yield the entities of *traces* as left whole, because another worker has them."""
    for owner, whole in cases.by_ids(store, sorted(traces)).items():
        places = dict.fromkeys(_places(whole, traces[owner]))
        entity = whole.entity
        left = tuple(Left(entity.key, place, WHOLE, BUSY, entity=entity.kind) for place in places)
        yield OfCase(entity, left=left)


def _places(whole: Whole, traces: Traces) -> Iterator[Place]:
    yield from (one.place for one in traces.wrote.values())
    yield from (*traces.made, *traces.deleted)
    for link in whole.links:
        if (link.system, link.external_id) in traces.let_go:
            yield Place(link.system, link.kind, link.external_id)
