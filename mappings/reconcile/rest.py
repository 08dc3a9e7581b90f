"""
What is at rest need not be judged: most fields of most records, most of the time.

A field is at rest if its base is at the hub's value, its view is the base's and nothing of it is set aside. A fact is
stirred if a field that carries it is not at rest, or if it is in conflict; then all fields that carry it are judged.
"""

from collections.abc import Mapping, Sequence

from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.lens import UNSEEN, Field, Unseen

from .judge import idle
from .model import Base, Entity, Side


def stirred(entity: Entity, sides: Sequence[Side], facts: Facts) -> set[str]:
    """Return the facts of *entity* that have to be judged; FACTS are its values."""
    found = set(entity.conflicts)
    for side in sides:
        if idle(side):
            continue
        fresh = side.fresh or {}
        for entry in side.fields.values():
            if entry.direction != "once" and not _at_rest(side, entry, fresh, facts=facts):
                found.update(entry.facts)
    return found


def _at_rest(side: Side, entry: Field, fresh: Mapping[str, View], *, facts: Facts) -> bool:
    link, name = side.link, entry.name
    if name in link.seen or name in link.parked:
        return False
    shown: View | Unseen = fresh.get(name, UNSEEN)
    known = [link.bases.get(key) for _, key in entry.slots]
    if not any(known):
        return shown is UNSEEN and all(_value(side, entry, fact, facts) is None for fact in entry.facts)
    for (fact, _), base in zip(entry.slots, known, strict=True):
        if base is None or not _says(base, entry, fact, value=_value(side, entry, fact, facts)):
            return False
        if shown is UNSEEN:
            shown = base.view
        elif shown != base.view:
            return False
    return True


def _value(side: Side, entry: Field, fact: str, facts: Facts) -> Value:
    return side.derived[entry.name] if entry.name in side.derived else facts.get(fact)


def _says(base: Base, entry: Field, fact: str, *, value: Value) -> bool:
    return base.lens == entry.fingerprint and bool(base.value.get(fact) == value)
