"""From what is stored and what has arrived to what reconcile is given: sides, derived facts, rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from mappings.canonical.values import Value
from mappings.exchange import VendorRecord
from mappings.lens import Field, Refusal, Unseen
from mappings.reconcile import Rules
from mappings.reconcile.derived import Standing, first_known, progress
from mappings.reconcile.judge import seen_view
from mappings.reconcile.model import Entity, Link, Side
from mappings.reconcile.removal import DELETING
from mappings.reconcile.undo import UNDONE
from state.types import Snapshot

from .times import stamp_time
from .wired import LEFT, WHOLE, Channel, SyncShape, Wired


def make_side(channel: Channel, link: Link, snapshot: Snapshot | None) -> Side:
    """Return *link* as reconcile sees it, with what its *snapshot* shows of the mapped fields."""
    if snapshot is None:
        return Side(link, channel.fields)
    record = snapshot.record
    at = stamp_time(record.stamp)
    fresh = channel.views(record.views)
    after, began = snapshot.read_after, snapshot.began
    return Side(link, channel.fields, fresh, at=at, after=after, began=began, editor=record.editor)


def live_sides(shape: SyncShape, links: tuple[Link, ...], snapshots: Mapping[int, Snapshot]) -> list[Side]:
    """
    Return the sides of all live links that the sync has a mapping for; a record that came back is live again.

    The other links of a case are its documents; their addresses are known to every side.
    """
    papers = {link.system: link.url for link in reversed(links) if (link.system, link.kind) not in shape.channels}
    sides = [
        make_side(shape.channels[link.system, link.kind], link, snapshots.get(link.id))
        for link in links
        if _takes_part(shape, link, snapshots.get(link.id))
    ]
    return [replace(side, derived=_papers(side.fields, papers)) for side in sides] if papers else sides


def _papers(fields: Mapping[str, Field], papers: Mapping[str, str | None]) -> dict[str, Value]:
    links = [(name, entry) for name, entry in fields.items() if entry.facts == ("link",) and entry.direction == "out"]
    return {name: papers[entry.of] for name, entry in links if entry.of is not None and entry.of in papers}


def _takes_part(shape: SyncShape, link: Link, snapshot: Snapshot | None) -> bool:
    """
    A tombstone does not, unless its record came back; nor does a record that has left by `leave_when`, or one that an
    undo took out, or that is being taken away.
    """
    channel = shape.channels.get((link.system, link.kind))
    if channel is None or (WHOLE in link.parked and link.parked[WHOLE].code in (UNDONE, DELETING)):
        return False
    if snapshot is not None:
        return not channel.mapping.leaves(snapshot.record.views)
    return not link.tombstone and not (WHOLE in link.parked and link.parked[WHOLE].code == LEFT)


def with_derived(shape: SyncShape, sides: list[Side], snapshots: Mapping[int, Snapshot]) -> list[Side]:
    """Return *sides* with the facts that the hub works out for each: address and progress in the other systems."""
    addresses = {side.link.system: _address(side.link, snapshots.get(side.link.id)) for side in sides}
    return [replace(side, derived={**_derived(shape, side, sides, addresses), **side.derived}) for side in sides]


def derived_for_new(
    shape: SyncShape, channel: Channel, sides: list[Side], snapshots: Mapping[int, Snapshot]
) -> dict[str, Value]:
    """Return the derived facts of a record that is to be made in *channel*."""
    addresses = {side.link.system: _address(side.link, snapshots.get(side.link.id)) for side in sides}
    return _derive(shape, channel.system, channel.fields, sides=sides, addresses=addresses)


def _derived(shape: SyncShape, side: Side, sides: list[Side], addresses: Mapping[str, str | None]) -> dict[str, Value]:
    return _derive(shape, side.link.system, side.fields, sides=sides, addresses=addresses)


def _derive(
    shape: SyncShape,
    system: str,
    fields: Mapping[str, Field],
    *,
    sides: list[Side],
    addresses: Mapping[str, str | None],
) -> dict[str, Value]:
    derived: dict[str, Value] = {}
    others = [side for side in sides if side.link.system != system]
    for name, entry in fields.items():
        if entry.direction != "out":
            continue
        if entry.facts == ("link",):
            derived[name] = first_known([addresses[s.link.system] for s in others if entry.of in (None, s.link.system)])
        elif entry.facts == ("progress",):
            workers = [s for s in others if (entry.of or s.link.system) == s.link.system and _makes(shape, s)]
            derived[name] = progress(standing(shape, workers[0])) if workers else None
    return derived


def _makes(shape: SyncShape, side: Side) -> bool:
    return any(make.system == side.link.system for make in shape.makes)


def standing(shape: SyncShape, side: Side) -> Standing:
    """Return how the case stands in the system of *side*, in that system's own words."""
    channel = shape.channels[side.link.system, side.link.kind]
    return Standing(
        status=_shown(channel, side, "outcome") or _shown(channel, side, "stage"),
        assignee=_shown(channel, side, "case_manager") or _shown(channel, side, "owner"),
        due=_shown(channel, side, "deadline") or _shown(channel, side, "closes_on"),
        blocked="blocked" if _is_blocked(side) else "",
    )


def _shown(channel: Channel, side: Side, fact: str) -> str:
    """Return the label of what the record shows in the place of *fact*."""
    for entry in side.fields.values():
        if fact in entry.facts:
            view = seen_view(side, entry)
            if not isinstance(view, Unseen) and view not in (None, ""):
                return channel.label(entry.places[0], view)
    return ""


def _is_blocked(side: Side) -> bool:
    """Say whether the record shows that the work is blocked, however its system spells that."""
    for entry in side.fields.values():
        if "blocked" in entry.facts:
            view = seen_view(side, entry)
            reading = {} if isinstance(view, Unseen) else entry.lens.read(view, {})
            return not isinstance(reading, Refusal) and reading.get("blocked") is True
    return False


def _address(link: Link, snapshot: Snapshot | None) -> str | None:
    return (snapshot.record.url if snapshot else None) or link.url


def rules_for(wired: Wired, entity: Entity, around: Mapping[str, Value] | None = None) -> Rules:
    """Return who is right about *entity*, with its facts as they are now; AROUND are those of its case."""
    shape = wired.shape
    dotted: dict[str, Value] = {}
    if shape.is_conditional:
        facts = {name: said.value for name, said in entity.facts.items()}
        dotted = {**(around or {}), **shape.dotted(facts)}
    return Rules(shape.policies, wired.clock(), orders=shape.orders, dotted=dotted, drift=wired.drift)


def record_made(record: VendorRecord) -> str | None:
    """Return the stamp of the record's making, where a place shows one."""
    made = record.views.get("created_on") or record.views.get("create_date") or record.views.get("createdTime")
    return str(made) if made else None


def made_at(record: VendorRecord) -> datetime | None:
    """Return when the record was made, or what it shows of that: it was there when it was changed last."""
    return stamp_time(record_made(record) or record.stamp)
