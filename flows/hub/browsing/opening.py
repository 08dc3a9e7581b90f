"""Opening one case: everything that is known of it, in nine statements whatever its size, ten with its contact."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mappings.canonical.facts import CASE_FACTS, FactInfo
from mappings.canonical.values import Value
from mappings.reconcile.model import Entity, Fact, Link, OpenWrite
from state import cursors, lines, people
from state.lines import Household
from state.types import Whole

from ..access import Access
from ..attachments.looking import FileView, files_of
from ..items import is_at_home, pointed_at
from ..labels import ON_A_PAGE, Labels
from ..looking import Standing, standings
from ..noted import is_internal
from ..wiring import Installation
from .addresses import openable
from .admitting import admitted
from .case_page import CasePage, ContactRow, DocumentRow, FactRow, ItemRow, LinkedRecord, NoteRow, Opens, Side, Waiting
from .casting import names_among, stages_of
from .feed import Feed, FeedQuery, Told, feed_of
from .freshness import freshness

FIRST = FeedQuery()


def open_case(
    installation: Installation,
    access: Access,
    key: str,
    *,
    now: datetime,
    internal: bool = False,
    query: FeedQuery | None = FIRST,
) -> CasePage:
    """
    Return the page of the case *key*, with the page of its feed that QUERY asks for (None: none). INTERNAL: the reader
    may see internal notes and files.

    Raises NoSuchCase, also where *access* does not let the reader see it: nobody is told that it exists.
    """
    store, hub = installation.store, installation.hub
    found = admitted(installation, access, key)
    labels = Labels(store, hub, longest=ON_A_PAGE)
    everybody = labels.load({(link.system, link.kind) for one in found.everyone for link in one.links})
    names = names_among(hub, people.names_of(everybody))
    pulled = cursors.pulled(store)
    entity = found.case.entity
    sync = hub.syncs.get(entity.sync)
    shown = _Shown(installation, found, labels, pulled, now)
    files = files_of(store, found.case, sync.files if sync else {})
    return CasePage(
        entity.key,
        entity.id,
        entity.sync,
        _text(entity, "title"),
        _text(entity, "client"),
        entity.created,
        tuple(shown.facts()),
        tuple(shown.records()),
        tuple(_items(found)),
        _talk(one for one in found.notes if internal or not is_internal(one.entity)),
        tuple(map(_file, (one for one in files if internal or not one.internal))),
        tuple(map(shown.document, found.documents)),
        lines.awaiting_of(store, _visible(found, internal=internal)),
        names,
        stages_of(hub, entity.sync),
        feed_of(Told(installation, found, labels, names), query, internal=internal) if query else Feed((), "", names),
        more_notes=found.more_notes,
        contact=_contact(installation, found.case),
    )


def _contact(installation: Installation, case: Whole) -> ContactRow | None:
    """The person at the client; a statement of its own, where contacts are moved at all."""
    name = _text(case.entity, "contact")
    said = ((link.system, pointed_at(link, "contact")) for link in case.links)
    records = [(system, record) for system, record in said if record is not None]
    moved = any(spec.entity == "contact" for spec in installation.hub.mappings)
    if not moved or not (name or records):
        return None
    pointed, others = lines.contacts_at(installation.store, case.entity.sync, named=name, records=records)
    meant = pointed or [one for one in others if _called(one) == name and is_at_home(one, case.entity)]
    if len(meant) != 1:
        return None
    [found] = meant
    phones, emails = (_each(found, fact) for fact in ("phones", "emails"))
    return ContactRow(found.key, _called(found), _text(found, "client"), phones, emails)


def _called(contact: Entity) -> str:
    return " ".join(filter(None, (_text(contact, "name"), _text(contact, "last_name"))))


def _each(entity: Entity, name: str) -> tuple[str, ...]:
    value = _value(entity, name)
    return tuple(sorted(value)) if isinstance(value, frozenset) else ()


def _visible(found: Household, *, internal: bool) -> list[str]:
    return [one.entity.id for one in found.everyone if internal or not is_internal(one.entity)]


@dataclass(frozen=True)
class _Shown:
    """A case as its systems show it."""

    installation: Installation
    found: Household
    labels: Labels
    pulled: Mapping[tuple[str, str], datetime]
    now: datetime

    @property
    def case(self) -> Whole:
        return self.found.case

    # --- facts ---

    def facts(self) -> Iterator[FactRow]:
        said = self.case.entity.facts
        stand = standings(self.case, self.labels)
        infos = self._infos()
        order = {name: place for place, name in enumerate(infos)}
        for name in sorted({*said, *stand}, key=lambda one: (order.get(one, len(order)), one)):
            info = infos.get(name)
            sides = {one.system: self._side(one) for one in reversed(stand.get(name, ()))}
            yield _fact(name, info.type if info else "text", said.get(name), sides, self.case.entity)

    def _infos(self) -> dict[str, FactInfo]:
        sync = self.installation.hub.syncs.get(self.case.entity.sync)
        return {info.name: info for info in (*CASE_FACTS, *(sync.facts if sync else ()))}

    def _side(self, standing: Standing) -> Side:
        here = [one for one in self.case.links if one.system == standing.system]
        link = next(one for one in here if one.bases or one.parked)  # the others are addresses of documents
        waits = [one for one in self._waiting(link, link.write) if one.field == standing.field]
        return Side(
            standing.system,
            link.kind,
            standing.field,
            standing.base,
            standing.view,
            standing.label,
            waits[0].after if waits else "",
            standing.parked,
        )

    # --- records ---

    def document(self, whole: Whole) -> DocumentRow:
        entity = whole.entity
        texts = {name: _text(entity, name) for name in ("title", "kind", "state", "version")}
        system, kind = next(((link.system, link.kind) for link in whole.links), ("", ""))
        fresh = freshness(self.installation.hub, self.pulled, system, kind=kind, now=self.now)
        return DocumentRow(entity.key, url=openable(_text(entity, "url")), fresh=fresh, system=system, **texts)

    def records(self) -> Iterator[LinkedRecord]:
        mapped = {(spec.system, spec.kind) for spec in self.installation.hub.mappings}
        for link in self.case.links:
            if (link.system, link.kind) in mapped:  # else it is the address of a document
                yield self._record(link)
        for create in self.case.creates:
            fresh = freshness(self.installation.hub, self.pulled, create.system, kind=create.kind, now=self.now)
            yield LinkedRecord(create.system, create.kind, "", "", fresh, write=create.write.state)

    def _record(self, link: Link) -> LinkedRecord:
        return LinkedRecord(
            link.system,
            link.kind,
            link.external_id,
            openable(link.url),
            freshness(self.installation.hub, self.pulled, link.system, kind=link.kind, now=self.now),
            gone=(link.gone or "gone") if link.tombstone else "",
            in_scope=link.in_scope,
            touched=link.touched,
            write=link.write.state if link.write else "",
            waiting=tuple(self._waiting(link, link.write)),
        )

    def _waiting(self, link: Link, write: OpenWrite | None) -> Iterator[Waiting]:
        for one in write.fields if write else ():
            before, after = (
                self.labels.of(link.system, link.kind, field_name=one.field, view=view)
                for view in (one.expected, one.view)
            )
            yield Waiting(one.field, before, after)


def _fact(name: str, kind: str, said: Fact | None, sides: Mapping[str, Side], case: Entity) -> FactRow:
    if said is None:
        return FactRow(name, kind, None, "", "", "", "", None, sides, name in case.conflicts)
    origin = said.origin
    system = origin.name if origin.by == "system" else "hub"
    who = origin.who if origin.by == "system" else origin.name
    return FactRow(name, kind, said.value, system, origin.by, who, origin.ref, origin.at, sides, name in case.conflicts)


# --- what belongs to the case -----------------------------------------------------------------------------------------


def _items(found: Household) -> Iterator[ItemRow]:
    below: dict[str, list[Whole]] = {}
    for one in found.items:
        below.setdefault(one.entity.parent, []).append(one)
    yield from _below(below, found.case.entity.id, 0)


def _below(below: Mapping[str, Sequence[Whole]], parent: str, level: int) -> Iterator[ItemRow]:
    for one in below.get(parent, ()):
        entity = one.entity
        texts = {name: _text(entity, name) for name in ("title", "category", "status", "assignee", "block_reason")}
        due, blocked = _value(entity, "due"), _value(entity, "blocked") is True
        due = due if isinstance(due, date) else None
        yield ItemRow(entity.key, due=due, blocked=blocked, level=level, places=_places(one.links), **texts)
        yield from _below(below, entity.id, level + 1)


def _talk(notes: Iterable[Whole]) -> tuple[NoteRow, ...]:
    """
    Return notes in the order of their time, which the numbers of those that stay inside do not follow: where a system
    tells no more than the second, they come last.
    """
    return tuple(sorted(map(_note, notes), key=_when))


def _when(note: NoteRow) -> tuple[float, bool, str]:
    return note.at.timestamp() if note.at else 0.0, note.internal, note.key


def _note(whole: Whole) -> NoteRow:
    entity = whole.entity
    at, body = _value(entity, "at"), _value(entity, "body")
    return NoteRow(
        entity.key,
        _text(entity, "author"),
        at if isinstance(at, datetime) else entity.created,
        _text(entity, "written_in"),
        body if isinstance(body, str) else None,
        is_internal(entity),
        _places(whole.links),
    )


def _file(shown: FileView) -> FileView:
    return replace(shown, places=tuple(replace(one, url=openable(one.url)) for one in shown.places))


def _places(links: Iterable[Link]) -> tuple[Opens, ...]:
    return tuple(Opens(one.system, one.external_id, openable(one.url), one.tombstone) for one in links)


def _value(entity: Entity, name: str) -> Value:
    return entity.facts[name].value if name in entity.facts else None


def _text(entity: Entity, name: str) -> str:
    value = _value(entity, name)
    return value if isinstance(value, str) else ""
