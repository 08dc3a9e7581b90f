"""
Somebody unknown is asked about once: one entry of the attention list for a person and a system, however many cases
wait. What waits hangs under it, and goes on by itself once there is an answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings.lens import UNKNOWN
from mappings.names import alike
from mappings.reconcile.model import Parked
from state import attention
from state import people as kept
from state.attention import Attention, Place
from state.store import Store

from .people import Everybody

PERSON = "person"
"""The kind under which a question stands on the attention list; its record is the id that is asked about."""


@dataclass(frozen=True)
class Question:
    """
    Who is ABOUT? An id of SYSTEM that nobody knows, or (MISSING) a person whose id there nobody knows. PERHAPS are
    answers that the names suggest: (person or id, name).
    """

    system: str
    about: str
    name: str
    cases: int
    missing: bool = False
    perhaps: tuple[tuple[str, str], ...] = ()

    @property
    def command(self) -> str:
        """Return the command that answers it, with what the names suggest, if that is one."""
        suggested = self.perhaps[0][0] if len(self.perhaps) == 1 else ""
        if self.missing:
            return f"casehub people same {self.system} {suggested or 'ID'} {self.about}"
        return f"casehub people same {self.system} {self.about} {suggested or 'EMAIL'}"

    @property
    def text(self) -> str:
        waits = f"{self.cases or 'no'} {'cases wait' if self.cases > 1 else 'case waits'}"
        shown = f" ({self.name})" if self.name not in ("", self.about) else ""
        who = f"who is {self.about}{shown} there?" if self.missing else f"who is {self.about}{shown}?"
        names = ", ".join(f"{name} ({one})" for one, name in self.perhaps)
        return f"{who} {waits}; {f'by the name perhaps {names}; ' if names else ''}{self.command}"

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "system": self.system,
            "about": self.about,
            "name": self.name,
            "missing": self.missing,
            "cases": self.cases,
            "perhaps": [{"answer": one, "name": name} for one, name in self.perhaps],
        }


def questions(store: Store, seen: Everybody) -> list[Question]:
    """Return who is asked about, in the order of systems; not those of whom a person has said that they are nobody."""
    found: dict[tuple[str, str, bool], set[str]] = {}
    for one in kept.waiting(store):
        for about, missing in _about(one.parked, seen, one.system):
            if seen.told.answers.get(one.system, {}).get(about) != "":
                found.setdefault((one.system, about, missing), set()).add(one.entity)
    for system, about in seen.again:
        if system in seen.listed and about not in seen.who.get(system, {}):
            found.setdefault((system, about, False), set())
    return [
        _question(seen, system, about=about, missing=missing, cases=len(entities))
        for (system, about, missing), entities in sorted(found.items())
    ]


def _about(parked: Parked, seen: Everybody, system: str) -> Iterator[tuple[str, bool]]:
    """Yield the ids in a view that nobody knows; or the people of a value that could not be written."""
    who = seen.who.get(system, {})
    if parked.value:
        said = (
            each for value in parked.value.values() for each in (value if isinstance(value, frozenset) else [value])
        )
        yield from ((str(each), True) for each in said if each is not None and each not in who.values())
    else:
        shown = parked.view if isinstance(parked.view, list) else [parked.view]
        yield from ((each, False) for each in shown if isinstance(each, str) and each and each not in who)


def _question(seen: Everybody, system: str, *, about: str, missing: bool, cases: int) -> Question:
    if missing:
        names = seen.names_of(about)
        known = seen.who.get(system, {})
        others = [(one.id, one.name) for one in seen.listed.get(system, ()) if one.id not in known]
        perhaps = [(id_, name) for id_, name in others if any(alike(name, each) for each in names)]
        return Question(system, about, ", ".join(names), cases, missing=True, perhaps=tuple(perhaps))
    name = seen.name(system, about)
    return Question(system, about, name, cases, perhaps=tuple(suggestions(seen, name)))


def suggestions(seen: Everybody, name: str) -> list[tuple[str, str]]:
    """Return (person, name) of everybody who is called like *name* somewhere."""
    found: dict[str, str] = {}
    for system, who in sorted(seen.who.items()):
        for id_, identity in who.items():
            if alike(name, seen.name(system, id_)):
                found.setdefault(identity, seen.name(system, id_))
    return list(found.items())


def hangs(entry: Attention) -> bool:
    """Say whether an entry of the list hangs under a question, and need not be shown beside it."""
    return entry.code == UNKNOWN and entry.entity is not None


def ask(store: Store, seen: Everybody) -> None:
    """Bring the questions on the attention list up to date; writes nothing where they are."""
    wanted = {(one.system, one.about): Parked(UNKNOWN, one.text) for one in questions(store, seen)}
    listed = kept.asked(store)
    fresh = [(Place(system, PERSON, record=id_), one) for (system, id_), one in wanted.items()]
    fresh = [(place, one) for place, one in fresh if listed.get((place.system, place.record)) != one.text]
    over = [Place(system, PERSON, record=id_) for system, id_ in listed if (system, id_) not in wanted]
    if fresh:
        attention.park_records(store, fresh)
    if over:
        attention.unpark_records(store, over)
