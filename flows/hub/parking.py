"""What a person does with an entry of the attention list: try it again, or leave it as it is."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from mappings.lens import UNKNOWN
from mappings.reconcile.undo import UNDONE
from state import attachments, attention, cases, documents, history, inbox, left, outbox, rereading, waiting
from state.arrivals import OLDER
from state.attention import Attention, Place
from state.people import Answer, keep_answer
from state.types import Whole

from .attachments.telling import NOT_COPIED
from .casework import Act, Busy, leave_away, leave_parked, retry_parked, told_left
from .pages import batched
from .sides import live_sides
from .undoing import rejoin
from .wired import IN_DOUBT, TEMPLATE, WHOLE, Wired
from .wiring import Installation

AT_ONCE = 2000
"""Entries of the attention list that are read at once."""


class NoSuchEntry(LookupError):
    """Nothing is parked under that number or at that case."""


@dataclass(frozen=True)
class Chosen:
    """Which entries are meant: by NUMBER, or those of a case (KEY), of one SYSTEM and FIELD of it if named."""

    number: int | None = None
    key: str = ""
    system: str | None = None
    field: str | None = None

    def holds(self, entry: Attention) -> bool:
        if self.number is not None:
            return entry.id == self.number
        same = entry.key.casefold() == self.key.casefold()
        return same and self.system in (None, entry.system) and self.field in (None, entry.field)


def choose(chosen: Chosen, entries: Sequence[Attention]) -> list[Attention]:
    """Return the entries that are meant. Raises NoSuchEntry."""
    found = [entry for entry in entries if chosen.holds(entry)]
    if found:
        return found
    if chosen.number is not None:
        raise NoSuchEntry(f"nothing is parked under number {chosen.number}")
    where = " ".join(part for part in (chosen.system, chosen.field) if part)
    raise NoSuchEntry(f"nothing is parked at {chosen.key}{f' in {where}' if where else ''}")


def sync_of(installation: Installation, entry: Attention) -> str:
    """Return the sync in which *entry* is worked with: its case's, or one that the record's system takes part in."""
    if entry.entity is not None:
        return cases.by_ids(installation.store, [entry.entity])[entry.entity].entity.sync
    any_one = entry.code == TEMPLATE  # no sync works with a system that only holds documents
    named = [name for name, sync in installation.hub.syncs.items() if any_one or entry.system in sync.systems]
    if not named:
        raise NoSuchEntry(f"no sync works with {entry.system} any more")
    return named[0]


def retry(wired: Wired, entry: Attention, *, person: str) -> None:
    """
    Try again what was set aside: a field is decided anew, a record is looked at again with the next pass.

    Raises Busy while another worker decides the case or looks after its write, NoSuchEntry where the sync works with
    the system no more.
    """
    store = wired.store
    away = is_away(wired, entry)
    if away and (entry.system, entry.kind) not in wired.scopes:
        raise NoSuchEntry(
            f"{wired.shape.name} works with {entry.system} no more, so nothing is tried again there; "
            f"`casehub parked drop {entry.id}` takes it off the list"
        )
    if entry.entity is None and entry.code == UNKNOWN:
        waiting.wake_parked(store, wired.shape.name, codes=[UNKNOWN])
    elif entry.entity is None and entry.code == TEMPLATE:
        return  # every pass reads it until it can be used
    elif entry.entity is None:
        if not waiting.wake(store, entry.system, kind=entry.kind, record=entry.record):
            inbox.hint(store, entry.system, kind=entry.kind, ids=[entry.record], reason="a person asked")
    elif entry.code == NOT_COPIED:
        attachments.try_again(store, entry.entity, system=entry.system)
        attention.unpark_field(store, Place(entry.system, entry.kind, entity=entry.entity), entry.field)
    elif entry.code == IN_DOUBT:
        if not outbox.send_again(store, entry.entity, system=entry.system, kind=entry.kind):
            raise Busy("another worker is finding out what became of it; try again in a moment")
        attention.unpark_records(store, [Place(entry.system, entry.kind, entity=entry.entity)])
        cases.mark_due(store, [entry.entity])  # the mapping may have other words by now
    elif entry.field == WHOLE and entry.code == UNDONE:
        rejoin(Act(wired, entry.entity, person), entry.system, entry.record)
    elif entry.record and (entry.field == WHOLE or away):
        if entry.code == OLDER:
            rereading.meet_anew(store, Place(entry.system, entry.kind, record=entry.record))
        inbox.hint(store, entry.system, kind=entry.kind, ids=[entry.record], reason="a person asked")
        cases.mark_due(store, [entry.entity])
    else:
        retry_parked(Act(wired, entry.entity, person), entry.system, entry.field)


def is_of_document(entry: Attention) -> bool:
    """Say whether *entry* tells of a document: it is no field of a record of its case."""
    return entry.field == documents.KIND and not entry.record


def is_away(wired: Wired, entry: Attention) -> bool:
    """
    Say whether *entry* is of a field whose record takes no part now: it is gone or has left, or the sync works with its
    system no more.
    """
    if entry.entity is None:
        return False
    return _is_away_of(wired, entry, cases.by_ids(wired.store, [entry.entity])[entry.entity])


def _is_away_of(wired: Wired, entry: Attention, whole: Whole) -> bool:
    """As `is_away`, of a case that has been read."""
    live = {side.link.id for side in live_sides(wired.of(whole.entity.kind).shape, whole.links, {})}
    here = [link for link in whole.links if (link.system, link.kind) == (entry.system, entry.kind)]
    return entry.field != WHOLE and any(entry.field in link.parked and link.id not in live for link in here)


REFUSED = ("rejected", "dropped")
"""Codes of what a system did not take, for reasons of its own that may be gone by now."""
RESTED = timedelta(hours=1)


def retry_refused(wired: Wired, person: str = "schedule") -> int:
    """Try again what systems of the sync refused more than an hour ago; returns how many entries that were."""
    store, name = wired.store, wired.shape.name
    before = store.clock() - RESTED
    refused: dict[str, list[Attention]] = {}
    for entry in attention.every(lambda after: attention.parked_fields(store, after=after, limit=AT_ONCE)):
        if entry.code in REFUSED and entry.entity is not None and entry.since < before:
            refused.setdefault(entry.entity, []).append(entry)
    ours = [
        entry
        for ids in batched(sorted(refused))
        for owner, whole in cases.by_ids(store, ids).items()
        if whole.entity.sync == name
        for entry in refused[owner]
        if not _is_away_of(wired, entry, whole)
    ]
    tried = 0
    for entry in ours:
        with suppress(Busy):  # whoever decides it just now tries it too, or the next time does
            retry(wired, entry, person=person)
            tried += 1
    return tried


def drop(wired: Wired, entry: Attention, *, person: str) -> None:
    """
    Leave it as it is: off the attention list until what is shown there changes. Nothing is written anywhere.

    Raises Busy while another worker decides the case.
    """
    if entry.entity is None and entry.code == UNKNOWN:
        keep_answer(wired.store, Answer(entry.system, entry.record, "", by=person))  # nobody whom we work with
    if entry.code == NOT_COPIED:
        attention.unpark_field(wired.store, Place(entry.system, entry.kind, entity=entry.entity), entry.field)
    elif entry.entity is None and entry.code == TEMPLATE:
        left.leave_field(wired.store, Place(entry.system, entry.kind, record=entry.record), entry.field)
    elif entry.entity is not None and is_of_document(entry):
        left.leave_field(wired.store, Place(entry.system, entry.kind, entity=entry.entity), entry.field)
        told = told_left(entry.system, entry.field, person=person)
        history.tell(wired.store, told, entity=entry.entity, kind=entry.kind)
    elif entry.entity is None or entry.field == WHOLE:
        place = Place(entry.system, entry.kind, entity=entry.entity, record=entry.record)
        attention.unpark_records(wired.store, [place])
    elif is_away(wired, entry):
        leave_away(Act(wired, entry.entity, person), (entry.system, entry.kind), entry.field)
    else:
        leave_parked(Act(wired, entry.entity, person), entry.system, entry.field)
