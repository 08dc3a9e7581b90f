"""A record that is to be made: what is written into it, and what has to be left out."""

from collections.abc import Mapping

from mappings.canonical.values import Facts, Value
from mappings.exchange import View, Views
from mappings.lens import Field, Refusal

from .advice import set_aside, unwritable
from .model import Entity, FieldWrite, NewRecord, Parked


def new_record(
    entity: Entity,
    *,
    system: str,
    kind: str,
    fields: Mapping[str, Field],
    fixed: Views,
    derived: Mapping[str, Value],
) -> NewRecord:
    """Return the record of *entity* in *system*, every fact with a value in its field or parked."""
    writes: list[FieldWrite] = []
    left_out: dict[str, Parked] = {}
    for entry in fields.values():
        facts = _known(entity, entry, derived)
        if entry.direction == "in" or not facts or any(place in fixed for place in entry.places):
            continue
        view = entry.lens.write(facts, _blank(entry))
        if isinstance(view, Refusal):
            left_out[entry.name] = Parked(set_aside(view, "refused"), unwritable(view), facts, _blank(entry))
        elif view != _blank(entry):
            writes.append(FieldWrite(entry.name, facts, view, _blank(entry)))
    return NewRecord(system, kind, tuple(writes), dict(fixed), left_out)


def _blank(entry: Field) -> View:
    """The view of a record that does not exist yet."""
    return None if len(entry.places) == 1 else dict.fromkeys(entry.places)


def _known(entity: Entity, entry: Field, derived: Mapping[str, Value]) -> Facts:
    if entry.name in derived:
        return {entry.facts[0]: derived[entry.name]} if derived[entry.name] is not None else {}
    said = {fact: entity.facts[fact].value for fact in entry.facts if fact in entity.facts}
    return {fact: value for fact, value in said.items() if value is not None}
