"""
A system gives the number of a deleted record to a new one.

The new record is a stranger. The link keeps its memory as a tombstone, under a name that no record has, so that the
dead is never taken for the living.
"""

from collections.abc import Sequence
from functools import cache

import sqlalchemy as sa

from mappings.reconcile.model import Event, Link

from .claims import let_go
from .gone import bury, mark
from .history import event_row, write_down
from .prepared import many
from .store import Store
from .tables import entity, link
from .types import Claimed, Worker


def name_of(number: str, link_id: int) -> str:
    """Return the name of a tombstone whose NUMBER another record has now."""
    return f"{number} (reused, link {link_id})"


@cache
def renamed() -> sa.Update:
    """Give links another external id: rows of ``b_id`` and ``b_name``."""
    name = sa.bindparam("b_name", type_=link.c.external_id.type)
    return sa.update(link).where(link.c.id == sa.bindparam("b_id")).values(external_id=name)


def part(store: Store, worker: Worker, parted: Sequence[tuple[Claimed, Link]]) -> None:
    """
    Take from claimed entities the links whose number another record has now; what waits under it is a stranger's.

    The entities are let go and due: they are decided anew from what is left. One whose claim was lost is left alone.
    """
    ids = [claimed.entity.id for claimed, _ in parted]
    query = sa.select(entity.c.id, entity.c.revision).where(entity.c.id.in_(ids), entity.c.claimed_by == worker.id)
    with store.write() as conn:
        held = {row.id: row.revision for row in conn.execute(query.order_by(entity.c.id).with_for_update())}
        mine = [(claimed, old) for claimed, old in parted if held.get(claimed.entity.id) == claimed.revision]
        live = [old.id for _, old in mine if not old.tombstone]
        if live:
            bury(store, conn, live, why="gone; its number was given to another record")
        many(conn, renamed(), [{"b_id": old.id, "b_name": name_of(old.external_id, old.id)} for _, old in mine])
        told = [(claimed.entity.id, old) for claimed, old in mine if old.tombstone]
        write_down(store, conn, [_event(owner, old) for owner, old in told])
        mark(conn, sorted({claimed.entity.id for claimed, _ in mine}))
        let_go(conn, worker, ids)


def _event(owner: str, old: Link) -> dict[str, object]:
    told = Event("gone", "", system=old.system, cause="its number was given to another record")
    return event_row(told, entity=owner, kind=old.kind, record=old.external_id)
