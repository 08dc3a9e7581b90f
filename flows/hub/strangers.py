"""
Records that no link knows: ours by their marker, cases to be opened, records to be matched, or none of our business.

Nothing is created in a system before its first full read has ended and its strangers have been met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mappings.canonical.values import Value
from mappings.lens import Refusal
from mappings.reconcile.marker import Marker, parse_marker
from mappings.reconcile.meeting import Candidate, Meeting, meet
from mappings.reconcile.model import Entity
from state.types import Snapshot, Whole

from .sides import record_made
from .times import stamp_time
from .wired import Channel, Wired

NOT_TAKEN = "not taken"
UNMATCHED = "to be matched"
ALONE = "matches no case"
COPY = "a copy: it carries the marker of a case that has its record already"
OLD_COPY = "an old copy of"
ELSEWHERE = "carries the marker of"
MARKED = (COPY, OLD_COPY, ELSEWHERE)
"""Why a record with a marker of ours was put aside: it is for a person, and never matched by what it says."""


@dataclass
class Sorted:
    """Strangers by what is to be done with them."""

    open: list[Snapshot] = field(default_factory=list)
    ours: list[tuple[Whole, Marker, Snapshot]] = field(default_factory=list)
    unmatched: list[Snapshot] = field(default_factory=list)
    not_taken: list[Snapshot] = field(default_factory=list)


def sort_strangers(wired: Wired, strangers: Sequence[Snapshot], owners: Mapping[str, Whole]) -> Sorted:
    """
    Sort *strangers*: a marker of one of our cases (OWNERS) first, then what the mapping takes, then where it stands.

    The marker of a case that this hub does not have (its memory was lost, or it is another hub's) says nothing: such a
    record is met like any other, so that it is found again and not made twice.
    """
    result = Sorted()
    for snapshot in strangers:
        record = snapshot.record
        channel = wired.shape.channels[record.system, record.kind]
        marker = parse_marker(record.marker)
        if marker is not None and marker.entity in owners:
            result.ours.append((owners[marker.entity], marker, snapshot))
        elif not channel.takes(record):
            result.not_taken.append(snapshot)
        elif (record.system, record.kind) == wired.shape.opens:
            result.open.append(snapshot)
        else:
            result.unmatched.append(snapshot)
    return result


def markers_of(strangers: Sequence[Snapshot]) -> list[str]:
    """Return the ids of the cases whose markers the strangers carry."""
    found = (parse_marker(snapshot.record.marker) for snapshot in strangers)
    return sorted({marker.entity for marker in found if marker is not None})


def meeting_of(channel: Channel, entities: Sequence[Whole], strangers: Sequence[Snapshot]) -> Meeting:
    """Return which *strangers* of the channel are which *entities*; a rule over facts it does not map never holds."""
    rules = channel.mapping.match
    facts = {fact for rule in rules for fact in rule.facts}
    left = [Candidate(whole.entity.id, _said(whole.entity, facts), whole.entity.created) for whole in entities]
    right = [
        Candidate(s.record.id, _read(channel, s, facts), stamp_time(record_made(s.record) or s.record.stamp))
        for s in strangers
    ]
    return meet(left, right, rules)


def _said(entity: Entity, facts: set[str]) -> dict[str, Value]:
    return {name: said.value for name, said in entity.facts.items() if name in facts}


def _read(channel: Channel, snapshot: Snapshot, facts: set[str]) -> Mapping[str, Value]:
    """Read the facts that match rules ask for; what cannot be read counts as empty."""
    found: dict[str, Value] = {}
    views = channel.views(snapshot.record.views)
    for name, entry in channel.fields.items():
        if name in views and facts & set(entry.facts):
            reading = entry.lens.read(views[name], {})
            if not isinstance(reading, Refusal):
                found.update({fact: value for fact, value in reading.items() if fact in facts})
    return found
