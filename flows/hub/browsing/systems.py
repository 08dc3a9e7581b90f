"""How systems and syncs stand: health, freshness, budget, what waits. From the hub's own memory: no system is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from state import budgets, runs
from state.budgets import Level
from state.runs import Figures, Run

from ..access import Access
from ..pausing import Pause, pauses
from ..standing import is_read, left_behind
from ..wiring import Installation
from .freshness import allowed


@dataclass(frozen=True, slots=True)
class SystemRow:
    """
    One system. TROUBLE is why the last pass of a sync could not talk to it ("": it could), STALE that nothing
    was heard of it for too long, LAST_PULL when the kind read longest ago was read to its end (None: one never was).

    CURSORS are the source's own words for how far it was read, by kind. REQUESTS is what the last passes of its syncs
    took, BUDGET what was left then of what its vendor grants. WINDOW is the longest time, in seconds, in which an edit
    there could have been overwritten unseen. What counts records (FIGURES, WAITING, PARKED) is only for who sees all
    cases; else it is empty.
    """

    name: str
    type: str
    trouble: str
    stale: bool
    last_pull: datetime | None
    cursors: Mapping[str, str]
    requests: int
    budget: Level | None
    window: float | None
    figures: tuple[Figures, ...] = ()
    parked: int | None = None

    @property
    def healthy(self) -> bool:
        return not self.trouble and not self.stale


@dataclass(frozen=True, slots=True)
class SyncRow:
    """One sync with its systems, its last run, and who has paused it."""

    name: str
    systems: tuple[str, ...]
    last: Run | None
    paused: Pause | None = None


@dataclass(frozen=True, slots=True)
class Systems:
    """All systems and syncs of the hub. LEFT is what `left_behind` says, for who sees all cases; else it is empty."""

    systems: tuple[SystemRow, ...]
    syncs: tuple[SyncRow, ...]
    left: Mapping[str, int] = field(default_factory=dict)


def systems(installation: Installation, access: Access, *, now: datetime) -> Systems:
    """Return how everything stands, as it was last met."""
    store, hub = installation.store, installation.hub
    figures = runs.status(store)
    last, ended = runs.last_and_ended(store)
    last_runs = [ended[sync] for sync in hub.syncs if sync in ended]  # each tells of systems of documents too
    full = access.persons is None
    parked = runs.waiting_by_system(store) if full else {}
    left = budgets.levels(store)
    rows = []
    for name, system in hub.systems.items():
        mine = tuple(each for each in figures if each.system == name and each.cursor is not None)
        read = [each for each in mine if is_read(hub, each)]
        pulled = [each.pulled_at for each in read if each.pulled_at is not None]
        oldest = min(pulled) if pulled and len(pulled) == len(read) else None
        takes_part = any(sync in last and name in one.systems for sync, one in hub.syncs.items())
        rows.append(
            SystemRow(
                name,
                system.type,
                next((trouble for run in last_runs if (trouble := _trouble(run, name))), ""),
                stale=takes_part and (oldest is None or now - oldest > allowed(hub, name)),
                last_pull=oldest,
                cursors={each.kind: each.cursor.at or "" for each in mine if each.cursor is not None},
                requests=sum(_requests(run, name) for run in last_runs),
                budget=left.get(name),
                window=max((each.window for each in mine if each.window is not None), default=None),
                figures=tuple(each for each in figures if each.system == name) if full else (),
                parked=parked.get(name, 0) if full else None,
            )
        )
    held = pauses(store)
    told = {name: bare(one, access) for name, one in last.items()}
    syncs = tuple(SyncRow(name, one.systems, told.get(name), held.get(name)) for name, one in hub.syncs.items())
    return Systems(tuple(rows), syncs, left_behind(installation) if full else {})


def bare(run: Run, access: Access) -> Run:
    """Return *run* as a reader may see it: what it counted and told is of all cases, so it is for who sees all."""
    if access.persons is None:
        return run
    return Run(run.id, run.sync, run.what, run.started, run.finished, run.state, {}, run.by, "")


def _trouble(run: Run, system: str) -> str:
    trouble = run.counts.get("trouble")
    return str(trouble.get(system, "")) if isinstance(trouble, Mapping) else ""


def _requests(run: Run, system: str) -> int:
    requests = run.counts.get("requests")
    return int(requests.get(system, 0)) if isinstance(requests, Mapping) else 0
