"""
Who is no longer listed: names that only records show are kept, and what a lost account has emptied clears nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from connectors.errors import ConnectorError
from mappings.exchange import SystemPerson, VendorRecord, View
from mappings.lens import UNSEEN, Field, Single, Unseen
from mappings.reconcile.judge import stored_view
from mappings.reconcile.model import Side
from state import people as kept
from state.types import Batch, Claimed, Decided

from .sides import make_side
from .wired import Wired


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
    emptied = {side.link.system for claimed in batch.cases for side in _sides(wired, claimed) if any(_left(side))}
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
    return [one.entity.id for one in claimed if any(any(_left(side)) for side in _sides(wired, one))]


def with_emptied(wired: Wired, side: Side) -> Side:
    """Return *side* with the fields that are empty because whoever stood there has no account there any more."""
    people, system = wired.people, side.link.system
    if side.fresh is None or not people.listed.get(system):  # who lists nobody says nothing of who is left
        return side
    found = frozenset(name for name, before in _left(side) if not people.has(system, before))
    return replace(side, emptied=found) if found else side


def _sides(wired: Wired, claimed: Claimed) -> Iterator[Side]:
    channels = wired.of(claimed.entity.kind).shape.channels
    for link in claimed.links:
        if link.id in claimed.snapshots and (link.system, link.kind) in channels:
            yield make_side(channels[link.system, link.kind], link, claimed.snapshots[link.id])


def _left(side: Side) -> Iterator[tuple[str, str]]:
    """Yield the fields of a person that are newly empty, with who stood there."""
    fresh = side.fresh or {}
    for name, entry in side.fields.items():
        view = fresh.get(name, UNSEEN)
        if (view is None or view == "") and _of_a_person(entry):
            before = stored_view(side, entry)
            if not isinstance(before, Unseen) and not _is_empty(before):
                yield name, str(before)


def _of_a_person(entry: Field) -> bool:
    return isinstance(entry.lens, Single) and entry.lens.transform.name == "person"


def _is_empty(view: View) -> bool:
    return view is None or view == ""
