"""
Drift: fields at rest that no longer stand for what the hub says, because their system has other words now.

Nobody moved, so no pass sees it. A full read looks at every case and puts what it finds on the attention list; it
repairs nothing. A plan shows the repair, and an applied one carries it out. While nobody works in other words than when
it was last looked, only those cases are looked at again where something was found, or could not be judged.
"""

from collections.abc import Sequence
from typing import NamedTuple

from state import cases, claims, commits
from state.types import Claimed, Decided, Whole

from .deciding import Meeting, decide_claimed
from .pages import batched, pages
from .plan import is_quiet
from .rewording import MOST, not_at_rest, note_rest
from .wired import WHOLE, Wired

DRIFT = "drift"


def look_for_drift(wired: Wired) -> int:
    """Judge every case that is at rest and put drift on the attention list; returns in how many cases it was new."""
    others = not_at_rest(wired)
    found, left = 0, list[str]()
    before, wired.drift = wired.drift, "report"
    try:
        batches = pages(wired.store, wired.shape.name) if others is None else batched(others)
        for ids in batches:
            look = _look(wired, ids)
            found += look.found
            left += look.others[: MOST + 1 - len(left)]
    finally:
        wired.drift = before
    note_rest(wired, left)
    return found


class _Look(NamedTuple):
    """In how many cases drift was found anew; OTHERS are those that had any, or could not be judged whole."""

    found: int
    others: Sequence[str]


def _look(wired: Wired, ids: Sequence[str]) -> _Look:
    """Where nothing is found nothing is written, not even a claim."""
    found = cases.by_ids(wired.store, ids)
    judged = {owner: _decided(wired, _unclaimed(whole)) for owner, whole in found.items()}
    others = [owner for owner, whole in found.items() if not (is_quiet(judged[owner]) and _judged_whole(whole))]
    suspects = [owner for owner, decided in judged.items() if _drifted(decided)]
    if not suspects:
        return _Look(0, others)
    batch = claims.claim(wired.store, wired.worker, scopes=wired.scopes, limit=len(suspects), only=suspects)
    decided = [one for one in (_decided(wired, claimed) for claimed in batch.cases) if _drifted(one)]
    mapping = wired.shape.fingerprint
    commits.commit(wired.store, wired.worker, decided=decided, run=wired.run, mapping=mapping, lease=wired.lease)
    claims.release(wired.store, wired.worker, entities=suspects)
    return _Look(len(decided), others)


def _judged_whole(whole: Whole) -> bool:
    """Say whether nothing of a case is in conflict, set aside for drift, on its way, or out of the sync for a while."""
    links = [link for link in whole.links if not link.tombstone]
    told = any(WHOLE in link.parked or any(one.code == DRIFT for one in link.parked.values()) for link in links)
    return not (told or whole.entity.conflicts or whole.creates or any(link.write for link in links))


def _unclaimed(whole: Whole) -> Claimed:
    return Claimed(whole.entity, whole.links, whole.creates)


def _decided(wired: Wired, claimed: Claimed) -> Decided:
    """Nothing is made here: that is a pass's business."""
    makes = [make for shape in wired.whole.each for make in shape.makes]
    nowhere = Meeting(unread=frozenset((make.system, make.kind) for make in makes))
    return decide_claimed(wired, claimed, nowhere).decided


def _drifted(decided: Decided) -> bool:
    """Say whether a decision does no more than park something; where news or a write waits, a pass will come by."""
    claimed = decided.claimed
    if claimed is None or claimed.snapshots or claimed.creates or is_quiet(decided):
        return False
    return not any(change.write for change in decided.outcome.links)
