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
from mappings.reconcile.model import Entity, FieldWrite, Link, Origin
from state import cases, claims, waiting
from state.types import Batch, Claimed, Decided, NewLink, Outgoing, Snapshot, Whole

from .batches import Deciding, cpu_of_hub
from .deciding import Meeting, Ruling, decide_claimed, decide_new
from .report import Report
from .returning import without
from .rewording import look_again
from .running import asks
from .strangers import NOT_TAKEN
from .sync import Step, read_systems
from .wired import Scope, Wired


@dataclass(frozen=True)
class PlannedWrite:
    """
    One write of a plan. RECORD is empty for a create; NAME is the case's key, or the record it is opened for.

    ORIGINS say of each fact who said the value that is written; they are shown, and no part of the fingerprint.
    """

    name: str
    title: str
    system: str
    verb: str
    record: str
    fields: tuple[FieldWrite, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False)

    def form(self) -> dict[str, Any]:
        """Return the write as JSON, in the form that the fingerprint and the plan file share."""
        return {
            "case": self.name,
            "title": self.title,
            "system": self.system,
            "kind": self.kind,
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

    def part(self, batch: Batch, parted: Sequence[tuple[Claimed, Link]]) -> Batch:
        """What would be parted is parted for this plan only."""
        return without(batch, parted)

    def busy(self, record: VendorRecord) -> None:
        """A case that somebody else decides is simply not in this plan."""

    def run(self) -> None:
        """As a pass decides; what was held back is decided once more from what was claimed for it."""
        for batch in self._in_batches({}):
            self.decide(batch)
        with cpu_of_hub(self.report):
            unsure = self._meet()
            if unsure is not None:
                meeting = self._meeting(unsure)
                repeat = [one for one in self.rulings if one.decided.outcome.entity.id in self.repeat]
                for ruling in repeat:
                    self.keep([self._once_more(ruling.decided, meeting)])

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
    """
    Read every system and return what a pass would write. Pages and cursors are stored, decisions are not.

    What an earlier pass has decided and was not let write is part of the plan; made with another mapping, it is
    decided anew.
    """
    store, shape = wired.store, wired.shape
    report = Report(shape.name)
    systems = [name for name in sorted(wired.connectors) if only in (None, name)]
    await read_systems(wired, systems, report, full=False, step=step)
    planning = Planning(wired, report)
    try:
        step("deciding")
        look_again(wired)
        cases.mark_due(store, waiting.outdated(store, shape.name, mapping=shape.fingerprint))
        await asyncio.to_thread(planning.run)
    finally:
        claims.release(store, wired.worker)
    decided = {ruling.decided.outcome.entity.id for ruling in planning.rulings}
    writes = [write for ruling in planning.rulings for write in _writes(ruling.decided)]
    writes += [_waiting(one) for one in waiting.planned(store, shape.name) if one.entity.id not in decided]
    stops = dict.fromkeys([*asks(wired), *report.stops, *planning.tally.stops(shape.limits)])
    return Plan(
        shape.name, shape.fingerprint, tuple(writes), tuple(planning.rulings), tuple(stops), dict(report.trouble)
    )


def _writes(decided: Decided) -> list[PlannedWrite]:
    outcome = decided.outcome
    name = outcome.entity.key or f"new case for #{decided.new_links[0].snapshot.record.id}"
    links = decided.claimed.links if decided.claimed else ()
    where = {link.id: (link.system, link.kind, link.external_id) for link in links}
    records = [(new.ref, new.snapshot.record) for new in decided.new_links]
    where |= {ref: (record.system, record.kind, record.id) for ref, record in records}
    writes = [
        _write(outcome.entity, name, where[change.link], fields=change.write)
        for change in outcome.links
        if change.write
    ]
    made = [
        _write(outcome.entity, name, (one.system, one.kind, ""), fields=one.fields, fixed=one.fixed)
        for one in outcome.creates
    ]
    return writes + made


def _waiting(one: Outgoing) -> PlannedWrite:
    """What an earlier pass has planned."""
    record = "" if one.verb == "create" else one.external_id or ""
    place = (one.system, one.kind, record)
    return _write(one.entity, one.entity.key, place, fields=one.fields, fixed=one.fixed)


def _write(
    entity: Entity,
    name: str,
    place: tuple[str, str, str],
    *,
    fields: Sequence[FieldWrite],
    fixed: Mapping[str, Any] | None = None,
) -> PlannedWrite:
    system, kind, record = place
    return PlannedWrite(
        name,
        _title(entity),
        system,
        "update" if record else "create",
        record,
        tuple(fields),
        dict(fixed or {}),
        kind=kind,
        origins={fact: said.origin for fact, said in entity.facts.items()},
    )


def _title(entity: Entity) -> str:
    facts = entity.facts
    parts = [str(facts[name].value) for name in ("title", "client") if name in facts and facts[name].value]
    return " · ".join(parts)
