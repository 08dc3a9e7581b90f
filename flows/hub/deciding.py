"""The middle of a pass: claim what is new, decide it, store the outcomes. Touches no system."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from mappings.exchange import Receipt
from mappings.frozen import dataclass
from mappings.lens import Field
from mappings.reconcile import new_record, reconcile, settle
from mappings.reconcile.gone import Gone, attention, lost, rule_for
from mappings.reconcile.judge import held_of
from mappings.reconcile.marker import Marker, parse_marker
from mappings.reconcile.model import (
    Entity,
    Event,
    Link,
    LinkChange,
    NewRecord,
    Origin,
    Outcome,
    Parked,
    Side,
)
from mappings.reconcile.removal import NOT_DELETED, is_wanted, removal, still_told
from mappings.reconcile.undo import UNDONE
from state.types import Claimed, Decided, NewLink, Snapshot

from .edit_times import with_times
from .kin import Kin, kin_of
from .notes import NOTE, as_told, id_of, skipped
from .paths import ends_of_ways, with_paths
from .people_left import with_emptied
from .removing import copies_of
from .rewording import asked_again
from .sides import derived_for_new, live_sides, made_at, make_side, rules_for, with_derived
from .wired import LEFT, WHOLE, Channel, Make, Scope, Wired


@dataclass(frozen=True, slots=True)
class Meeting:
    """
    Where records may be made: UNREAD scopes have not been read in full yet, UNMET ones hold strangers that must be met
    first; UNSURE are entities (by scope) that a person has to match.
    """

    unread: frozenset[Scope] = frozenset()
    unmet: frozenset[Scope] = frozenset()
    unsure: Mapping[Scope, frozenset[str]] = field(default_factory=dict)

    def allows(self, scope: Scope, entity: str) -> bool:
        return scope not in self.unread | self.unmet and entity not in self.unsure.get(scope, frozenset())


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision, and whether a record of it was held back until the strangers of its system have been met."""

    decided: Decided
    held_back: bool = False


def decide_claimed(
    wired: Wired, claimed: Claimed, meeting: Meeting, *, joined: Sequence[NewLink] = (), kin: Kin | None = None
) -> Ruling:
    """
    Return what follows for a claimed entity of any kind; JOINED are records that become its links with this decision.

    KIN: who belongs to whom, where it has been looked up for a whole batch.
    """
    wired = wired.of(claimed.entity.kind)
    shape = wired.shape
    waiting = [*claimed.snapshots.values(), *(new.snapshot for new in joined)]
    kin = kin or kin_of(wired, entities=[claimed.entity], records=[one.record for one in waiting], links=claimed.links)
    shown = _shown(wired, claimed.snapshots, joined, kin)
    sides = [kin.tied(side, shape) for side in live_sides(shape, claimed.links, shown)]
    if wired.reworded:
        sides = [asked_again(side) for side in sides]
    entity, losses, told = _losses(wired, claimed, sides, joined=joined, kin=kin)
    for new in (replace(one, snapshot=shown[one.ref]) for one in joined):
        side, ours = as_made(wired, claimed, new, kin)
        sides.append(kin.tied(side, shape))
        told += ours
    outcome = outcome_of(wired, entity, with_derived(shape, sides, shown), kin)
    makes = makes_due(wired, outcome.entity, claimed, joined=joined, kin=kin)
    creates = _creates(wired, outcome.entity, makes, meeting, sides=sides, snapshots=shown, kin=kin)
    events = [*told, *_linked(entity, joined), *outcome.events]
    outcome = replace(outcome, links=[*outcome.links, *losses], creates=tuple(creates), events=tuple(events))
    return Ruling(Decided(outcome, claimed, new_links=tuple(joined)), _held_back(makes, meeting))


def _losses(
    wired: Wired, claimed: Claimed, sides: Sequence[Side], *, joined: Sequence[NewLink], kin: Kin
) -> tuple[Entity, list[LinkChange], list[Event]]:
    """Apply the rule for gone records to new tombstones; each once, and it stays on the attention list."""
    entity, changes, events = claimed.entity, [], []
    replaced = {(new.snapshot.record.system, new.snapshot.record.kind) for new in joined}
    origin = Origin("rule", f"gone: {wired.shape.gone}", wired.clock())
    for link in claimed.links:
        if (link.system, link.kind) in replaced:
            continue  # a record that was found takes its place
        if link.tombstone and not _told_of(link) and link.id not in claimed.snapshots:
            rule = _rule(wired, entity, link)
            entity, told = lost(entity, sides, link, rule=rule, origin=origin)
            copies = copies_of(wired, claimed, link, owner=kin.parent_of(entity))
            parked = {**link.parked, WHOLE: attention(link, entity, rule=rule, copies=bool(copies))}
            changes += [LinkChange(link.id, link.bases, link.seen, parked, answers=link.answers), *copies]
            events += told
        elif is_wanted(link) and (link.system, link.kind) in wired.shape.channels:
            fields = wired.shape.channels[link.system, link.kind].fields
            changes.append(removal(link, fields, link.parked[WHOLE].text))
        elif _has_left(wired, claimed, link):
            parked = {**link.parked, WHOLE: Parked(LEFT, f"#{link.external_id} has left: its leave_when holds")}
            changes.append(LinkChange(link.id, link.bases, link.seen, parked, answers=link.answers))
            events.append(Event("left", "", system=link.system, cause=f"#{link.external_id}: leave_when holds"))
    return entity, changes, events


def _rule(wired: Wired, entity: Entity, link: Link) -> Gone:
    """Return what `gone:` comes to for a record: what the sync makes nowhere is not made again."""
    makes = any((make.system, make.kind) == (link.system, link.kind) for make in wired.shape.makes)
    return "detach" if wired.shape.gone == "restore" and not makes else rule_for(entity.kind, wired.shape.gone)


def _told_of(link: Link) -> bool:
    """Say whether the attention list tells already what is to be told of a record that is gone."""
    return WHOLE in link.parked and link.parked[WHOLE].code != NOT_DELETED


def _has_left(wired: Wired, claimed: Claimed, link: Link) -> bool:
    """Say whether the link's new snapshot shows that the record no longer takes part."""
    channel = wired.shape.channels.get((link.system, link.kind))
    snapshot = claimed.snapshots.get(link.id)
    return channel is not None and snapshot is not None and channel.mapping.leaves(snapshot.record.views)


def decide_new(
    wired: Wired,
    snapshot: Snapshot,
    meeting: Meeting,
    *,
    joined: Sequence[NewLink] = (),
    entity_id: str = "",
    kin: Kin | None = None,
) -> Ruling:
    """Open an entity for a record that enters where such are born; JOINED are records that were matched with it."""
    wired = wired.of((wired.whole.taker(snapshot.record) or wired.shape).entity)
    shape = wired.shape
    new_id = entity_id or wired.new_id()
    new_id = id_of(new_id, snapshot) if shape.entity == NOTE and not entity_id else new_id
    # An entity is as old as what it is opened for, not as the hub: by that it is met with what stands elsewhere.
    created = min(made_at(snapshot.record) or wired.clock(), wired.clock())
    entity = Entity(new_id, shape.entity, "", shape.name, created=created)
    new_links = (NewLink(-1, snapshot), *joined)
    kin = kin or kin_of(wired, records=[new.snapshot.record for new in new_links])
    snapshots = _shown(wired, {}, new_links, kin)
    sides = [kin.tied(join_side(wired, replace(new, snapshot=snapshots[new.ref])), shape) for new in new_links]
    side = sides[0]
    outcome = outcome_of(wired, entity, with_derived(shape, sides, snapshots), kin)
    opened = Event("opened", "", system=side.link.system, cause=f"#{side.link.external_id} entered")
    makes = makes_due(wired, outcome.entity, Claimed(entity), joined=new_links, kin=kin)
    creates = _creates(wired, outcome.entity, makes, meeting, sides=sides, snapshots=snapshots, kin=kin)
    events = (opened, *outcome.events, *skipped(outcome, side.link))
    outcome = replace(outcome, creates=tuple(creates), events=events)
    return Ruling(Decided(outcome, None, new_links=new_links, prefix=shape.prefix), _held_back(makes, meeting))


def join_side(wired: Wired, new: NewLink) -> Side:
    """Return the side of a record that has no link yet: everything it shows is seen for the first time."""
    record = new.snapshot.record
    channel = wired.shape.channels[record.system, record.kind]
    link = Link(new.ref, record.system, record.kind, record.id, record.version, url=record.url)
    return make_side(channel, link, new.snapshot)


def as_made(wired: Wired, claimed: Claimed, new: NewLink, kin: Kin) -> tuple[Side, list[Event]]:
    """
    Return the side of a record that joins its case, and what is told of it.

    Where it settles a create of ours whose end was in doubt, what it shows as we wrote it is ours: it has its base and
    proposes nothing. All else is met for the first time.
    """
    side = join_side(wired, new)
    create = next((one for one in claimed.creates if new.settles and one.write.key == new.settles), None)
    if create is None:
        return side, []
    receipt = Receipt(new.settles, "done", id=side.link.external_id, record=new.snapshot.record)
    held, now = held_of(claimed.entity), wired.clock()
    fields = kin.tied(side, wired.shape).fields
    made = settle(side.link, create.write, receipt, fields=fields, held=held, now=now, found_again=True)
    link = replace(side.link, bases=made.change.bases, answers=made.change.answers)
    return replace(side, link=link), list(made.events)


def _shown(wired: Wired, snapshots: Mapping[int, Snapshot], joined: Sequence[NewLink], kin: Kin) -> dict[int, Snapshot]:
    """Return what records show, with where they belong beside it."""
    waiting = {**snapshots, **{new.ref: new.snapshot for new in joined}}
    return {number: kin.shown(one, entity=wired.shape.entity) for number, one in waiting.items()}


def outcome_of(wired: Wired, entity: Entity, sides: Sequence[Side], kin: Kin) -> Outcome:
    """Return what follows for *entity* from what its *sides* show, beside records that are to be made; KIN knows it."""
    sides = with_times(wired, [with_emptied(wired, side) for side in sides])
    outcome = reconcile(entity, sides, rules_for(wired, entity, kin.around(entity)))
    by_link = {side.link.id: side for side in sides}
    links = [with_paths(wired, by_link[change.link], change) for change in outcome.links]
    links = [still_told(by_link[change.link].link, change) for change in links]
    told = ends_of_ways(outcome.links, links, by_link)
    if wired.shape.belongs:
        links = [kin.where_possible(wired, by_link[change.link], change) for change in links]
        above = kin.parent_of(outcome.entity)
        parent = above.entity.id if above else outcome.entity.parent
        outcome = replace(outcome, entity=replace(outcome.entity, parent=parent))
    return replace(outcome, links=tuple(links), events=(*outcome.events, *told))


def _linked(entity: Entity, joined: Iterable[NewLink]) -> Iterator[Event]:
    """A record that ends the doubt about a create, and carries its marker, was made by it: an undo takes it back."""
    mine = Marker(entity.id, entity.generation)
    for new in joined:
        record = new.snapshot.record
        made = new.settles and parse_marker(record.marker) == mine
        yield Event("linked", "", system=record.system, cause=f"#{record.id} was made" if made else f"#{record.id}")


# --- creates -------------------------------------------------------------------------------------------------------


def makes_due(wired: Wired, entity: Entity, claimed: Claimed, *, joined: Sequence[NewLink], kin: Kin) -> list[Make]:
    """Return what is to be made: no link there (a tombstone is one), no create on its way, the condition holds."""
    shape = wired.shape
    back = claimed.snapshots  # what shows itself again is not made again
    linked = {(li.system, li.kind) for li in claimed.links if li.id in back or not _made_again(wired, entity, li)}
    linked |= {(new.snapshot.record.system, new.snapshot.record.kind) for new in joined}
    sent = {(create.system, create.kind) for create in claimed.creates if create.write.state != "planned"}
    wanting = [make for make in shape.makes if (make.system, make.kind) not in linked | sent]
    if not wanting:
        return []
    facts = {**kin.around(entity), **shape.dotted({name: said.value for name, said in entity.facts.items()})}
    return [make for make in wanting if make.when(facts)]


def _made_again(wired: Wired, entity: Entity, link: Link) -> bool:
    """
    A record that is gone is, under `gone: restore`; not where an undo has deleted it, nor while a write to it is on its
    way: one write of an entity is open in a system at a time, and the end of that one makes the entity due.
    """
    undone = WHOLE in link.parked and link.parked[WHOLE].code == UNDONE
    waits = link.write is not None and link.write.state == "sent"
    return link.tombstone and not (undone or waits) and wired.shape.gone == "restore" and entity.generation > 1


def _held_back(makes: Sequence[Make], meeting: Meeting) -> bool:
    return any((make.system, make.kind) in meeting.unmet for make in makes)


def _creates(
    wired: Wired,
    entity: Entity,
    makes: Sequence[Make],
    meeting: Meeting,
    *,
    sides: Sequence[Side],
    snapshots: Mapping[int, Snapshot],
    kin: Kin,
) -> list[NewRecord]:
    """
    Return the records to be made now, where the meeting allows it.

    What belongs to a case waits where that has no record yet to hang it on: it is due once it gets one.
    """
    records = []
    for make in makes:
        if not meeting.allows((make.system, make.kind), entity.id):  # also where a system was never met
            continue
        channel = wired.shape.channels[make.system, make.kind]
        under = channel.mapping.under
        hangs = under is not None and under.holds in ("parent", "record")
        place = kin.place_of(entity, channel) if hangs else None
        if hangs and place is None:
            continue
        made = new_record(
            as_told(entity, wired.clock()),
            system=make.system,
            kind=make.kind,
            fields=_said_at_once(channel),
            fixed=channel.mapping.fixed,
            derived=derived_for_new(wired.shape, channel, list(sides), snapshots),
        )
        if under and under.several:
            made = replace(made, fixed={**made.fixed, under.at: kin.named_in(entity, under, place)})
        if under and under.asked:
            made = replace(made, fixed={**made.fixed, **kin.shown_of(entity, channel)})
        records.append(replace(made, parent=place) if under and under.holds == "parent" else made)
    return records


def _said_at_once(channel: Channel) -> Mapping[str, Field]:
    """Return the fields of a record that is made: what it is tied to is said once both ends are there."""
    later = {one.name for one, _ in channel.ties}
    return {name: one for name, one in channel.fields.items() if name not in later} if later else channel.fields
