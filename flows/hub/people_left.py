"""
Who is no longer listed: names that only records show are kept, and what a lost account has emptied clears nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.errors import ConnectorError
from mappings.exchange import SystemPerson, VendorRecord, View
from mappings.lens import UNSEEN, Unseen
from mappings.reconcile.judge import last_seen
from mappings.reconcile.model import Link, Side
from state import people as kept
from state.types import Batch, Claimed, Decided

from .wired import Channel, Wired


def note_names(wired: Wired, records: Sequence[VendorRecord]) -> None:
    """Keep what records call people whom their system does not list: nobody may ever tell it again."""
    called = wired.people.called
    met: dict[str, dict[str, str]] = {}
    for record in records:
        for id_, name in record.people.items():
            if id_ not in called.get(record.system, {}):
                met.setdefault(record.system, {})[id_] = name
    for system, names in met.items():
        called.setdefault(system, {}).update(names)
        unlisted = [SystemPerson(id_, name, active=False) for id_, name in names.items()]
        kept.store_people(wired.store, system, people=unlisted, who={})


async def look_who_is_left(wired: Wired, batch: Batch) -> None:
    """
    Ask a system anew whom it lists, once a pass, where a record no longer shows a person whom it showed: did somebody
    choose that, or is the account gone? One that does not answer is taken to list whom it listed last.
    """
    emptied = {system for claimed in batch.cases for system in _empty_in(wired, claimed)}
    for system in sorted(emptied - wired.people.asked):
        wired.people.asked.add(system)
        try:
            wired.people.listed[system] = await wired.connectors[system].people()
        except ConnectorError:
            continue


async def left_in_plan(wired: Wired, decided: Sequence[Decided]) -> list[str]:
    """As `look_who_is_left`, of decisions that nobody has stored: return the entities to be decided once more."""
    claimed = [one.claimed for one in decided if one.claimed is not None]
    before = set(wired.people.asked)
    await look_who_is_left(wired, Batch(tuple(claimed), ()))
    if wired.people.asked == before:
        return []
    return [one.entity.id for one in claimed if any(_empty_in(wired, one))]


def with_emptied(wired: Wired, side: Side) -> Side:
    """Return *side* with the fields that are empty because whoever stood there has no account there any more."""
    people, system = wired.people, side.link.system
    channel = wired.shape.channels[system, side.link.kind]
    if not side.fresh or not channel.people or not people.listed.get(system):  # who lists nobody says nothing of it
        return side
    shown = {name: side.fresh.get(name, UNSEEN) for name in channel.people}
    found = frozenset(name for name, before in _left(side.link, channel, shown) if not people.has(system, before))
    return replace(side, emptied=found) if found else side


def _empty_in(wired: Wired, claimed: Claimed) -> Iterator[str]:
    """Yield the systems whose new snapshots of the case show nobody where somebody stood."""
    channels = wired.of(claimed.entity.kind).shape.channels
    for link in claimed.links:
        channel = channels.get((link.system, link.kind))
        if channel is not None and channel.people and link.id in claimed.snapshots:
            views = claimed.snapshots[link.id].record.views
            shown = {name: entry.view(views) for name, entry in channel.people.items()}
            if any(_left(link, channel, shown)):
                yield link.system


def _left(link: Link, channel: Channel, shown: Mapping[str, View | Unseen]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a person that are newly empty in what is SHOWN, with who stood there."""
    for name, view in shown.items():
        if _is_empty(view):
            before = last_seen(link.bases, link.seen, channel.people[name])
            if not isinstance(before, Unseen) and not _is_empty(before):
                yield name, str(before)


def _is_empty(view: View | Unseen) -> bool:
    return view is None or view == ""
