"""A system that loses many files at once may have lost a right, or a disk: the copies of them elsewhere stay."""

from collections import Counter
from collections.abc import Iterable

from mappings.reconcile.guards import A_FEW, MAX_DELETES, Limits
from state import attachments
from state.store import Store

from .looking import PlannedFile


def not_believed(store: Store, sync: str, planned: Iterable[PlannedFile], limits: Limits) -> dict[str, str]:
    """Return the systems that lost more files than LIMITS allow, each with what is to be told of it."""
    lost = Counter(system for system, *_ in {(one.source, one.key, one.name) for one in planned if one.goes})
    told = {}
    for system, count in sorted(lost.items()):
        known = count + len(attachments.unmet(store, sync, system, met=()))
        if count > A_FEW and count / known > limits.max_deletes:
            told[system] = (
                f"{count} of {known} files are gone from {system}; the guard {MAX_DELETES} allows "
                f"{limits.max_deletes:.0%}, so the copies of them elsewhere stay: raise it for a pass if they are to go"
            )
    return told
