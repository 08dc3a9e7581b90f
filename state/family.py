"""
What belongs to what: entities to another one (items and notes to their case), records to the one that they hang on.

When a record gets its link, whatever hangs on it can go on: the entities that belong to its entity are due, and records
that waited for it are looked at again.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from mappings.exchange import VendorRecord

from .rows import wholes
from .store import Store
from .tables import entity, inbox, link
from .types import Whole


def children(store: Store, parents: Sequence[str], *, kind: str | None = None) -> tuple[Whole, ...]:
    """Return the entities that belong to any of *parents* (by id), by kind and key number; of one KIND or of all."""
    query = sa.select(entity).where(entity.c.parent.in_(parents))
    if kind is not None:
        query = query.where(entity.c.kind == kind)
    with store.read() as conn:
        return tuple(wholes(conn, conn.execute(query.order_by(entity.c.kind, entity.c.number)).mappings().all()))


def wake_children(conn: sa.Connection, parents: Sequence[str]) -> None:
    """Have the entities that belong to any of *parents* decided again, inside a transaction."""
    if parents:
        raised = {"due": entity.c.due + 1, "revision": entity.c.revision + 1}
        conn.execute(sa.update(entity).where(entity.c.parent.in_(parents)).values(raised))


def wake_waiting(conn: sa.Connection, records: Sequence[tuple[str, str, str]]) -> None:
    """Have strangers looked at again that hang on *records* ((system, kind, id)), inside a transaction."""
    by_place: dict[tuple[str, str], list[str]] = {}
    for system, kind, record in records:
        by_place.setdefault((system, kind), []).append(record)
    for (system, kind), ids in by_place.items():
        hung = (inbox.c.system == system, inbox.c.parent_kind == kind, inbox.c.parent_id.in_(ids))
        conn.execute(sa.update(inbox).where(*hung, inbox.c.open.is_(None)).values(open=""))


def wake_late(store: Store, records: Sequence[VendorRecord]) -> None:
    """Have those of *records* looked at again whose parent was linked while they were put aside."""
    linked = sa.exists().where(
        link.c.system == inbox.c.system, link.c.kind == inbox.c.parent_kind, link.c.external_id == inbox.c.parent_id
    )
    by_place: dict[tuple[str, str], list[str]] = {}
    for record in records:
        by_place.setdefault((record.system, record.kind), []).append(record.id)
    with store.write() as conn:
        for (system, kind), ids in by_place.items():
            mine = (inbox.c.system == system, inbox.c.kind == kind, inbox.c.external_id.in_(ids))
            conn.execute(sa.update(inbox).where(*mine, inbox.c.open.is_(None), linked).values(open=""))
