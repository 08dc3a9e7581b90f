"""
Items that a query tells: a record belongs to the one open case whose facts it shows in places of its own.

What the query compares are words: a text as it stands, a choice by its label, a record by its name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from mappings.canonical.values import Value
from mappings.exchange import VendorRecord, View
from mappings.language.model import Under
from mappings.reconcile.model import Entity, Outcome
from state import cases, family
from state.store import Store
from state.types import Whole

from .wired import Channel, Scope, SyncShape


@dataclass(frozen=True)
class Asking:
    """A mapping whose records say by a query where they belong."""

    channel: Channel
    under: Under

    def words(self, record: VendorRecord) -> Mapping[str, frozenset[str]]:
        """Return fact -> the words that *record* shows for it."""
        return {fact: self._words(place, record.views.get(place)) for place, fact in self.under.asked}

    def _words(self, place: str, view: View) -> frozenset[str]:
        listed = view if isinstance(view, list) else [view]
        shown = [one for one in listed if one not in (None, "")]
        plain = {one for one in shown if isinstance(one, str)}
        return frozenset(plain | {self.channel.label(place, one) for one in shown})

    def views(self, entity: Entity) -> dict[str, View]:
        """Return place -> view of what a record shows that belongs to the case *entity*; what it lacks is left out."""
        found: dict[str, View] = {}
        for place, fact in self.under.asked:
            word = _said(entity, fact)
            if isinstance(word, str) and word:
                view = self._view(place, word)
                found[place] = [view] if place in self.under.lists else view
        return found

    def _view(self, place: str, word: str) -> str:
        labels = self.channel.labels.get(place, {})
        return next((one for one, label in labels.items() if label == word), word)

    def touched(self, outcomes: Iterable[Outcome]) -> dict[str, set[str]]:
        """Return place -> what records may show there that is, or was, a word of the cases of *outcomes*."""
        facts = {fact for _, fact in self.under.asked}
        said: dict[str, set[Value]] = {fact: set() for fact in facts}
        for outcome in outcomes:
            old = [(event.field, event.old) for event in outcome.events if event.what == "set"]
            for fact, word in (*((fact, _said(outcome.entity, fact)) for fact in facts), *old):
                if fact in facts and isinstance(word, str) and word:
                    said[fact].add(word)
        return {
            place: {shown for word in said[fact] if isinstance(word, str) for shown in (word, self._view(place, word))}
            for place, fact in self.under.asked
        }

    def case_of(self, record: VendorRecord, known: Iterable[Whole], own: str) -> Whole | None:
        """
        Return the case of *record* among KNOWN: its OWN (a key) as long as that is what it shows, else the only open
        one; None where there are several, or none.
        """
        fitting = self._fitting(record, known)
        found = [one for one in fitting if one.entity.key == own] or [one for one in fitting if _is_open(one)]
        return found[0] if len(found) == 1 else None

    def is_torn(self, record: VendorRecord, known: Iterable[Whole]) -> bool:
        """Say whether *record* might belong to several open cases of KNOWN: a person has to say to which."""
        return sum(_is_open(one) for one in self._fitting(record, known)) > 1

    def _fitting(self, record: VendorRecord, known: Iterable[Whole]) -> list[Whole]:
        words = self.words(record)
        return [one for one in known if all(_said(one.entity, fact) in said for fact, said in words.items())]

    def unknown(self, record: VendorRecord) -> View:
        """Return what stands for the key of a case where there is none."""
        words = sorted({word for said in self.words(record).values() for word in said})
        return {"unknown": ", ".join(words)} if words else None


def asking(shape: SyncShape, entity: str, scope: Scope) -> Asking | None:
    """Return the query of the mapping between records of *scope* and entities of the kind *entity*; None without."""
    its = shape if entity == shape.entity else shape.others.get(entity)
    channel = its.channels.get(scope) if its else None
    under = channel.mapping.under if channel else None
    return Asking(channel, under) if channel and under and under.asked else None


def all_asking(shape: SyncShape) -> list[Asking]:
    """Return all queries of a sync."""
    found = (asking(shape, one.entity, scope) for one in shape.each for scope in one.channels)
    return [one for one in found if one is not None]


def cases_shown(store: Store, shape: SyncShape, records: Sequence[VendorRecord]) -> list[Whole]:
    """
    Return open cases that *records* may belong to by a query; some others may be among them. Of many that say the same
    two are enough: a record belongs to none of them then, unless one is its own.
    """
    return list(cases.open_saying(store, shape.name, list(_asked(shape, records))))


def _asked(shape: SyncShape, records: Sequence[VendorRecord]) -> Iterator[Mapping[str, AbstractSet[str]]]:
    """Yield, for each query of which a place shows something in *records*, fact -> what any of them shows."""
    for one in all_asking(shape):
        words: dict[str, set[str]] = {fact: set() for _, fact in one.under.asked}
        for record in records:
            if (record.system, record.kind) == one.channel.scope and one.channel.takes(record):
                for fact, said in one.words(record).items():
                    words[fact] |= said
        if all(words.values()):
            yield words


def wake(store: Store, shape: SyncShape, outcomes: Iterable[Outcome], reasons: Sequence[str]) -> None:
    """Have records looked at again, put aside for one of REASONS, that may belong to cases just opened or changed."""
    outcomes = [one for one in outcomes if one.entity.kind == "case"]
    for one in all_asking(shape) if outcomes else ():
        telling = {"outcome", *(fact for _, fact in one.under.asked)}
        moved = [each for each in outcomes if any(e.what == "set" and e.field in telling for e in each.events)]
        if moved:
            family.wake_showing(store, one.channel.scope, reasons, one.touched(moved))


def _is_open(whole: Whole) -> bool:
    return _said(whole.entity, "outcome") in (None, "open")


def _said(entity: Entity, fact: str) -> Value:
    return entity.facts[fact].value if fact in entity.facts else None
