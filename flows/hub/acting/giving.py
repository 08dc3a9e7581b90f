"""A fact gets another value at the hub; where systems differ over it, that settles it."""

from dataclasses import replace

from mappings.canonical.values import Value
from mappings.reconcile import Unresolvable, chosen, set_fact
from state.types import Claimed

from ..casework import claim_case, store_deed
from ..entering import entered, fact_of, named
from .deeds import Give
from .desk import Hand
from .foreseen import Foreseen, Prepared
from .weighing import after, weigh

SAME = "same"
"""Why nothing is done: the fact has that value already."""


def give(hand: Hand, deed: Give) -> Prepared:
    """Prepare `Give`. Raises Busy, Unresolvable, Unreadable, NoSuchFact, NoSuchCase."""
    whole = hand.desk.case(deed.key)
    act = hand.act(whole)
    claimed, sides = claim_case(act)
    value = _value(hand, deed, claimed)
    known = claimed.entity.facts.get(deed.fact)
    old = known.value if known else None
    what = "settle" if deed.fact in claimed.entity.conflicts else "give"
    if what == "give" and value == old:
        same = Foreseen(what, whole.entity.key, fact=deed.fact, old=old, new=value, refused=(SAME, ""))
        return Prepared(same, lambda: None)
    entity, moved, events = set_fact(claimed.entity, sides, deed.fact, value=value, origin=act.origin)
    seen = weigh(act.wired, claimed, after(claimed, entity, moved), what=what, fact=deed.fact, told=(value,))
    return Prepared(
        replace(seen, old=old, new=value),
        lambda: store_deed(act, claimed, entity, sides=moved, events=events),
    )


def _value(hand: Hand, deed: Give, claimed: Claimed) -> Value:
    """Return what is to be the hub's value."""
    if deed.take:
        conflict = claimed.entity.conflicts.get(deed.fact)
        if conflict is None:
            raise Unresolvable(f"{deed.fact} is not in conflict any more")
        return chosen(conflict, deed.take).value
    installation = hand.desk.installation
    sync = installation.sync(claimed.entity.sync)
    info = fact_of(sync, deed.fact, claimed.entity.kind)
    return named(installation.store, info, entered(sync, info, deed.text))
