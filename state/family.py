"""
What belongs to what: entities to another one (items and notes to their case), records to the one that they hang on.

When a record gets its link, whatever hangs on it can go on: the entities that belong to its entity are due, and records
that waited for it are looked at again.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import sqlalchemy as sa

from mappings.exchange import VendorRecord, View

from .columns import UNUSUAL, stored
from .rows import wholes
from .store import Store
from .tables import IS_OPEN, entity, inbox, link, outbox
from .types import Whole

AT_ONCE = 500
"""So many rows are held, or named in a statement, at a time while many are looked through."""
FEW = 20
"""So many words are sought by the database itself."""


def children(store: Store, parents: Sequence[str], *, kind: str | None = None) -> tuple[Whole, ...]:
    """Return the entities that belong to any of *parents* (by id), by kind and key number; of one KIND or of all."""
    query = sa.select(entity).where(entity.c.parent.in_(parents))
    if kind is not None:
        query = query.where(entity.c.kind == kind)
    with store.read() as conn:
        return tuple(wholes(conn, conn.execute(query.order_by(entity.c.kind, entity.c.number)).mappings().all()))


def with_all_below(store: Store, root: str) -> frozenset[str]:
    """Return the id *root* and those of all that belongs to it: items, their parts, notes, of whatever kind."""
    whole = sa.select(entity.c.id).where(entity.c.id == root).cte("whole", recursive=True)
    whole = whole.union(sa.select(entity.c.id).join(whole, entity.c.parent == whole.c.id))
    with store.read() as conn:
        return frozenset(conn.execute(sa.select(whole.c.id)).scalars())


def wake_children(conn: sa.Connection, parents: Sequence[str]) -> None:
    """Have the entities that belong to any of *parents* decided again, inside a transaction."""
    if parents:
        raised = {"due": entity.c.due + 1, "revision": entity.c.revision + 1}
        conn.execute(sa.update(entity).where(entity.c.parent.in_(parents)).values(raised))


def wake_tied(conn: sa.Connection, items: Sequence[str]) -> None:
    """
    Have all items of the cases of *items* decided again, inside a transaction: one of these has a new record, and
    whether another one's record is tied to it can be said, and read, only now.
    """
    if not items:
        return
    columns = (entity.c.id, entity.c.parent, entity.c.kind)
    up = sa.select(*columns).where(entity.c.id.in_(items), entity.c.kind == "item").cte("up", recursive=True)
    up = up.union(sa.select(*columns).join(up, entity.c.id == up.c.parent))
    down = sa.select(up.c.id).where(up.c.kind == "case").cte("down", recursive=True)
    down = down.union(sa.select(entity.c.id).join(down, entity.c.parent == down.c.id))
    raised = {"due": entity.c.due + 1, "revision": entity.c.revision + 1}
    these = (entity.c.kind == "item", entity.c.id.in_(sa.select(down.c.id)))
    conn.execute(sa.update(entity).where(*these).values(raised))


def wake_waiting(conn: sa.Connection, records: Sequence[tuple[str, str, str]]) -> None:
    """Have strangers looked at again that hang on *records* ((system, kind, id)), inside a transaction."""
    by_place: dict[tuple[str, str], list[str]] = {}
    for system, kind, record in records:
        by_place.setdefault((system, kind), []).append(record)
    for (system, kind), ids in by_place.items():
        hung = (inbox.c.system == system, inbox.c.parent_kind == kind, inbox.c.parent_id.in_(ids))
        conn.execute(sa.update(inbox).where(*hung, inbox.c.open.is_(None)).values(open=""))


def wake_showing(
    store: Store, scope: tuple[str, str], reasons: Sequence[str], shown: Mapping[str, AbstractSet[str]]
) -> None:
    """
    Have strangers of *scope* (system, kind) looked at again, put aside for REASONS, that show in some place one of the
    words *shown* says of it. They are looked through once, however many words there are; where these are few, the
    database leaves out what has none of them anywhere: there may be a hundred thousand strangers.
    """
    mine = (inbox.c.system == scope[0], inbox.c.kind == scope[1], inbox.c.aside.in_(reasons))
    waiting = (*mine, inbox.c.open.is_distinct_from(""))  # also those that other syncs have not looked at yet
    query = sa.select(inbox.c.external_id, inbox.c.views).where(*waiting, *_having(set().union(*shown.values())))
    with store.read() as conn:
        rows = conn.execution_options(yield_per=AT_ONCE).execute(query)
        ids = [row.external_id for row in rows if any(_shows(row.views.get(at), words) for at, words in shown.items())]
    with store.write() as conn:
        for start in range(0, len(ids), AT_ONCE):
            these = inbox.c.external_id.in_(ids[start : start + AT_ONCE])
            conn.execute(sa.update(inbox).where(*waiting, these).values(open=""))


def _having(words: AbstractSet[str]) -> Sequence[sa.ColumnElement[bool]]:
    """What is true wherever a record shows one of *words*, and hardly anywhere else."""
    if len(words) > FEW:
        return ()
    said = sa.type_coerce(inbox.c.views, sa.Text)
    found = (said.contains(stored(word)[1:-1], autoescape=True) for word in sorted(words))
    return (sa.or_(said.startswith(UNUSUAL), *found),)


def _shows(view: View, words: AbstractSet[str]) -> bool:
    listed = view if isinstance(view, list) else [view]
    return any(isinstance(one, str) and (one in words or one.strip() in words) for one in listed)


DOUBTED = "may be what the hub has just made"
"""Why a record without a marker waits: a create of that kind is on its way, and this may be what it made."""


def wake_doubted(conn: sa.Connection, places: Iterable[tuple[str, str]]) -> None:
    """Have records of (system, kind) looked at again that waited for the end of a create, inside a transaction."""
    for system, kind in sorted(places):
        waiting = (inbox.c.system == system, inbox.c.kind == kind, inbox.c.aside == DOUBTED)
        conn.execute(sa.update(inbox).where(*waiting, inbox.c.open.is_(None)).values(open=""))


def creates_on_their_way(store: Store, systems: Sequence[str]) -> set[tuple[str, str]]:
    """Return the (system, kind) of all creates that were sent and of whose end nobody has told yet."""
    sent = (outbox.c.verb == "create", outbox.c.state == "sent", IS_OPEN, outbox.c.system.in_(systems))
    with store.read() as conn:
        rows = conn.execute(sa.select(outbox.c.system, outbox.c.kind).where(*sent).distinct())
        return {(row.system, row.kind) for row in rows}


def wake_late(store: Store, records: Sequence[VendorRecord]) -> None:
    """Have those of *records* looked at again whose reason to wait ended while they were put aside."""
    linked = sa.exists().where(
        link.c.system == inbox.c.system, link.c.kind == inbox.c.parent_kind, link.c.external_id == inbox.c.parent_id
    )
    by_place: dict[tuple[str, str], list[str]] = {}
    for record in records:
        by_place.setdefault((record.system, record.kind), []).append(record.id)
    with store.write() as conn:
        for (system, kind), ids in by_place.items():
            mine = (inbox.c.system == system, inbox.c.kind == kind, inbox.c.external_id.in_(ids))
            over = sa.case((inbox.c.aside == DOUBTED, ~_on_its_way()), else_=linked)
            conn.execute(sa.update(inbox).where(*mine, inbox.c.open.is_(None), over).values(open=""))


def _on_its_way() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        outbox.c.system == inbox.c.system,
        outbox.c.kind == inbox.c.kind,
        outbox.c.verb == "create",
        outbox.c.state == "sent",
        IS_OPEN,
    )
