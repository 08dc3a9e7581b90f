"""The history of a case, as people and programs read it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from sys import maxsize
from typing import Any

from mappings.canonical.show import EMPTY, LONGEST, contrasted, show
from mappings.canonical.values import encode
from mappings.language import Hub
from mappings.reconcile import Unresolvable
from mappings.reconcile.model import Entity, Event
from state import history
from state.history import Line
from state.store import Store

from .describing import must_be_known
from .entering import fact_of
from .looking import find_case
from .wiring import Installation

PAGE = 1000
HUB = "hub"
_LONGEST = 40
"""Characters of a value in a line of the history."""


@dataclass(frozen=True)
class Wanted:
    """Which lines of a history are wanted: about a FIELD or fact, a SYSTEM, since when the hub wrote them."""

    field: str | None = None
    system: str | None = None
    since: datetime | None = None

    def holds(self, line: Line, fields: frozenset[str]) -> bool:
        """Say whether *line* is wanted; FIELDS are the names under which systems show the wanted fact."""
        told = line.event
        by_field = self.field is None or told.field in fields
        by_system = self.system is None or self.system in {told.system, told.by, *(_parties(told.parties))}
        return by_field and by_system and (self.since is None or line.hub_at >= self.since)


def _parties(parties: Any) -> set[str]:
    return {str(one.get("system")) for one in parties}


EVERYTHING = Wanted()


def all_lines(store: Store, *, entity: str | None = None, run: str | None = None) -> Iterator[Line]:
    """Yield the whole history of an entity or of a run, oldest first."""
    after = 0
    while lines := history.history(store, entity=entity, run=run, after=after, limit=PAGE):
        yield from lines
        after = lines[-1].id


def last_lines(installation: Installation, key: str, *, limit: int, wanted: Wanted = EVERYTHING) -> tuple[Line, ...]:
    """
    Return the newest lines of the case *key* that are wanted, oldest first.

    Raises NoSuchCase; NoSuchFact and NoSuchSystem for a name that neither the files nor any line of the case have.
    """
    store = installation.store
    case = find_case(store, key).entity
    fields = fields_of(installation.hub, wanted.field) if wanted.field else frozenset[str]()
    found = [line for line in all_lines(store, entity=case.id) if wanted.holds(line, fields)]
    if not found and (wanted.field or wanted.system):
        _refuse_unknown(installation, case, wanted)
    return tuple(found[-limit:])


def _refuse_unknown(installation: Installation, case: Entity, wanted: Wanted) -> None:
    told = [line.event for line in all_lines(installation.store, entity=case.id)]
    if wanted.system and not any(wanted.system in (one.system, one.by, *_parties(one.parties)) for one in told):
        must_be_known(installation, wanted.system)
    hub = installation.hub
    known = {one.field for one in told} | {name for spec in hub.mappings for name in spec.fields}
    known |= {name for spec in hub.mappings for entry in spec.fields.values() for name in entry.facts}
    if wanted.field and wanted.field not in known and (sync := hub.syncs.get(case.sync)):
        with suppress(Unresolvable):  # one that the hub works out has no lines of its own
            fact_of(sync, wanted.field, case.kind)


def fields_of(hub: Hub, fact: str) -> frozenset[str]:
    """Return the names under which records show *fact*: its own, and those of fields with several facts."""
    carrying = {name for spec in hub.mappings for name, entry in spec.fields.items() if fact in entry.facts}
    return frozenset({fact, *carrying})


def line_form(line: Line) -> dict[str, Any]:
    """Return a line of the history as JSON. OLD and NEW are views where a system is named, values otherwise."""
    told = line.event
    return {
        "number": line.id,
        "at": line.hub_at.isoformat(),
        "source_at": told.at.isoformat() if told.at else None,
        "what": told.what,
        "field": told.field,
        "old": _form(told.old),
        "new": _form(told.new),
        "system": told.system or None,
        "record": line.record or None,
        "by": told.by or None,
        "cause": told.cause or None,
        "parties": [dict(party) for party in told.parties],
        "run": line.run or None,
    }


def _form(content: Any) -> Any:
    """Views are JSON already."""
    return content if isinstance(content, dict | list | int) and not isinstance(content, bool) else encode(content)


def line_text(line: Line, zone: str) -> list[str]:
    """Return a line of the history as cells: when, what, where, field, change, who and why."""
    told = line.event
    where = f"{told.system} #{line.record}" if told.system and line.record else told.system
    why = ", ".join(part for part in (told.by, told.cause) if part)
    return [show(line.hub_at, zone=zone), told.what, where, told.field, _change(told, zone), why]


def _change(told: Event, zone: str) -> str:
    """What each party to a conflict says, or what became of what; long texts from where they differ."""
    if told.old is None and told.new is None and not told.parties:
        return ""
    each = [said_by(one, told) for one in told.parties] or [told.old, told.new]
    shown = contrasted([in_words(one, zone, maxsize) for one in each], _LONGEST)
    if told.parties:
        return " · ".join(f"{one.get('system')} {said}" for one, said in zip(told.parties, shown, strict=True))
    return " → ".join(shown)


def said_by(party: Mapping[str, Any], told: Event) -> Any:
    """Return what a party to a conflict shows; the hub shows nothing, it says the value that stands meanwhile."""
    return told.old if party.get("system") == HUB else party.get("view")


def in_words(content: Any, zone: str, longest: int = _LONGEST) -> str:
    """Return what a field or fact is as people read it: a view as it is, a value as they write it."""
    if isinstance(content, Mapping):
        said = (f"{name} {in_words(one, zone, longest)}" for name, one in content.items())
        return show(", ".join(said) or None, longest=max(longest, LONGEST))
    if isinstance(content, list):
        return show(", ".join(str(one) for one in content) or None, longest=max(longest, LONGEST))
    if isinstance(content, int) and not isinstance(content, bool):
        return str(content)
    return show(content, zone=zone, longest=longest) if content != "" else EMPTY
