"""
What is at rest need not be judged: most fields of most records, most of the time.

A field is at rest if its base is at the hub's value, its view is the base's and nothing of it is set aside. A fact is
stirred if a field that carries it is not at rest, or if it is in conflict; then all fields that carry it are judged.
"""

from collections.abc import Mapping, Sequence

from mappings.canonical.values import Facts
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
        link, fresh, derived = side.link, side.fresh or {}, side.derived
        for name, entry in side.fields.items():
            if entry.direction == "once":
                continue
            said = {entry.facts[0]: derived[name]} if name in derived else facts
            aside = name in link.seen or name in link.parked
            if aside or not _at_rest(entry, link.bases, fresh.get(name, UNSEEN), facts=said):
                found.update(entry.facts)
    return found


def _at_rest(entry: Field, bases: Mapping[str, Base], shown: "View | Unseen", *, facts: Facts) -> bool:
    for fact, key in entry.slots:
        base = bases.get(key)
        if base is None:
            nothing = all(other not in bases and facts.get(name) is None for name, other in entry.slots)
            return nothing and shown is UNSEEN
        if base.lens != entry.fingerprint or base.value.get(fact) != facts.get(fact):
            return False
        if shown is UNSEEN:
            shown = base.view
        elif shown != base.view:
            return False
    return True
