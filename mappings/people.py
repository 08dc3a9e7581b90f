"""
Who is who: one canonical person for what several systems call by their own ids.

Identity is the e-mail, in lower case; else the login, where another system knows it together with an e-mail; else an
entry of the hub's own table. Somebody of whom none is known has no identity, and is asked about, never guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mappings.exchange import SystemPerson


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An entry of the hub's table: EMAILS are one person, IDS what systems call them (id, login or name there)."""

    key: str
    emails: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        return self.emails[0].lower() if self.emails else self.key


def directories(
    people: Mapping[str, Iterable[SystemPerson]], known: Iterable[KnownPerson] = ()
) -> dict[str, dict[str, str]]:
    """Return system -> id there -> canonical person, of everybody whose identity is known."""
    listed = {system: tuple(members) for system, members in people.items()}
    table = tuple(known)
    by_email = {email.lower(): person.identity for person in table for email in person.emails}
    by_login = _emails_by_login(listed)
    found: dict[str, dict[str, str]] = {}
    for system, members in listed.items():
        by_id = {
            key: person.identity
            for person in table
            if system in person.ids
            for key in _called(person.ids[system], members)
        }
        named = {member.id: by_id.get(member.id) or _identity(member, by_email, by_login) for member in members}
        found[system] = {**by_id, **{key: identity for key, identity in named.items() if identity}}
    return found


def _called(word: str, members: tuple[SystemPerson, ...]) -> tuple[str, ...]:
    """
    Return the ids of whom the hub's table calls *word* in a system: an id, a login, or a name that only one has there.

    A word that nobody is called is taken for an id: the system may not list everybody.
    """
    ways = ([one.id for one in members if one.id == word], _by_login(word, members), _by_name(word, members))
    found = next((ids for ids in ways if ids), [word])
    return tuple(found) if len(found) == 1 else ()


def _by_login(word: str, members: tuple[SystemPerson, ...]) -> list[str]:
    return [one.id for one in members if one.login == word]


def _by_name(word: str, members: tuple[SystemPerson, ...]) -> list[str]:
    return [one.id for one in members if one.name == word]


def _identity(member: SystemPerson, by_email: Mapping[str, str], by_login: Mapping[str, str]) -> str | None:
    email = (member.email or "").strip().lower()
    if not email and member.login:
        login = member.login.strip().lower()
        email = login if "@" in login else by_login.get(login, "")
    return by_email.get(email, email) if email else None


def _emails_by_login(people: Mapping[str, tuple[SystemPerson, ...]]) -> dict[str, str]:
    """Return login -> e-mail, of the logins that all systems which show an e-mail agree on."""
    seen: dict[str, set[str]] = defaultdict(set)
    for members in people.values():
        for member in members:
            if member.login and member.email:
                seen[member.login.strip().lower()].add(member.email.strip().lower())
    return {login: next(iter(emails)) for login, emails in seen.items() if len(emails) == 1}
