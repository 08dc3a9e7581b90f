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


def stirred(entity: Entity, sides: Sequence[Side], facts: Facts, *, drift: bool = False) -> set[str]:
    """
    Return the facts of *entity* that have to be judged; FACTS are its values. Looking for DRIFT, a field is not at rest
    either if its view no longer stands for the hub's value.
    """
    found = set(entity.conflicts)
    for side in sides:
        if idle(side):
            continue
        link, fresh, derived = side.link, side.fresh or {}, side.derived
        bases, aside = link.bases, link.seen.keys() | link.parked.keys()
        at_base, shown_at = bases.get, fresh.get
        for name, entry in side.fields.items():
            if entry.direction == "once":
                continue
            said = {entry.facts[0]: derived[name]} if name in derived else facts
            if name not in aside and not (drift and _drifted(entry, bases, said)):
                fact, key = entry.slots[0]
                base, shown = at_base(key), shown_at(name, UNSEEN)
                if len(entry.slots) > 1:
                    if _at_rest(entry, bases, shown, facts=said):
                        continue
                elif base is None:  # as `_at_rest`, said without a call: so are by far the most fields
                    if shown is UNSEEN and said.get(fact) is None:
                        continue
                elif (
                    base.lens == entry.fingerprint
                    and base.value.get(fact) == said.get(fact)
                    and (shown is UNSEEN or shown == base.view)
                ):
                    continue
            found.update(entry.facts)
    return found


def _drifted(entry: Field, bases: Mapping[str, Base], facts: Facts) -> bool:
    """Say whether a field at rest shows what no longer stands for the hub's value: its system has other words now."""
    if entry.direction == "out":
        return False  # what is only written is never read
    fits = entry.lens.fits
    for fact, key in entry.slots:
        base = bases.get(key)
        if base is not None and fact in facts and not base.default and not fits(fact, facts[fact], base.view):
            return True
    return False


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
