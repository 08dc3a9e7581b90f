"""
Taking back what the hub wrote: the record shows again what it did before, where our value still stands.

The wish is kept at the link, parked as ``undoing``: VALUE is what the hub says, VIEW what we wrote, ALLOWED the view
that is to come back. So it survives whatever happens between the plan and its end, and falls away by itself once
somebody has moved the record or the hub. When it has arrived, the field is parked as ``undone``: it stands at the
restored value, the hub at its own, and nothing is written until one of them changes or a person retries.
"""

from collections.abc import Mapping

from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.lens import Field, Held, Refusal, Unseen

from .model import FieldWrite, Parked

UNDOING = "undoing"
UNDONE = "undone"
ASKED = "is being taken back by an undo"
STANDS = (
    "taken back by an undo: it shows what it did before, the hub says otherwise. `casehub parked retry` writes the "
    "hub's value again; `casehub case set` or `case restore` makes this one the hub's"
)


def known_facts(entry: Field, facts: Facts, derived: Mapping[str, Value]) -> dict[str, Value]:
    """Return what the hub says of *entry*: a fact that it works out, or those of its FACTS that it knows."""
    if entry.name in derived:
        return {entry.facts[0]: derived[entry.name]}
    return {fact: facts[fact] for fact in entry.facts if fact in facts}


def wish(known: Facts, *, wrote: View, before: View) -> Parked:
    """Return the entry that has the view *before* written over *wrote*."""
    return Parked(UNDOING, ASKED, dict(known), wrote, (before,))


def compensation(
    entry: Field, parked: Parked | None, *, known: Facts, seen: "View | Unseen", held: Held
) -> FieldWrite | None:
    """Return the write that fulfils the wish *parked*; None where there is none, or where it has been overtaken."""
    if parked is None or parked.code != UNDOING or isinstance(seen, Unseen):
        return None
    if parked.view != seen or dict(parked.value) != dict(known):
        return None
    [before] = parked.allowed
    reading = entry.lens.read(before, held)
    if isinstance(reading, Refusal):
        return None
    return FieldWrite(entry.name, reading, before, seen, undoes=dict(known))


def after_undo(entry: Field, wanted: FieldWrite, view: View) -> Parked | None:
    """Return what is parked once *wanted* has arrived as *view*; None where that is what the hub says anyway."""
    undone = wanted.undoes or {}
    if all(entry.lens.fits(fact, undone.get(fact), view) for fact in entry.facts):  # of some it may know nothing
        return None
    return Parked(UNDONE, STANDS, undone, view)


def on_its_way(wanted: FieldWrite, view: View) -> Parked:
    """Return the wish as it stands after a step of a workflow: from *view* on."""
    return Parked(UNDOING, ASKED, wanted.undoes or {}, view, (wanted.view,))
