"""
Who is alive: heartbeats.

A worker counts as dead when its heartbeat is older than `SILENCE`, or when it ran on this host and its process (number
and start time) is gone. What a dead worker held is free: its claims, and the question what became of its writes.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from .prepared import many
from .rows import among
from .store import Store, inserting
from .tables import IS_OPEN, entity, inbox, outbox, worker
from .types import Worker

SILENCE = timedelta(seconds=15)
BEAT = timedelta(seconds=5)
"""A heartbeat younger than this is not written again."""
SURE = SILENCE - 2 * BEAT
"""For so long nobody takes over what a worker took or looked after just now: its heartbeat may be older by `BEAT`."""


def beat(store: Store, who: Worker) -> None:
    """Write the heartbeat of *who*; call it while requests are under way. Does nothing for one that never claimed."""
    if who.id in store.beaten:
        with store.write() as conn:
            beat_in(store, conn, who)


def beat_in(store: Store, conn: sa.Connection, who: Worker) -> None:
    """As `beat`, inside a transaction, and also the first time; at most one statement per `BEAT`."""
    now = store.clock()
    last = store.beaten.get(who.id)
    if last is not None and last <= now < last + BEAT:  # a clock may have been set back
        return
    row = {"id": who.id, "host": who.host, "pid": who.pid, "started": who.started, "heartbeat": now}
    many(conn, _beating(store.dialect), [row])
    store.beaten[who.id] = now


@cache
def _beating(dialect: str) -> Any:
    new = inserting(dialect, worker)
    return new.on_conflict_do_update(index_elements=["id"], set_={"heartbeat": new.excluded.heartbeat})


_ALL = sa.select(worker)


def dead(store: Store, conn: sa.Connection) -> list[str]:
    """
    Return the ids of the workers that are known to be dead.

    One that is not known here is not among them: it may have come into being since this transaction looked.
    """
    rows = conn.execute(_ALL).all()
    silent = store.clock() - SILENCE
    return [
        row.id
        for row in rows
        if row.heartbeat <= silent or not store.process_lives(Worker(row.id, row.host, row.pid, row.started))
    ]


def retire(store: Store, who: Worker) -> None:
    """
    End *who*: its claims are free, and what became of writes it sent and did not settle is for others to find out.

    Writes nothing for a worker that never claimed.
    """
    if who.id not in store.beaten:
        return
    with store.write() as conn:
        _forget(conn, [who.id])
    del store.beaten[who.id]


_ORPHANED = (
    sa.update(outbox).where(among(outbox.c.worker, "b_ids"), outbox.c.state == "sent", IS_OPEN).values(worker=None)
)
_GONE = sa.delete(worker).where(among(worker.c.id, "b_ids"))


def _forget(conn: sa.Connection, ids: Sequence[str]) -> None:
    """Nobody knows these workers any more, so nothing may be theirs."""
    free(conn, ids)
    for statement in (_ORPHANED, _GONE):
        conn.execute(statement, {"b_ids": ids})


def free(conn: sa.Connection, ids: Sequence[str]) -> None:
    """Give all claims of the workers *ids* back."""
    for table in (entity, inbox):
        conn.execute(_freeing(table), {"b_ids": ids})


@cache
def _freeing(table: sa.Table) -> sa.Update:
    return sa.update(table).where(among(table.c.claimed_by, "b_ids")).values(claimed_by=None, claimed_until=None)


def sweep(store: Store, *, older: timedelta = timedelta(days=1)) -> int:
    """Forget workers that have been silent for long, and free what they held; returns how many."""
    query = sa.select(worker.c.id).where(worker.c.heartbeat < store.clock() - older)
    with store.write() as conn:
        ids = list(conn.execute(query).scalars())
        if ids:
            _forget(conn, ids)
    return len(ids)
