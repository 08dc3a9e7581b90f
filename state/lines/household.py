"""One case with all that belongs to it: items and their parts, documents, notes."""

from dataclasses import dataclass

import sqlalchemy as sa

from mappings.reconcile.model import Entity

from ..rows import wholes
from ..store import Store
from ..tables import entity, searched
from ..types import Whole
from .making import PARTS, named


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
    """Return the case *key* with all that belongs to it, its last NOTES among it: two statements."""
    with store.read() as conn:
        rows = conn.execute(_family(key, notes + 1)).mappings().all()
        if not any(row["kind"] == "case" for row in rows):
            return None
        written = sorted((row for row in rows if row["kind"] == "note"), key=lambda row: str(row["id"]))
        found = wholes(conn, [*(row for row in rows if row["kind"] != "note"), *written[-notes:]])
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
        .where(entity.c.id.in_(sa.select(below.c.id).union(papers, sa.select(last.c.id))))
        .order_by(entity.c.kind, entity.c.number)
    )


def people_of(case: Entity) -> frozenset[str]:
    """Return whose case it is, in small letters."""
    return frozenset(name.lower() for part in PARTS if part in case.facts for name in named(case.facts[part].value))
