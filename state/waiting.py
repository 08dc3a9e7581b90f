"""
What waits to be written, and the single records and links that a person acts upon.

A pass that a guard stopped has stored its decisions: their writes wait as planned, although nothing is due any more.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from mappings.lens import UNKNOWN

from .attention import Changes, Place
from .outbox import joined, joined_rows, outgoing
from .rows import snapshot_of
from .store import Store
from .tables import IS_DUE, IS_OPEN, conflict, entity, event, hint, inbox, link, outbox, parked
from .types import Outgoing, Snapshot

IS_HELD = sa.text("entity.held_back")
"""In the words of the partial index."""
Work: TypeAlias = tuple[str, str, str, int]
"""What waits, of which system (or sync) and kind, and how many."""


def planned(store: Store, sync: str) -> tuple[Outgoing, ...]:
    """Return the planned writes of *sync*, with their entities and links, oldest first; takes nothing."""
    query = joined().where(entity.c.sync == sync, outbox.c.state == "planned", IS_OPEN)
    with store.read() as conn:
        return outgoing(joined_rows(conn, query.order_by(outbox.c.planned_at, outbox.c.key)))


def outdated(store: Store, sync: str, *, mapping: str) -> tuple[str, ...]:
    """Return the entities of *sync* whose planned writes were made with other mappings than *mapping*."""
    query = sa.select(outbox.c.entity).join(entity, entity.c.id == outbox.c.entity)
    query = query.where(entity.c.sync == sync, outbox.c.state == "planned", IS_OPEN, outbox.c.mapping != mapping)
    with store.read() as conn:
        return tuple(conn.execute(query.distinct().order_by(outbox.c.entity)).scalars())


def adopt(store: Store, ids: Sequence[str], *, run: str, mapping: str) -> None:
    """Count the planned writes of the entities *ids* as those of RUN, made with MAPPING: it has decided them anew."""
    mine = sa.update(outbox).where(outbox.c.entity.in_(ids), outbox.c.state == "planned", IS_OPEN)
    with store.write() as conn:
        conn.execute(mine.values(run=run, mapping=mapping))


def ids(store: Store, sync: str, *, after: str = "", limit: int = 100) -> tuple[str, ...]:
    """Return the ids of the entities of *sync*, in their own order; page on with the last one as AFTER."""
    query = sa.select(entity.c.id).where(entity.c.sync == sync, entity.c.id > after).order_by(entity.c.id).limit(limit)
    with store.read() as conn:
        return tuple(conn.execute(query).scalars())


def held_back(store: Store, sync: str, *, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the entities of *sync* with a planned write, or with something parked for one of *codes*."""
    planned_one = sa.exists().where(outbox.c.entity == entity.c.id, outbox.c.state == "planned", IS_OPEN)
    held = sa.exists().where(parked.c.entity == entity.c.id, parked.c.closed.is_(None), parked.c.code.in_(codes))
    query = sa.select(entity.c.id).where(entity.c.sync == sync, sa.or_(planned_one, held)).order_by(entity.c.id)
    with store.read() as conn:
        return tuple(conn.execute(query).scalars())


def wake_lone(conn: sa.Connection, syncs: Sequence[str], *, system: str, kind: str) -> None:
    """Have the entities of *syncs* that have no record in (system, kind) decided again, inside a transaction."""
    linked = sa.exists().where(link.c.entity == entity.c.id, link.c.system == system, link.c.kind == kind)
    raised = {"due": entity.c.due + 1, "revision": entity.c.revision + 1}
    conn.execute(sa.update(entity).where(entity.c.sync.in_(syncs), ~linked).values(raised))


_HELD = (entity.c.sync == sa.bindparam("b_sync"), entity.c.held_back, IS_HELD)
_ANY_HELD = sa.select(sa.exists().where(*_HELD))


def wake_held(store: Store, sync: str) -> int:
    """Have the entities of *sync* decided again of which a record was held back; writes nothing where there is none."""
    with store.read() as conn:
        if not conn.execute(_ANY_HELD, {"b_sync": sync}).scalar_one():
            return 0
    raised = {"due": entity.c.due + 1, "revision": entity.c.revision + 1, "held_back": False}
    with store.write() as conn:
        return int(conn.execute(sa.update(entity).where(*_HELD).values(raised), {"b_sync": sync}).rowcount)


def wake_parked(store: Store, sync: str, *, codes: Sequence[str]) -> int:
    """Have the entities of *sync* with something parked for one of *codes* decided again; returns how many."""
    held = sa.exists().where(parked.c.entity == entity.c.id, parked.c.closed.is_(None), parked.c.code.in_(codes))
    raised = {"due": entity.c.due + 1, "revision": entity.c.revision + 1}
    with store.write() as conn:
        return int(conn.execute(sa.update(entity).where(entity.c.sync == sync, held).values(raised)).rowcount)


def open_entries(store: Store, sync: str | None = None) -> Mapping[str, tuple[int, int]]:
    """Return entity -> its open conflicts and parked fields; under "" those of records that no entity knows."""
    counts: dict[str, tuple[int, int]] = {}
    with store.read() as conn:
        for owner, number in conn.execute(_counted(conflict, sync)):
            counts[owner] = (number, 0)
        for owner, number in conn.execute(_counted(parked, sync)):
            counts[owner or ""] = (counts.get(owner or "", (0, 0))[0], number)
    return counts


def _counted(table: sa.Table, sync: str | None) -> sa.Select[Any]:
    query = sa.select(table.c.entity, sa.func.count()).where(table.c.closed.is_(None)).group_by(table.c.entity)
    if table is parked:  # of somebody unknown there is one question, whatever waits for its answer
        query = query.where(sa.or_(table.c.code != UNKNOWN, table.c.entity.is_(None)))
    if sync is None:
        return query
    mine = sa.exists().where(entity.c.id == table.c.entity, entity.c.sync == sync)
    return query.where(sa.or_(table.c.entity.is_(None), mine))


def open_work(store: Store, sync: str, systems: Collection[str]) -> tuple[Work, ...]:
    """
    Return what a pass of *sync* would find to do without reading anything new, as (what, system, kind, number):
    records of SYSTEMS that were hinted at or wait to be decided, and entities that are due.
    """
    mine, waits = inbox.c.system.in_(systems), sa.literal("snapshots").label("what")
    queries = (
        sa.select(waits, inbox.c.system, inbox.c.kind, sa.func.count()).where(mine, inbox.c.open.is_not(None)),
        sa.select(sa.literal("hints"), hint.c.system, hint.c.kind, sa.func.count()).where(hint.c.system.in_(systems)),
        sa.select(sa.literal("due"), entity.c.sync, entity.c.kind, sa.func.count()).where(
            entity.c.sync == sync, IS_DUE
        ),
    )
    with store.read() as conn:
        rows = [row for query in queries for row in conn.execute(query.group_by(*list(query.selected_columns)[1:3]))]
    return tuple(sorted((row[0], row[1], row[2], row[3]) for row in rows))


def lines(store: Store, owner: str) -> int:
    """Return how many lines the history of an entity has."""
    query = sa.select(sa.func.coalesce(sa.func.sum(event.c.lines), 0)).where(event.c.entity == owner)
    with store.read() as conn:
        return int(conn.execute(query).scalar_one())


# --- single records --------------------------------------------------------------------------------------------------


def stranger(store: Store, system: str, *, kind: str, record: str) -> Snapshot | None:
    """Return what waits of one record, put aside or not; None where nothing does."""
    query = sa.select(inbox).where(*_this(system, kind, record))
    with store.read() as conn:
        row = conn.execute(query).mappings().one_or_none()
    return snapshot_of(row) if row else None


def wake(store: Store, system: str, *, kind: str, record: str) -> bool:
    """Have a record that was put aside looked at again, off the attention list meanwhile; False where there is none."""
    changes = Changes()
    changes.unpark(Place(system, kind, record=record), field="")
    with store.write() as conn:
        woken = conn.execute(sa.update(inbox).where(*_this(system, kind, record)).values(open="", aside=""))
        changes.write(store, conn)
        return woken.rowcount == 1


def _this(system: str, kind: str, record: str) -> Sequence[sa.ColumnElement[bool]]:
    return (inbox.c.system == system, inbox.c.kind == kind, inbox.c.external_id == record)
