"""The tree of units as people speak of it."""

from collections.abc import Iterable

from state import accounts, audit
from state.accounts import Account, Unit
from state.audit import Audited
from state.store import Store

DEEPEST = 4
"""Levels of the tree."""


class NotAllowed(Exception):
    """
    What was asked for cannot be: says why, to whoever asked.

    TEXT is a message id of the page's catalogues, FACTS fill it in.
    """

    def __init__(self, text: str, **facts: object) -> None:
        super().__init__(text % facts)
        self.text = text
        self.facts = facts


def make_unit(store: Store, name: str, *, parent: str = "", head: Account | None = None, by: str) -> Unit:
    """Make a unit under PARENT, a name. Raises `NotAllowed`, and `Taken` where there is one of that name."""
    name = name.strip()
    if not name or not name.isprintable():
        raise NotAllowed("a unit needs a name")
    above = unit_named(store, parent) if parent else None
    if above is not None and len(path(accounts.units(store), above)) >= DEEPEST:
        facts = {"deep": DEEPEST, "unit": above.name}
        raise NotAllowed("the tree of units is %(deep)s deep at most; %(unit)s is at its end", **facts)
    made = accounts.add_unit(store, Unit("", name, above.id if above else None, head.id if head else None))
    way = f"{above.name} › {made.name}" if above else made.name
    audit.note(store, Audited(by, "unit made", f"{way}{f': {head.login}' if head else ''}"))
    return made


def set_head(store: Store, name: str, head: Account | None, *, by: str) -> None:
    """Have HEAD lead a unit, or nobody. Raises `NotAllowed`."""
    unit = unit_named(store, name)
    accounts.lead(store, unit.id, head.id if head else None)
    audit.note(store, Audited(by, "unit changed", f"{unit.name}: {head.login if head else '—'}"))


def unit_named(store: Store, name: str) -> Unit:
    """Return a unit. Raises `NotAllowed`."""
    for unit in accounts.units(store):
        if unit.name == name.strip():
            return unit
    raise NotAllowed("there is no unit %(name)s", name=name)


def path(units: Iterable[Unit], unit: Unit) -> tuple[Unit, ...]:
    """Return the way from the top down to UNIT; a ring of units ends where it began."""
    known = {one.id: one for one in units}
    found = [unit]
    while (above := known.get(found[-1].parent or "")) is not None and above not in found:
        found.append(above)
    return tuple(reversed(found))
