"""
A plan: what the next pass would write, read and decided by the same code, with nothing sent and nothing stored.

Its fingerprint is over what would be written. `apply` reads and decides again and stops where the fingerprint differs.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mappings.canonical.values import encode_facts
from mappings.exchange import VendorRecord
from mappings.reconcile.guards import Stop
from mappings.reconcile.model import FieldWrite, Outcome
from state import claims
from state.types import Decided, NewLink, Snapshot, Whole

from .batches import Deciding, cpu_of_hub
from .deciding import Meeting, Ruling, decide_claimed, decide_new
from .report import Report
from .strangers import NOT_TAKEN
from .sync import Step, read_systems
from .wired import Scope, Wired


@dataclass(frozen=True)
class PlannedWrite:
    """One write of a plan. RECORD is empty for a create; NAME is the case's key, or the record it is opened for."""

    name: str
    title: str
    system: str
    verb: str
    record: str
    fields: tuple[FieldWrite, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def form(self) -> dict[str, Any]:
        """Return the write as JSON, in the form that the fingerprint and the plan file share."""
        return {
            "case": self.name,
            "title": self.title,
            "system": self.system,
            "verb": self.verb,
            "record": self.record,
            "fields": [
                {
                    "field": write.field,
                    "value": encode_facts(write.value),
                    "from": write.expected,
                    "to": write.view,
                    "by_way_of": list(write.hops),
                }
                for write in self.fields
            ],
            "fixed": dict(self.fixed),
        }


@dataclass(frozen=True)
class Plan:
    """What would be written, what is in conflict or parked, and which guards would stop it."""

    sync: str
    mapping: str
    writes: tuple[PlannedWrite, ...]
    rulings: tuple[Ruling, ...]
    stops: tuple[Stop, ...]
    trouble: Mapping[str, str]

    @property
    def creates(self) -> int:
        return sum(1 for write in self.writes if write.verb == "create")

    @property
    def conflicts(self) -> int:
        return sum(len(ruling.decided.outcome.entity.conflicts) for ruling in self.rulings)

    @property
    def parked(self) -> int:
        return sum(len(link.parked) for ruling in self.rulings for link in ruling.decided.outcome.links)

    @property
    def fingerprint(self) -> str:
        """A hash of the mapping and of everything that would be written, whatever the order."""
        forms = sorted(json.dumps(write.form(), sort_keys=True, ensure_ascii=False) for write in self.writes)
        text = "\n".join([self.sync, self.mapping, *forms])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass
class Planning(Deciding):
    """Deciding that keeps its decisions to itself: claims are held to the end, then given back."""

    rulings: list[Ruling] = field(default_factory=list)
    kept_aside: list[Snapshot] = field(default_factory=list)
    repeat: frozenset[str] = frozenset()

    def keep(self, rulings: Sequence[Ruling]) -> None:
        """Collect the decisions."""
        fresh = {ruling.decided.outcome.entity.id for ruling in rulings}
        self.rulings = [one for one in self.rulings if one.decided.outcome.entity.id not in fresh]
        self.rulings += rulings
        for ruling in rulings:
            self.tally.add(ruling.decided.outcome)
            self.report.conflicts += len(ruling.decided.outcome.entity.conflicts)
            if ruling.held_back:
                self.held_back.add(ruling.decided.outcome.entity.id)
        self.report.decided += len(rulings)

    def aside(self, snapshots: Sequence[Snapshot], reason: str, *, listed: bool = False) -> None:
        """Remember strangers for this plan only."""
        if reason != NOT_TAKEN and not listed:
            self.kept_aside += snapshots

    def has_strangers(self, scope: Scope) -> bool:
        return super().has_strangers(scope) or bool(self._waiting(scope))

    def strangers(self, scope: Scope) -> list[Snapshot]:
        return [*super().strangers(scope), *self._waiting(scope)]

    def _waiting(self, scope: Scope) -> list[Snapshot]:
        return [one for one in self.kept_aside if (one.record.system, one.record.kind) == scope]

    def lone(self, scope: Scope) -> list[Whole]:
        """The stored ones, and those that this plan would open."""
        new = [Whole(ruling.decided.outcome.entity) for ruling in self.rulings if ruling.decided.claimed is None]
        return [*super().lone(scope), *new]

    def busy(self, record: VendorRecord) -> None:
        """A case that somebody else decides is simply not in this plan."""

    def run(self) -> int:
        """As a pass decides; what was held back is decided once more from what was claimed for it."""
        with cpu_of_hub(self.report):
            done = self._all(self._meeting({}))
            unsure = self._meet()
            if unsure is not None:
                meeting = self._meeting(unsure)
                repeat = [one for one in self.rulings if one.decided.outcome.entity.id in self.repeat]
                for ruling in repeat:
                    self.keep([self._once_more(ruling.decided, meeting)])
        return done

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
        """A new case of this plan is joined from memory, a stored one as ever."""
        mine = [ruling.decided for ruling in self.rulings if ruling.decided.outcome.entity.id == entity]
        if not mine:
            super()._join(entity, snapshot)
            return
        new = NewLink(-2, snapshot)
        self.keep([self._once_more(mine[0], self._meeting({}), joined=[new])])


async def make_plan(wired: Wired, *, only: str | None = None, step: Step = lambda _: None) -> Plan:
    """Read every system and return what a pass would write. Pages and cursors are stored, decisions are not."""
    report = Report(wired.shape.name)
    systems = [name for name in sorted(wired.connectors) if only in (None, name)]
    await read_systems(wired, systems, report, full=False, step=step)
    planning = Planning(wired, report)
    try:
        step("deciding")
        await asyncio.to_thread(planning.run)
    finally:
        claims.release(wired.store, wired.worker)
    writes = tuple(write for ruling in planning.rulings for write in _writes(ruling.decided))
    stops = (*report.stops, *planning.tally.stops(wired.shape.limits))
    return Plan(wired.shape.name, wired.shape.fingerprint, writes, tuple(planning.rulings), stops, dict(report.trouble))


def _writes(decided: Decided) -> list[PlannedWrite]:
    outcome = decided.outcome
    name = outcome.entity.key or f"new case for #{decided.new_links[0].snapshot.record.id}"
    title = _title(outcome)
    links = decided.claimed.links if decided.claimed else ()
    where = {link.id: (link.system, link.external_id) for link in links}
    where |= {new.ref: (new.snapshot.record.system, new.snapshot.record.id) for new in decided.new_links}
    writes = []
    for change in outcome.links:
        if change.write:
            system, record = where[change.link]
            writes.append(PlannedWrite(name, title, system, "update", record, change.write))
    made = [PlannedWrite(name, title, one.system, "create", "", one.fields, one.fixed) for one in outcome.creates]
    return writes + made


def _title(outcome: Outcome) -> str:
    facts = outcome.entity.facts
    parts = [str(facts[name].value) for name in ("title", "client") if name in facts and facts[name].value]
    return " · ".join(parts)
