"""Cases as they stand: for lists, for one whole case, for its history. Reads the hub's own memory and no system."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from mappings.canonical.show import show
from mappings.canonical.values import Value, encode
from mappings.exchange import View
from mappings.lens import UNKNOWN
from mappings.reconcile.model import Entity, Fact, Link
from state import attention, cases, waiting
from state.attention import Attention
from state.store import Store
from state.types import Whole

from .labels import Labels
from .noted import masked
from .people_asking import hangs
from .wiring import Installation

AT_ONCE = 2000
"""Entries of the attention list that are read at once."""


class NoSuchCase(LookupError):
    """The hub has no case of that key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no case {key!r}")
        self.key = key


def find_case(store: Store, key: str) -> Whole:
    """Return the case that people call *key*, in large or small letters. Raises NoSuchCase."""
    found = cases.case(store, key) or cases.case(store, key.upper())
    if found is None:
        raise NoSuchCase(key)
    return masked(found)


def title_of(entity: Entity) -> str:
    """Return what a person knows the case by."""
    parts = [entity.facts[name].value for name in ("title", "client") if name in entity.facts]
    return " · ".join(show(part) for part in parts if part)


# --- one case ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """One field of one linked record: what was last agreed (BASE), what it shows (VIEW, LABEL), and if it is parked."""

    system: str
    field: str
    base: Value
    view: View
    label: str
    parked: str = ""

    def form(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "base": encode(self.base),
            "view": self.view,
            "label": self.label,
            "parked": self.parked or None,
        }


@dataclass(frozen=True)
class CaseView:
    """A case whole: STANDINGS are fact -> how each linked record stands in it."""

    whole: Whole
    standings: Mapping[str, tuple[Standing, ...]]
    conflicts: tuple[Attention, ...]
    parked: tuple[Attention, ...]
    history: int

    @property
    def facts(self) -> Iterator[tuple[str, Fact]]:
        return iter(sorted(self.whole.entity.facts.items()))

    @property
    def unread(self) -> Iterator[tuple[str, tuple[Standing, ...]]]:
        """Facts that the hub knows nothing of, with what systems show of them all the same: somebody unknown."""
        said = self.whole.entity.facts
        return ((name, those) for name, those in sorted(self.standings.items()) if name not in said)

    def form(self) -> dict[str, Any]:
        """Return the case as JSON: the form of `case show --json`."""
        entity = self.whole.entity
        return {
            "key": entity.key,
            "kind": entity.kind,
            "sync": entity.sync,
            "created": _iso(entity.created),
            "facts": {name: self._fact(name, said) for name, said in self.facts},
            "unread": {name: {one.system: one.form() for one in those} for name, those in self.unread},
            "links": [_link_form(link) for link in self.whole.links],
            "creates": [
                {"system": one.system, "kind": one.kind, "state": one.write.state} for one in self.whole.creates
            ],
            "conflicts": [entry_form(entry) for entry in self.conflicts],
            "parked": [entry_form(entry) for entry in self.parked],
            "history": self.history,
        }

    def _fact(self, name: str, said: Fact) -> dict[str, Any]:
        return {
            "value": encode(said.value),
            "shown": show(said.value),
            "system": said.origin.name if said.origin.by == "system" else "hub",
            "by": said.origin.by,
            "who": said.origin.name,
            "ref": said.origin.ref,
            "editor": said.origin.who,
            "at": _iso(said.origin.at),
            "systems": {one.system: one.form() for one in self.standings.get(name, ())},
        }


def view_case(installation: Installation, key: str) -> CaseView:
    """Return the case *key* with everything that is known of it. Raises NoSuchCase."""
    store = installation.store
    whole = find_case(store, key)
    owner = whole.entity.id
    return CaseView(
        whole,
        standings(whole, Labels(store, installation.hub)),
        attention.conflicts(store, entity_id=owner),
        attention.parked_fields(store, entity_id=owner),
        waiting.lines(store, owner),
    )


def standings(whole: Whole, labels: Labels) -> dict[str, tuple[Standing, ...]]:
    """Return fact -> how each linked record stands in it, in the words of LABELS."""
    found: dict[str, list[Standing]] = {}
    kind = whole.entity.kind
    for link in whole.links:
        for slot, base in link.bases.items():
            for fact, value in base.value.items():
                name = slot.removesuffix(f".{fact}")
                view = link.seen.get(name, base.view)
                label = labels.of(link.system, link.kind, field_name=name, view=view, entity=kind)
                code = link.parked[name].code if name in link.parked else ""
                found.setdefault(fact, []).append(Standing(link.system, name, value, view, label, code))
        for name, parked in link.parked.items():
            if parked.code == UNKNOWN and not parked.value:  # what a person sees there stays visible here
                label = labels.of(link.system, link.kind, field_name=name, view=parked.view, entity=kind)
                for fact in labels.facts(link, name):
                    _said_in(found, fact, Standing(link.system, name, None, parked.view, label, parked.code))
    return {fact: tuple(standings) for fact, standings in found.items()}


def _said_in(found: dict[str, list[Standing]], fact: str, standing: Standing) -> None:
    """A system that has a base of the fact stands in the list already."""
    if not any(one.system == standing.system and one.field == standing.field for one in found.get(fact, ())):
        found.setdefault(fact, []).append(standing)


def _link_form(link: Link) -> dict[str, Any]:
    return {
        "system": link.system,
        "kind": link.kind,
        "id": link.external_id,
        "url": link.url,
        "gone": link.tombstone,
        "in_scope": link.in_scope,
        "write": link.write.state if link.write else None,
        "touched": _iso(link.touched),
    }


# --- lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CaseLine:
    """A case in a list: CONFLICTS and PARKED count what is open of it."""

    whole: Whole
    conflicts: int = 0
    parked: int = 0

    def form(self) -> dict[str, Any]:
        entity = self.whole.entity
        return {
            "key": entity.key,
            "sync": entity.sync,
            "title": _said(entity, "title"),
            "client": _said(entity, "client"),
            "stage": _said(entity, "stage"),
            "outcome": _said(entity, "outcome"),
            "links": {link.system: link.external_id for link in self.whole.links if not link.tombstone},
            "conflicts": self.conflicts,
            "parked": self.parked,
        }


def _said(entity: Entity, fact: str) -> Any:
    return encode(entity.facts[fact].value) if fact in entity.facts else None


def list_cases(store: Store, *, sync: str | None = None, after: int = 0, limit: int = 100) -> list[CaseLine]:
    """Return cases in the order of their keys; AFTER is the number of the last key that was seen."""
    listed = cases.cases(store, sync=sync, after=after, limit=limit)
    open_ones = waiting.open_entries(store, sync)
    return [CaseLine(whole, *open_ones.get(whole.entity.id, (0, 0))) for whole in listed.entities]


def all_conflicts(store: Store, *, entity_id: str | None = None) -> tuple[Attention, ...]:
    """Return every open conflict, of one case or of all."""
    listed = partial(attention.conflicts, store, entity_id=entity_id, limit=AT_ONCE)
    return tuple(attention.every(lambda after: listed(after=after)))


def all_parked(store: Store, *, entity_id: str | None = None, system: str | None = None) -> tuple[Attention, ...]:
    """
    Return everything that is parked, of one case, of one system, or all; what waits for an answer about somebody
    unknown is listed of its own case only, else there is the one question.
    """
    listed = partial(attention.parked_fields, store, entity_id=entity_id, system=system, limit=AT_ONCE)
    found = attention.every(lambda after: listed(after=after))
    return tuple(entry for entry in found if entity_id or not hangs(entry))


def entry_form(entry: Attention) -> dict[str, Any]:
    """Return an entry of the attention list as JSON."""
    common = {"number": entry.id, "key": entry.key or None, "field": entry.field, "since": _iso(entry.since)}
    if entry.conflict is not None:
        parties = [
            {"system": one.system, "record": one.record, "value": encode(one.value), "view": one.view}
            for one in entry.conflict.parties
        ]
        return {**common, "why": entry.text, "hub": encode(entry.conflict.hub), "parties": parties}
    shown = entry.parked
    return {
        **common,
        "system": entry.system,
        "kind": entry.kind,
        "record": entry.record,
        "code": entry.code,
        "text": entry.text,
        "value": {name: encode(value) for name, value in shown.value.items()} if shown else {},
        "view": shown.view if shown else None,
        "allowed": list(shown.allowed) if shown else [],
    }


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
