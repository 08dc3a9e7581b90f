"""
Notes: what comes in of them, which of them travel, and in which order.

A note that its system keeps to itself comes in without a word of what it says, so that nothing of it can be told on:
not to other systems, not in plans, histories, notices or logs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from mappings.canonical.values import Value
from mappings.exchange import Receipt, VendorRecord, View
from mappings.language.compiled import CompiledMapping
from mappings.language.model import History
from mappings.lens import Field, Refusal, Unseen
from mappings.reconcile.model import Entity, Event, Fact, Link, Origin, Outcome
from mappings.transforms.signed import Signed
from state import history
from state.types import Snapshot, Whole

from .times import stamp_time

if TYPE_CHECKING:  # the shape of a sync knows notes, and is known here
    from .kin import Kin
    from .wired import SyncShape, Wired

NOTE = "note"
INTERNAL = "internal"
MEANWHILE = timedelta(days=1)
"""What was said so long before a record became the case's is news all the same: deals are talked about at once."""
FRESH = timedelta(minutes=15)
"""A note that is posted elsewhere within this shows the right time by itself."""

T = TypeVar("T")


# --- what comes in ----------------------------------------------------------------------------------------------------


def sealed(shape: "SyncShape", record: VendorRecord) -> VendorRecord:
    """
    Return *record* as it may come in: of a note that stays in its system, only that there is one.

    What a mapping marks internal does, and so does what shows there what nobody can read. SHAPE is that of the cases.
    """
    notes = shape.others.get(NOTE)
    channel = notes.channels.get((record.system, record.kind)) if notes else None
    entry = _mark(channel.mapping) if channel else None
    if channel is None or entry is None or not _stays(entry, record):
        return record
    shown = _told_of(channel.mapping, entry)
    return replace(record, views={place: view for place, view in record.views.items() if place in shown})


def sealed_receipt(shape: "SyncShape", receipt: Receipt) -> Receipt:
    """As `sealed`, of the records that a write brought back."""
    if receipt.before is None or sealed(shape, receipt.before) is receipt.before:
        return receipt
    return replace(receipt, before=None)


def _mark(mapping: CompiledMapping) -> Field | None:
    return next((entry for entry in mapping.fields.values() if entry.facts == (INTERNAL,)), None)


def _stays(entry: Field, record: VendorRecord) -> bool:
    view = entry.view(record.views)
    if isinstance(view, Unseen):
        return True
    reading = entry.lens.read(view, {})
    return isinstance(reading, Refusal) or reading.get(INTERNAL) is True


def _told_of(mapping: CompiledMapping, entry: Field) -> frozenset[str]:
    """The places that say that a note is internal, which mapping takes it, and where it belongs; no others."""
    scopes = {scope.place for scope in (*mapping.take, *mapping.leave_when)}
    under = set(mapping.under.places) if mapping.under else set()
    said = {place for other in mapping.fields.values() if other is not entry for place in other.places}
    return frozenset({*entry.places, *((scopes | under) - said)})


# --- which of them travel ---------------------------------------------------------------------------------------------


def told_on(when: Callable[[Mapping[str, Any]], bool]) -> Callable[[Mapping[str, Any]], bool]:
    """Return *when* for notes: none that is internal, and none that says nothing."""

    def travels(facts: Mapping[str, Any]) -> bool:
        return facts.get("note.internal") is not True and bool(facts.get("note.body")) and when(facts)

    return travels


def is_own(shape: "SyncShape", record: VendorRecord) -> bool:
    """Say whether a comment is one that the hub has written: our account's, and signed for somebody."""
    channel = shape.channels.get((record.system, record.kind))
    for entry in channel.fields.values() if channel else ():
        view = entry.view(record.views)
        if isinstance(entry.lens, Signed) and not isinstance(view, Unseen) and entry.lens.is_signed(view):
            return True
    return False


def older(wired: "Wired", strangers: Sequence[Snapshot], kin: "Kin") -> frozenset[tuple[str, str, str]]:
    """
    Return which of the notes among *strangers* were written before their record was the case's, by (system, kind, id).

    `history:` of the sync says which of those are notes of the case all the same.
    """
    asked = wired.whole.history
    shape = wired.whole.others.get(NOTE)
    if shape is None or asked == "import":
        return frozenset()
    notes = [one.record for one in strangers if wired.whole.taker(one.record) is shape]
    owners = {id(record): kin.holder(record) for record in notes}
    found = [owner.entity.id for owner in owners.values() if owner is not None]
    since = history.linked_at(wired.store, sorted(set(found))) if found else {}
    return frozenset(
        (record.system, record.kind, record.id)
        for record in notes
        if _is_older(wired, record, owners[id(record)], since)
    )


def _is_older(
    wired: "Wired", record: VendorRecord, owner: Whole | None, since: Mapping[tuple[str, str], datetime]
) -> bool:
    """What was said since the pass before is news too: a hub that stood still for a day has not missed it."""
    asked: History = wired.whole.history
    at = written(record.views)
    linked = since.get((owner.entity.id, record.system)) if owner is not None else None
    before = wired.pulled_before.get((record.system, record.kind))
    if at is None or linked is None or at >= min(linked - MEANWHILE, before or linked):
        return False
    return not isinstance(asked, date) or at < datetime.combine(asked, time(), UTC)


def written(views: Mapping[str, View]) -> datetime | None:
    """Return when a note was written, as its record shows it."""
    at = views.get("created_on")
    return stamp_time(at) if isinstance(at, str) else None


# --- how they are told ------------------------------------------------------------------------------------------------


def as_told(entity: Entity, now: datetime) -> Entity:
    """Return a note as it is posted: without its time, where the time of posting says the same."""
    said = entity.facts.get("at")
    if entity.kind != NOTE or said is None or not isinstance(said.value, datetime) or now - said.value > FRESH:
        return entity
    return replace(entity, facts={name: fact for name, fact in entity.facts.items() if name != "at"})


def skipped(outcome: Outcome, link: Link) -> list[Event]:
    """Return what the history says of a new note that goes nowhere; of one that cannot be read its parking does."""
    facts = outcome.entity.facts
    if outcome.entity.kind != NOTE or any(change.parked for change in outcome.links):
        return []
    if facts.get(INTERNAL, _NONE).value is True:
        return [Event("skipped", "", system=link.system, cause=f"#{link.external_id} is internal and stays there")]
    if facts.get("body", _NONE).value is None:
        return [Event("skipped", "", system=link.system, cause=f"#{link.external_id} says nothing")]
    return []


_NONE = Fact(None, Origin("rule", "nobody"))


def id_of(new_id: str, snapshot: Snapshot) -> str:
    """Return the id of the note that a record opens: ids of notes sort as the notes were written, and as they came."""
    at = written(snapshot.record.views)
    return in_time(f"{snapshot.sequence % 16**6:06x}{new_id}", at) if at is not None else new_id


def in_time(new_id: str, at: datetime) -> str:
    """Return *new_id* so that it stands among others by time; no longer than a marker may be."""
    return f"{max(int(at.timestamp() * 1000), 0):011x}{new_id}"[:32]


def in_order(those: Iterable[T], entity_of: Callable[[T], Entity]) -> list[T]:
    """Return *those* with notes in the order in which they were written, behind everything else as it stood."""

    def place(one: T) -> tuple[bool, float]:
        entity = entity_of(one)
        at: Value = entity.facts["at"].value if "at" in entity.facts else None
        moment = at.timestamp() if isinstance(at, datetime) else 0.0
        return (True, moment) if entity.kind == NOTE else (False, 0.0)

    return sorted(those, key=place)
