"""
What leaves: ``planned -> sent -> settled | parked``.

`take` commits *sent* before any request may leave. From then on the worker that took a write, or one that takes over
its doubt, says what became of it (`state.settling.settle`). The link of a sent write is frozen until then.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa

from . import leases, workers
from .free import DEAD, NOW, free_rows, is_free
from .rows import (
    LIMIT,
    OF_LINK,
    among,
    as_asked,
    as_texts,
    cut,
    entity_of,
    is_of,
    link_of,
    names_of,
    names_told_by,
    open_write_of,
    outgoing_of,
    told_by,
)
from .store import Store
from .tables import IS_OPEN, entity, link, outbox
from .types import Lease, Outgoing, Worker

Joined: TypeAlias = tuple[dict[str, Any], ...]
"""The rows of a write, of its entity and of its link (all None where it has none)."""


class Made(NamedTuple):
    """A record that a create has made; ENTITY and GENERATION are what its marker says."""

    record: str
    entity: str
    generation: int


def take(
    store: Store,
    worker: Worker,
    *,
    system: str,
    limit: int,
    lease: Lease | None = None,
    run: str | None = None,
    sync: str | None = None,
) -> tuple[Outgoing, ...]:
    """
    Mark up to LIMIT planned writes to SYSTEM (only those of RUN, and of entities of SYNC, if named) as sent, commit
    that, and return them, oldest first.

    Writes of an entity that a live worker has claimed stay: its decision will replace them. Raises `LeaseLost`.
    """
    now = store.clock()
    with store.write() as conn:
        leases.check(conn, lease)
        given = {"system": system, "limit": limit, "run": run, "sync": sync}
        query = _ready(of_run=run is not None, of_sync=sync is not None)
        rows, _ = free_rows(store, conn, lambda free: joined_rows(conn, query, {**given, **free}), limit=limit)
        if rows:
            workers.beat_in(store, conn, worker)
            values = {"b_worker": worker.id, "b_sent_at": now}
            conn.execute(_sending(), {**values, "b_keys": [own["key"] for own, _, _ in rows]})
    for own, _, _ in rows:
        own.update(state="sent", sent_at=now, not_before=None, tries=own["tries"] + 1)
    return outgoing(rows)


@cache
def _ready(*, of_run: bool, of_sync: bool) -> sa.Select[Any]:
    """The writes that may leave. Their entities are locked too, so that nobody claims one before the commit."""
    query = joined().where(
        *as_asked(outbox, "system"),
        outbox.c.state == "planned",
        IS_OPEN,
        sa.or_(outbox.c.not_before.is_(None), outbox.c.not_before <= NOW),
        is_free(entity),
    )
    if of_run:
        query = query.where(*as_asked(outbox, "run"))
    if of_sync:
        query = query.where(*as_asked(entity, "sync"))
    oldest = query.order_by(outbox.c.planned_at, outbox.c.key).limit(LIMIT)
    return oldest.with_for_update(of=[outbox, entity], skip_locked=True)


@cache
def _sending() -> sa.Update:
    given = {name: sa.bindparam(f"b_{name}", type_=outbox.c[name].type) for name in ("worker", "sent_at")}
    values = {**given, "state": "sent", "not_before": None, "tries": outbox.c.tries + 1}
    return sa.update(outbox).where(outbox.c.key.in_(sa.bindparam("b_keys", expanding=True))).values(values)


def doubtful(
    store: Store, worker: Worker, *, systems: Sequence[str], sync: str | None = None, limit: int = 100
) -> tuple[Outgoing, ...]:
    """
    Take over sent writes of which nobody alive knows the end (only those of entities of SYNC, if named), and return
    them.

    Those are the writes of dead or retired workers, and those that were settled as still in doubt; none before its
    NOT_BEFORE.
    """
    with store.write() as conn:
        given = {"systems": systems, "sync": sync, "limit": limit, **_doubt_params(store, conn)}
        rows = joined_rows(conn, _doubtful(of_sync=sync is not None), given)
        if rows:
            workers.beat_in(store, conn, worker)
            keys = [own["key"] for own, _, _ in rows]
            conn.execute(sa.update(outbox).where(outbox.c.key.in_(keys)).values(worker=worker.id))
    return outgoing(rows)


@cache
def _doubtful(*, of_sync: bool) -> sa.Select[Any]:
    query = joined().where(among(outbox.c.system, "systems"), *_left_in_doubt())
    query = query.where(*as_asked(entity, "sync")) if of_sync else query
    oldest = query.order_by(outbox.c.sent_at, outbox.c.key).limit(LIMIT)
    return oldest.with_for_update(of=[outbox, entity], skip_locked=True)


def still_ours(store: Store, worker: Worker, keys: Sequence[str]) -> frozenset[str]:
    """
    Return which of the sent writes KEYS are WORKER's still. Nobody takes those over before it has been silent anew.

    A process that stood still for longer than `workers.SILENCE` counts as dead meanwhile, and does not notice.
    """
    with store.write() as conn:
        workers.beat_in(store, conn, worker)
        return frozenset(conn.execute(_still_ours(), {"keys": keys, "worker": worker.id}).scalars())


@cache
def _still_ours() -> sa.Select[Any]:
    sent = (among(outbox.c.key, "keys"), outbox.c.state == "sent")
    return sa.select(outbox.c.key).where(*sent, *as_asked(outbox, "worker")).with_for_update()


def made(store: Store, system: str, *, kind: str, limit: int = 3) -> tuple[Made, ...]:
    """Return the records that the hub has made there last and that still stand."""
    place = (outbox.c.system == system, outbox.c.kind == kind, outbox.c.verb == "create", outbox.c.state == "settled")
    query = sa.select(link.c.external_id, outbox.c.entity, outbox.c.generation).join(link, its_link())
    query = query.where(*place, sa.not_(link.c.tombstone), link.c.in_scope)
    with store.read() as conn:
        rows = conn.execute(query.order_by(outbox.c.closed_at.desc(), outbox.c.key).limit(limit)).all()
    return tuple(Made(*row) for row in rows)


def is_being_sent(store: Store, owner: str, *, system: str, kind: str) -> bool:
    """Say whether a worker that lives has sent a create of that entity: he will say himself what came of it."""
    with store.read() as conn:
        given = {"entity": owner, "system": system, "kind": kind, "dead": workers.dead(store, conn)}
        return conn.execute(_being_sent(), given).first() is not None


@cache
def _being_sent() -> sa.Select[Any]:
    create = (*as_asked(outbox, "entity", "system", "kind"), outbox.c.verb == "create")
    by_one_alive = (outbox.c.worker.is_not(None), outbox.c.worker.not_in(DEAD))
    return sa.select(outbox.c.key).where(*create, outbox.c.state == "sent", IS_OPEN, *by_one_alive)


def count_doubtful(store: Store, sync: str | None = None) -> tuple[tuple[str, str, int], ...]:
    """Return how many writes `doubtful` would give by now, as (system, kind, number)."""
    columns = (outbox.c.system, outbox.c.kind)
    with store.read() as conn:
        query = sa.select(*columns, sa.func.count()).where(*_left_in_doubt()).group_by(*columns)
        if sync is not None:
            query = query.join(entity, entity.c.id == outbox.c.entity).where(entity.c.sync == sync)
        rows = conn.execute(query, _doubt_params(store, conn))
        return tuple(sorted((row[0], row[1], row[2]) for row in rows))


def _left_in_doubt() -> tuple[sa.ColumnExpressionArgument[bool], ...]:
    return (
        outbox.c.state == "sent",
        IS_OPEN,
        sa.or_(outbox.c.not_before.is_(None), outbox.c.not_before <= NOW),
        sa.or_(outbox.c.worker.is_(None), outbox.c.worker.in_(DEAD)),
    )


def _doubt_params(store: Store, conn: sa.Connection) -> dict[str, Any]:
    """The parameters of `_left_in_doubt`."""
    return {"now": store.clock(), "dead": workers.dead(store, conn)}


def open_writes(store: Store, *, system: str | None = None, limit: int = 200) -> tuple[Outgoing, ...]:
    """Return planned and sent writes as they stand, oldest first; takes nothing."""
    query = joined().where(IS_OPEN)
    if system is not None:
        query = query.where(outbox.c.system == system)
    with store.read() as conn:
        return outgoing(joined_rows(conn, query.order_by(outbox.c.planned_at, outbox.c.key).limit(limit)))


def unanswered(store: Store, run: str) -> tuple[Outgoing, ...]:
    """Return the writes of the run *run* that were sent, and of which nobody knows yet what became of them."""
    query = joined().where(outbox.c.run == run, outbox.c.state == "sent", IS_OPEN)
    with store.read() as conn:
        return outgoing(joined_rows(conn, query.order_by(outbox.c.planned_at, outbox.c.key)))


def send_again(store: Store, owner: str, *, system: str, kind: str) -> bool:
    """
    Plan the create of an entity anew that nobody knows the end of: a person has looked, and it is not there.

    False where there is none, or where a worker that lives is still about it.
    """
    place = (outbox.c.entity == owner, outbox.c.system == system, outbox.c.kind == kind)
    nobodys = sa.or_(outbox.c.worker.is_(None), outbox.c.worker.in_(DEAD))
    doubtful_one = sa.update(outbox).where(
        *place, outbox.c.verb == "create", outbox.c.state == "sent", IS_OPEN, nobodys
    )
    with store.write() as conn:
        again = doubtful_one.values(state="planned", not_before=None, worker=None)
        return conn.execute(again, {"dead": workers.dead(store, conn)}).rowcount == 1


def purge(store: Store, *, before: datetime, most: int = 1000) -> int:
    """
    Forget at most MOST writes that were settled or parked before a time, and return how many: the history keeps what
    they did. Creates stay, one for each record: by them the hub knows what it has made (`made`).
    """
    ended = (outbox.c.state.in_(("settled", "parked", "dropped")), outbox.c.verb != "create")
    old = sa.select(outbox.c.key).where(*ended, outbox.c.closed_at < before).order_by(outbox.c.closed_at).limit(most)
    return store.forget(outbox.c.key, old)


def its_link() -> sa.ColumnElement[bool]:
    """The join of an outbox row with the link that it writes to."""
    return sa.and_(link.c.entity == outbox.c.entity, link.c.system == outbox.c.system, link.c.kind == outbox.c.kind)


@cache
def joined() -> sa.Select[Any]:
    """Return the query for writes with their entities and links; see `joined_rows`."""
    both = outbox.join(entity, entity.c.id == outbox.c.entity).outerjoin(link, its_link())
    owner = as_texts(told_by(entity), "facts", "held")  # of which little is asked
    return sa.select(*told_by(outbox), *owner, *as_texts(link.c, *OF_LINK)).select_from(both)


def joined_rows(conn: sa.Connection, query: sa.Select[Any], given: Mapping[str, Any] | None = None) -> list[Joined]:
    """Return what a query made from `joined` finds."""
    return list(cut(conn.execute(query, given), names_told_by(outbox), names_told_by(entity), names_of(link)))


def outgoing(rows: Iterable[Joined]) -> tuple[Outgoing, ...]:
    """
    Return the writes of *rows*; of their entities little is asked, so the facts are decoded when they are.

    What a create makes is another record than the tombstone in whose place it will stand.
    """
    return tuple(
        outgoing_of(
            own,
            owner=entity_of(owner, lazily=True),
            record=link_of(record, open_write_of(own)) if is_of(own, record) else None,
        )
        for own, owner, record in rows
    )
