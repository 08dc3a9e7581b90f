"""Runs, the mapping that a sync was last run with, and how every system stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from mappings.exchange import Cursor
from mappings.lens import UNKNOWN

from . import codec
from .gone import mark
from .prepared import inserted, many
from .rows import as_asked
from .store import Store, inserting
from .tables import IS_OPEN, cursor, entity, event, hint, inbox, link, outbox, parked, run, sync


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded execution of a pass."""

    id: str
    sync: str
    what: str
    started: datetime
    finished: datetime | None = None
    state: Literal["running", "done", "failed", "stopped"] = "running"
    counts: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """How one (system, kind) stands."""

    system: str
    kind: str
    cursor: Cursor | None = None
    pulled_at: datetime | None = None
    first_read_done: bool = False
    links: int = 0
    tombstones: int = 0
    waiting: int = 0
    aside: int = 0
    hints: int = 0
    planned: int = 0
    sent: int = 0
    parked: int = 0
    window: float | None = None
    """The longest time between compare and write that was measured, in seconds."""


def start(store: Store, name: str, *, what: str = "sync", by: str = "") -> Run:
    """Record that a run of the sync *name* begins."""
    begun = Run(store.fresh_id(), name, what, store.clock(), by=by)
    row = {"id": begun.id, "sync": name, "what": what, "started": begun.started, "state": "running", "counts": {}}
    with store.write() as conn:
        many(conn, inserted(run), [{**row, "by": by, "text": ""}])
    return begun


def finish(
    store: Store,
    begun: Run,
    *,
    state: Literal["done", "failed", "stopped"] = "done",
    counts: Mapping[str, Any] | None = None,
    text: str = "",
    pulled: Mapping[tuple[str, str], datetime] | None = None,
) -> Run:
    """
    Record how a run ended; COUNTS are numbers and keys, no customer values.

    PULLED: (system, kind) -> when it was asked for what is new and answered to the end; kept beside its cursor,
    which one that is not read page by page gets for that.
    """
    ended = replace(begun, finished=store.clock(), state=state, counts=dict(counts or {}), text=text)
    values = {"b_finished": ended.finished, "b_state": state, "b_counts": ended.counts, "b_text": text}
    with store.write() as conn:
        many(conn, _ending(), [{"b_id": begun.id, **values}])
        read = [
            {"system": name, "kind": kind, "lane": "changes", **_FRESH, "pulled_at": at}
            for (name, kind), at in sorted((pulled or {}).items())
        ]
        many(conn, _pulled(store.dialect), read)
    return ended


_FRESH = {"form": codec.cursor_form(Cursor(None)), "first_read_done": False}
"""The cursor of what is not read page by page: documents are looked at one by one."""


@cache
def _ending() -> sa.Update:
    names = ("finished", "state", "counts", "text")
    given = {name: sa.bindparam(f"b_{name}", type_=run.c[name].type) for name in names}
    return sa.update(run).where(run.c.id == sa.bindparam("b_id")).values(given)


@cache
def _pulled(dialect: str) -> Any:
    new = inserting(dialect, cursor)
    return new.on_conflict_do_update(
        index_elements=["system", "kind", "lane"],
        set_={"pulled_at": new.excluded.pulled_at},
        where=cursor.c.pulled_at < new.excluded.pulled_at,
    )


def give_up(store: Store, name: str, *, by: str, before: datetime, text: str) -> int:
    """Record of the runs of *name* BY somebody that began BEFORE and never ended that they failed; returns how many."""
    return _give_up(store, run.c.sync == name, run.c.by == by, before=before, text=text)


def give_up_all(store: Store, *, but: Collection[str], before: datetime, text: str) -> int:
    """As `give_up`, by anybody and of all syncs BUT these. One that ends after all tells its own end."""
    return _give_up(store, run.c.sync.not_in(list(but)), before=before, text=text)


def _give_up(store: Store, *which: sa.ColumnElement[bool], before: datetime, text: str) -> int:
    lost = sa.update(run).where(*which, run.c.state == "running", run.c.started < before)
    with store.write() as conn:
        return conn.execute(lost.values(state="failed", finished=store.clock(), text=text)).rowcount


def forget(store: Store, *, before: datetime, most: int = 1000) -> int:
    """
    Forget at most MOST runs that began BEFORE and of which no line of the history tells, and return how many. The last
    of every sync stays, and those in which every case was compared.
    """
    later = run.alias("later")
    told = sa.exists().where(event.c.run == run.c.id)
    followed = sa.exists().where(later.c.sync == run.c.sync, later.c.started > run.c.started)
    old = sa.select(run.c.id).where(run.c.started < before, run.c.state != "running", sa.not_(told), followed)
    old = old.where(sa.not_(_COMPARED)).order_by(run.c.started).limit(most)
    return store.forget(run.c.id, old)


_COMPARED = sa.type_coerce(run.c.counts, sa.Text()).contains('"compared":true', autoescape=True)


def runs(store: Store, *, name: str | None = None, limit: int = 50) -> tuple[Run, ...]:
    """Return the last runs, newest first."""
    query = sa.select(run).order_by(run.c.started.desc(), run.c.id).limit(limit)
    with store.read() as conn:
        rows = conn.execute(query if name is None else query.where(run.c.sync == name)).mappings()
        return tuple(Run(**row) for row in rows)


def undone_since(store: Store, name: str) -> datetime | None:
    """Return when the first run of *name* began of those that ended since the last one that was done; None: none."""
    done = sa.select(sa.func.max(run.c.started)).where(run.c.sync == name, run.c.state == "done").scalar_subquery()
    undone = sa.select(sa.func.min(run.c.started)).where(run.c.sync == name, run.c.state.in_(("failed", "stopped")))
    with store.read() as conn:
        began: datetime | None = conn.execute(undone.where(sa.or_(done.is_(None), run.c.started > done))).scalar_one()
        return began


def last_compared(store: Store, name: str) -> Run | None:
    """Return the last run of *name* in which every case was compared with what its systems show."""
    query = sa.select(run).where(run.c.sync == name, _COMPARED).order_by(run.c.started.desc()).limit(1)
    with store.read() as conn:
        row = conn.execute(query).mappings().first()
        return Run(**row) if row else None


_MAPPING = sa.select(sync.c.mapping).where(*as_asked(sync, "name"))


def fingerprint(store: Store, name: str) -> str | None:
    """Return the fingerprint of the mappings that the sync *name* was last run with; None: never."""
    with store.read() as conn:
        return conn.execute(_MAPPING, {"name": name}).scalar_one_or_none()


def set_fingerprint(store: Store, name: str, *, mapping: str) -> int:
    """
    Take note of the mappings that the sync runs with from now on.

    Planned writes of other mappings are dropped and their entities made due: they hold views of the old ones. Sent ones
    stay: they settle by the value and view stored in them. Returns how many were dropped.
    """
    old = sa.select(outbox.c.key, outbox.c.entity).join(entity, entity.c.id == outbox.c.entity)
    old = old.where(entity.c.sync == name, outbox.c.state == "planned", IS_OPEN, outbox.c.mapping != mapping)
    new = store.insert(sync)
    noted = new.on_conflict_do_update(
        index_elements=["name"], set_={"mapping": new.excluded.mapping, "since": new.excluded.since}
    )
    with store.write() as conn:
        rows = conn.execute(old.with_for_update()).all()
        if rows:
            conn.execute(sa.delete(outbox).where(outbox.c.key.in_([row.key for row in rows])))
            mark(conn, sorted({row.entity for row in rows}))
        conn.execute(noted, {"name": name, "mapping": mapping, "since": store.clock()})
    return len(rows)


def status(store: Store) -> tuple[Figures, ...]:
    """Return the figures of every (system, kind) that the hub knows."""
    figures: dict[tuple[str, str], dict[str, Any]] = {}
    with store.read() as conn:
        for query in _queries():
            for row in conn.execute(query).mappings():
                values = {name: value for name, value in row.items() if name not in ("system", "kind")}
                figures.setdefault((row["system"], row["kind"]), {}).update(values)
        changes = sa.select(cursor).where(cursor.c.lane == "changes")
        for row in conn.execute(changes).mappings():
            stands = {"cursor": codec.cursor_of(row["form"]), "pulled_at": row["pulled_at"]}
            stands["first_read_done"] = row["first_read_done"]
            figures.setdefault((row["system"], row["kind"]), {}).update(stands)
    return tuple(Figures(system, kind, **values) for (system, kind), values in sorted(figures.items()))


def _queries() -> list[sa.Select[Any]]:
    def counted(table: sa.Table, **kinds: sa.ColumnElement[bool]) -> sa.Select[Any]:
        sums = [sa.func.sum(sa.case((where, 1), else_=0)).label(name) for name, where in kinds.items()]
        return sa.select(table.c.system, table.c.kind, *sums).group_by(table.c.system, table.c.kind)

    return [
        counted(link, links=sa.not_(link.c.tombstone), tombstones=link.c.tombstone.is_(True)),
        counted(inbox, waiting=inbox.c.open.is_not(None), aside=inbox.c.open.is_(None)),
        counted(hint, hints=sa.true()),
        counted(outbox, planned=outbox.c.state == "planned", sent=outbox.c.state == "sent").add_columns(
            sa.func.max(outbox.c.window).label("window")
        ),
        counted(parked, parked=parked.c.closed.is_(None)),
    ]


def find(store: Store, begins: str, *, limit: int = 10) -> tuple[Run, ...]:
    """Return the runs whose id begins with *begins*, newest first."""
    query = sa.select(run).where(run.c.id.startswith(begins, autoescape=True)).order_by(run.c.started.desc())
    with store.read() as conn:
        return tuple(Run(**row) for row in conn.execute(query.limit(limit)).mappings())


def last(store: Store) -> dict[str, Run]:
    """Return sync -> its last run."""
    return last_and_ended(store)[0]


def last_and_ended(store: Store) -> tuple[dict[str, Run], dict[str, Run]]:
    """Return sync -> its last run, and the last one that goes on no more and tells what it has met."""
    over = sa.case((run.c.state != "running", run.c.started))
    newest = sa.select(run.c.sync, sa.func.max(run.c.started).label("at"), sa.func.max(over).label("ended"))
    each = newest.group_by(run.c.sync).subquery()
    mine = sa.and_(each.c.sync == run.c.sync, run.c.started.in_((each.c.at, each.c.ended)))
    query = sa.select(run, each.c.at).join(each, mine).order_by(run.c.id)
    newer: dict[str, Run] = {}
    ended: dict[str, Run] = {}
    with store.read() as conn:
        for row in conn.execute(query).mappings():
            form = dict(row)
            at, found = form.pop("at"), Run(**form)
            if found.started == at:
                newer[found.sync] = found
            if found.state != "running":
                ended[found.sync] = found
    return newer, ended


def page(store: Store, *, name: str = "", state: str = "", skip: int = 0, limit: int = 50) -> tuple[Run, ...]:
    """Return runs, newest first, of one sync or of all, in one state or in any."""
    query = sa.select(run).order_by(run.c.started.desc(), run.c.id).offset(skip).limit(limit)
    for column, wanted in ((run.c.sync, name), (run.c.state, state)):
        if wanted:
            query = query.where(column == wanted)
    with store.read() as conn:
        return tuple(Run(**row) for row in conn.execute(query).mappings())


def waiting_by_system(store: Store) -> dict[str, int]:
    """Return system -> how much is parked there: one question about somebody unknown, however many wait."""
    query = sa.select(parked.c.system, sa.func.count()).where(parked.c.closed.is_(None)).group_by(parked.c.system)
    query = query.where(sa.or_(parked.c.code != UNKNOWN, parked.c.entity.is_(None)))
    with store.read() as conn:
        return {system: int(number) for system, number in conn.execute(query)}
