"""
What arrives: newest snapshot per (system, kind, id), and hints.

`put` keeps the rules of freshness (see `state.freshness`): a record that shows what was last seen is dropped as a
repeat, an older version is dropped, and one that cannot be ordered becomes a *hint*, a record to look at by id. A hint
is cleared only by a read that began after it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from mappings.exchange import Fault, Found, Page
from mappings.reconcile.model import Parked

from . import cursors, leases
from .arrivals import Arrived, clear, remember, sort_out, write
from .attention import Changes, Place
from .freshness import reads_of
from .gone import Looked, look_up
from .known import Seen, look
from .prepared import many
from .rows import LIMIT, as_asked
from .store import Store
from .tables import hint as hint_table
from .tables import inbox
from .types import FoundCount, Hint, Lane, Lease, PutCount, Scan, Snapshot
from .waiting import wake_lone
from .waiting_rows import removed, still_strangers, this_row

WEBHOOK = "webhook"
"""Why a record is hinted at that a system has told of by itself."""


def put(
    store: Store,
    page: Page,
    *,
    lag: bool = False,
    lane: Lane = "changes",
    scan: Scan | None = None,
    wakes: Sequence[str] = (),
    lease: Lease | None = None,
) -> PutCount:
    """
    Store a page and its cursor in one transaction; writes nothing at all if neither says anything new.

    LAG: the list may be behind (`Abilities.index_lag`). SCAN: the page belongs to a full scan. With the last page of
    the first read of all, the entities of the syncs WAKES that have no record there are due: none could be made before.
    Faults of the page go to the attention list until their record can be read. Raises `LeaseLost`.
    """
    ids = [record.id for record in page.records]
    reads = reads_of(page.records, page.began)
    with store.write() as conn:
        leases.check(conn, lease)
        asked = ids + [fault.id for fault in page.faults if fault.id is not None]
        seen = look(conn, page.system, kind=page.kind, ids=asked, lane=lane)
        if wakes and lane == "changes" and cursors.ends_first_read(seen, more=page.more):
            wake_lone(conn, wakes, system=page.system, kind=page.kind)
        arrived = sort_out(store, reads, seen=seen, lag=lag, behind="look" if scan is not None else "overlook")
        write(store, conn, arrived, system=page.system, kind=page.kind)
        _faults(store, conn, page.faults, place=(page.system, page.kind), seen=seen)
        if scan is not None:
            cursors.met(store, conn, scan, ids=ids)
        cursors.move(store, conn, seen, place=(page.system, page.kind, lane), to=page.cursor, more=page.more)
    return _count(arrived)


def _count(arrived: Arrived) -> PutCount:
    return PutCount(
        stored=len(arrived.rows),
        same=arrived.same,
        stale=arrived.stale,
        hinted=len(arrived.hinted),
        closed_hints=len(arrived.answered),
    )


def _faults(store: Store, conn: sa.Connection, faults: Sequence[Fault], *, place: tuple[str, str], seen: Seen) -> None:
    changes = Changes()
    for fault in faults:
        row = seen.links.get(fault.id or "")
        where = Place(*place, entity=row["entity"] if row else None, record=fault.id or "")
        changes.park(where, field="", entry=Parked("fault", fault.reason))
    changes.write(store, conn)


def hint(store: Store, system: str, *, kind: str, ids: Sequence[str], reason: str = "") -> None:
    """Remember records to look at by id. One that is remembered already is as of now again."""
    with store.write() as conn:
        remember(store, conn, ids, system=system, kind=kind, reason=reason)


def newest_hint(store: Store, *, reason: str) -> datetime | None:
    """Return when the newest of the hints came that were remembered for REASON."""
    query = sa.select(sa.func.max(hint_table.c.at)).where(hint_table.c.reason == reason)
    with store.read() as conn:
        newest: datetime | None = conn.execute(query).scalar_one()
        return newest


def hints(store: Store, system: str, *, kind: str, limit: int) -> tuple[Hint, ...]:
    """Return the oldest hints of (system, kind)."""
    given = {"system": system, "kind": kind, "limit": limit}
    with store.read() as conn:
        rows = conn.execute(_hints(), given)
        return tuple(Hint(row.system, row.kind, row.external_id, row.at, row.reason) for row in rows)


@cache
def _hints() -> sa.Select[Any]:
    mine = as_asked(hint_table, "system", "kind")
    return sa.select(hint_table).where(*mine).order_by(hint_table.c.at).limit(LIMIT)


def put_found(
    store: Store,
    found: Sequence[Found],
    *,
    system: str,
    kind: str,
    began: datetime,
    lease: Lease | None = None,
) -> FoundCount:
    """
    Store what look-ups by id gave; their requests left at BEGAN. Clears the hints they answer.

    *Gone* makes a tombstone (unless the record was read or written since) and its entity due; *refused* is not gone:
    it goes to the attention list. Another id is a merge (ours becomes a tombstone, "merged into", if the other is
    linked) or a move (the link goes over to the new id). Raises `LeaseLost`.
    """
    records = [one.record for one in found if one.state == "here" and one.record is not None]
    reads = reads_of(records, began)
    with store.write() as conn:
        leases.check(conn, lease)
        ids = {one.id for one in found} | {one.other for one in found if one.other}
        seen = look(conn, system, kind=kind, ids=sorted(ids))
        looked = look_up(store, conn, found, seen=seen, place=(system, kind), began=began)
        arrived = sort_out(store, reads, seen=seen, behind="tell")
        write(store, conn, arrived, system=system, kind=kind)
        clear(conn, looked.answered, system=system, kind=kind)
        remember(store, conn, looked.hinted, system=system, kind=kind, reason="unordered")
    return _found_count(arrived, looked)


def _found_count(arrived: Arrived, looked: Looked) -> FoundCount:
    return FoundCount(
        stored=len(arrived.rows),
        same=arrived.same,
        stale=arrived.stale,
        hinted=len(arrived.hinted) + len(looked.hinted),
        closed_hints=len(arrived.answered) + len(looked.answered),
        gone=looked.gone,
        refused=looked.refused,
        merged=looked.merged,
        moved=looked.moved,
    )


def set_aside(
    store: Store, snapshots: Sequence[Snapshot], *, reason: str, left: Sequence[str] = (), listed: bool = False
) -> None:
    """
    Put strangers aside until their content changes or somebody wakes them.

    LEFT names the syncs that share this (system, kind) and have not looked at them yet: for those they go on waiting.
    LISTED: they also go to the attention list. One whose content has changed meanwhile, or that somebody has linked, is
    left alone.
    """
    waits = "|" + "|".join(left) + "|" if left else None
    put_by = {"b_open": waits, "b_aside": reason, "b_claimed_by": None, "b_claimed_until": None}
    rows = [{**removed(one.record.system, one.record.kind, one.record.id, one.sequence), **put_by} for one in snapshots]
    changes = Changes()
    with store.write() as conn:
        many(conn, this_row("open", "aside", "claimed_by", "claimed_until"), rows)
        for one in still_strangers(conn, snapshots) if listed else ():
            changes.park(_at(one), field="", entry=Parked("unlinked", reason))
        for one in () if listed else snapshots:
            if one.aside:
                changes.unpark(_at(one), field="")
        changes.write(store, conn)


def _at(one: Snapshot) -> Place:
    return Place(one.record.system, one.record.kind, record=one.record.id)


def wake_strangers(store: Store, system: str, *, kind: str) -> int:
    """Make all records of (system, kind) that were put aside wait again; returns how many."""
    statement = sa.update(inbox).where(inbox.c.system == system, inbox.c.kind == kind, inbox.c.aside != "")
    with store.write() as conn:
        return int(conn.execute(statement.values(open="")).rowcount)
