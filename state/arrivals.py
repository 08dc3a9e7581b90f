"""
How records enter the inbox: what is known of them is read with one statement, what is new is written with one.

Used for pages, for look-ups by id and for the records that writes bring back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeAlias

import sqlalchemy as sa

from mappings.exchange import VendorRecord
from mappings.reconcile.model import Event, Parked

from .attention import Changes, Place
from .freshness import Known, Read, Reads, Verdict, judge, went_back
from .history import event_row, write_down
from .known import Seen, known_link
from .prepared import many
from .rereading import meet_links_anew
from .rows import frozen
from .store import Store, inserting
from .tables import hint, inbox, link, parked

UNREAD = "replaced unread"
"""The cause of what a record showed, and no more before anybody had looked at it."""
READ_AGAIN = ("fault", "refused")
"""Codes of whole records on the attention list that go away when the record is read."""
OLDER = "older"
"""That of a record which went back; it goes away when a state is read that is none from before."""
Behind: TypeAlias = Literal["overlook", "look", "tell"]
"""What becomes of a record that went back: nothing, a look at it by id, or (that was one) an entry of the list."""


@dataclass(slots=True)
class Arrived:
    """What is to be done about some records; WRITE does it."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    hinted: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    refreshed: list[dict[str, Any]] = field(default_factory=list)
    readable: list[str] = field(default_factory=list)
    older: list[Place] = field(default_factory=list)
    anew: list[int] = field(default_factory=list)
    """Links whose records went back and show something new since: nobody can tell what of it is an edit."""
    same: int = 0
    stale: int = 0


def sort_out(store: Store, reads: Reads, *, seen: Seen, lag: bool = False, behind: Behind = "overlook") -> Arrived:
    """Decide what becomes of records that were read, and of those among them that went BEHIND what is known."""
    arrived = Arrived()
    for place, (record, read) in enumerate(reads):
        verdict = _verdict(read, seen, record_id=record.id, lag=lag)
        match verdict:
            case "same":
                arrived.same += 1
                _refresh(arrived, read, seen, record_id=record.id)
            case "stale":
                arrived.stale += 1
                _went_back(arrived, record, read, seen=seen, behind=behind)
            case "unclear":
                arrived.hinted.append(record.id)
            case "new":
                _store(store, arrived, record, read=read, seen=seen, place=place)
                if OLDER in seen.trouble.get(record.id, ()) and record.id in seen.links:
                    arrived.anew.append(seen.links[record.id]["number"])
        if verdict in ("same", "new") and not lag and record.id in seen.hints and seen.hints[record.id] <= read.began:
            arrived.answered.append(record.id)
        if _is_over(seen.trouble.get(record.id, ()), verdict):
            arrived.readable.append(record.id)
    return arrived


def _is_over(trouble: Collection[str], verdict: Verdict) -> bool:
    """Say whether the record as a whole is in trouble no more, now that it was read."""
    return any(code in READ_AGAIN for code in trouble) or (OLDER in trouble and verdict in ("same", "new"))


def _went_back(arrived: Arrived, record: VendorRecord, read: Read, *, seen: Seen, behind: Behind) -> None:
    """Nothing is taken from an older state, and nobody is left to wonder: its system may be a restored backup."""
    row = seen.links.get(record.id)
    if behind == "overlook" or row is None or record.id in seen.waiting or not went_back(read, known_link(row)):
        return
    if behind == "tell":
        arrived.answered.append(record.id)
    if record.id in seen.trouble:
        return
    if behind == "look":
        arrived.hinted.append(record.id)
    else:
        arrived.older.append(Place(record.system, record.kind, entity=row["entity"], record=record.id))


def _verdict(read: Read, seen: Seen, *, record_id: str, lag: bool) -> Verdict:
    row = seen.links.get(record_id)
    of_link = judge(read, known_link(row) if row else None, lag=lag)
    waiting = seen.waiting.get(record_id)
    if waiting is None:
        return of_link
    of_row = judge(read, Known(waiting["hash"], waiting["version"], waiting["touched"]), lag=lag)
    if of_row == "same":
        return "same"
    for worst in ("stale", "unclear"):
        if worst in (of_link, of_row):
            return worst
    return "new"


def _refresh(arrived: Arrived, read: Read, seen: Seen, *, record_id: str) -> None:
    """The same content under a newer version (a comment was added): a conditional write needs the version."""
    row = seen.links.get(record_id)
    if row is None or record_id in seen.waiting or read.version is None:
        return
    if row["version"] is None or read.version > row["version"]:
        arrived.refreshed.append({"b_id": row["number"], "b_version": read.version, "b_began": read.began})


def _store(store: Store, arrived: Arrived, record: VendorRecord, *, read: Read, seen: Seen, place: int) -> None:
    now = store.clock()
    before = seen.waiting.get(record.id)
    sequence = int(now.timestamp() * 1_000_000) + place
    if before is not None:
        sequence = max(sequence, before["number"] + 1)
        if before["flag"]:
            owner = seen.links.get(record.id)
            arrived.events += replaced(record, before=before["form"], owner=owner["entity"] if owner else None)
    arrived.rows.append(inbox_row(record, read, sequence=sequence, put_at=now))


def inbox_row(record: VendorRecord, read: Read, *, sequence: int, put_at: datetime) -> dict[str, Any]:
    """Return the row of a waiting record."""
    return {
        "system": record.system,
        "kind": record.kind,
        "external_id": record.id,
        "sequence": sequence,
        "began": read.began,
        "put_at": put_at,
        "version": record.version,
        "stamp": record.stamp,
        "marker": record.marker,
        "url": record.url,
        "in_scope": record.in_scope,
        "hash": read.hash,
        "views": dict(record.views),
        "parent_kind": record.parent[0] if record.parent else None,
        "parent_id": record.parent[1] if record.parent else None,
        "editor": record.editor or None,
        "open": "",
        "aside": "",
    }


def replaced(record: VendorRecord, *, before: dict[str, Any], owner: str | None) -> list[dict[str, Any]]:
    """A waiting record is replaced before anybody looked at it: what it said goes to the history, place by place."""
    return [
        event_row(
            Event("read", place, old=view, new=record.views.get(place), system=record.system, cause=UNREAD),
            entity=owner,
            kind=record.kind,
            record=record.id,
        )
        for place, view in before.items()
        if place not in record.views or record.views[place] != view
    ]


def _of_whole_records() -> tuple[sa.ColumnElement[bool], ...]:
    """What a record that can be read again is over with. One of its fields may be refused for reasons of its own."""
    return (parked.c.code.in_((*READ_AGAIN, OLDER)), parked.c.field == "")


def write(store: Store, conn: sa.Connection, arrived: Arrived, *, system: str, kind: str) -> None:
    """Write what `sort_out` decided; in the ordinary case one statement, none if nothing is new."""
    put_rows(store, conn, arrived.rows)
    meet_links_anew(conn, arrived.anew)
    write_down(store, conn, arrived.events)
    now = store.clock() if arrived.refreshed else None
    many(conn, _refreshing(), [{**row, "b_touched": now} for row in arrived.refreshed])
    remember(store, conn, arrived.hinted, system=system, kind=kind, reason="unordered")
    clear(conn, arrived.answered, system=system, kind=kind)
    if arrived.readable:
        of = sa.and_(parked.c.system == system, parked.c.kind == kind, parked.c.record.in_(arrived.readable))
        closing = sa.update(parked).where(of, parked.c.closed.is_(None), *_of_whole_records())
        conn.execute(closing.values(closed=store.clock()))
    changes = Changes()
    for place in arrived.older:
        changes.park(place, field="", entry=Parked(OLDER, "it shows an older state than the hub has seen"))
    changes.write(store, conn)


def put_rows(store: Store, conn: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace inbox rows. A claim of a replaced one stays: its commit sees that the number has moved."""
    if rows:
        many(conn, _put(store.dialect, tuple(rows[0])), rows)


@cache
def _put(dialect: str, names: Sequence[str]) -> Any:
    new = inserting(dialect, inbox)
    kept = {"system", "kind", "external_id", "aside"}  # why it was once put aside stays known
    replaces = {name: new.excluded[name] for name in names if name not in kept}
    return new.on_conflict_do_update(index_elements=["system", "kind", "external_id"], set_=replaces)


@cache
def _refreshing() -> sa.Update:
    given = {name: sa.bindparam(f"b_{name}", type_=link.c[name].type) for name in ("version", "began", "touched")}
    return sa.update(link).where(link.c.id == sa.bindparam("b_id"), ~frozen()).values(given)


def remember(store: Store, conn: sa.Connection, ids: Sequence[str], *, system: str, kind: str, reason: str) -> None:
    """Store hints; one that is there already is as of now again."""
    now = store.clock()
    rows = [{"system": system, "kind": kind, "external_id": one, "at": now, "reason": reason} for one in ids]
    many(conn, _remember(store.dialect), rows)


@cache
def _remember(dialect: str) -> Any:
    new = inserting(dialect, hint)
    again = {"at": new.excluded.at, "reason": new.excluded.reason}
    return new.on_conflict_do_update(index_elements=["system", "kind", "external_id"], set_=again)


def clear(conn: sa.Connection, ids: Sequence[str], *, system: str, kind: str) -> None:
    """Remove hints that a read has answered."""
    if ids:
        conn.execute(sa.delete(hint).where(hint.c.system == system, hint.c.kind == kind, hint.c.external_id.in_(ids)))
