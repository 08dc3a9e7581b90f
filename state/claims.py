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
from .arrivals import remember
from .free import free_params, free_rows, is_free
from .freshness import Known, Read, judge
from .prepared import many
from .rows import LIMIT, Row, among, as_texts, cut, frozen, hanging, names_of, same_record, snapshot_of, whole_of
from .store import Store
from .tables import IS_DUE, entity, inbox, link
from .types import Batch, Claimed, Snapshot, Worker
from .waiting_rows import removal, removed, this_row

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
    ((system, kind) pairs); then, if no more news wait, strangers of SCOPES: records that no link knows.

    SYNC: only its entities, and strangers that it has not put aside. ONLY: exactly these entities, whatever waits, and
    no strangers; those that somebody else has are not given. Snapshots of a link whose write is `sent` are held back.
    Writes nothing if there is nothing to claim.
    """
    with store.write() as conn:
        wanted = {"scopes": _scopes(scopes), "limit": limit, "sync": sync}
        if only is not None:
            news, dead = _chosen(store, conn, only), None
        else:
            news, dead = free_rows(store, conn, lambda free: _news(conn, {**wanted, **free}), limit=limit)
        rows = _each_once(news)[:limit]
        cases = _take_entities(store, conn, worker, rows=rows, forced=only is not None)
        strangers: tuple[Snapshot, ...] = ()
        if only is None and (len(news) < limit or not cases):
            given = {**wanted, "limit": limit - len(cases), **free_params(store, dead or ())}
            strangers = _take_strangers(store, conn, worker, given)
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
    conn.execute(_letting_go(), {"b_ids": ids, "b_worker": worker.id})


@cache
def _letting_go() -> sa.Update:
    ours = (among(entity.c.id, "b_ids"), entity.c.claimed_by == sa.bindparam("b_worker"))
    return sa.update(entity).where(*ours).values(claimed_by=None, claimed_until=None)


def _in_scopes(table: sa.Table) -> sa.ColumnElement[bool]:
    """
    The rows of *table* that belong to one of the scopes that `_scopes` gives.

    Said of both columns as one text, which no index knows: else SQLite goes by (system, kind) through all that was ever
    put aside, instead of by number through what waits.
    """
    both: sa.ColumnElement[str] = table.c.system.concat("\n").concat(table.c.kind)
    return both.in_(sa.bindparam("scopes", expanding=True, type_=sa.Text()))


def _scopes(scopes: Sequence[tuple[str, str]]) -> list[str]:
    """The parameter of `_in_scopes`."""
    return [f"{system}\n{kind}" for system, kind in scopes]


_SYNC = sa.bindparam("sync", type_=entity.c.sync.type)


# --- entities -------------------------------------------------------------------------------------------------------


def _chosen(store: Store, conn: sa.Connection, only: Sequence[str]) -> list[Row]:
    given = {"ids": only, **free_params(store, workers.dead(store, conn))}
    return list(conn.execute(_named(), given).mappings())


@cache
def _named() -> sa.Select[Any]:
    query = (
        sa.select(*as_texts(entity.c, "facts")).where(among(entity.c.id, "ids"), is_free(entity)).order_by(entity.c.id)
    )
    return query.with_for_update(skip_locked=True)


def _news(conn: sa.Connection, given: dict[str, Any]) -> list[Row]:
    """Entities with waiting records, once for each of them, then those that are due."""
    return [row for (row,) in cut(conn.execute(_newest(of_sync=given["sync"] is not None), given), names_of(entity))]


def _each_once(rows: Iterable[Row]) -> list[Row]:
    """Return the first of the *rows* of each entity."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    return list(first.values())


@cache
def _newest(*, of_sync: bool) -> sa.CompoundSelect[Any]:
    mine = [is_free(entity)] + ([entity.c.sync == _SYNC] if of_sync else [])
    joined = inbox.join(link, same_record(inbox)).join(entity, entity.c.id == link.c.entity)
    waiting = (
        sa.select(*as_texts(entity.c, "facts"))
        .select_from(joined)
        .where(inbox.c.open.is_not(None), _in_scopes(inbox), ~frozen(), *mine)
        .order_by(inbox.c.sequence)
        .limit(LIMIT)
        .with_for_update(of=entity, skip_locked=True)
        .subquery()
    )
    due = (
        sa.select(*as_texts(entity.c, "facts"))
        .where(IS_DUE, *mine)
        .order_by(entity.c.id)
        .limit(LIMIT)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    return sa.union_all(sa.select(waiting), sa.select(due))


@cache
def _claim() -> sa.Update:
    names = ("claimed_by", "claimed_until")
    given = {name: sa.bindparam(f"b_{name}", type_=entity.c[name].type) for name in names}
    return sa.update(entity).where(entity.c.id.in_(sa.bindparam("ids", expanding=True))).values(given)


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
    conn.execute(_claim(), {"ids": ids, "b_claimed_by": worker.id, "b_claimed_until": until})
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
    found = hanging(conn, [row["id"] for row in owners])
    cases = []
    for row in owners:
        snapshots: dict[int, Snapshot] = {}
        writes = found.writes.get(row["id"], {})
        for of, waiting in found.links.get(row["id"], ()):
            write = writes.get((of["system"], of["kind"]))
            if waiting["sequence"] is None or (write is not None and write["state"] == "sent"):
                continue
            fresh = _fresh(of, waiting, dropped)
            if fresh is not None:
                snapshots[of["id"]] = fresh
        whole = whole_of(row, found)
        cases.append(Claimed(whole.entity, whole.links, whole.creates, snapshots, row["revision"]))
    return cases


def _fresh(of: Mapping[str, Any], waiting: Mapping[str, Any], dropped: _Dropped) -> Snapshot | None:
    known = Known(of["hash"], of["version"], of["touched"], of["tombstone"])
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


# --- strangers ------------------------------------------------------------------------------------------------------


def _take_strangers(
    store: Store, conn: sa.Connection, worker: Worker, given: Mapping[str, Any]
) -> tuple[Snapshot, ...]:
    query = _strangers(of_sync=given["sync"] is not None)
    mark = "" if given["sync"] is None else f"|{_literal(given['sync'])}|"
    rows = conn.execute(query, {**given, "mark": mark}).mappings().all()
    if rows:
        workers.beat_in(store, conn, worker)
        ours = {"b_claimed_by": worker.id, "b_claimed_until": store.clock() + LASTS}
        names = ("system", "kind", "external_id", "sequence")
        taken = [{**removed(*(row[name] for name in names)), **ours} for row in rows]
        many(conn, this_row("claimed_by", "claimed_until"), taken)
    return tuple(snapshot_of(row) for row in rows)


def _literal(text: str) -> str:
    """Return *text* with what LIKE would take for a pattern escaped."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


@cache
def _strangers(*, of_sync: bool) -> sa.Select[Any]:
    anybody = inbox.c.open == ""
    named = inbox.c.open.contains(sa.bindparam("mark", type_=sa.Text()), escape="/")
    linked = sa.exists().where(same_record(inbox))
    return (
        sa.select(inbox)
        .where(
            inbox.c.open.is_not(None),
            sa.or_(anybody, named) if of_sync else anybody,
            _in_scopes(inbox),
            ~linked,
            is_free(inbox),
        )
        .order_by(inbox.c.sequence)
        .limit(LIMIT)
        .with_for_update(of=inbox, skip_locked=True)
    )
