"""Telling the culprit of a refused write from the rest. The places of one field are one value, and stay together."""

from collections.abc import Iterable, Mapping

from mappings.exchange import Change, View

from ..errors import Rejected


def fellows(changes: Iterable[Change], place: str) -> tuple[str, ...]:
    """Return *place*, and the other places of *changes* that are one value with it."""
    field = next((change.field for change in changes if change.place == place), "")
    return (place, *(each.place for each in changes if field and each.field == field and each.place != place))


def values_of(changes: Iterable[Change], places: Iterable[str]) -> list[tuple[str, ...]]:
    """Return *places*, those of one field together."""
    changes, those = tuple(changes), tuple(places)
    return list(dict.fromkeys(tuple(p for p in those if p in fellows(changes, place)) for place in those))


def blame(
    changes: Iterable[Change], views: Mapping[str, View], error: Rejected
) -> tuple[tuple[str, ...], list[dict[str, View]]]:
    """
    Return the places of *views* that *error* refuses, and what is to be sent again without them, in order.

    Where it names nothing, nothing is refused yet: what is sent again is one half, then the other.
    """
    values = values_of(changes, views)
    named = next((value for value in values if error.place in value), None)
    if error.whole or len(values) == 1:
        return tuple(views), []
    if named is not None:
        return named, [{place: view for place, view in views.items() if place not in named}]
    middle = len(values) // 2
    return (), [
        {place: views[place] for value in half for place in value} for half in (values[:middle], values[middle:])
    ]
