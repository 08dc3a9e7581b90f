"""A hub over memory systems, in few words: `a_hub(tmp_path)`, people's edits, passes, and what everybody shows then."""

import asyncio
import contextlib
import itertools
import sqlite3
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa

from connectors.base import Connector, Surroundings
from connectors.memory import MemoryConnector, MemorySystem
from connectors.memory.traits import KindTraits
from flows.hub.casework import Act
from flows.hub.files import read_catalog
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wired import Wired
from flows.hub.wiring import Installation, database_url, install, load_files, open_sync
from mappings.exchange import Choice, Place, SystemPerson, View
from mappings.language import Hub
from state import cases
from state.engine import open_store, upgrade
from state.types import Whole

SQLITE = "sqlite:///casehub.db"
DATABASE: ContextVar[Callable[[], str]] = ContextVar("database", default=lambda: SQLITE)
"""Gives the address of an empty database to each hub."""

HUB = """
database: sqlite:///casehub.db
timezone: Europe/Moscow
systems:
  crm: {type: memory}
  trk: {type: memory}
syncs:
  presales:
    opens: crm
    makes:
      trk: {when: "case.stage in ['qualified', 'in_work'] and case.outcome == 'open'"}
    stages: [lead, qualified, in_work, estimate, proposal, defence]
    conflicts: {default: {home: crm}, stage: furthest, deadline: park, title: park, labels: union, description: merge}
"""

CRM = """
system: crm
kind: record
entity: case
extends: memory/record
fields:
  position:
    at: stage
    as: choice
    sets: [stage, outcome]
    values:
      NEW: {stage: lead, outcome: open}
      PREP: {stage: qualified, outcome: open}
      EXEC: {stage: [in_work, estimate], outcome: open}
      WON: {outcome: won}
      LOSE: {outcome: lost}
  outcome: null
  link: {at: link, direction: out, of: trk}
"""

TRK = """
system: trk
kind: record
entity: case
extends: memory/record
match: [{same: [title, client]}]
fields:
  position:
    at: status
    as: choice
    sets: [stage, outcome]
    values:
      New: {stage: [lead, qualified], outcome: open}
      In Progress: {stage: [in_work, estimate, proposal], outcome: open}
      Resolved: {stage: defence, outcome: open}
      Feedback: {stage: defence, outcome: open}
      Closed: {outcome: won}
      Rejected: {outcome: [lost, withdrawn, no_decision]}
  outcome: null
"""

PEOPLE = (SystemPerson("7", "Анна Ли", email="ann@example.com"), SystemPerson("8", "Bob", email="bob@example.com"))


P = ParamSpec("P")
T = TypeVar("T")


class _NoThreads(ThreadPoolExecutor):
    """Does in the loop's own thread what the loop would hand to others, and have handed back."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # as out of a thread, it reaches whoever waits for it
            done.set_exception(error)
        return done


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """
    As ``asyncio.run``, without threads: most statements take less time than the way to a thread and back.

    What threads do to each other is shown where a test starts them, and by the commands.
    """
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_NoThreads(1))
        return runner.run(work)


@dataclass
class AHub:
    """A hub folder with memory systems that the test edits as people do."""

    installation: Installation
    systems: dict[str, MemorySystem]
    ids: dict[str, list[str]] = field(default_factory=dict)

    def make(self, installation: Installation, name: str) -> Connector:
        markers = {spec.kind: spec.marker or "marker" for spec in installation.hub.mappings_of(name)}
        around = Surroundings(clock=self.systems[name].clock, markers=markers)
        return MemoryConnector(name, None, around, system=self.systems[name])

    def sync(self, *, full: bool = False, approved: bool = False, only: str | None = None) -> Report:
        """Run one pass."""

        async def run() -> Report:
            async with open_sync(self.installation, None, self.make) as wired:
                return await run_recorded(wired, PassOptions(only=only, full=full), How(approved=approved))

        return at_once(run())

    def wired(self, work: Any) -> Any:
        """Call *work* with the wired sync."""

        async def run() -> Any:
            async with open_sync(self.installation, None, self.make) as wired:
                return await work(wired) if asyncio.iscoroutinefunction(work) else work(wired)

        return at_once(run())

    def act(self, key: str, deed: Any) -> Any:
        """Do *deed* with the case *key*, as Ann."""

        def work(wired: Wired) -> Any:
            return deed(Act(wired, self.case(key).entity.id, "ann"))

        return self.wired(work)

    def case(self, key: str = "CASE-1") -> Whole:
        found = cases.case(self.installation.store, key)
        assert found is not None
        return found

    def facts(self, key: str = "CASE-1") -> dict[str, Any]:
        return {name: said.value for name, said in self.case(key).entity.facts.items()}

    def records(self, system: str, kind: str = "record") -> dict[str, Mapping[str, View]]:
        """Id -> views of what a system holds."""
        rows = self.systems[system].rows.get(kind, {})
        return {key: versions[-1].views for key, versions in rows.items() if not versions[-1].deleted}

    def writes(self, system: str) -> int:
        """How often the hub changed something in *system*."""
        return sum(1 for truth in self.systems[system].truth if truth.by == "hub")


def a_hub(
    folder: Path,
    *,
    hub: str = HUB,
    mappings: Mapping[str, str] | None = None,
    traits: Mapping[str, KindTraits] | None = None,
    clock: Callable[[], datetime] | None = None,
    env: Mapping[str, str] | None = None,
    kinds: Mapping[str, Mapping[str, KindTraits]] | None = None,
) -> AHub:
    """Make a hub in *folder* over memory systems with the given traits; KINDS are further kinds of record."""
    address = DATABASE.get()()
    files = {"hub.yaml": hub.replace(SQLITE, address)}
    files |= mappings or {"record.crm.yaml": CRM, "record.trk.yaml": TRK}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    clock = clock or a_clock()
    if address == SQLITE and SQLITE in hub:
        installation = _installed(folder, _loaded(tuple(files.items()), tuple((env or {}).items())), clock)
    else:
        installation = install(folder, env or {}, clock=clock)
    made = {
        name: MemorySystem(
            clock,
            kinds={"record": some_traits(name, (traits or {}).get(name)), **(kinds or {}).get(name, {})},
            people=PEOPLE,
        )
        for name in installation.hub.systems
    }
    return AHub(installation, made)


@cache
def _loaded(files: tuple[tuple[str, str], ...], env: tuple[tuple[str, str], ...]) -> Hub:
    """The same files are read once for all tests; what they say never changes."""
    return load_files(dict(files), dict(env), catalog=_catalog())


_catalog = cache(read_catalog)


def _installed(folder: Path, hub: Hub, clock: Callable[[], datetime]) -> Installation:
    """As `install`, with tables that are there already."""
    (folder / "casehub.db").write_bytes(_empty_database())
    store = open_store(database_url(hub, folder), clock=clock, check=False)
    sa.event.listen(store.engine, "connect", _without_waiting_for_the_disk)
    return Installation(folder, hub, store)


@cache
def _empty_database() -> bytes:
    """Tables are made once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        upgrade(f"sqlite:///{file}")
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode = DELETE")  # all of it in this one file
        return file.read_bytes()


def _without_waiting_for_the_disk(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.execute("PRAGMA synchronous = OFF")  # no test cuts the power


STAGES = [Choice("NEW", "Новая"), Choice("PREP", "Квалификация"), Choice("EXEC", "Пресейл в работе")]
ENDS = [Choice("WON", "Выиграна", closes=True), Choice("LOSE", "Проиграна", closes=True)]
OPEN = [Choice(name, name) for name in ("New", "In Progress", "Resolved", "Feedback")]
SHUT = [Choice(name, name, closes=True) for name in ("Closed", "Rejected")]
POSITION = {
    "crm": Place("stage", "Стадия", "choice", choices=(*STAGES, *ENDS)),
    "trk": Place("status", "Status", "choice", choices=(*OPEN, *SHUT)),
}
TEXTS = ("title", "client", "contact", "amount", "currency", "channel", "description", "next_step", "link", "marker")
REST = {"deadline": "date", "closes_on": "date", "owner": "person", "case_manager": "person", "labels": "set"}


def some_traits(system: str, traits: KindTraits | None = None) -> KindTraits:
    """The traits of a memory system with all the places that the mappings above name."""
    places = [Place(name, name, "text") for name in TEXTS]
    places += [Place(name, name, kind) for name, kind in {**REST, "blocked": "bool", "outcome": "text"}.items()]
    return replace(traits or KindTraits(), places=(*places, POSITION.get(system, POSITION["trk"])))


def a_clock() -> Callable[[], datetime]:
    """One clock for the hub and its systems: it goes on by a tenth of a second whenever it is asked."""
    ticks = itertools.count()
    start = datetime(2026, 11, 21, 9, tzinfo=UTC)
    return lambda: start + timedelta(seconds=next(ticks) / 10)


def a_deal(title: str = "Внедрение CRM", **views: View) -> dict[str, View]:
    """The views of a deal as a person enters it in the CRM."""
    return {
        "title": title,
        "client": "ООО «Ромашка»",
        "stage": "PREP",
        "amount": "150000",
        "currency": "RUB",
        "owner": "7",
        **views,
    }


def opened(folder: Path, **settings: Any) -> tuple[AHub, str]:
    """A hub with one deal that has become an issue; returns the deal's id too."""
    hub = a_hub(folder, **settings)
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    return hub, deal
