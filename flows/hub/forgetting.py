"""`case forget`: the personal past of a case or contact, or everything that names a person, is replaced by a mark."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from mappings.canonical.facts import FACTS
from mappings.exchange import SystemPerson
from mappings.reconcile.model import Entity
from state import attachments, cases, documents, forgetting, people
from state.compacting import compact
from state.errors import Busy, NoRoom, Unavailable
from state.family import children
from state.forgetting import Forgotten
from state.types import Whole

from .attachments.spool import spool_in
from .items import contact_of, names_of
from .looking import NoSuchCase, find_case
from .shelf import load_discovery
from .wiring import Installation

PLAIN = frozenset({"number", "money", "bool", "date", "datetime", "choice"})
"""Types of facts that name nobody."""


class NobodyKnown(LookupError):
    """Neither a case nor a person is known by that name; the message says what is looked for."""


@dataclass(frozen=True)
class Report:
    """
    WHAT was forgotten (keys, or the words of a person), and why the file could not be written anew (LEFT). STAYS: the
    contact of the case, where it is another case's too.
    """

    what: tuple[str, ...]
    forgotten: Forgotten
    left: str = ""
    stays: tuple[str, ...] = ()

    @property
    def compacted(self) -> bool:
        return not self.left

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        one = self.forgotten
        return {
            "forgotten": list(self.what),
            "stays": list(self.stays),
            "lines": one.lines,
            "tombstones": one.tombstones,
            "entries": one.entries,
            "writes": one.writes,
            "all": one.all,
            "still_shown_by": [{"system": system, "id": record} for system, record in one.records],
            "compacted": self.compacted,
        }


def forget_case(installation: Installation, key: str, *, by: str) -> Report:
    """
    Forget the personal past of a case and of all that belongs to it, the contact too that no other case has; or of a
    contact, a client, an item alone. Raises NoSuchCase.
    """
    store = installation.store
    whole = find_case(store, key)
    contact, shared = contact_alone(installation, whole)
    family = [whole.entity.id, *_descendants(installation, [whole.entity.id])]
    family += documents.of_cases(store, [whole.entity.id])
    family += [contact.entity.id] if contact and not shared else []
    plain = _plain(installation)
    _forget_contents(installation, whole.entity)
    done = [forgetting.forget_entity(store, owner, plain=plain, by=by) for owner in family]
    named = (contact.entity.key,) if contact else ()
    what = (whole.entity.key, *(() if shared else named))
    return Report(what, _together(done), _compact(installation), named if shared else ())


def contact_alone(installation: Installation, whole: Whole) -> tuple[Whole | None, bool]:
    """Return the contact of a case, and whether another case has it too; (None, False) for what is no case."""
    store, entity = installation.store, whole.entity
    contact = contact_of(store, whole) if entity.kind == "case" else None
    if contact is None:
        return None, False
    said = [entity.facts["contact"].value] if "contact" in entity.facts else []
    words = sorted({one for one in (*said, *names_of(contact.entity)) if isinstance(one, str)})
    others = (one for one in cases.by_words(store, entity.sync, words) if one.entity.id != entity.id)
    return contact, any(one and one.entity.id == contact.entity.id for one in (contact_of(store, o) for o in others))


def _forget_contents(installation: Installation, case: Entity) -> None:
    """Contents of its files that an interrupted pass has left in the spool go, but for those that are on their way."""
    store, spool = installation.store, spool_in(installation.folder)
    on_their_way = attachments.in_use(store)
    for held in attachments.of_case(store, case.sync, case.id).held:
        if held.digest is not None and held.digest not in on_their_way:
            spool.forget(held.digest)


def _descendants(installation: Installation, parents: list[str]) -> Iterator[str]:
    known = set(parents)  # two systems may put two items under each other, crosswise
    while parents:
        parents = [one.entity.id for one in children(installation.store, parents) if one.entity.id not in known]
        known.update(parents)
        yield from parents


def forget_person(installation: Installation, text: str, *, by: str) -> Report:
    """
    Forget everybody whom *text* names: an e-mail address, a log-in, a whole name. Raises NobodyKnown for a text that is
    shorter than a name, or is nobody's whom a system knows, unless it is an address.
    """
    words = sorted(words_of(installation, text))
    done = forgetting.forget_person(installation.store, words, by=by)
    return Report(tuple(words), done, _compact(installation))


def words_of(installation: Installation, text: str) -> frozenset[str]:
    """Return every word that stands for the person whom *text* names. Raises NobodyKnown."""
    said = text.strip().casefold()
    known = [one for one in _known(installation) if said in {word.casefold() for word in _words(one)}]
    if not known and "@" not in said:
        raise NobodyKnown(f"{text!r} is neither a case nor somebody whom a system knows; an e-mail address always does")
    same = {one.email.casefold() for one in known if one.email}
    known += [one for one in _known(installation) if one.email and one.email.casefold() in same]
    return frozenset({text.strip(), *(word for one in known for word in _words(one))})


def _known(installation: Installation) -> Iterator[SystemPerson]:
    yield from (identity.known for identity in people.identities(installation.store))
    for spec in installation.hub.mappings:
        found = load_discovery(installation.store, spec.system, spec.kind)
        yield from found.people if found else ()


def _words(one: SystemPerson) -> Iterator[str]:
    yield from (word for word in (one.name, one.email, one.login) if word)


def is_case(installation: Installation, text: str) -> bool:
    """Say whether *text* is the key of a case."""
    try:
        find_case(installation.store, text)
    except NoSuchCase:
        return False
    return True


def _plain(installation: Installation) -> forgetting.Plain:
    """What names nobody, by fact and by the names under which records show facts."""
    custom = [info for sync in installation.hub.syncs.values() for info in sync.facts]
    types = {info.name: info.type for kind in FACTS.values() for info in kind} | {one.name: one.type for one in custom}
    plain = {name for name, type_ in types.items() if type_ in PLAIN}
    personal = {
        name
        for spec in installation.hub.mappings
        for name, entry in spec.fields.items()
        if not plain.issuperset(entry.facts)
    }
    impersonal = {name for spec in installation.hub.mappings for name in spec.fields} - personal
    names = (plain | impersonal) - personal
    return names.__contains__


def _together(done: list[Forgotten]) -> Forgotten:
    sums = {one.name: sum(getattr(each, one.name) for each in done) for one in fields(Forgotten)[:4]}
    shown = tuple(record for each in done for record in each.records)
    return Forgotten(**sums, all=not shown, records=shown)


def _compact(installation: Installation) -> str:
    """Write the file anew; what was forgotten is so by now, so that it is only told why that could not be."""
    try:
        compact(installation.store)
    except Busy:
        return "somebody is at work: do it again when nothing runs"
    except NoRoom:
        return "there is no room for a second one, beside it or for temporary files: make room and do it again"
    except Unavailable as error:
        return f"{error}; do it again"
    return ""
