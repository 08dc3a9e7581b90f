"""
Leases: at most one scheduled pass of a name at a time.

Nothing else is guarded by them (claims guard entities): every transaction of a pass checks the token, and no request
should start unless the lease outlives its time-out.
"""

from datetime import timedelta

import sqlalchemy as sa

from .errors import LeaseLost
from .store import Store
from .tables import lease
from .types import Lease, Worker


def acquire(store: Store, name: str, *, worker: Worker, seconds: float) -> Lease | None:
    """Take the lease *name* for so long, or None: another one holds it, has not run out, and its process may live."""
    now = store.clock()
    mine = Lease(name, store.fresh_id(), now + timedelta(seconds=seconds))
    row = {
        "token": mine.token,
        "until": mine.until,
        "worker": worker.id,
        "host": worker.host,
        "pid": worker.pid,
        "started": worker.started,
    }
    with store.write() as conn:
        held = conn.execute(sa.select(lease).where(lease.c.name == name)).one_or_none()
        if held is None:
            statement = store.insert(lease).on_conflict_do_nothing(index_elements=["name"]).returning(lease.c.name)
            return mine if conn.execute(statement, {"name": name, **row}).first() else None
        holder = Worker(held.worker, held.host, held.pid, held.started)
        if held.until > now and store.process_lives(holder):
            return None
        taken = sa.update(lease).where(lease.c.name == name, lease.c.token == held.token).values(row)
        return mine if conn.execute(taken).rowcount == 1 else None


def renew(store: Store, held: Lease, *, seconds: float) -> Lease:
    """Return the lease with a new end. Raises `LeaseLost` if another pass has taken it."""
    until = store.clock() + timedelta(seconds=seconds)
    with store.write() as conn:
        ours = sa.update(lease).where(lease.c.name == held.name, lease.c.token == held.token)
        if conn.execute(ours.values(until=until)).rowcount == 0:
            raise LeaseLost(_lost(held))
    return Lease(held.name, held.token, until)


def release(store: Store, held: Lease) -> None:
    """Give the lease back; nothing happens if it is not ours any more."""
    with store.write() as conn:
        conn.execute(sa.delete(lease).where(lease.c.name == held.name, lease.c.token == held.token))


def holds(store: Store, held: Lease, *, seconds: float = 0) -> bool:
    """Say whether the lease is ours for at least so long: the question before a request."""
    query = sa.select(lease.c.until).where(lease.c.name == held.name, lease.c.token == held.token)
    with store.read() as conn:
        until = conn.execute(query).scalar_one_or_none()
    return until is not None and until >= store.clock() + timedelta(seconds=seconds)


def is_held(store: Store, name: str) -> bool:
    """Say whether somebody holds the lease *name*: it has not run out, and its process may live."""
    with store.read() as conn:
        held = conn.execute(sa.select(lease).where(lease.c.name == name)).one_or_none()
    if held is None or held.until <= store.clock():
        return False
    return store.process_lives(Worker(held.worker, held.host, held.pid, held.started))


def check(conn: sa.Connection, held: Lease | None) -> None:
    """
    Raise `LeaseLost` if another pass has taken *held*; None is no lease and no question.

    A lease that ran out but was taken by nobody still does: its token is what keeps two passes apart. On PostgreSQL the
    row stays locked until the transaction ends, so that it cannot be taken meanwhile.
    """
    if held is None:
        return
    query = sa.select(lease.c.token).where(lease.c.name == held.name).with_for_update(read=True)
    if conn.execute(query).scalar_one_or_none() != held.token:
        raise LeaseLost(_lost(held))


def _lost(held: Lease) -> str:
    return f"lease {held.name!r} was taken by another pass; this one stops"
