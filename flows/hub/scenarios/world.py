"""The hub of one story: between memory systems, with the names that the story gives to records."""

import inspect
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from connectors.base import Connector, Surroundings
from connectors.memory import MemoryConnector, MemorySystem
from mappings.exchange import View
from state import cases
from state.types import Whole

from ..applying import Applying, apply_plan
from ..plan_file import read_plan, write_plan
from ..planning import make_plan
from ..report import Report
from ..running import How, run_recorded
from ..sync import PassOptions
from ..telling import Words
from ..wired import Wired
from ..wiring import Installation, open_sync
from .ground import Clock, Death, Killed
from .loops import Loops
from .standins import comments_of, kinds_of

PARENT = "parent"
"""Where a comment says on which record it is."""


class Lost(Exception):
    """A step that cannot be done as it is written: a record or case that is not there. The message says why."""


@dataclass
class World:
    """
    What a story plays in. NAMES: the name of a record -> (system, kind, id). LAST is the report of the last pass,
    REFUSED what the hub answered to the last deed that it would not do.
    """

    installation: Installation
    systems: dict[str, MemorySystem]
    clock: Clock
    death: Death
    sync_name: str
    loops: Loops
    names: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    last: Report | None = None
    refused: str = ""

    def connector(self, installation: Installation, name: str) -> Connector:
        """Make the connector of a system; the worker that uses it may die."""
        markers = {spec.kind: spec.marker or "marker" for spec in installation.hub.mappings_of(name)}
        around = Surroundings(clock=self.systems[name].clock, markers=markers)
        return MemoryConnector(name, None, around, system=self.systems[name])

    # --- passes ---------------------------------------------------------------------------------------------------

    def sync(self, options: PassOptions | None = None) -> None:
        """Run one pass; one that is killed leaves no report."""

        async def run(wired: Wired) -> Report:
            return await run_recorded(wired, options or PassOptions(), How("story"))

        self.last = self.wired(run)

    def approve(self) -> None:
        """Make a plan and carry it out as it is."""
        file = self.installation.folder / "plan.yaml"

        async def run(wired: Wired) -> Report:
            plan = await make_plan(wired)
            write_plan(file, plan, Words(wired.shape, self.installation.hub.timezone, self.clock()))
            return await apply_plan(wired, read_plan(file), Applying("story"))

        self.last = self.wired(run)

    def wired(self, work: Callable[[Wired], Any]) -> Any:
        """Call *work* with the sync, its systems open."""

        async def run() -> Any:
            async with open_sync(self.installation, self.sync_name, self.connector) as wired:
                done = work(wired)
                return await done if inspect.isawaitable(done) else done

        return self.loops.run(run())

    def mortal(self, work: Callable[[], object]) -> None:
        """Do *work*; where it is killed, a fresh process goes on afterwards."""
        try:
            work()
        except BaseExceptionGroup as group:
            rest = group.split(Killed)[1]
            if rest is not None:
                raise rest from None
        except Killed:
            pass
        finally:
            self.death.over()

    def elsewhere(self, work: Callable[[], object]) -> None:
        """Do *work* in another thread while this one waits: a second worker in between."""
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    # --- records --------------------------------------------------------------------------------------------------

    def kind(self, system: str) -> str:
        return kinds_of(self.installation.hub, system)[0]

    def record(self, system: str, name: str = "", *, gone: bool = False) -> tuple[str, str]:
        """Return (kind, id) of the record called *name*, or of the only one of its system. Raises Lost."""
        known = self.names.get(name)
        if known is not None and known[0] == system:
            return known[1], known[2]
        if name.startswith("#"):
            return self.kind(system), name[1:]
        if known is not None:
            links = [link for link in self.case(name).links if link.system == system]
            if not links:
                raise Lost(f"{name} has no record in {system}")
            return links[0].kind, links[0].external_id
        kind = self.kind(system)
        if name:
            raise Lost(f"nothing is called {name!r}; there is {', '.join(self.names) or 'no name'}")
        found = [key for key, _ in self.records(system, kind)] if not gone else self._all(system, kind)
        if len(found) != 1:
            raise Lost(f"{system} has {len(found)} records; say which one: its name, or #ID")
        return kind, found[0]

    def views(self, system: str, name: str) -> Mapping[str, View] | None:
        """Return what the record called *name* shows; None where it is gone, or was never made. Raises Lost."""
        try:
            kind, record = self.record(system, name)
        except Lost:
            if name in self.names:  # there is such a name, and nothing that it stands for in this system
                return None
            raise
        return dict(self.records(system, kind)).get(record)

    def records(self, system: str, kind: str = "") -> list[tuple[str, Mapping[str, View]]]:
        """Return (id, views) of the living records of a system, in the order they were made."""
        rows = self.systems[system].rows.get(kind or self.kind(system), {})
        living = [(key, versions[-1]) for key, versions in rows.items() if not versions[-1].deleted]
        return [(key, row.views) for key, row in sorted(living, key=lambda one: int(one[0]))]

    def comment_kind(self, system: str) -> str:
        """Raises Lost where the hub knows of no comments there."""
        kind = comments_of(self.installation.hub, system)
        if not kind:
            raise Lost(f"{system} has no comments: no mapping of it is of notes")
        return kind

    def commented(self, system: str, name: str = "") -> str:
        """Return the id of the record of a case that is called *name*: people comment on those. Raises Lost."""
        kind, record = self.record(system, name)
        if kind != self.kind(system):
            raise Lost(f"{name} is no record of a case, and has no comments")
        return record

    def comments(self, system: str, name: str = "") -> list[Mapping[str, View]]:
        """Return the comments of a system, or those on its record *name*, in the order they were made. Raises Lost."""
        there = [views for _, views in self.records(system, self.comment_kind(system))]
        parent = self.commented(system, name) if name else None
        return [views for views in there if parent is None or views.get(PARENT) == parent]

    def everything(self, system: str) -> list[tuple[str, Mapping[str, View]]]:
        """Return (id, views) of all living records of a system, kind by kind."""
        return [one for kind in kinds_of(self.installation.hub, system) for one in self.records(system, kind)]

    def _all(self, system: str, kind: str) -> list[str]:
        return list(self.systems[system].rows.get(kind, {}))

    # --- cases ----------------------------------------------------------------------------------------------------

    def case(self, name: str = "") -> Whole:
        """Return the case of the record called *name*, the case with that key, or the only one. Raises Lost."""
        store = self.installation.store
        known = self.names.get(name)
        if known is not None:
            system, kind, number = known
            found = cases.by_record(store, system, kind=kind, ids=[number]).get(number)
            if found is None:
                raise Lost(f"{name} ({system} #{number}) belongs to no case")
            return found
        if name:
            by_key = cases.case(store, name)
            if by_key is None:
                raise Lost(f"there is no case {name!r}")
            return by_key
        listed = self.cases()
        if len(listed) != 1:
            raise Lost(f"there are {len(listed)} cases; say which one: `of NAME`")
        return listed[0]

    def cases(self) -> list[Whole]:
        """Return all cases, oldest first."""
        return list(cases.cases(self.installation.store, limit=1000).entities)
