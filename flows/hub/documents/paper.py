"""One document of one case: its id, its facts, and what became of an attempt to make or change it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from mappings.canonical.records import dotted
from mappings.canonical.values import Value
from mappings.language.read_documents import KEY, DocumentSpec
from mappings.reconcile.model import Entity, Event, Fact, Link, Origin, Parked
from state.documents import KIND, Paper, Stand

SENT, DRAFT, GONE = "sent", "draft", "gone"
MADE = "made"
"""The base that keeps the version in which a document was made."""
SHORTER = (80, 40, 20)
"""Characters that a fact in the name of a document may have, where all of it is too long."""


@dataclass(frozen=True, slots=True)
class Made:
    """It stands there now. TITLE is what it is called there."""

    stand: Stand
    title: str
    events: Sequence[Event] = ()
    wrote: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A person has to do something first. HALF: a part of it has been made, and the rest is made later."""

    parked: Parked
    half: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Not now. SENT: it may have been carried out; what becomes of it is found out next time."""

    reason: str
    sent: bool = False


Result: TypeAlias = Made | Held | Later


def document_id(case: str, label: str) -> str:
    """Return the id of the document LABEL of a case: the same one whoever asks, so that it is never there twice."""
    return hashlib.sha256(f"document\0{case}\0{label}".encode()).hexdigest()[:16]


def template_values(case: Entity) -> dict[str, Value]:
    """Return the facts of *case* under the names that templates use."""
    return {**dotted({name: said.value for name, said in case.facts.items()}, "case"), KEY: case.key}


def missing(spec: DocumentSpec, facts: Mapping[str, Value]) -> list[str]:
    """Return the facts that the document needs and nobody has said."""
    return [name for name in spec.requires if facts.get(name) in (None, "", frozenset())]


def name_of(spec: DocumentSpec, facts: Mapping[str, Value], safe: Callable[[str], str]) -> str:
    """
    Return what a document is called, made SAFE for where it lives. Where that would cut off the case's key, other texts
    are cut shorter instead: no two cases share a document. Raises ValueError where nothing is left of a name.
    """
    name = safe(spec.name.fill(facts))
    for most in SHORTER:
        if str(facts.get(KEY) or "") in name:
            break
        cut = {fact: said[:most] if isinstance(said, str) and fact != KEY else said for fact, said in facts.items()}
        name = safe(spec.name.fill(cut))
    return name


def paper_of(spec: DocumentSpec, case: Entity, *, kind: str, document: Entity | None = None) -> Paper:
    """Return the document of *case* that *spec* speaks of: as it is known, or a new one."""
    fresh = Entity(document_id(case.id, spec.label), KIND, "", case.sync)
    return Paper(document or fresh, case.id, spec.label, spec.system, kind)


def told(paper: Paper, at: datetime, **facts: Value) -> Paper:
    """Return *paper* with other facts, said by the hub."""
    origin = Origin("rule", "documents", at)
    before = paper.document.facts
    said = {name: Fact(value, origin) for name, value in facts.items() if before.get(name, _NEVER).value != value}
    return replace(paper, document=replace(paper.document, facts={**before, **said}))


_NEVER = Fact("\0", Origin("rule", "never"))


def fact(document: Entity, name: str) -> Value:
    """Return a fact of a document, None where it is not known."""
    return document.facts[name].value if name in document.facts else None


def link_in(links: Sequence[Link], paper: Paper) -> Link | None:
    """Return the link of the document to where it lives."""
    return next((one for one in links if (one.system, one.kind) == (paper.system, paper.kind)), None)
