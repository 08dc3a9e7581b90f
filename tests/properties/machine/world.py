"""One history being lived: its hub, its systems, and the passes."""

import inspect
import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from connectors.base import Surroundings
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.scenarios.ground import Clock, Death, Ground, Killed, later
from flows.hub.sync import PassOptions
from flows.hub.wired import Wired
from flows.hub.wiring import Installation, open_sync
from mappings.exchange import Views
from state import workers
from state.store import Store
from state.tables import link

from .drawing import History
from .faults import Faults, Undoable
from .ground import CountedStore, fresh_store
from .people import Step
from .settings import KIND, hub_of, traits_of
from .tape import Tape, TapedConnector, TapedSystem

SYNC = "presales"


@dataclass
class Counts:
    """What a history had of each: FAULTS by kind, and by case; STEPS by case."""

    faults: Counter[str] = field(default_factory=Counter)
    faults_of: Counter[int] = field(default_factory=Counter)
    doubts_of: Counter[int] = field(default_factory=Counter)
    steps_of: Counter[int] = field(default_factory=Counter)
    unclear: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Updates by record of which nobody knew the end."""


@dataclass
class Life:
    """The world of a history, with everything that its steps change."""

    history: History
    ground: Ground
    do: Callable[["Life", Step], None]
    """Does a step: what comes in between at a request is one."""
    clock: Clock = field(default_factory=Clock)
    death: Death = field(default_factory=Death)
    tape: Tape = field(default_factory=Tape)
    counts: Counts = field(default_factory=Counts)
    deals: dict[int, str] = field(default_factory=dict)
    last: Report | None = None
    stopped: int = 0
    disturbed: set[str] = field(default_factory=set)
    """Places that a system hid or emptied, or that were mapped anew: what is read there is nobody's doing."""
    setting: dict[str, Any] = field(default_factory=dict)
    systems: dict[str, TapedSystem] = field(default_factory=dict)
    faults: dict[str, Faults] = field(default_factory=dict)
    depth: int = 0
    working: list[Wired] = field(default_factory=list)
    """Who is at work, and who waits for whom."""
    _links: dict[tuple[str, str], str] | None = None

    def __post_init__(self) -> None:
        self.setting = {
            **self.history.setting,
            "systems": {n: dict(s) for n, s in self.history.setting["systems"].items()},
        }
        self.store: CountedStore = fresh_store(self.ground, self.clock, self.death)
        self.installation = Installation(self.ground.folder, hub_of(self.setting), self.store)
        self._ids = itertools.count(1)
        for name, system in self.setting["systems"].items():
            clock = later(self.clock, timedelta(seconds=system["ahead"])) if system["ahead"] else self.clock
            made = TapedSystem(name, self.tape, clock=clock, kinds={KIND: traits_of(system)})
            self.systems[name] = made
            self.faults[name] = made.hook = Faults(self, name)

    # --- passes ---

    def connector(self, installation: Installation, name: str) -> TapedConnector:
        around = Surroundings(clock=self.clock, markers={KIND: "marker"})  # connectors go by the hub's clock
        return TapedConnector(name, around, self.systems[name])

    def wired(self, work: Callable[[Wired], Any]) -> Any:
        """Call *work* with the sync, its systems open; ids of entities come out the same each time."""

        async def run() -> Any:
            async with open_sync(self.installation, SYNC, self.connector) as wired:
                wired.new_id = lambda: f"{next(self._ids):012x}"
                self.working.append(wired)
                try:
                    done = work(wired)
                    return await done if inspect.isawaitable(done) else done
                finally:
                    self.working.pop()

        return self.ground.loops.run(run())

    def sync(self, options: PassOptions) -> None:
        """Run one pass; one that is killed leaves no report."""

        async def run(wired: Wired) -> Report:
            return await run_recorded(wired, options, How("story"))

        self._links = None
        self.last = None
        try:
            self.last = self.wired(run)
        finally:
            self._links = None
        if not self.depth:
            self._heard(to_its_end=True)

    def _heard(self, *, to_its_end: bool) -> None:
        """What was answered in a pass is known, if the pass came to its end."""
        for system in self.systems.values():
            system.answered |= system.answering if to_its_end else set()
            system.answering.clear()

    def mortal(self, work: Callable[[], object]) -> None:
        """Do *work*; where it is killed, a fresh process goes on afterwards."""
        try:
            work()
        except BaseExceptionGroup as group:
            rest = group.split(Killed)[1]
            if rest is not None:
                raise rest from None
            self.hit("killed")
        except Killed:
            self.hit("killed")
        finally:
            self.death.over()
            self.store.countdown.left = None
            self._heard(to_its_end=False)

    def hit(self, what: str) -> None:
        """Count what concerns all cases."""
        self.counts.faults[what] += 1
        self.counts.faults_of.update(range(self.history.cases))

    def elsewhere(self, work: Callable[[], object]) -> None:
        """Do *work* in another thread while this one waits: a second worker in between."""
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    def beat(self) -> None:
        """
        Whoever is at work shows that he lives, as his heartbeat would: his loop stands still while another is at it.
        """
        mine = self.store
        plain = Store(mine.engine, mine.clock, mine.fresh_id, mine.process_lives, mine.counted, mine.beaten)
        for wired in self.working:
            workers.beat(plain, wired.worker)

    # --- records ---

    def record(self, system: str, case: int) -> str:
        """Return the record of *case* in *system*. Raises Undoable."""
        deal = self.deals.get(case)
        if deal is None or system not in self.systems:
            raise Undoable
        if system == "crm":
            return deal
        if self._links is None:
            self._links = self._linked()
        try:
            return self._links[deal, system]
        except KeyError:
            raise Undoable from None

    def _linked(self) -> dict[tuple[str, str], str]:
        deal, other = link.alias(), link.alias()
        query = sa.select(deal.c.external_id, other.c.system, other.c.external_id).where(
            deal.c.system == "crm", other.c.entity == deal.c.entity
        )
        with Store.read(self.store) as conn:
            return {(row[0], row[1]): row[2] for row in conn.execute(query)}

    def case_of(self, system: str, record: str) -> int | None:
        """Return the case of a record, where it is one."""
        if self._links is None and system != "crm":
            return None
        deals = {deal: case for case, deal in self.deals.items()}
        if system == "crm":
            return deals.get(record)
        found = next(
            (deal for (deal, where), other in (self._links or {}).items() if (where, other) == (system, record)), None
        )
        return deals.get(found) if found else None

    def views(self, system: str, record: str) -> Views:
        row = self.systems[system].stands(record)
        if row is None or row.deleted:
            raise Undoable
        return row.views

    def remap(self, name: str, change: Mapping[str, Any]) -> None:
        """Change the mapping of a system; the next pass asks for approval."""
        self.setting["systems"][name] |= change
        for word in ("moved", "unmapped", "title_cut", "next_step"):
            if word in change:
                said = change[word]
                self.disturbed |= (
                    {said} if word == "moved" and said else set(said or ()) if word == "unmapped" else set()
                )
        self.disturbed |= {"title"} if "title_cut" in change else set()
        self.disturbed |= {"next_step", "channel"} if {"moved", "unmapped", "next_step"} & set(change) else set()
        if "unlisted" in change:
            self.disturbed |= {"status"}
        self.installation = Installation(self.ground.folder, hub_of(self.setting), self.store)

    def calm(self) -> None:
        """Nothing goes wrong any more: what was armed is forgotten, what was hidden is shown."""
        self.store.countdown.left = None
        for name, system in self.systems.items():
            self.faults[name].armed.clear()
            system.blank = system.mixed = system.locked_out = False
            system.nulled = frozenset()
            system.kinds[KIND] = replace(system.kinds[KIND], hidden=frozenset())
