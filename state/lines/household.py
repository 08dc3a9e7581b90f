"""One case with all that belongs to it: items and their parts, documents, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mappings.canonical.values import decode
from mappings.reconcile.model import Entity

from ..rows import Row, entity_of, wholes
from ..store import Store
from ..tables import IS_BEHIND, entity, link, searched
from ..types import Whole
from .making import PARTS, named

MOST_CONTACTS = 10
MOST_BEHIND = 200
"""So many documents or contacts that the lists do not have yet are looked through; then those wait for the lists."""


@dataclass(frozen=True, slots=True)
class Household:
    """A case, its ITEMS, DOCUMENTS, and its last NOTES, oldest first; MORE_NOTES: there are older ones."""

    case: Whole
    items: tuple[Whole, ...] = ()
    documents: tuple[Whole, ...] = ()
    notes: tuple[Whole, ...] = ()
    more_notes: bool = False

    @property
    def everyone(self) -> tuple[Whole, ...]:
        return (self.case, *self.items, *self.documents, *self.notes)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(one.entity.id for one in self.everyone)


def household(store: Store, key: str, *, notes: int = 200) -> Household | None:
    """
    Return the case *key* with all that belongs to it, its last NOTES among it: two statements. What the lists do not
    have yet (`catch_up`) is here already.
    """
    with store.read() as conn:
        rows = conn.execute(_family(key, notes + 1)).mappings().all()
        if not any(row["kind"] == "case" for row in rows):
            return None
        written = sorted((row for row in rows if row["kind"] == "note"), key=lambda row: str(row["id"]))
        others = (row for row in rows if row["kind"] not in ("note", "document") or _is_paper_of(row, key))
        found = wholes(conn, [*others, *written[-notes:]])
    of: dict[str, list[Whole]] = {}
    for whole in found:
        of.setdefault(whole.entity.kind, []).append(whole)
    items, documents, talk = (tuple(of.get(kind, ())) for kind in ("item", "document", "note"))
    return Household(of["case"][0], items, documents, talk, more_notes=len(written) > notes)


def _family(key: str, notes: int) -> sa.Select[tuple[object, ...]]:
    """The case, its items with their parts, and its documents, in the order of their numbers; its last NOTES."""
    root = sa.select(entity.c.id).where(entity.c.key == key, entity.c.kind == "case")
    below = root.cte("below", recursive=True)
    items = sa.select(entity.c.id).join(below, entity.c.parent == below.c.id).where(entity.c.kind == "item")
    below = below.union(items)
    papers = sa.select(searched.c.entity).where(searched.c.case_key == key, searched.c.kind == "document")
    talk = sa.select(entity.c.id).where(entity.c.parent == root.scalar_subquery(), entity.c.kind == "note")
    last = talk.order_by(entity.c.id.desc()).limit(notes).subquery()
    return (
        sa.select(entity)
        .where(entity.c.id.in_(sa.select(below.c.id).union(papers, _behind("document"), sa.select(last.c.id))))
        .order_by(entity.c.kind, entity.c.number)
    )


def _is_paper_of(row: Row, key: str) -> bool:
    return row["kind"] == "document" and "case" in row["facts"] and decode(row["facts"]["case"]["value"]) == key


def _behind(kind: str) -> sa.Select[tuple[str]]:
    """The newest of KIND that the lists do not have yet, or not as they are."""
    behind = sa.select(entity.c.id).where(IS_BEHIND, entity.c.kind == kind)
    return sa.select(behind.order_by(entity.c.id.desc()).limit(MOST_BEHIND).subquery().c.id)


def contacts_at(
    store: Store, sync: str, *, named: str, records: Sequence[tuple[str, str]]
) -> tuple[Sequence[Entity], Sequence[Entity]]:
    """
    Return the contacts that one of *records* ((system, id)) is of, and others that may be the one NAMED so; more may be
    among these than have the name. One statement.
    """
    pointed = sa.select(link.c.entity).where(sa.tuple_(link.c.system, link.c.external_id).in_(records))
    called = sa.select(searched.c.entity).where(searched.c.kind == "contact", searched.c.title == named)
    those = called.union(_behind("contact"), *([pointed] if records else []))
    query = sa.select(entity, entity.c.id.in_(pointed if records else []).label("pointed"))
    query = query.where(entity.c.kind == "contact", entity.c.sync == sync, entity.c.id.in_(those))
    with store.read() as conn:
        rows = conn.execute(query.limit(MOST_BEHIND + MOST_CONTACTS)).mappings().all()
    return [entity_of(row) for row in rows if row["pointed"]], [entity_of(row) for row in rows if not row["pointed"]]


def people_of(case: Entity) -> frozenset[str]:
    """Return whose case it is, in small letters."""
    return frozenset(name.lower() for part in PARTS if part in case.facts for name in named(case.facts[part].value))
