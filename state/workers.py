"""
Who is alive: heartbeats.

A worker counts as dead when its heartbeat is older than `SILENCE`, or when it ran on this host and its process (number
and start time) is gone. What a dead worker held is free: its claims, and the question what became of its writes.
"""

from datetime import timedelta

import sqlalchemy as sa

from .store import Store
from .tables import entity, inbox, outbox, worker
from .types import Worker

SILENCE = timedelta(seconds=15)
BEAT = timedelta(seconds=5)
"""A heartbeat younger than this is not written again."""


def beat(store: Store, who: Worker) -> None:
    """Write the heartbeat of *who*; call it while requests are under way. Does nothing for one that never claimed."""
    if who.id in store.beaten:
        with store.write() as conn:
            beat_in(store, conn, who)


def beat_in(store: Store, conn: sa.Connection, who: Worker) -> None:
    """As `beat`, inside a transaction, and also the first time; at most one statement per `BEAT`."""
    now = store.clock()
    last = store.beaten.get(who.id)
    if last is not None and now - last < BEAT:
        return
    row = {"id": who.id, "host": who.host, "pid": who.pid, "started": who.started, "heartbeat": now}
    statement = store.insert(worker)
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"heartbeat": now}), row)
    store.beaten[who.id] = now


def alive(store: Store, conn: sa.Connection) -> list[str]:
    """Return the ids of the workers that are not dead."""
    query = sa.select(worker.c.id, worker.c.host, worker.c.pid, worker.c.started)
    rows = conn.execute(query.where(worker.c.heartbeat > store.clock() - SILENCE))
    return [row.id for row in rows if store.process_lives(Worker(row.id, row.host, row.pid, row.started))]


def retire(store: Store, who: Worker) -> None:
    """
    End *who*: its claims are free, and what became of writes it sent and did not settle is for others to find out.

    Writes nothing for a worker that never claimed.
    """
    if who.id not in store.beaten:
        return
    with store.write() as conn:
        free(conn, who.id)
        conn.execute(sa.update(outbox).where(outbox.c.worker == who.id, outbox.c.state == "sent").values(worker=None))
        conn.execute(sa.delete(worker).where(worker.c.id == who.id))
    del store.beaten[who.id]


def free(conn: sa.Connection, who: str) -> None:
    """Give all claims of *who* back."""
    for table in (entity, inbox):
        statement = sa.update(table).where(table.c.claimed_by == who)
        conn.execute(statement.values(claimed_by=None, claimed_until=None))


def sweep(store: Store, *, older: timedelta = timedelta(days=1)) -> int:
    """Forget workers that have been silent for long; returns how many."""
    with store.write() as conn:
        return conn.execute(sa.delete(worker).where(worker.c.heartbeat < store.clock() - older)).rowcount
