"""Decisions are stored, and whoever may belong to their cases now is looked at again: whatever has made them."""

from collections.abc import Sequence

from state import commits
from state.types import Committed, Decided

from . import related
from .patience import patiently
from .strangers import HOMELESS
from .wired import Wired


def store(wired: Wired, decided: Sequence[Decided]) -> Committed:
    """
    Store a batch of decisions; tried again where another transaction is in the way: cases of different workers may
    share what they wake. Raises LeaseLost, and Busy where that goes on for long; nothing is stored then.
    """
    whole = wired.whole
    related.wake_of(wired.store, whole, decided, HOMELESS)  # also before: a kill in between loses nobody
    done = patiently(
        lambda: commits.commit(
            wired.store,
            wired.worker,
            decided=decided,
            run=wired.run,
            mapping=whole.fingerprint,
            lease=wired.lease,
            family=whole.has_families,
            ties=whole.has_ties,
        )
    )
    related.wake_of(wired.store, whole, decided, HOMELESS)
    opened = [one.outcome.entity.id for one in decided if one.claimed is None and one.outcome.entity.kind == "case"]
    related.wake_named(wired.store, whole, [done.keys[one] for one in opened if one in done.keys], HOMELESS)
    return done
