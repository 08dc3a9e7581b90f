"""
Drift: fields at rest that no longer stand for what the hub says, because their system has other words now.

Nobody moved, so no pass sees it. A full read looks at every case and puts what it finds on the attention list; it
repairs nothing. A plan shows the repair, and an applied one carries it out.
"""

from collections.abc import Sequence

from state import cases, claims, commits
from state.types import Claimed, Decided, Whole

from .deciding import Meeting, decide_claimed
from .pages import pages
from .plan import is_quiet
from .wired import Wired

DRIFT = "drift"


def look_for_drift(wired: Wired) -> int:
    """Judge every case that is at rest and put drift on the attention list; returns in how many cases it was new."""
    before, wired.drift = wired.drift, "report"
    try:
        return sum(_look(wired, ids) for ids in pages(wired.store, wired.shape.name))
    finally:
        wired.drift = before


def _look(wired: Wired, ids: Sequence[str]) -> int:
    """Where nothing is found nothing is written, not even a claim."""
    found = cases.by_ids(wired.store, ids)
    suspects = [owner for owner, whole in found.items() if _drifted(_decided(wired, _unclaimed(whole)))]
    if not suspects:
        return 0
    batch = claims.claim(wired.store, wired.worker, scopes=wired.scopes, limit=len(suspects), only=suspects)
    decided = [one for one in (_decided(wired, claimed) for claimed in batch.cases) if _drifted(one)]
    mapping = wired.shape.fingerprint
    commits.commit(wired.store, wired.worker, decided=decided, run=wired.run, mapping=mapping, lease=wired.lease)
    claims.release(wired.store, wired.worker, entities=suspects)
    return len(decided)


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
