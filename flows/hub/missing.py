"""
Records that a system suddenly no longer lists, too many of them to be believed: kept until a full read finds them
again, or a person says which of them were meant to go. Those are looked up by id with the next pass; only what the
system itself says is gone becomes a tombstone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from state import cases, dictionaries, inbox

from .halting import MISSING, keep, kept
from .looking import title_of
from .wired import Scope, Wired
from .wiring import Installation

_EVER = timedelta(days=3650)


@dataclass(frozen=True)
class Missing:
    """A linked record that was not listed. KEY and TITLE are its case's."""

    sync: str
    scope: Scope
    record: str
    entity: str
    key: str
    title: str

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        system, kind = self.scope
        return {
            "sync": self.sync,
            "system": system,
            "kind": kind,
            "record": self.record,
            "key": self.key,
            "title": self.title,
        }


class NotMissing(LookupError):
    """None of these records is missing; the message names the first."""


def note_missing(wired: Wired, scope: Scope, records: Sequence[tuple[str, str]]) -> None:
    """Keep which *records* (with their entities) a full read of *scope* missed; none: all are there again."""
    form = [list(one) for one in records]
    if form != _forms(wired, scope):
        dictionaries.remember(wired.store, scope[0], name=_name(wired.shape.name, scope[1]), form=form)


def _forms(wired: Wired, scope: Scope) -> list[list[str]]:
    return dictionaries.recall(wired.store, scope[0], name=_name(wired.shape.name, scope[1]), within=_EVER) or []


def _name(sync: str, kind: str) -> str:
    return f"missing:{sync}:{kind}"


def missing(installation: Installation, sync: str) -> list[Missing]:
    """Return what the last full reads of *sync* missed."""
    store, found = installation.store, []
    for system in installation.sync(sync).systems:
        for kind in sorted({spec.kind for spec in installation.hub.mappings_of(system)}):
            forms = dictionaries.recall(store, system, name=_name(sync, kind), within=_EVER) or []
            wholes = cases.by_ids(store, [entity for _, entity in forms])
            for record, entity in forms:
                if entity in wholes:
                    case = wholes[entity].entity
                    found.append(Missing(sync, (system, kind), record, entity, case.key, title_of(case)))
    return found


def chosen(listed: Sequence[Missing], names: Sequence[str]) -> list[Missing]:
    """Return those of *listed* that *names* mean: keys of cases, or ``system#id``. Raises NotMissing."""
    for name in names:
        if not any(_means(name, one) for one in listed):
            raise NotMissing(f"{name!r} is not among the missing records")
    return [one for one in listed if any(_means(name, one) for name in names)]


def _means(name: str, one: Missing) -> bool:
    return name.casefold() in (one.key.casefold(), f"{one.scope[0]}#{one.record}".casefold())


def approve(installation: Installation, sync: str, approved: Sequence[Missing]) -> list[Missing]:
    """
    Let the next pass look *approved* up: what its system says is gone becomes a tombstone. Returns what is still
    missing; where nothing is, the guard no longer stops *sync*.
    """
    store = installation.store
    left = [one for one in missing(installation, sync) if one not in approved]
    for scope in sorted({one.scope for one in approved}):
        ids = [one.record for one in approved if one.scope == scope]
        inbox.hint(store, scope[0], kind=scope[1], ids=ids, reason="a person says that it was deleted")
        form = [[one.record, one.entity] for one in left if one.scope == scope]
        dictionaries.remember(store, scope[0], name=_name(sync, scope[1]), form=form)
    open_ones = {one.scope for one in left}
    stops = kept(store, sync)
    keep(store, sync, [one for one in stops if one.guard not in MISSING or (one.system, one.field) in open_ones])
    return left
