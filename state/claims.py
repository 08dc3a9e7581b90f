"""
Who decides what: a claim is a row that names its worker, because a row lock ends with the transaction.

A claim is free when its time is over, or when its worker is dead (see `state.workers`). Freshness is tested again here:
between put and claim the hub may have read or written the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from . import workers
from .arrivals import known_link, remember
from .freshness import Read, judge
from .prepared import many
from .rows import Row, linked_rows, open_rows, same_record, snapshot_of, whole_of
from .store import Store
from .tables import IS_DUE, IS_OPEN, entity, inbox, link, outbox
from .types import Batch, Claimed, Snapshot, Worker

LASTS = timedelta(minutes=10)
"""How long a live worker's claim holds: longer than any batch takes, so that a forgotten one ends too."""


def claim(
    store: Store,
    worker: Worker,
    *,
    scopes: Sequence[tuple[str, str]],
    limit: int,
    sync: str | None = None,
    only: Sequence[str] | None = None,
) -> Batch:
    """
    Claim entities for *worker*, at most LIMIT, oldest news first: those marked due, and those with snapshots in SCOPES
    ((system, kind) pairs); then, if there is room, strangers of SCOPES: records that no link knows.

    SYNC: only its entities, and strangers that it has not put aside. ONLY: exactly these entities, whatever waits, and
    no strangers; those that somebody else has are not given. Snapshots of a link whose write is `sent` are held back.
    Writes nothing if there is nothing to claim.
    """
    with store.write() as conn:
        dead = workers.dead(store, conn)
        rows = (
            _chosen(store, conn, only, dead)
            if only is not None
            else _news(store, conn, scopes=scopes, limit=limit, sync=sync, dead=dead)
        )
        cases = _take_entities(store, conn, worker, rows=rows, forced=only is not None)
        strangers: tuple[Snapshot, ...] = ()
        if only is None and len(rows) < limit:
            strangers = _take_strangers(
                store, conn, worker, scopes=scopes, limit=limit - len(rows), sync=sync, dead=dead
            )
    return Batch(cases, strangers)


def release(store: Store, worker: Worker, *, entities: Sequence[str] | None = None) -> None:
    """Give claims back undecided: of ENTITIES, or all of the worker's, strangers too."""
    with store.write() as conn:
        if entities is None:
            workers.free(conn, [worker.id])
        else:
            let_go(conn, worker, entities)


def let_go(conn: sa.Connection, worker: Worker, ids: Sequence[str]) -> None:
    """As `release`, inside a transaction."""
    ours = sa.update(entity).where(entity.c.id.in_(ids), entity.c.claimed_by == worker.id)
    conn.execute(ours.values(claimed_by=None, claimed_until=None))


def is_free(store: Store, table: sa.Table, dead: Sequence[str]) -> sa.ColumnElement[bool]:
    """The rows of *table* that nobody has claimed, or nobody any more: see `workers.dead`."""
    return sa.or_(
        table.c.claimed_by.is_(None),
        table.c.claimed_until < store.clock(),
        table.c.claimed_by.in_(dead),
    )


def in_scopes(table: sa.Table, scopes: Sequence[tuple[str, str]]) -> sa.ColumnElement[bool]:
    """
    The rows of *table* that belong to one of *scopes*.

    Said of both columns as one text, which no index knows: else SQLite goes by (system, kind) through all that was ever
    put aside, instead of by number through what waits.
    """
    both: sa.ColumnElement[str] = table.c.system.concat("\n").concat(table.c.kind)
    return both.in_([f"{system}\n{kind}" for system, kind in scopes])


# --- entities -------------------------------------------------------------------------------------------------------


def _chosen(store: Store, conn: sa.Connection, only: Sequence[str], dead: Sequence[str]) -> list[Row]:
    query = sa.select(entity).where(entity.c.id.in_(only), is_free(store, entity, dead)).order_by(entity.c.id)
    return list(conn.execute(query.with_for_update(skip_locked=True)).mappings())


def _news(
    store: Store,
    conn: sa.Connection,
    *,
    scopes: Sequence[tuple[str, str]],
    limit: int,
    sync: str | None,
    dead: Sequence[str],
) -> list[Row]:
    """Entities with waiting records, then those that are due."""
    mine = [is_free(store, entity, dead)] + ([] if sync is None else [entity.c.sync == sync])
    joined = inbox.join(link, same_record(inbox)).join(entity, entity.c.id == link.c.entity)
    waiting = (
        sa.select(entity)
        .select_from(joined)
        .where(inbox.c.open.is_not(None), in_scopes(inbox, scopes), ~_frozen(), *mine)
        .order_by(inbox.c.sequence)
        .limit(limit)
        .with_for_update(of=entity, skip_locked=True)
        .subquery()
    )
    due = (
        sa.select(entity)
        .where(IS_DUE, *mine)
        .order_by(entity.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    both = sa.union_all(sa.select(waiting), sa.select(due))
    rows: dict[str, Row] = {}
    for row in conn.execute(both).mappings():
        if len(rows) < limit:
            rows.setdefault(row["id"], row)
    return list(rows.values())


def _frozen() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        outbox.c.entity == link.c.entity,
        outbox.c.system == link.c.system,
        outbox.c.kind == link.c.kind,
        outbox.c.state == "sent",
        IS_OPEN,
    )


@dataclass(slots=True)
class _Dropped:
    """Inbox rows that are not fresh any more."""

    rows: list[Row] = field(default_factory=list)
    unclear: list[Row] = field(default_factory=list)


def _take_entities(
    store: Store, conn: sa.Connection, worker: Worker, *, rows: Sequence[Row], forced: bool
) -> tuple[Claimed, ...]:
    if not rows:
        return ()
    workers.beat_in(store, conn, worker)
    ids = [row["id"] for row in rows]
    until = store.clock() + LASTS
    conn.execute(sa.update(entity).where(entity.c.id.in_(ids)).values(claimed_by=worker.id, claimed_until=until))
    dropped = _Dropped()
    cases = _claimed(conn, rows, dropped)
    _drop(store, conn, dropped)
    due = {row["id"] for row in rows if row["due"] > 0}
    idle = [] if forced else [one.entity.id for one in cases if not one.snapshots and one.entity.id not in due]
    if idle:
        let_go(conn, worker, idle)
    return tuple(one for one in cases if one.entity.id not in idle)


def _claimed(conn: sa.Connection, rows: Iterable[Row], dropped: _Dropped) -> list[Claimed]:
    owners = list(rows)
    ids = [row["id"] for row in owners]
    writes = open_rows(conn, ids)
    links: dict[str, list[Row]] = {}
    snapshots: dict[str, dict[int, Snapshot]] = {}
    for of, waiting in linked_rows(conn, ids):
        links.setdefault(of["entity"], []).append(of)
        write = writes.get(of["entity"], {}).get((of["system"], of["kind"]))
        if waiting["sequence"] is None or (write is not None and write["state"] == "sent"):
            continue
        fresh = _fresh(of, waiting, dropped)
        if fresh is not None:
            snapshots.setdefault(of["entity"], {})[of["id"]] = fresh
    cases = []
    for row in owners:
        whole = whole_of(row, links=links.get(row["id"], ()), writes=writes.get(row["id"], {}))
        waits = snapshots.get(row["id"], {})
        cases.append(Claimed(whole.entity, whole.links, whole.creates, waits, row["revision"]))
    return cases


def _fresh(of: Mapping[str, Any], waiting: Mapping[str, Any], dropped: _Dropped) -> Snapshot | None:
    known = known_link({**of, "flag": of["tombstone"]})
    match judge(Read(waiting["hash"], waiting["version"], waiting["began"]), known):
        case "new":
            return snapshot_of(waiting, read_after=of["began"])
        case "unclear":
            dropped.unclear.append(waiting)
    dropped.rows.append(waiting)
    return None


def _drop(store: Store, conn: sa.Connection, dropped: _Dropped) -> None:
    many(
        conn,
        removal(),
        [removed(row["system"], row["kind"], row["external_id"], row["sequence"]) for row in dropped.rows],
    )
    for row in dropped.unclear:
        remember(store, conn, [row["external_id"]], system=row["system"], kind=row["kind"], reason="unordered")


@cache
def removal() -> sa.Delete:
    """Delete inbox rows whose number is still the same; see `removed`."""
    return sa.delete(inbox).where(
        inbox.c.system == sa.bindparam("b_system"),
        inbox.c.kind == sa.bindparam("b_kind"),
        inbox.c.external_id == sa.bindparam("b_id"),
        inbox.c.sequence == sa.bindparam("b_sequence"),
    )


def removed(system: str, kind: str, record: str, sequence: int) -> dict[str, Any]:
    """The parameters of `removal` for one row."""
    return {"b_system": system, "b_kind": kind, "b_id": record, "b_sequence": sequence}


# --- strangers ------------------------------------------------------------------------------------------------------


def _take_strangers(
    store: Store,
    conn: sa.Connection,
    worker: Worker,
    *,
    scopes: Sequence[tuple[str, str]],
    limit: int,
    sync: str | None,
    dead: Sequence[str],
) -> tuple[Snapshot, ...]:
    anybody = inbox.c.open == ""
    wanted = anybody if sync is None else sa.or_(anybody, inbox.c.open.contains(f"|{sync}|", autoescape=True))
    linked = sa.exists().where(same_record(inbox))
    query = (
        sa.select(inbox)
        .where(inbox.c.open.is_not(None), wanted, in_scopes(inbox, scopes), ~linked, is_free(store, inbox, dead))
        .order_by(inbox.c.sequence)
        .limit(limit)
        .with_for_update(of=inbox, skip_locked=True)
    )
    rows = conn.execute(query).mappings().all()
    if rows:
        workers.beat_in(store, conn, worker)
        ours = {"b_claimed_by": worker.id, "b_claimed_until": store.clock() + LASTS}
        names = ("system", "kind", "external_id", "sequence")
        taken = [{**removed(*(row[name] for name in names)), **ours} for row in rows]
        many(conn, this_row("claimed_by", "claimed_until"), taken)
    return tuple(snapshot_of(row) for row in rows)


@cache
def this_row(*names: str) -> sa.Update:
    """Change columns of inbox rows whose number is still the same: rows of `removed`, and each name after ``b_``."""
    return (
        sa.update(inbox)
        .where(
            inbox.c.system == sa.bindparam("b_system"),
            inbox.c.kind == sa.bindparam("b_kind"),
            inbox.c.external_id == sa.bindparam("b_id"),
            inbox.c.sequence == sa.bindparam("b_sequence"),
        )
        .values({name: sa.bindparam(f"b_{name}", type_=inbox.c[name].type) for name in names})
    )
