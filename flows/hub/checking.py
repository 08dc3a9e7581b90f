"""
Is everything as the files say? Who we are in each system, what it lacks, what it cannot do.

Problems are what must be mended before a pass; weaknesses are what a person should know. Nothing is written to any
system.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from connectors.base import Connector
from mappings.exchange import Abilities, Account, Discovery, Place
from mappings.language import Hub, MappingSpec, Problem, Problems, compile_sync
from mappings.transforms.vocabulary import Vocabulary
from state import engine, runs

from .documents import check_documents, documents_at_once, stores_of
from .standing import left_behind
from .wired import Scope
from .wiring import (
    Contact,
    Installation,
    Maker,
    everybody_in,
    load_installation,
    make_connector,
    meet_system,
    vocabularies,
)


@dataclass(frozen=True)
class SystemCheck:
    """What was found of one system. KINDS says of each kind of record how many fields and people it shows."""

    name: str
    type: str
    trouble: str = ""
    account: Account | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    weaknesses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def form(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "reachable": not self.trouble,
            "trouble": self.trouble or None,
            "account": self.account.name if self.account else None,
            "server": self.account.server if self.account else None,
            "kinds": dict(self.kinds),
            "weaknesses": list(self.weaknesses),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Check:
    """Everything that was found."""

    hub: Hub
    systems: tuple[SystemCheck, ...] = ()
    problems: tuple[Problem, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)
    """As `left_behind` says."""

    @property
    def unreachable(self) -> Mapping[str, str]:
        return {one.name: one.trouble for one in self.systems if one.trouble}

    def form(self) -> dict[str, Any]:
        return {
            "ok": not self.problems and not self.unreachable,
            "problems": problems_form(self.problems),
            "systems": {one.name: one.form() for one in self.systems},
            "syncs": {name: list(sync.systems) for name, sync in self.hub.syncs.items()},
            "left": dict(self.left),
            "mappings": sorted(f"{one.system} {one.kind} -> {one.entity}" for one in self.hub.mappings),
        }


def problems_form(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return *problems* as JSON."""
    return [{"file": one.file, "line": one.line or None, "text": one.text} for one in problems]


def check_files(folder: Path, env: Mapping[str, str]) -> Check:
    """Say what can be said of the files alone: no system is asked, no database opened. Raises `Problems`."""
    store = engine.open_store("sqlite://", check=False)  # in memory and empty: connectors are made with one
    try:
        installation = Installation(folder, load_installation(folder, env), store)
        _, problems = _made(installation, make_connector)
        problems += [*documents_at_once(installation), *_addresses(installation.hub)]
        return Check(installation.hub, problems=tuple(sorted(set(problems))))
    finally:
        store.close()


async def check(installation: Installation, *, make: Maker = make_connector) -> Check:
    """Meet every system and compile every sync against what it says now."""
    hub = installation.hub
    names = list(hub.systems)
    connectors, problems = _made(installation, make)
    problems += _addresses(hub)
    if problems:
        return Check(hub, (), tuple(sorted(set(problems))))
    found = await asyncio.gather(*(_meet(installation, connectors[name]) for name in names))
    contacts = dict(zip(names, found, strict=True))
    seen = everybody_in(hub, contacts, installation.store)
    words = vocabularies(hub, contacts, seen)
    problems = [problem for sync in hub.syncs.values() for problem in _compiled(hub, sync.name, words)]
    problems += [problem for name in names for problem in _markers(hub, name, contacts[name])]
    problems += await check_documents(installation, make)
    longest = _windows(installation)
    systems = tuple(_system(hub, name, contacts[name], window=longest.get(name)) for name in names)
    odd = seen.odd
    systems = tuple(
        replace(one, notes=(*one.notes, *(each.text for each in odd if each.system == one.name))) for one in systems
    )
    return Check(hub, systems, tuple(sorted(set(problems))), left_behind(installation))


def _made(installation: Installation, make: Maker) -> tuple[dict[str, Connector], list[Problem]]:
    connectors: dict[str, Connector] = {}
    problems: list[Problem] = []
    for name in installation.hub.systems:
        try:
            connectors[name] = make(installation, name)
        except Problems as found:
            problems += found.problems
    return connectors, problems


def _addresses(hub: Hub) -> list[Problem]:
    """Where notices are to go and cannot: that would be found out only when somebody misses them."""
    if not hub.notify.attention:
        return []
    from .notices.sending import unusable  # Apprise takes half a second to load

    listed = zip(hub.notify.marks, hub.notify.attention, strict=True)
    return [mark.problem(told) for mark, one in listed if (told := unusable(one.get_secret_value()))]


async def _meet(installation: Installation, connector: Connector) -> Contact:
    kinds = [spec.kind for spec in installation.hub.mappings_of(connector.name)]
    if not kinds and connector.name in stores_of(installation):
        kinds = list(connector.kinds)
    async with connector:
        return await meet_system(connector, installation.store, list(dict.fromkeys(kinds)))


def _compiled(hub: Hub, name: str, words: Mapping[Scope, Vocabulary]) -> Sequence[Problem]:
    """What the mappings name and the systems do not have; systems that were never met are left out."""
    try:
        compile_sync(hub, hub.syncs[name], words)
    except Problems as found:
        return found.problems
    return ()


def _windows(installation: Installation) -> dict[str, float]:
    longest: dict[str, float] = {}
    for figures in runs.status(installation.store):
        if figures.window is not None:
            longest[figures.system] = max(longest.get(figures.system, 0.0), figures.window)
    return longest


# --- one system -------------------------------------------------------------------------------------------------------


def _system(hub: Hub, name: str, contact: Contact, *, window: float | None) -> SystemCheck:
    found = contact.discovered
    accounts = [each.account for each in found.values() if each.account is not None]
    notes = dict.fromkeys(note for each in found.values() for note in each.notes)
    abilities = contact.connector.abilities
    weak = weaknesses(abilities, window=window) if not contact.trouble else ()
    marked = [] if contact.trouble else _marker_weaknesses(hub, contact)
    return SystemCheck(
        name,
        hub.systems[name].type,
        contact.trouble,
        accounts[0] if accounts and not contact.trouble else None,
        {kind: _sizes(each) for kind, each in found.items()},
        (*weak, *marked),
        tuple(notes),
    )


def _sizes(found: Discovery) -> str:
    choices = sum(1 for place in found.places if place.choices)
    return f"{len(found.places)} fields, {choices} of them choices; {len(found.people)} people"


def weaknesses(abilities: Abilities, *, window: float | None = None) -> tuple[str, ...]:
    """Return, in words, what a system cannot do and what follows from it. WINDOW is the longest that was measured."""
    told = []
    if not abilities.conditional_writes:
        measured = f"; the longest so far was {window:.2f} s" if window is not None else ""
        told.append(
            "no conditional writes: an edit that a person makes between our compare and our write (of a batch)"
            f" can be overwritten unseen{measured}"
        )
        if not abilities.change_log:
            told.append("no change log: such an edit could not be fetched into the history either")
        else:
            told.append(
                "its change log is read where something speaks for such an edit (a status, a value that did not stay,"
                " another field that moved with it); one that changes just the field we write may not be found out"
            )
    if not abilities.change_feed:
        told.append("no change times: every pass reads everything")
    if abilities.index_lag > 0:
        told.append(f"its lists run up to {abilities.index_lag:g} s behind: a lost create waits that long")
    if not abilities.shows_deletions:
        told.append("deletions are seen by the full scan only (`casehub sync --full`)")
    return tuple(told)


def _marker_weaknesses(hub: Hub, contact: Contact) -> list[str]:
    """Where records are made, they must carry our marker, or a lost answer could make two."""
    name = contact.connector.name
    made = {make.kind for sync in hub.syncs.values() for make in sync.makes if make.system == name}
    if not made:
        return []
    if not contact.connector.abilities.marker:
        return [f"records cannot carry our marker: {_ASKED}"]
    told = []
    for spec in hub.mappings_of(name):
        place = _marker_place(spec, contact)
        if spec.kind in made and not spec.marker:
            told.append(f"{spec.mark.file} names no `marker:` place: {_ASKED}")
        elif place is not None and not place.searchable:
            told.append(str(spec.marks["marker"].problem(f"{place.name!r} cannot be searched: {_ASKED}")))
    return told


_ASKED = "whether a create whose answer was lost has arrived is asked, not found out"


def _marker_place(spec: MappingSpec, contact: Contact) -> Place | None:
    places = contact.discovered[spec.kind].places if spec.kind in contact.discovered else ()
    return next((each for each in places if each.name == spec.marker), None)


def _markers(hub: Hub, name: str, contact: Contact) -> list[Problem]:
    """The marker's place must be one that can be written; that it is there is seen when mappings are compiled."""
    found = [(spec, _marker_place(spec, contact)) for spec in hub.mappings_of(name)]
    return [
        spec.marks["marker"].problem(f"{place.name!r} cannot be written")
        for spec, place in found
        if place is not None and not place.writable
    ]
