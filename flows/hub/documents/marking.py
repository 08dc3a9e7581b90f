"""What a person says about a document: it was sent, it is worked on again, a new one is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mappings.reconcile.model import Base, Event, Link
from state import cases, documents
from state.documents import KIND, Kept, Paper, Stand
from state.store import Store
from state.types import Whole

from .paper import DRAFT, GONE, SENT, document_id, fact, told


class NoSuchDocument(LookupError):
    """The case has no such document; the message says which it has."""


class NotThere(ValueError):
    """What was asked does not fit how the document stands."""


@dataclass(frozen=True)
class Shown:
    """A document as a person sees it. ATTENTION is what has to be done about it, empty where nothing has."""

    key: str
    label: str
    system: str
    title: str
    state: str
    url: str
    version: str
    attention: str

    def form(self) -> dict[str, Any]:
        return {
            "case": self.key,
            "document": self.label,
            "system": self.system,
            "title": self.title or None,
            "state": self.state or None,
            "url": self.url or None,
            "version": self.version or None,
            "attention": self.attention or None,
        }


@dataclass(frozen=True)
class Marked:
    """A document that a person speaks of. LABEL is what hub.yaml calls it."""

    paper: Paper
    link: Link | None
    label: str


def documents_of(store: Store, case: Whole, labels: Sequence[tuple[str, str]]) -> list[Shown]:
    """Return the documents of *case* that hub.yaml names (LABELS with their systems), as they stand."""
    ids = {document_id(case.entity.id, label): (label, system) for label, system in labels}
    known = cases.by_ids(store, list(ids))
    shown = []
    for number, (label, system) in ids.items():
        whole = known.get(number)
        entity = whole.entity if whole else None
        parked = documents.parked_here(store, _paper(case, whole, label, system)) if whole else None

        def said(name: str, entity: Any = entity) -> str:
            return str(fact(entity, name) or "") if entity else ""

        shown.append(
            Shown(
                case.entity.key,
                label,
                system,
                title=said("title"),
                state=said("state"),
                url=said("url"),
                version=said("version"),
                attention=parked.text if parked else "",
            )
        )
    return shown


def mark_sent(store: Store, case: Whole, label: str, *, by: str, version: str | None = None) -> None:
    """
    Take down that the document was sent: as VERSION, else as the hub saw it last. Raises NoSuchDocument, NotThere.
    """
    marked = _marked(store, case, label)
    link = _living(marked)
    link = replace(link, version=version or link.version)
    stand = _stand(link, {**link.bases, SENT: Base({}, link.version, "")})
    _say(store, marked, stand, state=SENT, by=by, cause=f"sent as version {link.version}")


def link_of(store: Store, case: Whole, label: str) -> Link:
    """Return where a document stands. Raises NoSuchDocument, NotThere."""
    return _living(_marked(store, case, label))


def draft_again(store: Store, case: Whole, label: str, *, by: str) -> None:
    """Go on working on a document that was sent: its facts are kept current again. Raises NoSuchDocument, NotThere."""
    marked = _marked(store, case, label)
    link = _living(marked)
    bases = {name: base for name, base in link.bases.items() if name != SENT}
    _say(store, marked, _stand(link, bases), state=DRAFT, by=by, cause="a draft again")
    cases.mark_due(store, [case.entity.id])


def make_again(store: Store, case: Whole, label: str, *, by: str) -> None:
    """Have a document that is gone made anew with the next full pass. Raises NoSuchDocument, NotThere."""
    marked = _marked(store, case, label)
    if marked.link is None or not marked.link.tombstone:
        raise NotThere(f"{label} of {case.entity.key} is not gone; nothing has to be made again")
    documents.forget_link(store, marked.paper)
    paper = told(marked.paper, store.clock(), state=None, url=None, version=None, title=None)
    event = Event("again", label, system=paper.system, by=by, cause="is made anew")
    documents.keep(store, paper, Kept(events=(event,)))


def _marked(store: Store, case: Whole, label: str) -> Marked:
    whole = cases.by_ids(store, [document_id(case.entity.id, label)]).get(document_id(case.entity.id, label))
    if whole is None or whole.entity.kind != KIND:
        raise NoSuchDocument(f"{case.entity.key} has no document {label!r} yet; see `casehub documents list`")
    link = whole.links[0] if whole.links else None
    if link is None:
        raise NotThere(f"{label} of {case.entity.key} has not been made yet")
    return Marked(_paper(case, whole, label, link.system), link, label)


def _paper(case: Whole, whole: Whole | None, label: str, system: str) -> Paper:
    kind = whole.links[0].kind if whole and whole.links else ""
    document = whole.entity if whole else replace(case.entity, id=document_id(case.entity.id, label), kind=KIND)
    return Paper(document, case.entity.id, label, system, kind)


def _living(marked: Marked) -> Link:
    if marked.link is None or marked.link.tombstone or fact(marked.paper.document, "state") == GONE:
        raise NotThere(f"{marked.label} is gone; bring it back, or `casehub documents again`")
    return marked.link


def _stand(link: Link, bases: dict[str, Base]) -> Stand:
    return Stand(link.external_id, link.version, link.url, bases)


def _say(store: Store, marked: Marked, stand: Stand, *, state: str, by: str, cause: str) -> None:
    paper = told(marked.paper, store.clock(), state=state, version=stand.version)
    event = Event("set", "state", None, state, by=by, cause=cause)
    documents.keep(store, paper, Kept(stand, None, (event,)))
