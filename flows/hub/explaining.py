"""
Why a fact is what it is: who said it, where and when; by which line of which mapping; which policy decided; what lost,
and the command that brings it back. Reads the hub's own memory and asks no system.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mappings.canonical.values import Value, encode
from mappings.exchange import View
from mappings.language import Hub
from mappings.lens import Field, Refusal, Unseen
from mappings.reconcile.judge import last_seen
from mappings.reconcile.model import Entity, Link, Origin
from mappings.reconcile.note import OVERWRITTEN
from state.history import Line
from state.mentions import is_marked
from state.types import Whole

from .deciders import decided_by, policy_words
from .looking import find_case
from .remembering import all_lines
from .restoring import value_in
from .then import SAYS
from .wired import Channel, SyncShape
from .wiring import Installation
from .wiring.remembered import remembered_shape

MOST_FORMER = 5
"""So many earlier values are named; the history has all."""


@dataclass(frozen=True)
class Former:
    """A value that is not the present one: LINE of the history names it; BACK is the command that brings it back."""

    value: Value
    by: str
    at: datetime
    line: int
    why: str
    back: str

    def form(self) -> dict[str, Any]:
        return {
            "value": encode(self.value),
            "by": self.by or None,
            "at": self.at.isoformat(),
            "event": self.line,
            "why": self.why,
            "restore": self.back,
        }


@dataclass(frozen=True)
class Carrier:
    """How one record carries the fact: by which FIELD, from which line of which file, and what it shows."""

    system: str
    kind: str
    record: str
    field: str
    places: tuple[str, ...]
    direction: str
    where: str
    view: View
    label: str
    fits: bool
    parked: str = ""

    def form(self) -> dict[str, Any]:
        return {
            "system": self.system,
            "kind": self.kind,
            "record": self.record,
            "field": self.field,
            "places": list(self.places),
            "direction": self.direction,
            "mapping": self.where,
            "view": self.view,
            "label": self.label,
            "fits": self.fits,
            "parked": self.parked or None,
        }


@dataclass(frozen=True)
class Explanation:
    """Everything about one fact of a case. DECIDED says how it came to be, POLICY who is right about it, and WHERE."""

    fact: str
    value: Value
    origin: Origin | None
    said_at: datetime | None
    source_at: datetime | None
    decided: str
    mapping: str
    policy: str
    policy_at: str
    carriers: tuple[Carrier, ...]
    lost: tuple[Former, ...]
    former: tuple[Former, ...]
    conflict: str = ""

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        origin = self.origin
        return {
            "fact": self.fact,
            "value": encode(self.value),
            "who": origin.name if origin else None,
            "by": origin.by if origin else None,
            "ref": origin.ref if origin else None,
            "editor": origin.who if origin else None,
            "at": _iso(self.said_at),
            "source_at": _iso(self.source_at),
            "decided": self.decided,
            "mapping": self.mapping or None,
            "policy": self.policy,
            "policy_at": self.policy_at,
            "systems": [one.form() for one in self.carriers],
            "lost": [one.form() for one in self.lost],
            "former": [one.form() for one in self.former],
            "conflict": self.conflict or None,
        }


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def explain(installation: Installation, key: str, fact: str | None = None) -> list[Explanation]:
    """Explain one FACT of the case *key*, or all that it has. Raises NoSuchCase."""
    whole = find_case(installation.store, key)
    shape = remembered_shape(installation, whole.entity.sync)
    shape = shape.others.get(whole.entity.kind, shape)
    lines = list(all_lines(installation.store, entity=whole.entity.id))
    told = _Explaining(installation.hub, shape, whole, lines)
    return [told.fact(name) for name in ([fact] if fact else sorted(whole.entity.facts))]


@dataclass(frozen=True)
class _Explaining:
    hub: Hub
    shape: SyncShape
    whole: Whole
    lines: Sequence[Line]

    @property
    def entity(self) -> Entity:
        return self.whole.entity

    def fact(self, fact: str) -> Explanation:
        said = self.entity.facts.get(fact)
        origin = said.origin if said else None
        says = [line for line in self.lines if line.event.what in SAYS and line.event.field == fact]
        decider = says[-1] if says else None
        carriers = tuple(self._carriers(fact))
        sync = self.hub.syncs.get(self.entity.sync)
        source = self._source(fact, decider, origin)
        conflict = self.entity.conflicts.get(fact)
        return Explanation(
            fact,
            said.value if said else None,
            origin,
            decider.hub_at if decider else (origin.at if origin else None),
            source.event.at if source else None,
            decided_by(decider, origin),
            next((one.where for one in carriers if origin is not None and one.system == origin.name), ""),
            policy_words(self.shape.policies.get(fact)),
            f"{sync.mark.file}:{sync.mark.line}" if sync else "",
            carriers,
            tuple(self._lost(fact, says)),
            tuple(self._former(fact, says)),
            f"{' · '.join(party.system for party in conflict.parties)} differ" if conflict else "",
        )

    def _source(self, fact: str, decider: Line | None, origin: Origin | None) -> Line | None:
        """The line in which the system that said it showed it."""
        if decider is None or origin is None or origin.by != "system":
            return None
        shown = [
            line
            for line in self.lines
            if line.id < decider.id and line.event.what == "read" and line.event.system == origin.name
        ]
        return next((line for line in reversed(shown) if self._value(line, fact) == decider.event.new), None)

    def _value(self, line: Line, fact: str) -> Value | Refusal:
        return value_in(self.shape, self.whole, self.lines, line=line, fact=fact)

    def _carriers(self, fact: str) -> Iterator[Carrier]:
        said = self.entity.facts.get(fact)
        for link in self.whole.links:
            channel = self.shape.channels.get((link.system, link.kind))
            for entry in channel.fields.values() if channel else ():
                if channel is not None and fact in entry.facts:
                    seen = last_seen(link.bases, link.seen, entry)
                    view = None if isinstance(seen, Unseen) else seen
                    yield Carrier(
                        link.system,
                        link.kind,
                        link.external_id,
                        entry.name,
                        entry.places,
                        entry.direction,
                        self._where(channel, entry, view),
                        view,
                        _label(channel, entry, view),
                        entry.lens.fits(fact, said.value if said else None, view),
                        _parked(link, entry),
                    )

    def _where(self, channel: Channel, entry: Field, view: View) -> str:
        """The line of the field, or of the very value where the mapping lists values."""
        spec = self.hub.mapping(channel.system, channel.kind, entity=channel.mapping.entity)
        written = spec.fields.get(entry.name) if spec else None
        if written is not None and len(entry.places) == 1:
            for word in (str(view), channel.label(entry.places[0], view)):
                mark = written.marks.get(f"values.{word}")
                if mark is not None:
                    return f"{mark.file}:{mark.line}"
        return f"{entry.file}:{entry.line}"

    # --- what is not there any more ---

    def _lost(self, fact: str, says: Sequence[Line]) -> Iterator[Former]:
        """What systems showed since the value before this one, and is not the value now."""
        said = self.entity.facts.get(fact)
        since = says[-2].id if len(says) > 1 else 0
        told: set[Any] = set()
        for line in reversed(self.lines):
            if line.id <= since or line.event.what not in ("read", OVERWRITTEN):
                continue
            value = self._value(line, fact)
            if isinstance(value, Refusal) or value is None or (said is not None and value == said.value):
                continue
            if value not in told:
                told.add(value)
                why = (
                    "the hub wrote over it in the same moment" if line.event.what == OVERWRITTEN else "did not prevail"
                )
                if fact in self.entity.conflicts:
                    why = "in conflict now; nothing is decided"
                yield self._named(fact, value, line, why=why)

    def _former(self, fact: str, says: Sequence[Line]) -> Iterator[Former]:
        """What the hub said before, newest first, each once; not what was forgotten."""
        said = self.entity.facts.get(fact)
        told: list[Value] = [said.value] if said else []
        for line in reversed(says):
            if is_marked(line.event.new):
                continue
            if line.event.new not in told and len(told) <= MOST_FORMER:
                told.append(line.event.new)
                yield self._named(fact, line.event.new, line, why="replaced")

    def _named(self, fact: str, value: Value, line: Line, *, why: str) -> Former:
        back = f"casehub case restore {self.entity.key} {fact} --event {line.id}"
        by = " ".join(part for part in (line.event.system, line.event.by) if part)
        return Former(value, by, line.event.at or line.hub_at, line.id, why, back)


def _label(channel: Channel, entry: Field, view: View) -> str:
    parts = [view.get(place) for place in entry.places] if isinstance(view, Mapping) else [view]
    shown = [channel.label(place, part) for place, part in zip(entry.places, parts, strict=False) if part is not None]
    return " ".join(shown)


def _parked(link: Link, entry: Field) -> str:
    parked = link.parked.get(entry.name)
    return f"{parked.code}: {parked.text}" if parked else ""
