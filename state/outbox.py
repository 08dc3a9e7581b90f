"""
What leaves: ``planned -> sent -> settled | parked``.

`take` commits *sent* before any request may leave. From then on the worker that took a write, or one that takes over
its doubt, says what became of it (`state.settling.settle`). The link of a sent write is frozen until then.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import leases, workers
from .claims import is_free
from .rows import Row, entity_of, labelled, link_of, open_write_of, outgoing_of, part
from .store import Store
from .tables import IS_OPEN, entity, link, outbox
from .types import Lease, Outgoing, Worker


def take(
    store: Store, worker: Worker, *, system: str, limit: int, lease: Lease | None = None, run: str | None = None
) -> tuple[Outgoing, ...]:
    """
    Mark up to LIMIT planned writes to SYSTEM (only those of RUN, if named) as sent, commit that, and return them,
    oldest first.

    Writes of an entity that a live worker has claimed stay: its decision will replace them. Raises `LeaseLost`.
    """
    now = store.clock()
    with store.write() as conn:
        leases.check(conn, lease)
        dead = workers.dead(store, conn)
        query = _joined().where(
            outbox.c.system == system,
            outbox.c.state == "planned",
            IS_OPEN,
            sa.or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
            is_free(store, entity, dead),
        )
        if run is not None:
            query = query.where(outbox.c.run == run)
        query = query.order_by(outbox.c.planned_at, outbox.c.key).limit(limit)
        rows = _locked(conn, query)
        if rows:
            workers.beat_in(store, conn, worker)
            values = {"state": "sent", "worker": worker.id, "sent_at": now, "not_before": None}
            _change(conn, rows, {**values, "tries": outbox.c.tries + 1})
    sent = {"outbox.state": "sent", "outbox.sent_at": now, "outbox.not_before": None}
    return tuple(_outgoing({**row, **sent, "outbox.tries": row["outbox.tries"] + 1}) for row in rows)


def doubtful(store: Store, worker: Worker, *, systems: Sequence[str], limit: int = 100) -> tuple[Outgoing, ...]:
    """
    Take over sent writes of which nobody alive knows the end, and return them.

    Those are the writes of dead or retired workers, and those that were settled as still in doubt; none before its
    NOT_BEFORE.
    """
    now = store.clock()
    with store.write() as conn:
        dead = workers.dead(store, conn)
        query = _joined().where(
            outbox.c.system.in_(systems),
            outbox.c.state == "sent",
            IS_OPEN,
            sa.or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
            sa.or_(outbox.c.worker.is_(None), outbox.c.worker.in_(dead)),
        )
        rows = _locked(conn, query.order_by(outbox.c.sent_at, outbox.c.key).limit(limit))
        if rows:
            workers.beat_in(store, conn, worker)
            _change(conn, rows, {"worker": worker.id})
    return tuple(map(_outgoing, rows))


def open_writes(store: Store, *, system: str | None = None, limit: int = 200) -> tuple[Outgoing, ...]:
    """Return planned and sent writes as they stand, oldest first; takes nothing."""
    query = _joined().where(IS_OPEN)
    if system is not None:
        query = query.where(outbox.c.system == system)
    with store.read() as conn:
        rows = conn.execute(query.order_by(outbox.c.planned_at, outbox.c.key).limit(limit)).mappings()
        return tuple(_outgoing(dict(row)) for row in rows)


def send_again(store: Store, owner: str, *, system: str, kind: str) -> bool:
    """
    Plan the create of an entity anew that nobody knows the end of: a person has looked, and it is not there.

    False where there is none, or where a worker is still about it.
    """
    place = (outbox.c.entity == owner, outbox.c.system == system, outbox.c.kind == kind)
    doubtful_one = sa.update(outbox).where(
        *place, outbox.c.verb == "create", outbox.c.state == "sent", outbox.c.worker.is_(None), IS_OPEN
    )
    with store.write() as conn:
        return conn.execute(doubtful_one.values(state="planned", not_before=None)).rowcount == 1


def purge(store: Store, *, before: datetime) -> int:
    """Forget writes that were settled or parked before a time; the history keeps what they did."""
    closed = sa.delete(outbox).where(outbox.c.state.in_(("settled", "parked", "dropped")), outbox.c.closed_at < before)
    with store.write() as conn:
        return conn.execute(closed).rowcount


def its_link() -> sa.ColumnElement[bool]:
    """The join of an outbox row with the link that it writes to."""
    return sa.and_(link.c.entity == outbox.c.entity, link.c.system == outbox.c.system, link.c.kind == outbox.c.kind)


def _joined() -> sa.Select[Any]:
    joined = outbox.join(entity, entity.c.id == outbox.c.entity).outerjoin(link, its_link())
    return sa.select(*labelled(outbox), *labelled(entity), *labelled(link)).select_from(joined)


def _locked(conn: sa.Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    """The entity is locked too, so that nobody claims it between this look and the commit."""
    rows = conn.execute(query.with_for_update(of=[outbox, entity], skip_locked=True)).mappings()
    return [dict(row) for row in rows]


def _change(conn: sa.Connection, rows: Iterable[Row], values: dict[str, Any]) -> None:
    keys = [row["outbox.key"] for row in rows]
    conn.execute(sa.update(outbox).where(outbox.c.key.in_(keys)).values(values))


def _outgoing(row: Row) -> Outgoing:
    own = part(row, outbox)
    record = part(row, link)
    its = link_of(record, open_write_of(own)) if record["id"] is not None else None
    return outgoing_of(own, owner=entity_of(part(row, entity)), record=its)
