"""
What is kept of documents: an entity each, a link to the page or folder, and at its case the address.

A document is made and changed by one worker at a time: its open outbox row says so, committed before any request
leaves. Who dies in between leaves the row, and whoever finds it finds out first what became of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from mappings.reconcile.model import Base, Entity, Event, Parked

from . import codec, workers
from .attention import Place
from .gone import mark
from .history import event_row, write_down
from .left import attend, told_at
from .numbers import reserve
from .store import Store
from .tables import IS_OPEN, entity, event, link, outbox
from .types import Worker

KIND = "document"
PREFIX = "DOC"
LATE = 100
"""So many rows of the history are read again: a transaction may be seen after one that began later."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Which document: its entity, the case (id) it is of, what hub.yaml calls it, and where it lives."""

    document: Entity
    case: str
    label: str
    system: str
    kind: str

    @property
    def place(self) -> Place:
        return Place(self.system, self.label, entity=self.case)


@dataclass(frozen=True, slots=True)
class Stand:
    """How a document stands in its system. GONE: why it is not there any more."""

    record: str
    version: str | None = None
    url: str | None = None
    bases: Mapping[str, Base] = field(default_factory=dict)
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """A write that may be made now. AGAIN: somebody else may have made it already and did not live to say so."""

    key: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """
    What is known of a document now, stored in one transaction.

    STAND None: it is nowhere yet. PARKED is what a person has to do about it, None: nothing. WRITE is the open write
    that this ends: ``settled``, ``dropped`` (nothing was done), or ``sent`` (nobody knows yet).
    """

    stand: Stand | None = None
    parked: Parked | None = None
    events: Sequence[Event] = ()
    write: str | None = None
    next: Literal["settled", "dropped", "sent"] = "settled"
    run: str = ""


def touched(store: Store, sync: str, *, after: int) -> tuple[tuple[str, ...], int]:
    """Return the cases of which the history tells something after the row AFTER, and the number of the newest row."""
    newest = sa.select(sa.func.max(event.c.id))
    query = (
        sa.select(event.c.entity)
        .join(entity, entity.c.id == event.c.entity)
        .where(event.c.id > max(after - LATE, 0), entity.c.sync == sync, entity.c.kind == "case")
        .distinct()
        .order_by(event.c.entity)
    )
    with store.read() as conn:
        last = conn.execute(newest).scalar_one() or 0
        return (tuple(conn.execute(query).scalars()) if last > after else (), int(last))


def by_records(store: Store, system: str, *, kind: str, records: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the documents that the records are."""
    query = sa.select(link.c.entity).where(
        link.c.system == system, link.c.kind == kind, link.c.external_id.in_(records)
    )
    with store.read() as conn:
        return tuple(conn.execute(query).scalars())


def of_cases(store: Store, owners: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of all documents of the cases *owners*, whether hub.yaml still names them or not."""
    said = sa.cast(entity.c.facts, sa.Text())
    query = sa.select(entity.c.id).where(entity.c.kind == KIND, sa.or_(*(said.contains(owner) for owner in owners)))
    with store.read() as conn:
        return tuple(conn.execute(query).scalars())


def doubtful(store: Store, sync: str) -> tuple[str, ...]:
    """Return the ids of documents with an open write: whoever made it may have died."""
    query = sa.select(outbox.c.entity).join(entity, entity.c.id == outbox.c.entity)
    with store.read() as conn:
        return tuple(conn.execute(query.where(entity.c.kind == KIND, entity.c.sync == sync, IS_OPEN)).scalars())


def parked_here(store: Store, paper: Paper) -> Parked | None:
    """Return what a person has to do about the document, or has left as it is; None where there is nothing."""
    with store.read() as conn:
        return told_at(conn, paper.place, KIND)


def begin(store: Store, worker: Worker, paper: Paper, *, verb: str, run: str) -> Begun | None:
    """
    Open a write of *paper*; its entity is made where there is none. None where a worker that lives is about it.

    Committed before the request leaves: what is found open later may have been carried out.
    """
    now = store.clock()
    with store.write() as conn:
        workers.beat_in(store, conn, worker)
        _enter(store, conn, paper)
        query = sa.select(outbox).where(outbox.c.entity == paper.document.id, IS_OPEN).with_for_update()
        row = conn.execute(query).mappings().one_or_none()
        if row is None:
            _say(conn, paper)
            key = store.fresh_id()
            conn.execute(sa.insert(outbox), [_row(paper, key, worker=worker, verb=verb, now=now, run=run)])
            return Begun(key)
        if row["worker"] not in (None, worker.id, *workers.dead(store, conn)):
            return None
        conn.execute(
            sa.update(outbox).where(outbox.c.key == row["key"]).values(worker=worker.id, tries=row["tries"] + 1)
        )
    return Begun(row["key"], again=True)


def keep(store: Store, paper: Paper, kept: Kept) -> None:
    """Store what is known now; the case is looked at again where the address has changed."""
    with store.write() as conn:
        _enter(store, conn, paper)
        _say(conn, paper)
        if kept.stand is not None:
            _stand(store, conn, paper, kept.stand)
            if _address(conn, paper, kept.stand):
                mark(conn, [paper.case])
        attend(store, conn, paper.place, field=KIND, entry=kept.parked)
        record = kept.stand.record if kept.stand else ""
        told = {"kind": paper.kind, "record": record, "run": kept.run}
        write_down(store, conn, [event_row(one, entity=paper.document.id, **told) for one in kept.events])
        if kept.write is not None:
            _end(store, conn, kept)


def forget_link(store: Store, paper: Paper) -> None:
    """Forget where a document was, so that it is made anew; its history keeps it. The case is looked at again."""
    with store.write() as conn:
        conn.execute(
            sa.delete(link).where(
                link.c.entity == paper.document.id, link.c.system == paper.system, link.c.kind == paper.kind
            )
        )
        told = event_row(Event("again", paper.label, system=paper.system), entity=paper.case)
        write_down(store, conn, [told])


# --- inside ---------------------------------------------------------------------------------------------------------


def _enter(store: Store, conn: sa.Connection, paper: Paper) -> None:
    """Make the entity of the document if there is none; its key is a number of its own."""
    known = sa.select(entity.c.id).where(entity.c.id == paper.document.id)
    if conn.execute(known).first() is not None:
        return
    number = reserve(store, conn, PREFIX, count=1)
    row = {
        "id": paper.document.id,
        "kind": KIND,
        "key": f"{PREFIX}-{number}",
        "prefix": PREFIX,
        "number": number,
        "sync": paper.document.sync,
        "facts": codec.each(paper.document.facts, codec.fact_form),
        "held": {},
        "conflicts": {},
        "generation": 1,
        "created": store.clock(),
        "revision": 0,
        "due": 0,
    }
    conn.execute(sa.insert(entity), [row])


def _say(conn: sa.Connection, paper: Paper) -> None:
    """Keep the facts of the document as they are now, its name among them."""
    said = {"facts": codec.each(paper.document.facts, codec.fact_form), "revision": entity.c.revision + 1}
    conn.execute(sa.update(entity).where(entity.c.id == paper.document.id).values(said))


def _row(paper: Paper, key: str, *, worker: Worker, verb: str, now: Any, run: str) -> dict[str, Any]:
    return {
        "key": key,
        "entity": paper.document.id,
        "system": paper.system,
        "kind": paper.kind,
        "verb": verb,
        "state": "sent",
        "fields": [],
        "fixed": {},
        "left_out": {},
        "generation": 1,
        "mapping": "",
        "planned_at": now,
        "sent_at": now,
        "worker": worker.id,
        "tries": 1,
        "again": False,
        "run": run,
    }


def _stand(store: Store, conn: sa.Connection, paper: Paper, stand: Stand) -> None:
    values = {
        "entity": paper.document.id,
        "system": paper.system,
        "kind": paper.kind,
        "external_id": stand.record,
        "version": stand.version,
        "url": stand.url,
        "bases": codec.each(stand.bases, codec.base_form),
        "tombstone": bool(stand.gone),
        "gone": stand.gone or None,
        "touched": store.clock(),
    }
    fixed: dict[str, Any] = {"seen": {}, "parked": {}, "answers": {}, "in_scope": True}
    new = store.insert(link)
    again = new.on_conflict_do_update(index_elements=["entity", "system", "kind"], set_=values)
    conn.execute(again, {**values, **fixed})


def _address(conn: sa.Connection, paper: Paper, stand: Stand) -> bool:
    """Keep the address at the case, as a link of its own; says whether it has changed."""
    here = (link.c.entity == paper.case, link.c.system == paper.system, link.c.kind == paper.label)
    row = conn.execute(sa.select(link.c.external_id, link.c.url).where(*here)).one_or_none()
    if stand.gone:
        conn.execute(sa.delete(link).where(*here))
        return row is not None
    if row is None:
        values = {"entity": paper.case, "system": paper.system, "kind": paper.label, "external_id": stand.record}
        empty: dict[str, Any] = {"bases": {}, "seen": {}, "parked": {}, "answers": {}, "tombstone": False}
        conn.execute(sa.insert(link), [{**values, **empty, "in_scope": True, "url": stand.url}])
        return True
    conn.execute(sa.update(link).where(*here).values(external_id=stand.record, url=stand.url))
    return bool(row.url != stand.url)


def _end(store: Store, conn: sa.Connection, kept: Kept) -> None:
    mine = sa.update(outbox).where(outbox.c.key == kept.write, IS_OPEN)
    if kept.next == "sent":
        conn.execute(mine.values(worker=None))
    else:
        conn.execute(mine.values(state=kept.next, worker=None, closed_at=store.clock()))
