"""How the hub and its systems stand: who answers, how far the reading is, what waits and what is stuck."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.base import Connector
from connectors.errors import ConnectorError
from mappings.language import Hub
from state import cases, runs
from state.delays import delays
from state.runs import Figures, Run
from state.store import Store

from .looking import all_conflicts, all_parked
from .pausing import Pause, pauses
from .timeliness import Drifted, Visible
from .wiring import Installation, Maker, make_connector


@dataclass(frozen=True)
class SystemStanding:
    """One system. REACHABLE is None where it was not asked; FIGURES are those of each kind of its records."""

    name: str
    type: str
    reachable: bool | None
    trouble: str
    figures: tuple[Figures, ...]
    parked: int
    conflicts: int
    visible: Visible | None = None
    former: frozenset[str] = frozenset()
    """Kinds that no mapping names any more: they stand as they were left."""

    @property
    def last_pull(self) -> datetime | None:
        """When the kind that was read longest ago was last read; None while one was never read."""
        pulled = [each.pulled_at for each in self.figures if each.kind not in self.former]
        known = [when for when in pulled if when is not None]
        return min(known) if known and len(known) == len(pulled) else None

    @property
    def window(self) -> float | None:
        """The longest time between compare and write that was measured, in seconds."""
        return max((each.window for each in self.figures if each.window is not None), default=None)

    @property
    def open_writes(self) -> int:
        return sum(each.planned + each.sent for each in self.figures)

    def form(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "reachable": self.reachable,
            "trouble": self.trouble or None,
            "last_pull": self.last_pull.isoformat() if self.last_pull else None,
            "cursor": {each.kind: each.cursor.at if each.cursor else None for each in self.figures},
            "open_writes": self.open_writes,
            "in_doubt": sum(each.sent for each in self.figures),
            "waiting": sum(each.waiting for each in self.figures),
            "links": sum(each.links for each in self.figures),
            "parked": self.parked,
            "conflicts": self.conflicts,
            "longest_write_window": self.window,
            "visible_after": self.visible.form() if self.visible else None,
        }


@dataclass(frozen=True)
class SyncStanding:
    """One sync: its cases, its last run, and since when it is paused, if it is."""

    name: str
    cases: int
    last: Run | None
    paused: Pause | None = None
    compared: datetime | None = None
    """When all of its cases were last compared with what the systems show."""

    def form(self) -> dict[str, Any]:
        last = run_form(self.last) if self.last else None
        return {
            "cases": self.cases,
            "last_run": last,
            "paused": self.paused.form() if self.paused else None,
            "compared": self.compared.isoformat() if self.compared else None,
        }


@dataclass(frozen=True)
class Status:
    """Everything that `status` tells. CONFLICTS and PARKED are the attention list's, counted once."""

    systems: tuple[SystemStanding, ...]
    syncs: tuple[SyncStanding, ...]
    conflicts: int
    parked: int
    drift: Drifted
    left: Mapping[str, int] = field(default_factory=dict)
    """As `left_behind` says."""

    @property
    def unreachable(self) -> Mapping[str, str]:
        return {one.name: one.trouble for one in self.systems if one.reachable is False}

    def form(self) -> dict[str, Any]:
        return {
            "systems": {one.name: one.form() for one in self.systems},
            "syncs": {one.name: one.form() for one in self.syncs},
            "conflicts": self.conflicts,
            "parked": self.parked,
            "drift": self.drift.form(),
            "left": dict(self.left),
        }


async def status(installation: Installation, *, ask: bool = True, make: Maker = make_connector) -> Status:
    """Return how everything stands; with ASK every system is asked whether it answers, all at once."""
    store, hub = installation.store, installation.hub
    troubles = await reach({name: make(installation, name) for name in hub.systems}) if ask else {}
    conflicts = all_conflicts(store)
    parked = all_parked(store)
    figures, seconds = runs.status(store), delays(store)
    systems = [
        SystemStanding(
            name,
            system.type,
            None if name not in troubles else not troubles[name],
            troubles.get(name, ""),
            tuple(each for each in figures if each.system == name),
            sum(1 for entry in parked if entry.system == name),
            sum(1 for entry in conflicts if entry.conflict and name in {p.system for p in entry.conflict.parties}),
            Visible.of(seconds.get(name, ())),
            frozenset(each.kind for each in figures if each.system == name and not is_read(hub, each)),
        )
        for name, system in hub.systems.items()
    ]
    held = pauses(store)
    syncs = [
        SyncStanding(
            name,
            cases.count(store, sync=name),
            next(iter(runs.runs(store, name=name, limit=1)), None),
            held.get(name),
            _compared(store, name),
        )
        for name in hub.syncs
    ]
    left = left_behind(installation)
    return Status(tuple(systems), tuple(syncs), len(conflicts), len(parked), Drifted.of(parked), left)


def left_behind(installation: Installation) -> dict[str, int]:
    """Return syncs that are in no file any more -> how many cases belong to them: nobody reads or writes these."""
    syncs = installation.hub.syncs
    return {name: number for name, number in cases.by_sync(installation.store).items() if name not in syncs}


def is_read(hub: Hub, one: Figures) -> bool:
    """Say whether that kind of record is read: some mapping names it, or its system has none and holds documents."""
    return not hub.mappings_of(one.system) or bool(hub.mappings_of(one.system, kind=one.kind))


def _compared(store: Store, sync: str) -> datetime | None:
    last = runs.last_compared(store, sync)
    return last.finished if last else None


async def reach(connectors: Mapping[str, Connector]) -> dict[str, str]:
    """Return, per system, why it cannot be talked to; nothing where it answers."""
    troubles = await asyncio.gather(*(_trouble(one) for one in connectors.values()))
    return dict(zip(connectors, troubles, strict=True))


async def _trouble(connector: Connector) -> str:
    try:
        async with connector:
            await connector.identify()
    except ConnectorError as error:
        return str(error)
    return ""


def last_runs(installation: Installation, *, sync: str | None = None, limit: int = 20) -> Sequence[Run]:
    """Return the last runs, newest first."""
    return runs.runs(installation.store, name=sync, limit=limit)


def run_form(run: Run) -> dict[str, Any]:
    """Return a run as JSON."""
    return {
        "run": run.id,
        "sync": run.sync,
        "what": run.what,
        "state": run.state,
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat() if run.finished else None,
        "by": run.by,
        "text": run.text,
        "counts": dict(run.counts),
    }
