"""
Items that a tie tells: a record names several others of its system, and one of these is a case's record.

Its place is read like a query: a tie to what is nobody's, or another item's, says nothing, and where the records of
several cases are named nobody guesses.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from mappings.exchange import VendorRecord, View
from mappings.language.model import Under
from state import family
from state.store import Store
from state.types import Decided, Settled, Whole

from . import asked
from .asked import Asking, asking
from .wired import Scope, SyncShape


@dataclass(frozen=True)
class Related:
    """A mapping whose records say by one of several ties where they belong. SCOPES are those of the cases' records."""

    scope: Scope
    place: str
    scopes: frozenset[Scope]

    def names(self, record: VendorRecord) -> list[str]:
        """Return the records that *record* is tied to."""
        return keys_in(record.views.get(self.place))

    def case_of(self, record: VendorRecord, known: Iterable[Whole], own: str) -> Whole | None:
        """Return the case of *record* among KNOWN: its OWN (a key) as long as the tie is there, else the only one."""
        fitting = self._fitting(record, known)
        found = [one for one in fitting if one.entity.key == own] or fitting
        return found[0] if len(found) == 1 else None

    def is_torn(self, record: VendorRecord, known: Iterable[Whole]) -> bool:
        """Say whether *record* is tied to the records of several cases of KNOWN."""
        return len(self._fitting(record, known)) > 1

    def _fitting(self, record: VendorRecord, known: Iterable[Whole]) -> list[Whole]:
        names = set(self.names(record))
        return [
            one
            for one in known
            if one.entity.kind == "case"
            and any(
                (li.system, li.kind) in self.scopes and li.external_id in names and not li.tombstone for li in one.links
            )
        ]

    def unknown(self, record: VendorRecord) -> View:
        """Return what stands for the key of a case where there is none, or where there are several."""
        names = self.names(record)
        return {"unknown": ", ".join(names)} if names else None


def related(shape: SyncShape, entity: str, scope: Scope) -> Related | None:
    """Return the ties of the mapping between records of *scope* and entities of the kind *entity*; None without."""
    its = shape if entity == shape.entity else shape.others.get(entity)
    channel = its.channels.get(scope) if its else None
    under = channel.mapping.under if channel else None
    if under is None or not is_tie(under):
        return None
    return Related(scope, under.at, frozenset(one for one in shape.channels if one[0] == scope[0]))


def keys_in(view: View) -> list[str]:
    """Return what may be keys, or numbers of records, in a place that holds one text or several."""
    listed = view if isinstance(view, list) else [view]
    return [one.strip() for one in listed if isinstance(one, str) and one.strip()]


def is_tie(under: Under) -> bool:
    """Say whether a record says its case by one of several ties."""
    return under.several and under.holds == "record"


def seeking(shape: SyncShape, entity: str, scope: Scope) -> Asking | Related | None:
    """Return how records of *scope* are sought a case for, where neither a parent nor a key says it."""
    return asking(shape, entity, scope) or related(shape, entity, scope)


def related_records(shape: SyncShape, records: Iterable[VendorRecord]) -> dict[Scope, set[str]]:
    """Return the records that others name in a place of ties: some of them are the cases'."""
    found: dict[Scope, set[str]] = {}
    for record in records if shape.has_relations else ():
        for one in _all(shape):
            if one.scope == (record.system, record.kind):
                for scope in one.scopes:
                    found.setdefault(scope, set()).update(one.names(record))
    return found


def wake_of(store: Store, shape: SyncShape, decided: Sequence[Decided], reasons: Sequence[str]) -> None:
    """Have records looked at again that may belong to cases just opened, changed, or with another record."""
    asked.wake(store, shape, [one.outcome for one in decided], reasons)
    wake(store, shape, [record for one in decided for record in _records_of(one)], reasons)


def wake_named(store: Store, shape: SyncShape, keys: Collection[str], reasons: Sequence[str]) -> None:
    """Have records looked at again, put aside for one of REASONS, that name one of KEYS, of cases just opened."""
    for one in shape.each if keys else ():
        for scope, channel in one.channels.items():
            under = channel.mapping.under
            if under is not None and under.holds == "key":
                family.wake_showing(store, scope, reasons, {under.at: set(keys)})


def _records_of(decided: Decided) -> list[str]:
    """The records that a case has got, or has lost: others may be tied to them."""
    gone = [link.external_id for link in decided.claimed.links if link.tombstone] if decided.claimed else []
    new = [one.snapshot.record.id for one in decided.new_links]
    return [*new, *gone] if decided.outcome.entity.kind == "case" else []


def linked_by(settled: Iterable[Settled]) -> list[str]:
    """Return the ids of the records that writes have made."""
    return [one.external_id for one in settled if one.external_id]


def wake(store: Store, shape: SyncShape, ids: Sequence[str], reasons: Sequence[str]) -> None:
    """Have records looked at again, put aside for one of REASONS, that may name some of the records *ids*."""
    for one in _all(shape) if ids and shape.has_relations else ():
        family.wake_showing(store, one.scope, reasons, {one.place: set(ids)})


def _all(shape: SyncShape) -> list[Related]:
    found = (related(shape, one.entity, scope) for one in shape.each for scope in one.channels)
    return [one for one in found if one is not None]
