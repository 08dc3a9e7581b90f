"""
Whose cases an undo may judge now: those that it claims. What another worker has, and what is not answered yet, is
named, never passed over.
"""

from collections.abc import Container, Iterator, Mapping

from state import cases, claims, outbox
from state.store import Store
from state.types import Claimed, Whole

from ..wired import WHOLE, Wired
from .model import Left, OfCase
from .traces import Place, Traces

BATCH = 100
BUSY = "another worker is deciding this case; try again in a moment"

ON_ITS_WAY = "a write to it is on its way; run a pass, and undo the run in which that ends"


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


def left_in_doubt(store: Store, run: str, only: Container[str] | None) -> Iterator[OfCase]:
    """Yield what *run* has sent and nobody has answered, for some entities (ONLY) or all: no history tells of it."""
    for one in outbox.unanswered(store, run):
        entity = one.entity
        place = Place(one.system, one.kind, one.external_id or "")
        fields = [write.field for write in one.fields] if place.record else [WHOLE]
        left = tuple(Left(entity.key, place, name, ON_ITS_WAY, entity=entity.kind) for name in fields)
        if only is None or entity.id in only:
            yield OfCase(entity, left=left)


def _places(whole: Whole, traces: Traces) -> Iterator[Place]:
    yield from (one.place for one in traces.wrote.values())
    yield from (*traces.made, *traces.deleted)
    for link in whole.links:
        if (link.system, link.external_id) in traces.let_go:
            yield Place(link.system, link.kind, link.external_id)
