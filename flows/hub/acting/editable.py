"""Which facts somebody may give another value, and what there is to choose from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mappings.canonical.facts import FACTS, PEOPLE, UNDER, FactInfo
from mappings.language import Hub
from mappings.language.model import Sync
from state.search import folded

from ..people import told_names
from ..people_answers import who_is_who
from ..wiring import Installation


@dataclass(frozen=True, slots=True)
class Choosing:
    """What a fact's value can be: its TYPE, the CHOICES there are (value, name; () for free text), SEVERAL at once."""

    info: FactInfo
    choices: tuple[tuple[str, str], ...] = ()
    several: bool = False


def facts_of(sync: Sync, kind: str = "case") -> dict[str, FactInfo]:
    """Return the facts that somebody may set at the hub: not those that it works out, nor where something belongs."""
    every = (*FACTS[kind], *(sync.facts if kind == "case" else ()))
    return {one.name: one for one in every if not one.derived and one.name not in UNDER}


def only_read(hub: Hub, records: Iterable[tuple[str, str]], kind: str = "case") -> Mapping[str, tuple[str, ...]]:
    """Return the facts that the RECORDS (system, kind) only show and never take, with the systems to edit them in."""
    shown: dict[str, list[str]] = {}
    taken: set[str] = set()
    for system, record in records:
        spec = hub.mapping(system, record, entity=kind)
        for entry in spec.fields.values() if spec else ():
            if entry.direction == "in":
                for fact in entry.facts:
                    shown.setdefault(fact, []).append(system)
            else:
                taken.update(entry.facts)
    return {fact: tuple(sorted(systems)) for fact, systems in shown.items() if fact not in taken}


def choosing(installation: Installation, sync: Sync, info: FactInfo) -> Choosing:
    """Return what there is to choose from for the fact INFO."""
    if info.name == "stage" and sync.stages:
        return Choosing(info, tuple((str(one), "") for one in sync.stages))
    if info.choices:
        return Choosing(info, tuple((one, "") for one in info.choices))
    if info.type == "person" or info.name in PEOPLE:
        return Choosing(info, people(installation), several=info.type == "set")
    return Choosing(info)


def people(installation: Installation) -> tuple[tuple[str, str], ...]:
    """Return everybody whom systems list or hub.yaml names, by name: (who it is, what they are called)."""
    seen = who_is_who(installation)
    known = {identity for who in seen.who.values() for identity in who.values()} | set(seen.told.owners.values())
    told = told_names(installation.hub)
    named = [(one, told.get(one) or next(iter(seen.names_of(one)), one)) for one in known]
    return tuple(sorted(named, key=lambda each: (folded(each[1]), each[0])))
