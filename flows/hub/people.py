"""Who is who when a sync is wired: what systems list, what hub.yaml and people have said, what is remembered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mappings.exchange import SystemPerson
from mappings.language import Hub
from mappings.people import (
    KnownPerson,
    Odd,
    Remembered,
    Told,
    directories,
    identities,
    oddities,
)
from state import people as kept
from state.store import Store

Listed = Mapping[str, tuple[SystemPerson, ...]]


@dataclass
class Everybody:
    """
    The people of some systems. LISTED are those that each lists now, WHO says which person an id is, CALLED what a
    system has shown for an id, known or not; it grows while records are read. ASKED are the systems that have been
    asked anew since the sync was wired, AGAIN the (system, id) of whom an answer was taken back.
    """

    told: Told = field(default_factory=Told)
    listed: dict[str, tuple[SystemPerson, ...]] = field(default_factory=dict)
    who: dict[str, dict[str, str]] = field(default_factory=dict)
    called: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    again: frozenset[tuple[str, str]] = frozenset()

    def inactive(self, system: str) -> frozenset[str]:
        """Return the ids that are read and can no longer be chosen: also of those who are listed no longer."""
        listed = self.listed.get(system, ())
        away = self.told.remembered.get(system, {}).keys() - {one.id for one in listed}
        return frozenset({one.id for one in listed if not one.active} | away)

    def has(self, system: str, id_: str) -> bool:
        """Say whether *system* lists an active account under *id_*."""
        return any(one.id == id_ and one.active for one in self.listed.get(system, ()))

    def name(self, system: str, id_: str) -> str:
        return self.called.get(system, {}).get(id_, id_)

    def names_of(self, identity: str) -> list[str]:
        """Return what systems call a person."""
        ids = ((system, id_) for system, who in self.who.items() for id_, one in who.items() if one == identity)
        return list(dict.fromkeys(self.name(*each) for each in ids))

    @property
    def odd(self) -> list[Odd]:
        """What does not fit together."""
        return oddities(self.listed, self.told)


def table_of(hub: Hub) -> tuple[KnownPerson, ...]:
    """Return the people table of hub.yaml."""
    return tuple(KnownPerson(person.key, person.emails, person.ids) for person in hub.people)


def told_names(hub: Hub) -> dict[str, str]:
    """Return person -> name, as far as hub.yaml says one: it comes before what systems call them."""
    return {known.identity: one.name for known, one in zip(table_of(hub), hub.people, strict=True) if one.name}


def everybody(hub: Hub, people: Mapping[str, Iterable[SystemPerson]], store: Store | None = None) -> Everybody:
    """Return who is who among *people*, who are listed now; with what STORE remembers, where one is given."""
    listed = {system: tuple({one.id: one for one in members}.values()) for system, members in people.items()}
    called = {system: {one.id: one.name for one in members} for system, members in listed.items()}
    told, given = Told(table_of(hub)), kept.answers(store) if store is not None else ()
    if store is not None:
        memory: dict[str, dict[str, Remembered]] = {}
        for one in kept.identities(store):
            called.setdefault(one.system, {}).setdefault(one.known.id, one.known.name)
            if one.named is not None:
                was = Remembered(one.named, one.known.name, (one.known.email or "").strip().lower())
                memory.setdefault(one.system, {})[one.known.id] = was
        told = Told(told.table, _answers(given), memory)
    again = frozenset((one.system, one.id) for one in given if one.identity == kept.AGAIN)
    return Everybody(told, listed, directories(listed, told=told), called, again=again)


def _answers(given: Iterable[kept.Answer]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for one in given:
        if one.identity != kept.AGAIN:
            found.setdefault(one.system, {})[one.id] = one.identity
    return found


def remember(store: Store, seen: Everybody) -> None:
    """Keep who is listed now, as far as that is not known yet; writes nothing where nothing has changed."""
    raw = identities(seen.listed, seen.told.remembered)
    before = {(one.system, one.known.id): (one.known, one.named) for one in kept.identities(store)}
    for system, members in seen.listed.items():
        who = raw[system]
        fresh = [one for one in members if before.get((system, one.id)) != (one, who.get(one.id))]
        if fresh:
            kept.store_people(store, system, people=fresh, who=who)
