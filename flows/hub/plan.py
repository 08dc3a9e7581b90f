"""
A plan as a value: what would be written where, and why. Its fingerprint is over what would be written, nothing else.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mappings.canonical.values import encode_facts
from mappings.reconcile.guards import Stop
from mappings.reconcile.model import Entity, FieldWrite, Link, Origin
from state.types import Decided

from .attachments.looking import PlannedFile
from .deciding import Ruling
from .wired import Wired

if TYPE_CHECKING:
    from .documents.foreseeing import PlannedPaper

DRIFTED = "drift: nobody moved, and it no longer stands for what the hub says"
REMAPPED = "its mapping has changed"


@dataclass(frozen=True)
class PlannedWrite:
    """
    One write of a plan. RECORD is empty for a create; NAME is the case's key, or the record it is opened for.

    ORIGINS say of each fact who said the value that is written, REASONS of each field why it is written although nobody
    has edited it; they are shown, and no part of the fingerprint.
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
    reasons: Mapping[str, str] = field(default_factory=dict, compare=False)
    entity: str = "case"

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
    files: tuple[PlannedFile, ...] = ()
    """What the next pass would copy; contents are not read for a plan, so these are no part of its fingerprint."""
    documents: "tuple[PlannedPaper, ...]" = ()
    """What it would do about documents; no part of the fingerprint either, as people write in them."""
    below: frozenset[str] | None = None
    """Of which entities alone this tells (see `part_of`); None: of all."""

    @property
    def anything(self) -> bool:
        """Whether a pass would do something: a document that waits for facts is only told."""
        return bool(self.writes or self.files) or any(one.verb != "wait" for one in self.documents)

    @property
    def creates(self) -> int:
        return sum(1 for write in self.writes if write.verb == "create")

    @property
    def deletes(self) -> int:
        return sum(1 for write in self.writes if write.verb == "delete")

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


def part_of(plan: Plan, *, below: Mapping[str, str] | None = None, system: str | None = None) -> Plan:
    """
    Return what *plan* says of the entities BELOW (id -> key; also of what it opens below them), and of what is written
    to SYSTEM; None is everything.
    """
    rulings, keys, found = plan.rulings, None, plan.below
    if below is not None:
        found, opened = frozenset(below), [ruling.decided.outcome.entity for ruling in plan.rulings]
        while more := {one.id for one in opened if one.parent in found} - found:
            found |= more
        rulings = tuple(ruling for ruling in plan.rulings if ruling.decided.outcome.entity.id in found)
        keys = {*below.values(), *(name_of(ruling.decided) for ruling in rulings)}

    def wanted(key: str, where: str) -> bool:
        return (keys is None or key in keys) and system in (None, where)

    return replace(
        plan,
        writes=tuple(one for one in plan.writes if wanted(one.name, one.system)),
        rulings=rulings,
        files=tuple(one for one in plan.files if wanted(one.key, one.target)),
        documents=tuple(one for one in plan.documents if wanted(one.key, one.system)),
        below=found,
    )


def is_quiet(decided: Decided) -> bool:
    """Say whether a decision changes nothing that a person sees: no write, no link, no conflict, nothing parked."""
    if decided.claimed is None or decided.new_links or decided.outcome.creates:
        return False
    before = {link.id: link.parked for link in decided.claimed.links}
    links = decided.outcome.links
    told = any(change.write or dict(change.parked) != dict(before.get(change.link, {})) for change in links)
    return not told and decided.outcome.entity.conflicts == decided.claimed.entity.conflicts


def writes_of(wired: Wired, decided: Decided) -> list[PlannedWrite]:
    """Return what a decision would write."""
    outcome = decided.outcome
    name = name_of(decided)
    links = {link.id: link for link in (decided.claimed.links if decided.claimed else ())}
    where = {number: (link.system, link.kind, link.external_id) for number, link in links.items()}
    records = [(new.ref, new.snapshot.record) for new in decided.new_links]
    where |= {ref: (record.system, record.kind, record.id) for ref, record in records}
    writes = [
        replace(
            _write(outcome.entity, name, where[change.link], fields=change.write, delete=change.delete),
            reasons=_reasons(wired.of(outcome.entity.kind), links.get(change.link), change.write),
        )
        for change in outcome.links
        if change.write
    ]
    made = [
        _write(outcome.entity, name, (one.system, one.kind, ""), fields=one.fields, fixed=one.fixed)
        for one in outcome.creates
    ]
    return writes + made


def name_of(decided: Decided) -> str:
    """Return what a plan calls a case: its key, or the record it is opened for."""
    entity = decided.outcome.entity
    if entity.key:
        return entity.key
    record = decided.new_links[0].snapshot.record
    where = "" if entity.kind == "case" else f"{record.system} {record.kind} "  # cases are born in one place only
    return f"new {entity.kind} for {where}#{record.id}"


def _reasons(wired: Wired, link: Link | None, writes: Sequence[FieldWrite]) -> dict[str, str]:
    """Why a field is written although nobody has edited it: its mapping has changed, or it has drifted."""
    if link is None:
        return {}
    told: dict[str, str] = {}
    fields = wired.shape.channels[link.system, link.kind].fields
    for write in writes:
        bases = [(fact, link.bases[key]) for fact, key in fields[write.field].slots if key in link.bases]
        if any(base.lens != fields[write.field].fingerprint for _, base in bases):
            told[write.field] = REMAPPED
        elif bases and all(base.value.get(fact) == write.value.get(fact) for fact, base in bases):
            told[write.field] = DRIFTED
    return told


def _write(
    entity: Entity,
    name: str,
    place: tuple[str, str, str],
    *,
    fields: Sequence[FieldWrite],
    fixed: Mapping[str, Any] | None = None,
    delete: bool = False,
) -> PlannedWrite:
    system, kind, record = place
    return PlannedWrite(
        name,
        title_of(entity),
        system,
        "delete" if delete else "update" if record else "create",
        record,
        tuple(fields),
        dict(fixed or {}),
        kind=kind,
        origins={fact: said.origin for fact, said in entity.facts.items()},
        entity=entity.kind,
    )


def title_of(entity: Entity) -> str:
    facts = entity.facts
    parts = [str(facts[name].value) for name in ("title", "client") if name in facts and facts[name].value]
    return " · ".join(parts)
