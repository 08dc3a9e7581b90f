"""A history comes to rest: passes run until they have nothing to do, and then write nothing."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from flows.hub.missing import approve as approve_missing
from flows.hub.missing import missing
from flows.hub.sync import PassOptions
from mappings.reconcile.guards import EMPTY, MAX_DELETES
from state.store import Store
from state.tables import metadata

from .approving import plan_and_apply
from .faults import Undoable
from .findings import Findings
from .world import SYNC, Life

MOST_PASSES = 14


def rest(life: Life, found: Findings) -> bool:
    """Passes run until they have nothing to do; say whether they came to that."""
    life.calm()
    stopped = True
    for _ in range(MOST_PASSES):
        life.clock.ahead(timedelta(minutes=6))
        if stopped:
            _asked(life, found)
        life.sync(PassOptions(full=True))
        report = life.last
        if report is None:
            found.hold("P6", False, "a pass came to no end")
            return False
        if any(stop.guard in (EMPTY, MAX_DELETES) for stop in report.stops):
            approve_missing(life.installation, SYNC, missing(life.installation, SYNC))
        quiet = not (stopped or report.stops or report.trouble or report.decided or any(report.writing.values()))
        stopped = bool(report.stops)
        if quiet:
            found.hold("P4", True)
            return True
    found.hold("P4", False, f"not at rest after {MOST_PASSES} passes: {report.as_json()}")
    return False


def _asked(life: Life, found: Findings) -> None:
    """
    A person is asked, and applies the plan that answers. Nobody does anything meanwhile, so it holds; only a list that
    was left in the middle is read to its end by the first plan and from its beginning by the next.
    """
    why: Undoable | None = None
    for _ in range(2):
        try:
            plan_and_apply(life, by="Анна")
        except Undoable as moved:
            why = moved
        else:
            found.hold("P8", True)
            return
    found.hold("P8", False, f"a plan that was applied at once has moved: {why}")


def idle(life: Life, found: Findings) -> None:
    """A pass with nothing to do writes nothing anywhere."""
    for options in (PassOptions(), PassOptions(full=True)):
        life.clock.ahead(timedelta(minutes=1))
        before, deeds = _stored(life.store), _changes(life)
        life.sync(options)
        report = life.last
        writing = dict(report.writing) if report else {}
        found.hold("P3", not any(writing.values()) and _changes(life) == deeds, f"an idle pass wrote: {writing}")
        after = _stored(life.store)
        changed = [name for name in after if after[name] != before[name]]
        found.hold("P3", not changed, f"an idle pass changed {changed}")


def _changes(life: Life) -> int:
    return sum(1 for deed in life.tape.deeds if deed.what in ("written", "made"))


PASSING = ("touched", "began", "version", "claimed_by", "claimed_until", "not_before")
KEPT = ("entity", "link", "event", "conflict", "parked", "outbox")


def _stored(store: Store) -> dict[str, Any]:
    with Store.read(store) as conn:
        return {
            name: sorted(
                str([value for key, value in row.items() if key not in PASSING])
                for row in conn.execute(sa.select(metadata.tables[name])).mappings()
            )
            for name in KEPT
        }
