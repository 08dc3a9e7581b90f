"""Entities that may be a record that was there before them: where to look at that, and the link that they get then."""

from mappings.canonical.values import Value
from mappings.reconcile.model import Entity
from state.types import Claimed, Decided, NewLink, Snapshot

from .strangers import met_in
from .wired import Scope, SyncShape


def only_met_in(shape: SyncShape) -> set[Scope]:
    """Return where entities of this kind are linked with what is there, and neither made nor born."""
    return met_in(shape) - {(make.system, make.kind) for make in shape.makes}


def may_be_met(shape: SyncShape, decided: Decided) -> set[Scope]:
    """
    Return where the entity of *decided*, of the kind of SHAPE, may be a stranger that was looked at before: no record
    is made there, which would ask for that, and the entity is new or says something else to the rules by now.
    """
    before = decided.claimed.entity if decided.claimed else None
    after = decided.outcome.entity

    def is_news(fact: str) -> bool:
        return _value(after, fact) != (_value(before, fact) if before else None)

    matches = {scope: shape.channels[scope].mapping.match for scope in only_met_in(shape)}
    return {scope for scope, rules in matches.items() if any(is_news(fact) for rule in rules for fact in rule.facts)}


def _value(entity: Entity, fact: str) -> Value:
    return entity.facts[fact].value if fact in entity.facts else None


def link_with(claimed: Claimed, snapshot: Snapshot) -> NewLink:
    """Return the link that a record makes with a claimed entity; it settles the entity's open create there."""
    record = snapshot.record
    mine = [c.write.key for c in claimed.creates if (c.system, c.kind) == (record.system, record.kind)]
    return NewLink(-1, snapshot, settles=mine[0] if mine else "")
