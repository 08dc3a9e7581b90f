"""How far somebody reads, and what they are to a case: worked out from their account and the tree of units."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from mappings.language import Hub
from mappings.people import Told
from state import accounts
from state.accounts import Account, Unit
from state.store import Store

from .access import Access
from .people import table_of
from .rights import Level, Relation

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """
    The people around somebody: ME, those HEADED (in units that they lead, and below), those of the same unit (TEAM) and
    of units BELOW it. People are named as cases name them.
    """

    me: str
    headed: frozenset[str] = NOBODY
    team: frozenset[str] = NOBODY
    below: frozenset[str] = NOBODY

    def access(self, level: Level) -> Access:
        """Return what queries take."""
        if level == "all":
            return Access(None, self.me)
        own = self.headed | ({self.me} if self.me else NOBODY)
        team = self.team if level in ("team", "department") else NOBODY
        below = self.below if level == "department" else NOBODY
        return Access(own | team | below, self.me)

    def relation(self, *, owner: str | None, manager: str | None, participants: Collection[str]) -> Relation:
        """
        Return what they are to a case of these people, in large or small letters: of what holds, that which allows the
        most. Who heads somebody loses nothing by taking part in their case.
        """
        others = {one.lower() for one in participants}
        leading = [one.lower() if one else "" for one in (owner, manager)]
        if self.me and leading[0] == self.me:
            return "responsible"
        if self.me and leading[1] == self.me:
            return "manager"
        people = {*others, *filter(None, leading)}
        if (people - {self.me}) & self.headed:
            return "head"
        if self.me and self.me in others:
            return "participant"
        if people & self.team:
            return "team"
        return "below" if people & self.below else "elsewhere"


def reach_of(store: Store, account: Account, *, leads: bool, owners: Mapping[str, str] | None = None) -> Reach:
    """
    Return the people around ACCOUNT. LEADS: it heads a unit; who neither leads nor reads further asks nothing.

    OWNERS says which person hub.yaml makes of an e-mail or a key (`owners_of`).
    """
    known = owners or {}
    me = known.get(account.person, account.person)
    if not leads and account.level not in ("team", "department"):
        return Reach(me)
    units, people = accounts.tree(store)
    led = [unit.id for unit in units if unit.head == account.id]
    under_led = below(units, led) | set(led)
    mine = {account.unit} if account.unit else set()
    under = below(units, mine)
    members = [(unit, known.get(person, person)) for unit, person in people]
    return Reach(me, _people(members, under_led), _people(members, mine), _people(members, under))


def owners_of(hub: Hub) -> dict[str, str]:
    """Return e-mail or key -> the name by which cases know that person, as far as `people:` of hub.yaml says it."""
    return Told(table_of(hub)).owners


def below(units: Iterable[Unit], above: Collection[str]) -> set[str]:
    """Return the units under those of ABOVE, at any depth; a ring of units ends where it began."""
    children: dict[str, list[str]] = {}
    for unit in units:
        if unit.parent is not None:
            children.setdefault(unit.parent, []).append(unit.id)
    return _under(children, above)


def _under(children: Mapping[str, list[str]], above: Collection[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(above)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def _people(members: Iterable[tuple[str, str]], units: Collection[str]) -> frozenset[str]:
    return frozenset(person for unit, person in members if unit in units)
