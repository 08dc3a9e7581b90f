"""Entities that may be a record that was there before them: where to look at that, and the link that they get then."""

from collections.abc import Sequence

from mappings.canonical.values import Value
from mappings.reconcile.model import Entity
from state import cases
from state.store import Store
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


MAYBE = "may be "
"""How the reason begins for which a record was put aside that several cases, or one in doubt, may be."""
AT_ONCE = 250
"""So many cases are looked up together."""


def is_answered(store: Store, scope: Scope, strangers: Sequence[Snapshot]) -> bool:
    """Say whether one of the cases that some of *strangers* may be, as they were told, has its record by now."""
    told = sorted({key for one in strangers if one.aside.startswith(MAYBE) for key in _keys(one.aside)})
    parts = (told[first : first + AT_ONCE] for first in range(0, len(told), AT_ONCE))
    wholes = (whole for keys in parts for whole in cases.by_keys(store, keys).values())
    return any((link.system, link.kind) == scope for whole in wholes for link in whole.links)


def _keys(reason: str) -> Sequence[str]:
    return reason.removeprefix(MAYBE).partition(": ")[0].split(", ")


def link_with(claimed: Claimed, snapshot: Snapshot) -> NewLink:
    """Return the link that a record makes with a claimed entity; it settles the entity's open create there."""
    record = snapshot.record
    mine = [c.write.key for c in claimed.creates if (c.system, c.kind) == (record.system, record.kind)]
    return NewLink(-1, snapshot, settles=mine[0] if mine else "")
