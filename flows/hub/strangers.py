"""
Records that no link knows: ours by their marker, cases to be opened, records to be matched, or none of our business.

Nothing is created in a system before its first full read has ended and its strangers have been met.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from mappings.canonical.values import Value
from mappings.exchange import VendorRecord
from mappings.lens import Refusal
from mappings.reconcile.marker import Marker, parse_marker
from mappings.reconcile.meeting import Candidate, Meeting, meet
from mappings.reconcile.model import Entity
from state import family, outbox
from state.types import Claimed, Snapshot, Whole

from . import notes
from .kin import Kin, kin_of
from .related import Related, seeking
from .sides import made_at
from .wired import Channel, Scope, SyncShape, Wired

NOT_TAKEN = "not taken"
UNMATCHED = "to be matched"
ALONE = "matches no case"
WAITS = "waits for the record that it hangs on"
ASTRAY = "belongs to no case"
TORN = "shows what several open cases say: close one, or give it a word that only its own case has"
TIED = "is tied to the records of several cases: leave the tie to its own"
HOMELESS = (ASTRAY, TORN, TIED)
"""Why a record was put aside for which no case was found by what it shows: another case may be its own."""
COPY = "a copy: it carries the marker of a case that has its record already"
OLD_COPY = "an old copy of"
ELSEWHERE = "carries the marker of"
LOST = (
    "carries the marker of a case that this hub does not know (its memory may have been restored): "
    "`casehub case link` makes it a case's"
)
"""Nobody matched it; who made it, and for whom, a person has to say."""
MARKED = (COPY, OLD_COPY, ELSEWHERE)
"""Why a record with a marker of ours was put aside: it is for a person, and never matched by what it says."""


@dataclass
class Sorted:
    """Strangers by what is to be done with them."""

    open: list[Snapshot] = field(default_factory=list)
    ours: list[tuple[Whole, Marker, Snapshot]] = field(default_factory=list)
    unmatched: list[Snapshot] = field(default_factory=list)
    waiting: list[Snapshot] = field(default_factory=list)
    astray: list[Snapshot] = field(default_factory=list)
    torn: list[Snapshot] = field(default_factory=list)
    tied: list[Snapshot] = field(default_factory=list)
    doubted: list[Snapshot] = field(default_factory=list)
    not_taken: list[Snapshot] = field(default_factory=list)
    others: dict[str, list[Snapshot]] = field(default_factory=dict)
    """Sync -> what belongs to a case of it, where that sync reads such records too."""

    @property
    def homeless(self) -> Sequence[tuple[str, list[Snapshot]]]:
        """Reason -> what has no case yet, or waits for something else."""
        mine = (self.waiting, self.astray, self.torn, self.tied, self.doubted)
        return tuple(zip((WAITS, ASTRAY, TORN, TIED, family.DOUBTED), mine, strict=True))


def sort_strangers(
    wired: Wired, strangers: Sequence[Snapshot], owners: Mapping[str, Whole], kin: Kin | None = None
) -> Sorted:
    """
    Sort *strangers*: a marker of one of our cases (OWNERS) first, then what a mapping takes, then where it stands.

    What belongs to a case waits until the record that it hangs on is linked (KIN knows whose it is). Comments that the
    hub has written itself, and what was said before its record was the case's, are nobody's.

    The marker of a case that this hub does not have (its memory was lost, or it is another hub's) says nothing here:
    such a record is met like any other, so that it is found again and not made twice; one that nobody knows is listed.
    """
    result = Sorted()
    kin = kin or kin_of(wired, records=[one.record for one in strangers])
    doubtful = _in_doubt(wired, strangers)
    older = notes.older(wired, strangers, kin)
    for snapshot in strangers:
        record = snapshot.record
        shape = wired.whole.taker(record)
        marker = parse_marker(record.marker)
        other = _other_sync(wired, record, owners.get(marker.entity) if marker else None, kin)
        if other:
            result.others.setdefault(other, []).append(snapshot)
        elif marker is not None and marker.entity in owners:
            result.ours.append((owners[marker.entity], marker, snapshot))
        elif shape is None:
            result.not_taken.append(snapshot)
        elif (record.system, record.kind) in doubtful:
            result.doubted.append(snapshot)
        elif notes.is_own(shape, record):
            result.not_taken.append(snapshot)
        elif shape.belongs and kin.case_of(kin.holder(record)) is None:
            _homeless(wired, snapshot, result, kin=kin, kind=shape.entity).append(snapshot)
        elif (record.system, record.kind, record.id) in older:
            result.not_taken.append(snapshot)
        elif is_met(shape, record):
            result.unmatched.append(snapshot)
        else:
            result.open.append(snapshot)
    return result


def _other_sync(wired: Wired, record: VendorRecord, owner: Whole | None, kin: Kin) -> str:
    """Return the other sync of whose cases *record* is one's: by its marker (OWNER's), or by what it hangs on."""
    if not wired.neighbours:
        return ""
    shape = wired.whole.taker(record)
    hangs = shape is None or shape.belongs
    case = owner or (kin.case_of(kin.holder(record)) if hangs else None)
    name = case.entity.sync if case else ""
    reads = name in wired.neighbours and (record.system, record.kind) in wired.neighbours[name].scopes
    return name if reads else ""


def by_who_is_left(
    wired: Wired, strangers: Sequence[Snapshot], reason: str
) -> dict[tuple[str, tuple[str, ...]], list[Snapshot]]:
    """
    Return strangers that are put aside for REASON, by why that is and by the syncs that have to look at them yet: what
    is none of ours may be theirs. Where another sync looked before us and gave a reason, that one stays.
    """
    alike: dict[tuple[str, tuple[str, ...]], list[Snapshot]] = {}
    for one in strangers:
        why = one.aside if reason == NOT_TAKEN and one.left and one.aside else reason
        alike.setdefault((why, _left(wired, one, reason)), []).append(one)
    return alike


def _left(wired: Wired, one: Snapshot, reason: str) -> tuple[str, ...]:
    if reason not in (NOT_TAKEN, ASTRAY, ALONE):
        return ()
    record = one.record
    return tuple(
        name
        for name, other in wired.neighbours.items()
        if (not one.left or name in one.left)
        and (record.system, record.kind) in other.scopes
        and (reason != ALONE or other.opens == record.system)
    )


def _homeless(wired: Wired, snapshot: Snapshot, result: Sorted, *, kin: Kin, kind: str) -> list[Snapshot]:
    """Return where a record goes that belongs to no case yet, or to several."""
    record = snapshot.record
    sought = seeking(wired.whole, kind, (record.system, record.kind))
    if sought is None:
        return result.waiting if record.parent else result.astray
    if not sought.is_torn(record, kin.asked.values()):
        return result.astray
    return result.tied if isinstance(sought, Related) else result.torn


def _in_doubt(wired: Wired, strangers: Sequence[Snapshot]) -> set[Scope]:
    """Where a record without a marker may be what a create of ours has made: nobody has told its end yet."""
    scopes = {(one.record.system, one.record.kind) for one in strangers}
    unmarked = {
        scope
        for scope in scopes
        if scope[0] in wired.connectors and not wired.connectors[scope[0]].abilities_of(scope[1]).marker
    }
    if not unmarked:
        return set()
    return unmarked & family.creates_on_their_way(wired.store, sorted({system for system, _ in unmarked}))


def is_met(shape: SyncShape, record: VendorRecord) -> bool:
    """Say whether *record* might be an entity that has none there: it does not open one before that has been looked."""
    scope = (record.system, record.kind)
    if scope not in shape.born_in:
        return True
    made = any((make.system, make.kind) == scope for make in shape.makes)
    return made and bool(shape.channels[scope].mapping.match)


def met_in(shape: SyncShape) -> set[Scope]:
    """Return where strangers may be entities of this kind: where it is made, and where it is only matched."""
    made = {(make.system, make.kind) for make in shape.makes}
    return {scope for scope in shape.channels if scope in made or scope not in shape.born_in}


def left_over(strangers: Sequence[Snapshot]) -> Iterator[tuple[str, list[Snapshot], bool]]:
    """
    Yield reason, records that are nobody's and were not yet, and whether a person is told: of those with a marker of
    ours, as they may be doubles.
    """
    for reason, listed in ((ALONE, False), (LOST, True)):
        those = [one for one in strangers if bool(parse_marker(one.record.marker)) is listed and one.aside != reason]
        if those:
            yield reason, those, listed


def markers_of(strangers: Sequence[Snapshot]) -> list[str]:
    """Return the ids of the cases whose markers the strangers carry."""
    found = (parse_marker(snapshot.record.marker) for snapshot in strangers)
    return sorted({marker.entity for marker in found if marker is not None})


def meeting_of(
    channel: Channel,
    entities: Sequence[Whole],
    strangers: Sequence[Snapshot],
    kin: Kin | None = None,
    *,
    apart: AbstractSet[tuple[str, str]] = frozenset(),
) -> Meeting:
    """
    Return which *strangers* of the channel are which *entities*; a rule over facts it does not map never holds.

    What belongs to a case is looked for in that case only. APART are those of whom a person has said that they are not
    the same.
    """
    rules = channel.mapping.match
    if channel.mapping.under is not None and kin is not None:
        rules = tuple(replace(rule, facts=tuple(dict.fromkeys((*rule.facts, "case")))) for rule in rules)
        entity = channel.mapping.entity
        strangers = [kin.shown(one, entity=entity) for one in strangers]
    left, right = candidates_of(channel, entities, strangers, facts={fact for rule in rules for fact in rule.facts})
    return meet(left, right, rules, apart=apart)


def candidates_of(
    channel: Channel, entities: Sequence[Whole], strangers: Sequence[Snapshot], *, facts: set[str] | None = None
) -> tuple[list[Candidate], list[Candidate]]:
    """Return what the match rules of *channel* (or FACTS) look at, of *entities* and of *strangers*."""
    asked = {fact for rule in channel.mapping.match for fact in rule.facts} if facts is None else facts
    left = [Candidate(whole.entity.id, _said(whole.entity, asked), whole.entity.created) for whole in entities]
    right = [Candidate(s.record.id, _read(channel, s, asked), made_at(s.record)) for s in strangers]
    return left, right


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


def has_one(owner: Whole | Claimed, record: VendorRecord) -> bool:
    """Say whether a living record of that kind is the owner's already."""
    return any((li.system, li.kind) == (record.system, record.kind) and not li.tombstone for li in owner.links)


def being_made(wired: Wired, owner: Whole, record: VendorRecord) -> bool:
    """Say whether a worker that lives has sent the owner's create there; most have none that was sent."""
    place = (record.system, record.kind)
    sent = any((one.system, one.kind) == place and one.write.state == "sent" for one in owner.creates)
    return sent and outbox.is_being_sent(wired.store, owner.entity.id, system=record.system, kind=record.kind)
