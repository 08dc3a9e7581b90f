"""
What a hub does for itself from time to time: forget workers that are gone, say of lost runs that they are lost, take
away contents of files that nobody waits for, forget what the history tells as well, bring up to date what the page
lists, set back what a clock that was ahead has noted.
"""

from dataclasses import dataclass
from datetime import timedelta

from state import ahead, attachments, leases, lines, outbox, runs, workers

from .attachments.spool import spool_in
from .running import lease_name
from .wiring import Installation

SCHEDULE = "schedule"
"""Who runs scheduled passes, in the list of runs."""
OLD = timedelta(minutes=5)
"""Older runs without a live lease are lost: a lease lasts a minute and is renewed every few seconds."""
LONG_AGO = timedelta(days=1)
"""So are those older than this that take no lease (of the fast path, by hand), and those of syncs that are no more."""
KEPT = timedelta(days=90)
"""So long the hub knows of runs that have done nothing, and of updates that are over, beside its history."""


@dataclass(frozen=True)
class House:
    """
    What was found: WORKERS forgotten, runs LOST, syncs at which somebody is AT WORK, CONTENTS taken away, old runs and
    writes FORGOTTEN, times of the future SET BACK.
    """

    workers: int = 0
    lost: int = 0
    at_work: frozenset[str] = frozenset()
    contents: int = 0
    forgotten: int = 0
    set_back: int = 0


def keep_house(installation: Installation) -> House:
    """Bring the hub's own lists in order. Touches no system and no case."""
    store = installation.store
    before = store.clock() - OLD
    at_work = frozenset(name for name in installation.hub.syncs if leases.is_held(store, lease_name(name)))
    text = "its process ended without a word; the next pass has carried on, or will"
    idle = [name for name in installation.hub.syncs if name not in at_work]
    lost = sum(runs.give_up(store, name, by=SCHEDULE, before=before, text=text) for name in idle)
    lost += runs.give_up_all(store, but=at_work, before=store.clock() - LONG_AGO, text=text)
    now = store.clock().timestamp()
    contents = 0 if at_work else spool_in(installation.folder).tidy(now=now, keep=attachments.in_use(store))
    lines.catch_up_whole(store)
    old = store.clock() - KEPT
    forgotten = outbox.purge(store, before=old) + runs.forget(store, before=old)
    return House(workers.sweep(store), lost, at_work, contents, forgotten, ahead.set_back(store))
