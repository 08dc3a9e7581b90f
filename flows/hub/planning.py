"""
A plan: what the next pass would write, read and decided by the same code, with nothing sent and nothing stored.

Its fingerprint is over what would be written. `apply` reads and decides again and stops where the fingerprint differs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from mappings.exchange import VendorRecord
from mappings.reconcile.model import Entity, Link
from state import claims, cursors, inbox, rereading, runs, waiting
from state.types import Batch, Claimed, Decided, NewLink, Snapshot, Whole

from .batches import MOST_LEVELS, Deciding, Waiting
from .deciding import Meeting, Ruling, decide_claimed, decide_new
from .drifting import DRIFT
from .edit_times import narrow_for_plan
from .newcomers import link_with
from .pages import batched, pages
from .people_left import left_in_plan
from .plan import Plan, PlannedWrite, is_quiet, name_of, writes_of
from .pulling import pull_full
from .report import Report, cpu_of_hub
from .returning import without
from .rewording import look_again
from .running import MAPPING, asks, look_around
from .strangers import NOT_TAKEN
from .sync import Step, each_system, read_systems
from .wired import Scope, Wired

__all__ = ["Plan", "PlannedWrite", "Planning", "make_plan", "planned"]


@dataclass
class Planning(Deciding):
    """
    Deciding that keeps its decisions to itself: claims are held to the end, then given back.

    What has been decided without consequences is forgotten at once, so that a plan over everything needs no more memory
    than what it shows. EVERYTHING: cases at rest are judged too.
    """

    everything: bool = False
    made: dict[str, Ruling] = field(default_factory=dict)
    """Entity -> what was decided."""
    kept_aside: dict[tuple[str, str, str], Snapshot] = field(default_factory=dict)
    """Strangers by system, kind and id, with the reason for which this plan has put them aside."""
    met_here: set[tuple[str, str, str]] = field(default_factory=set)
    """Strangers that this plan has opened a case for, or linked."""
    repeat: frozenset[str] = frozenset()

    @property
    def rulings(self) -> Sequence[Ruling]:
        return tuple(self.made.values())

    def keep(self, rulings: Sequence[Ruling]) -> None:
        """Collect the decisions."""
        for ruling in rulings:
            for new in ruling.decided.new_links:
                self.kept_aside.pop(_name(new.snapshot), None)
                self.met_here.add(_name(new.snapshot))
            entity = ruling.decided.outcome.entity
            if ruling.held_back or not is_quiet(ruling.decided):
                self.made[entity.id] = ruling
            else:
                self.made.pop(entity.id, None)
            self.tally.add(ruling.decided.outcome)
            self.report.conflicts += len(entity.conflicts)
            self.note(ruling)
        self.report.decided += len(rulings)

    def aside(self, snapshots: Sequence[Snapshot], reason: str, *, listed: bool = False) -> None:
        """Remember strangers for this plan only."""
        if reason != NOT_TAKEN and not listed:
            self.kept_aside |= {_name(one): replace(one, aside=reason) for one in snapshots}

    def leave(self, sync: str, snapshots: Sequence[Snapshot]) -> None:
        """What belongs to a case of another sync is not in this plan."""

    def has_strangers(self, scope: Scope) -> bool:
        return super().has_strangers(scope) or bool(self._waiting(scope))

    def strangers(self, scope: Scope) -> list[Snapshot]:
        here = self._waiting(scope)
        stored = [one for one in super().strangers(scope) if _name(one) not in self.kept_aside]
        return [*(one for one in stored if _name(one) not in self.met_here), *here]

    def _waiting(self, scope: Scope) -> list[Snapshot]:
        return [one for place, one in self.kept_aside.items() if place[:2] == scope]

    def lone(self, scope: Scope) -> list[Whole]:
        """The stored ones, and those that this plan would open."""
        new = [Whole(ruling.decided.outcome.entity) for ruling in self.rulings if ruling.decided.claimed is None]
        return [*super().lone(scope), *new]

    def part(self, batch: Batch, parted: Sequence[tuple[Claimed, Link]]) -> Batch:
        """What would be parted is parted for this plan only."""
        return without(batch, parted)

    def busy(self, record: VendorRecord) -> None:
        """A case that somebody else decides is simply not in this plan."""

    def run(self) -> None:
        """As a pass decides; what was held back is decided once more from what was claimed for it."""
        for batch in self._in_batches({}):
            self.decide(batch)
        for batch in self._at_rest():
            self.decide(batch)
        met: dict[Scope, frozenset[str]] = {}
        with cpu_of_hub(self.report):
            for _ in range(MOST_LEVELS):
                unsure = self._meet()
                if unsure is None:
                    break
                met |= unsure
                meeting = self._meeting(met)
                for ruling in [self.made[entity] for entity in self.repeat if entity in self.made]:
                    self.keep([self._once_more(ruling.decided, meeting)])

    def _at_rest(self) -> Iterator[Waiting]:
        """Cases for which nothing new waits: all of them, or those with a write or a drift from an earlier pass."""
        store, sync = self.wired.store, self.wired.shape.name
        some = [] if self.everything else waiting.held_back(store, sync, codes=[DRIFT])
        for batch in pages(store, sync) if self.everything else batched(some):
            found = self._claimed(self._meeting({}), only=batch)
            yield found
            quiet = [each.entity.id for each in found.batch.cases if each.entity.id not in self.made]
            claims.release(store, self.wired.worker, entities=quiet)

    def plan(self) -> Plan:
        """Return what was decided, as a plan."""
        shape, report = self.wired.shape, self.report
        rulings = sorted(self.rulings, key=_order)
        writes = tuple(write for ruling in rulings for write in writes_of(self.wired, ruling.decided))
        stops = dict.fromkeys([*asks(self.wired), *report.stops, *self.tally.stops(shape.limits)])
        return Plan(shape.name, shape.fingerprint, writes, tuple(rulings), tuple(stops), dict(report.trouble))

    def reconsider(self, entities: Sequence[str]) -> None:
        """Decide once more what change logs have told about since."""
        meeting = self._meeting({})
        self.keep([self._once_more(self.made[entity].decided, meeting) for entity in entities if entity in self.made])

    def again(self, entities: Sequence[str]) -> None:
        """Nothing of it is stored, so it is remembered here."""
        self.repeat = frozenset(entities)

    def _once_more(self, decided: Decided, meeting: Meeting, *, joined: Sequence[NewLink] = ()) -> Ruling:
        if decided.claimed is not None:
            return decide_claimed(self.wired, decided.claimed, meeting, joined=joined or decided.new_links)
        opener, *others = decided.new_links
        entity = decided.outcome.entity.id
        return decide_new(self.wired, opener.snapshot, meeting, joined=joined or others, entity_id=entity)

    def _join(self, entity: str, snapshot: Snapshot) -> None:
        """A case of this plan is joined from memory, a stored one as ever."""
        mine = self.made.get(entity)
        if mine is None:
            claims.release(self.wired.store, self.wired.worker, entities=[entity])  # it was quiet so far
            super()._join(entity, snapshot)
            return
        decided = mine.decided
        before = decided.new_links if decided.claimed else decided.new_links[1:]  # the first opens a new case
        new = link_with(decided.claimed or Claimed(decided.outcome.entity), snapshot)
        new = replace(new, ref=-2 - len(decided.new_links))
        self.keep([self._once_more(decided, self._meeting({}), joined=[*before, new])])


async def _read_anew(wired: Wired, system: str, report: Report) -> None:
    """
    A changed mapping asks for other places, and takes others in: its records are read whole, and met in its words;
    those that were none of ours by the old one are looked at again.
    """
    known = set((runs.fingerprint(wired.store, wired.shape.name) or "").split("-"))
    channels = [each for shape in wired.whole.each for each in shape.channels.items()]
    for scope, channel in channels:
        read = scope[0] == system and cursors.state(wired.store, scope[0], kind=scope[1]).first_read_done
        if read and channel.mapping.fingerprint not in known:
            rereading.forget_content(wired.store, wired.shape.name, scopes=[scope])
            inbox.wake_strangers(wired.store, system, kind=scope[1])
            await pull_full(wired, scope, report)


P = TypeVar("P", bound=Planning)


def _name(snapshot: Snapshot) -> tuple[str, str, str]:
    return snapshot.record.system, snapshot.record.kind, snapshot.record.id


def _order(ruling: Ruling) -> tuple[bool, str, int]:
    """Cases in the order of their keys, then those that are new."""
    prefix, _, number = ruling.decided.outcome.entity.key.rpartition("-")
    return not number, prefix, int(number) if number.isdecimal() else 0


async def make_plan(
    wired: Wired, *, only: str | None = None, everything: bool = False, step: Step = lambda _: None
) -> Plan:
    """
    Read every system and return what a pass would write. Pages and cursors are stored, decisions are not.

    What an earlier pass has decided and was not let write is part of the plan, and so is the repair of drift: only an
    applied plan carries it out. After a changed mapping, or with EVERYTHING, cases at rest are judged as well.
    """
    async with planned(wired, Planning, only=only, everything=everything, step=step) as planning:
        made = planning.plan()
        if only is not None:
            return made
        if wired.sharing is not None:
            step("files")
            made = replace(made, files=await wired.sharing.foreseen(wired, planning.report))
        if wired.papers is not None:
            step("documents")
            made = replace(made, documents=await wired.papers.planned(wired, _cases_of(made)))
        return made


def _cases_of(made: Plan) -> dict[str, Entity]:
    """Return the cases of which *made* speaks, by what it calls them, as they would stand after it."""
    planned = [one.decided for one in made.rulings if one.decided.outcome.entity.kind == "case"]
    return {name_of(one): one.outcome.entity for one in planned}


@asynccontextmanager
async def planned(
    wired: Wired,
    kind: Callable[..., P],
    *,
    only: str | None = None,
    everything: bool = False,
    step: Step = lambda _: None,
) -> AsyncIterator[P]:
    """As `make_plan`, with a KIND of planning; what the plan speaks of is claimed for the while."""
    store, shape = wired.store, wired.shape
    report = Report(shape.name)
    systems = [name for name in sorted(wired.connectors) if only in (None, name)]
    await read_systems(wired, systems, report, full=False, step=step)
    changed = any(stop.guard == MAPPING for stop in asks(wired))
    if changed:
        step("reading what another mapping asks for")
        await each_system(systems, report, lambda name: _read_anew(wired, name, report))
    planning = kind(wired, report, everything=everything or changed)
    before, wired.drift = wired.drift, "repair"
    try:
        step("deciding")
        look_around(wired)
        look_again(wired)
        await asyncio.to_thread(planning.run)
        left = await left_in_plan(wired, [one.decided for one in planning.rulings])
        await asyncio.to_thread(planning.reconsider, left)
        reached = [name for name in systems if name not in report.trouble]
        told = await narrow_for_plan(wired, [one.decided for one in planning.rulings], systems=reached)
        await asyncio.to_thread(planning.reconsider, told)
        yield planning
    finally:
        wired.drift = before
        claims.release(store, wired.worker)
