"""
What a person does at the hub: settle a conflict, set a fact, retry what is parked.

Resolving moves the parties' bases to the views *that were shown* and sets the hub's value; what moved since is a new
edit and may be a new conflict. A hub edit of a fact in conflict is a resolution.
"""

from collections.abc import Sequence
from dataclasses import replace

from mappings.canonical.values import Value
from mappings.lens import Field, Refusal, Unseen

from .judge import held_of, slot, stored_view
from .model import Base, Conflict, Entity, Event, Link, Origin, Party, Side
from .reconcile import keep_held, stated
from .undo import UNDONE


class Unresolvable(Exception):
    """What a person asked for cannot be done; the message says why and what can."""


def set_fact(
    entity: Entity,
    sides: Sequence[Side],
    fact: str,
    *,
    value: Value,
    origin: Origin,
    saw: Conflict | None = None,
) -> tuple[Entity, list[Side], list[Event]]:
    """
    Set *fact* at the hub. In a conflict this answers the parties as they were shown: SAW is the entry that the person
    had before them, without it the present one. What moved since is a new edit.

    Raises Unresolvable where every system that carries the fact is only read (edit it there), unless they differ.
    """
    conflict = saw or entity.conflicts.get(fact)
    if conflict is None:
        _editable(sides, fact)
    else:
        sides = [_answered(side, entity, conflict, value) for side in sides]
    facts, held = dict(entity.facts), dict(entity.held)
    old = facts[fact].value if fact in facts else None
    keep_held(facts, held, fact=fact, value=value)
    facts[fact] = stated(facts.get(fact), value, origin)
    conflicts = {name: open_one for name, open_one in entity.conflicts.items() if name != fact}
    what = "set" if conflict is None else "resolved"
    events = [Event(what, fact, old, value, by=origin.name)]
    after = replace(entity, facts=facts, held=held, conflicts=conflicts)
    return after, [_without_answers(side, fact) for side in sides], events


def chosen(conflict: Conflict, take: str) -> Party:
    """Return the party that *take* names (a system, or ``hub``). Raises Unresolvable with the names there are."""
    for party in conflict.parties:
        if party.system == take:
            return party
    if take == "hub":
        return Party("hub", conflict.hub)
    names = ", ".join(["hub", *(party.system for party in conflict.parties if party.system != "hub")])
    raise Unresolvable(f"{take!r} is no party to the conflict over {conflict.fact}; take one of: {names}")


def retry(link: Link, field: str) -> Link:
    """
    Forget that *field* was parked, so that the next pass tries again.

    What an undo put back while the hub knows nothing of it is met as if for the first time: the hub learns it.
    """
    told, bases, seen = link.parked.get(field), link.bases, link.seen
    if told is not None and told.code == UNDONE:
        mine = {key for key in bases if key == field or key.startswith(f"{field}.")}
        bases = {key: base for key, base in bases.items() if key not in mine or base.value.keys() <= told.value.keys()}
        seen = {field: told.view, **seen}
    kept = {name: parked for name, parked in link.parked.items() if name != field}
    return replace(link, bases=bases, seen=seen, parked=kept)


def _editable(sides: Sequence[Side], fact: str) -> None:
    carriers = [(side, entry) for side in sides for entry in side.fields.values() if fact in entry.facts]
    if carriers and all(entry.direction == "in" for _, entry in carriers):
        systems = ", ".join(sorted(side.link.system for side, _ in carriers))
        raise Unresolvable(f"{fact} is only read from {systems} (direction: in); edit it there")


def _answered(side: Side, entity: Entity, conflict: Conflict, value: Value) -> Side:
    """Move the bases of *side* for the conflict's fact to the view that the person was shown."""
    bases, seen, parked = dict(side.link.bases), dict(side.link.seen), dict(side.link.parked)
    held = held_of(entity)
    for entry in side.fields.values():
        shown = _shown(side, entry, conflict)
        if shown is None:
            continue
        fits = entry.lens.fits(conflict.fact, value, shown.view)
        reading = entry.lens.read(shown.view, held)
        if not fits and isinstance(reading, Refusal):
            continue
        standing = stored_view(side, entry)
        if not isinstance(standing, Unseen):
            seen[entry.name] = standing  # what moved since it was shown is a new edit
        said = value if fits or isinstance(reading, Refusal) else reading.get(conflict.fact)
        bases[slot(entry, conflict.fact)] = Base({conflict.fact: said}, shown.view, entry.fingerprint)
        parked.pop(entry.name, None)
    return replace(side, link=replace(side.link, bases=bases, parked=parked, seen=seen))


def _shown(side: Side, entry: Field, conflict: Conflict) -> Party | None:
    """Return what *conflict* showed of *entry*."""
    if conflict.fact not in entry.facts or entry.direction not in ("both", "in"):
        return None
    mine = [party for party in conflict.parties if party.system == side.link.system]
    if len(mine) > 1:
        mine = [party for party in mine if party.record == side.link.external_id]
    return next((party for party in mine if party.entry in ("", entry.name)), None)


def _without_answers(side: Side, fact: str) -> Side:
    """A hub edit ends a row of answers."""
    fields = {entry.name for entry in side.fields.values() if fact in entry.facts}
    answers = {name: times[:1] if name in fields else times for name, times in side.link.answers.items()}
    return replace(side, link=replace(side.link, answers=answers))
