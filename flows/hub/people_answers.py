"""What a person says of who somebody is: it counts in every case, past and to come, with the next pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings.people import called
from state import people as kept
from state.people import Answer

from .people import Everybody, everybody
from .people_asking import Question, ask, questions
from .shelf import load_discovery
from .wiring import Installation


class NobodyMeant(LookupError):
    """No system, id, person or answer is called so; the message says what is looked for."""


@dataclass(frozen=True)
class Somebody:
    """A canonical person (IDENTITY), or an account of whom nobody knows whose it is; IDS: (system, id, name there)."""

    identity: str
    ids: tuple[tuple[str, str, str], ...]

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        ids = [{"system": system, "id": id_, "name": name} for system, id_, name in self.ids]
        return {"person": self.identity or None, "accounts": ids}


@dataclass(frozen=True)
class Said:
    """What was said of ID in SYSTEM (called NAME there): it is PERSON, "" for nobody. CASES wait for it."""

    system: str
    id: str
    name: str
    person: str
    cases: int

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "system": self.system,
            "id": self.id,
            "name": self.name,
            "person": self.person or None,
            "cases": self.cases,
        }


def who_is_who(installation: Installation) -> Everybody:
    """Return who is who as systems said when they were last met; asks no system."""
    hub, store = installation.hub, installation.store
    found = {
        system: [
            member
            for spec in hub.mappings_of(system)
            if (known := load_discovery(store, system, spec.kind)) is not None
            for member in known.people
        ]
        for system in hub.systems
    }
    return everybody(hub, found, store)


def list_people(installation: Installation) -> list[Somebody]:
    """Return everybody whom a system lists or has shown: known people first, then the unknown."""
    seen = who_is_who(installation)
    known: dict[str, list[tuple[str, str, str]]] = {}
    alone = []
    for system in sorted(seen.called):
        for id_, name in seen.called[system].items():
            identity = seen.who.get(system, {}).get(id_)
            if identity:
                known.setdefault(identity, []).append((system, id_, name))
            else:
                alone.append(Somebody("", ((system, id_, name),)))
    return [*(Somebody(identity, tuple(ids)) for identity, ids in sorted(known.items())), *alone]


def list_questions(installation: Installation) -> list[Question]:
    """Return who is asked about."""
    return questions(installation.store, who_is_who(installation))


def say_same(installation: Installation, system: str, word: str, *, person: str, by: str) -> Said:
    """
    Say that *word* (an id, a login, a name) in *system* is PERSON: an e-mail, or a key of `people:` in hub.yaml.

    Raises NobodyMeant, also where hub.yaml says otherwise: it would win.
    """
    seen = who_is_who(installation)
    asked = {one.about for one in questions(installation.store, seen) if one.system == system and not one.missing}
    named = {id_ for id_, said in seen.told.answers.get(system, {}).items() if said}
    met = asked | named  # some systems show ids of people without their names
    id_ = word if word in met else _id(seen, system, word)
    identity = _identity(seen, person)
    sure = seen.told.named(system, seen.listed.get(system, ()))
    if sure.get(id_, identity) != identity:
        raise NobodyMeant(
            f"hub.yaml says under people: that {id_} in {system} is {sure[id_]}, and wins; change it there"
        )
    return _answered(installation, seen, Answer(system, id_, identity, by=by))


def say_nobody(installation: Installation, system: str, word: str, *, by: str) -> Said:
    """
    Say that *word* in *system* is nobody's colleague: it stays there as it is and is asked about no longer; also of a
    person's e-mail who has no account in *system*. Raises NobodyMeant.
    """
    seen = who_is_who(installation)
    about = {one.about for one in questions(installation.store, seen) if one.system == system}
    met = about | seen.told.answers.get(system, {}).keys()
    id_ = next((one for one in (word, word.lower()) if one in met), "") or _id(seen, system, word)
    return _answered(installation, seen, Answer(system, id_, "", by=by))


def unsay(installation: Installation, system: str, word: str) -> Said:
    """Forget what was said of *word* in *system*. Raises NobodyMeant where nothing was."""
    seen = who_is_who(installation)
    given = {one.id for one in kept.answers(installation.store) if one.system == system and one.identity != kept.AGAIN}
    id_ = word if word in given else next(iter(called(word, seen.listed.get(system, ()))), word)
    if not kept.forget_answer(installation.store, system, id_):
        raise NobodyMeant(f"nothing was answered about {word} in {system}; casehub people list shows who is who")
    return _told(installation, system, id_, before=seen)


def _answered(installation: Installation, seen: Everybody, given: Answer) -> Said:
    kept.keep_answer(installation.store, given)
    return _told(installation, given.system, given.id, before=seen)


def _told(installation: Installation, system: str, id_: str, *, before: Everybody) -> Said:
    """Bring the attention list up to date, and return what is known now."""
    now = who_is_who(installation)
    person = now.who.get(system, {}).get(id_, "")
    waited = sum(
        one.cases
        for one in questions(installation.store, before)
        if one.system == system and one.about in (id_, person or id_)
    )
    ask(installation.store, now)
    return Said(system, id_, now.name(system, id_), person, waited)


def _id(seen: Everybody, system: str, word: str) -> str:
    if system not in seen.listed:
        raise NobodyMeant(f"hub.yaml has no system {system}; there is: {', '.join(sorted(seen.listed))}")
    if word in seen.called.get(system, {}):
        return word
    found = called(word, seen.listed[system])
    if len(found) != 1:
        raise NobodyMeant(f"several people are called {word} in {system}; give the id (casehub people list)")
    if found[0] not in seen.called.get(system, {}):
        raise NobodyMeant(f"{system} has shown nobody who is called {word}; casehub people list shows those it has")
    return found[0]


def _identity(seen: Everybody, person: str) -> str:
    word = person.strip().lower()
    known = set(_known(seen))
    identity = seen.told.owners.get(word, word)
    if identity not in known and "@" not in word:
        raise NobodyMeant(f"nobody is called {person}: give an e-mail, or a key of people: in hub.yaml")
    return identity


def _known(seen: Everybody) -> Iterator[str]:
    yield from seen.told.owners.values()
    for who in seen.who.values():
        yield from who.values()
