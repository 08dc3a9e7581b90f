"""
Who is who: one canonical person for what several systems call by their own ids.

Identity is the e-mail, in lower case; else the login, where another system knows it together with an e-mail; else an
entry of the hub's own table, or what a person has answered. Somebody of whom none is known has no identity, and is
asked about, never guessed. Who an id was once is remembered: a new e-mail is still the same person.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mappings.exchange import SystemPerson

from .names import alike

Who: TypeAlias = Mapping[str, Mapping[str, str]]
"""System -> id there -> canonical person."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An entry of the hub's table: EMAILS are one person, IDS what systems call them (id, login or name there)."""

    key: str
    emails: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """The canonical name: the e-mail that the entry stands under, else the first that it lists."""
        return self.key.lower() if "@" in self.key or not self.emails else self.emails[0].lower()


@dataclass(frozen=True, slots=True)
class Remembered:
    """Who an id was when it was first met (IDENTITY, an e-mail), and what its system showed of them last."""

    identity: str
    name: str
    email: str = ""

    def is_still(self, member: SystemPerson) -> bool:
        """Say whether *member* is the same: another name or another e-mail, but not both, else the id was given on."""
        now = email_of(member)
        return now in ("", self.email, self.identity) or member.name == self.name or alike(member.name, self.name)


Memory: TypeAlias = Mapping[str, Mapping[str, Remembered]]
"""System -> id there -> who that was."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    Beside what systems list now: the hub's TABLE; ANSWERS of people, "" for somebody who is nobody's colleague; and who
    ids were before (REMEMBERED). The table wins over answers, and both over the rest.
    """

    table: tuple[KnownPerson, ...] = ()
    answers: Who = field(default_factory=dict)
    remembered: Memory = field(default_factory=dict)

    @property
    def owners(self) -> dict[str, str]:
        """E-mail or key -> the person whom the table makes of it."""
        return {name.lower(): person.identity for person in self.table for name in (*person.emails, person.key)}

    def named(self, system: str, members: tuple[SystemPerson, ...]) -> dict[str, str]:
        """Return id -> person, as far as the table says it of *system*."""
        mine = [person for person in self.table if system in person.ids]
        return {key: person.identity for person in mine for key in called(person.ids[system], members)}


def directories(
    people: Mapping[str, Iterable[SystemPerson]], known: Iterable[KnownPerson] = (), told: Told | None = None
) -> dict[str, dict[str, str]]:
    """
    Return system -> id there -> canonical person, of everybody whose identity is known: also of those who are
    remembered and listed no longer.

    KNOWN is the table alone, where nothing else is told.
    """
    told = told or Told(tuple(known))
    listed = {system: tuple(members) for system, members in people.items()}
    raw = identities(listed, told.remembered)
    owners = told.owners
    found: dict[str, dict[str, str]] = {}
    for system, members in listed.items():
        sure = {**told.answers.get(system, {}), **told.named(system, members)}
        sure = {key: owners.get(identity, identity) for key, identity in sure.items()}
        rest = {key: owners.get(identity, identity) for key, identity in raw[system].items()}
        found[system] = {key: identity for key, identity in {**rest, **sure}.items() if identity}
        found[system] = {**{key: found[system][key] for key in sure if key in found[system]}, **found[system]}
    return found


def identities(people: Mapping[str, Iterable[SystemPerson]], remembered: Memory) -> dict[str, dict[str, str]]:
    """
    Return system -> id -> who that is by what systems show, before anybody has said otherwise: who it was before, else
    the e-mail, else the login. This is what is remembered.
    """
    listed = {system: tuple(members) for system, members in people.items()}
    renamed = _renamed(listed, remembered)
    by_login = _emails_by_login(listed)
    found: dict[str, dict[str, str]] = {}
    for system, members in listed.items():
        known = remembered.get(system, {})
        named = {one.id: _before(known, one) or _identity(one, renamed, by_login) or "" for one in members}
        found[system] = {key: one.identity for key, one in known.items()} | named
        found[system] = {key: identity for key, identity in found[system].items() if identity}
    return found


def _before(known: Mapping[str, Remembered], member: SystemPerson) -> str:
    was = known.get(member.id)
    return was.identity if was is not None and was.is_still(member) else ""


def _renamed(people: Mapping[str, tuple[SystemPerson, ...]], remembered: Memory) -> dict[str, tuple[str, str]]:
    """Return e-mail -> (who that is, their name), of those who show another e-mail than they are remembered by."""
    owners = {one.identity for known in remembered.values() for one in known.values()}
    found: dict[str, tuple[str, str]] = {}
    for system, members in people.items():
        for one in members:
            was, now = _before(remembered.get(system, {}), one), email_of(one)
            if was and now and now != was and now not in owners:
                found.setdefault(now, (was, one.name))
    return found


def called(word: str, members: tuple[SystemPerson, ...]) -> tuple[str, ...]:
    """
    Return the ids of whom people call *word* in a system: an id, a login, or a name that only one has there.

    A word that nobody is called is taken for an id: the system may not list everybody.
    """
    ways = ([one.id for one in members if one.id == word], _by_login(word, members), _by_name(word, members))
    found = next((ids for ids in ways if ids), [word])
    return tuple(found) if len(found) == 1 else ()


def _by_login(word: str, members: tuple[SystemPerson, ...]) -> list[str]:
    return [one.id for one in members if one.login == word]


def _by_name(word: str, members: tuple[SystemPerson, ...]) -> list[str]:
    return [one.id for one in members if one.name == word]


def email_of(member: SystemPerson) -> str:
    """Return the e-mail that a system shows of somebody, "" for none."""
    return (member.email or "").strip().lower()


def _identity(member: SystemPerson, renamed: Mapping[str, tuple[str, str]], by_login: Mapping[str, str]) -> str | None:
    email = email_of(member)
    if not email and member.login:
        login = member.login.strip().lower()
        email = login if "@" in login else by_login.get(login, "")
    was, name = renamed.get(email, ("", ""))
    return was if was and alike(name, member.name) else email or None


def _emails_by_login(people: Mapping[str, tuple[SystemPerson, ...]]) -> dict[str, str]:
    """Return login -> e-mail, of the logins that all systems which show an e-mail agree on."""
    seen: dict[str, set[str]] = defaultdict(set)
    for members in people.values():
        for member in members:
            if member.login and member.email:
                seen[member.login.strip().lower()].add(member.email.strip().lower())
    return {login: next(iter(emails)) for login, emails in seen.items() if len(emails) == 1}


# --- what does not fit together ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Odd:
    """Something about people of a SYSTEM that a person should know. APART: who would be one are kept as two."""

    system: str
    text: str
    apart: bool = False


def oddities(people: Mapping[str, Iterable[SystemPerson]], told: Told) -> list[Odd]:
    """
    Return what does not fit together: an answer against the table, an id that is somebody else now, an e-mail that two
    people of different names show. The second is no longer whom it was; the third stay whom they are remembered to be.
    """
    listed = {system: tuple(members) for system, members in people.items()}
    return [*_overruled(listed, told), *_given_on(listed, told), *_shared(listed, directories(listed, told=told))]


Listed: TypeAlias = Mapping[str, tuple[SystemPerson, ...]]


def _overruled(listed: Listed, told: Told) -> Iterator[Odd]:
    owners = told.owners
    for system, members in listed.items():
        sure = told.named(system, members)
        for key, answer in told.answers.get(system, {}).items():
            said = owners.get(answer, answer)
            if sure.get(key, said) != said:
                yield Odd(
                    system,
                    f"#{key} is {sure[key]} by people: in hub.yaml, which wins, and was answered as {said or 'nobody'};"
                    f" casehub people forget-answer {system} {key}",
                )


def _given_on(listed: Listed, told: Told) -> Iterator[Odd]:
    for system, members in listed.items():
        for one in members:
            was = told.remembered.get(system, {}).get(one.id)
            if was is not None and not was.is_still(one):
                now = f"{one.name} <{email_of(one)}>"
                text = f"#{one.id} was {was.name} <{was.identity}> and is {now} now: taken for somebody else"
                yield Odd(system, text, apart=True)


def _shared(listed: Listed, who: Who) -> Iterator[Odd]:
    showing: dict[str, list[tuple[str, SystemPerson]]] = defaultdict(list)
    for system, members in listed.items():
        for one in members:
            if email_of(one):
                showing[email_of(one)].append((system, one))
    for email, (first, *others) in showing.items():
        for system, one in others:
            mine, theirs = who[first[0]].get(first[1].id), who[system].get(one.id)
            if mine == theirs and (first[1].name == one.name or alike(first[1].name, one.name)):
                continue
            taken = "one person" if mine == theirs else f"two, {mine} and {theirs}"
            text = (
                f"#{one.id} {one.name} and {first[0]} #{first[1].id} {first[1].name} show one e-mail, {email}, and are"
                f" taken for {taken}; say otherwise: casehub people same {system} {one.id} EMAIL"
            )
            yield Odd(system, text, apart=mine != theirs)
