"""
What may be claimed: rows that nobody has claimed, or nobody any more.

A claim is free when its time is over, or when its worker is dead (see `state.workers`).
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from . import workers
from .store import Store
from .tables import entity, worker

F = TypeVar("F")

NOW = sa.bindparam("now", type_=entity.c.claimed_until.type)
_SILENT = sa.bindparam("silent", type_=worker.c.heartbeat.type)
DEAD = sa.bindparam("dead", expanding=True, type_=sa.Text())


def is_free(table: sa.Table) -> sa.ColumnElement[bool]:
    """The rows of *table* that nobody has claimed, or nobody any more; takes `free_params`."""
    silent = sa.select(worker.c.id).where(worker.c.heartbeat <= _SILENT)
    return sa.or_(
        table.c.claimed_by.is_(None),
        table.c.claimed_until < NOW,
        table.c.claimed_by.in_(silent),
        table.c.claimed_by.in_(DEAD),
    )


def free_params(store: Store, dead: Sequence[str]) -> dict[str, Any]:
    """The parameters of `is_free`: DEAD are workers whose processes are gone."""
    now = store.clock()
    return {"now": now, "silent": now - workers.SILENCE, "dead": list(dead)}


def free_rows(
    store: Store, conn: sa.Connection, find: Callable[[dict[str, Any]], list[F]], *, limit: int
) -> tuple[list[F], list[str] | None]:
    """
    Return what *find* finds with `free_params`, and the dead workers that were asked for.

    Whose process is gone cannot be asked in SQL. So it is only looked up, and all looked for again, where there is room
    for what such a worker held.
    """
    found = find(free_params(store, ()))
    if len(found) >= limit:
        return found, None
    dead = workers.dead(store, conn)
    return (find(free_params(store, dead)) if dead else found), dead
