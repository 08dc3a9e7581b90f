"""A mapping at work: its names resolved to what the system itself calls them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.exchange import Transition, Views
from mappings.lens import Field
from mappings.reconcile.meeting import SameFacts
from mappings.transforms.belonging import HUNG

from .model import Under
from .scope import Scope


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """
    One system's dictionary for one kind, made for its live vocabulary.

    FIXED are the views that a create carries beside its fields: the equality clauses of `take`, and what the sync makes
    it `with`. REQUIRED are the fields without whose facts no record is made. TRANSITIONS are declared workflow steps,
    place -> steps. FINGERPRINT changes with anything that decides what is read or written: a changed one asks for a
    plan. A renamed label does not change it, a moved place does.
    """

    system: str
    kind: str
    entity: str
    fields: Mapping[str, Field]
    take: tuple[Scope, ...] = ()
    leave_when: tuple[Scope, ...] = ()
    fixed: Views = field(default_factory=dict)
    match: tuple[SameFacts, ...] = ()
    marker: str | None = None
    transitions: Mapping[str, tuple[Transition, ...]] = field(default_factory=dict)
    confirm: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    under: Under | None = None

    def takes(self, views: Views) -> bool:
        """Say whether a record with these *views* enters: every clause of `take` holds."""
        return all(scope.holds(views) for scope in self.take)

    def leaves(self, views: Views) -> bool:
        """Say whether a linked record with these *views* leaves: there is a `leave_when`, and all of it holds."""
        return bool(self.leave_when) and all(scope.holds(views) for scope in self.leave_when)

    @property
    def places(self) -> frozenset[str]:
        """Every place that has to be read."""
        scopes = {scope.place for scope in (*self.take, *self.leave_when)}
        marker = {self.marker} if self.marker else set()
        under = set(self.under.places) if self.under else set()
        fields = {place for entry in self.fields.values() for place in entry.places if place not in HUNG.values()}
        return frozenset(fields | scopes | marker | under)

    @property
    def facts(self) -> frozenset[str]:
        return frozenset(fact for entry in self.fields.values() for fact in entry.facts)

    @property
    def fingerprint(self) -> str:
        form = [
            [self.system, self.kind, self.entity, self.marker, sorted(self.confirm), sorted(self.required)],
            {name: _of_field(entry) for name, entry in self.fields.items()},
            [sorted(_of_scope(scope) for scope in scopes) for scopes in (self.take, self.leave_when)],
            dict(self.fixed),
            [[rule.facts, str(rule.within)] for rule in self.match],
            {place: sorted([one.source, one.target] for one in steps) for place, steps in self.transitions.items()},
            *([[self.under.at, self.under.holds, *map(list, self.under.asked)]] if self.under else []),
        ]
        text = json.dumps(form, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _of_field(entry: Field) -> list[object]:
    return [entry.fingerprint, entry.lossy, entry.adopt_defaults, entry.of]


def _of_scope(scope: Scope) -> str:
    return json.dumps([scope.place, scope.negated, sorted(scope.views, key=repr)], ensure_ascii=False)
