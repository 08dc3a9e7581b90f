"""Which records a mapping speaks of: clauses about what they show."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mappings.exchange import View, Views


@dataclass(frozen=True, slots=True)
class Scope:
    """A record shows one of VIEWS in PLACE (NEGATED: none of them). A list shows each of its members."""

    place: str
    views: tuple[View, ...]
    negated: bool = False

    def holds(self, views: Views) -> bool:
        """Say whether a record is inside; a place that it does not show says nothing, so it is not."""
        if self.place not in views:
            return False
        shown = views[self.place]
        listed = shown if isinstance(shown, list) else [None if shown == "" else shown]
        return any(_named(one) in self.views for one in listed) is not self.negated


def _named(shown: View) -> View:
    """Return the id of another record, which is shown with its name beside it: a clause names it by the id."""
    return shown["id"] if isinstance(shown, Mapping) and "id" in shown else shown


def overlapping(one: Collection[Scope], other: Collection[Scope], *, lists: Collection[str] = ()) -> bool:
    """
    Say whether a record could be inside of both: nothing in any place keeps them apart. LISTS are the places that may
    show several views at once.
    """
    return not any(_apart(a, b, several=a.place in lists) for a in one for b in other if a.place == b.place)


def _apart(one: Scope, other: Scope, *, several: bool) -> bool:
    if one.negated and other.negated:
        return False
    first, second = set(one.views), set(other.views)
    if not one.negated and not other.negated:
        return not several and first.isdisjoint(second)
    inside, outside = (second, first) if one.negated else (first, second)
    return inside <= outside
