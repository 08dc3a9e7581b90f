"""The notes of a case at the hub: one is added, those that it has are told. What is internal is told here at most."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mappings.canonical.values import Value, encode
from mappings.reconcile.model import Entity, Event, Fact, Origin, Outcome
from mappings.transforms.signed import HUB
from state import commits, family
from state.store import Store
from state.types import Decided, Whole

from .notes import INTERNAL, NOTE, in_order, in_time
from .wired import Wired


class NoNotes(LookupError):
    """The sync shares no notes, or what was named is no case, or nothing was said; the message says which."""


def add_note(wired: Wired, owner: Whole, text: str, *, by: str, internal: bool = False) -> str:
    """
    Add a note to the case *owner* and return its key; it goes to all systems of the sync that make notes, with the next
    pass. An INTERNAL one stays at the hub, and what it says is in no history.

    Raises NoNotes.
    """
    shape = wired.whole.others.get(NOTE)
    if shape is None:
        raise NoNotes(f"{wired.whole.name} shares no notes: no system of it has a mapping with entity: note")
    if owner.entity.kind != "case":
        raise NoNotes(f"{owner.entity.key} is a {owner.entity.kind}; a note belongs to a case")
    if not text.strip():
        raise NoNotes("a note must say something")
    now = wired.clock()
    origin = Origin("person", by, now)
    said: Mapping[str, Value] = {
        "case": owner.entity.key,
        "author": by,
        "body": text,
        "at": now,
        "written_in": HUB,
        INTERNAL: internal,
    }
    facts = {name: Fact(value, origin) for name, value in said.items()}
    entity = Entity(
        in_time(wired.new_id(), now), NOTE, "", wired.whole.name, facts=facts, created=now, parent=owner.entity.id
    )
    told = [Event("set", "body", None, text, by=by)] if not internal else []
    outcome = Outcome(entity, events=[Event("opened", "", by=by, cause="added at the hub"), *told])
    decided = Decided(outcome, prefix=shape.prefix, again=True)
    done = commits.commit(wired.store, wired.worker, decided=[decided], run=wired.run, mapping=shape.fingerprint)
    return done.keys[entity.id]


@dataclass(frozen=True)
class Noted:
    """One note of a case as it is told at the hub. TEXT is None where the note stays in its system."""

    whole: Whole
    text: str | None
    internal: bool

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        facts = self.whole.entity.facts
        told = {name: encode(facts[name].value) if name in facts else None for name in ("author", "at", "written_in")}
        return {
            "key": self.whole.entity.key,
            "internal": self.internal,
            "body": self.text,
            **told,
            "links": [
                {"system": one.system, "id": one.external_id, "url": one.url, "gone": one.tombstone}
                for one in self.whole.links
            ],
        }


def notes_of(store: Store, whole: Whole) -> list[Noted]:
    """Return the notes of a case, in the order in which they were written."""
    found = family.children(store, [whole.entity.id], kind=NOTE)
    return [_noted(one) for one in in_order(found, lambda one: one.entity)]


def _noted(whole: Whole) -> Noted:
    body = _said(whole.entity, "body")
    return Noted(whole, body if isinstance(body, str) else None, is_internal(whole.entity))


def is_internal(entity: Entity) -> bool:
    """Say whether *entity* is a note that stays where it was written."""
    return entity.kind == NOTE and _said(entity, INTERNAL) is True


def masked(whole: Whole) -> Whole:
    """Return *whole* as everybody may see it: of an internal note not what it says."""
    entity = whole.entity
    if not is_internal(entity):
        return whole
    kept = {name: fact for name, fact in entity.facts.items() if name != "body"}
    held = {name: values for name, values in entity.held.items() if name != "body"}
    return replace(whole, entity=replace(entity, facts=kept, held=held))


def _said(entity: Entity, name: str) -> Value:
    return entity.facts[name].value if name in entity.facts else None
