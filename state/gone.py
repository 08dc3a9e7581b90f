"""What a look-up by id says of a link: gone, out of our sight, merged into another record, or moved to another id."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mappings.exchange import Found
from mappings.reconcile.model import Event, Parked

from .attention import Changes, Place
from .history import event_row, write_down
from .known import Seen
from .rows import Row
from .store import Store
from .tables import entity, inbox, link


@dataclass(slots=True)
class Looked:
    """What look-ups changed, beside the records they brought."""

    answered: list[str] = field(default_factory=list)
    hinted: list[str] = field(default_factory=list)
    gone: int = 0
    refused: int = 0
    merged: int = 0
    moved: int = 0


def look_up(
    store: Store,
    conn: sa.Connection,
    found: Sequence[Found],
    *,
    seen: Seen,
    place: tuple[str, str],
    began: datetime,
) -> Looked:
    """Store what *found* says beside its records. SEEN is changed where a link goes over to another id."""
    looked = Looked()
    changes = Changes()
    for one in found:
        row = seen.links.get(one.id)
        other = one.other if one.other and one.other != one.id else None
        if one.state == "refused":
            aside = seen.waiting.get(one.id) if row is None else None
            if aside is not None and not aside["flag"]:  # it is nobody's, and out of our sight it can be met by none
                del seen.waiting[one.id]
                _drop_waiting(store, conn, one.id, waiting=aside, owner=None, place=place)
            else:
                owner = row["entity"] if row else None
                changes.park(Place(*place, entity=owner, record=one.id), field="", entry=Parked("refused", one.reason))
            looked.refused += 1
        elif one.state == "gone" or other is not None:
            if row is not None and not row["flag"] and _later(row, began):
                looked.hinted.append(one.id)  # it was read or written after this look-up left
                continue
            _leave(store, conn, one, row=row, other=other, seen=seen, place=place, looked=looked)
        else:
            continue  # an ordinary record; its hint is cleared with it
        if one.id in seen.hints and seen.hints[one.id] <= began:
            looked.answered.append(one.id)
    changes.write(store, conn)
    return looked


def _later(row: Row, began: datetime) -> bool:
    return row["touched"] is not None and began < row["touched"]


def _leave(
    store: Store,
    conn: sa.Connection,
    one: Found,
    *,
    row: Row | None,
    other: str | None,
    seen: Seen,
    place: tuple[str, str],
    looked: Looked,
) -> None:
    """The record ONE is not there under its id any more."""
    if row is not None and not row["flag"]:
        if other is not None and other not in seen.links:
            _move(store, conn, row, other=other, place=place)
            seen.links[other] = seen.links.pop(one.id)
            looked.moved += 1
        else:
            why = "gone" if other is None else f"merged into {other}"
            bury(store, conn, [row["number"]], why=why)
            looked.gone += other is None
            looked.merged += other is not None
    waiting = seen.waiting.pop(one.id, None)
    if waiting is not None:
        _drop_waiting(store, conn, one.id, waiting=waiting, owner=row["entity"] if row else None, place=place)


def bury(store: Store, conn: sa.Connection, ids: Sequence[int], *, why: str, run: str = "") -> None:
    """Make tombstones of the links *ids*: they keep everything, their entities are due, the history has the content."""
    rows = conn.execute(sa.select(link).where(link.c.id.in_(ids))).mappings().all()
    told = [
        event_row(
            Event("gone", "", old=_content(row), system=row["system"], cause=why),
            entity=row["entity"],
            kind=row["kind"],
            record=row["external_id"],
            run=run,
        )
        for row in rows
    ]
    conn.execute(sa.update(link).where(link.c.id.in_(ids)).values(tombstone=True, gone=why, touched=store.clock()))
    mark(conn, [row["entity"] for row in rows])
    write_down(store, conn, told)


def mark(conn: sa.Connection, ids: Sequence[str]) -> None:
    """Make entities due; what was decided from their former state can no longer be committed."""
    if ids:
        raised = {"due": entity.c.due + 1, "revision": entity.c.revision + 1}
        conn.execute(sa.update(entity).where(entity.c.id.in_(ids)).values(raised))


def _content(row: Row) -> dict[str, Any]:
    """The views last seen, per field."""
    return {name: base["view"] for name, base in row["bases"].items()} | dict(row["seen"])


def _move(store: Store, conn: sa.Connection, row: Row, *, other: str, place: tuple[str, str]) -> None:
    told = Event("moved", "", old=row["external_id"], new=other, system=place[0])
    conn.execute(sa.update(link).where(link.c.id == row["number"]).values(external_id=other))
    awake(conn, [other], place=place)
    mark(conn, [row["entity"]])
    write_down(store, conn, [event_row(told, entity=row["entity"], kind=place[1], record=other)])


def awake(conn: sa.Connection, ids: Sequence[str], *, place: tuple[str, str]) -> None:
    """Records that became linked wait for their entity, even if they were once put aside as strangers."""
    where = sa.and_(inbox.c.system == place[0], inbox.c.kind == place[1], inbox.c.external_id.in_(ids))
    conn.execute(sa.update(inbox).where(where).values(open="", aside="", claimed_by=None, claimed_until=None))


def _drop_waiting(
    store: Store, conn: sa.Connection, record: str, *, waiting: Row, owner: str | None, place: tuple[str, str]
) -> None:
    """What waited under an id that is no more is kept in the history, whole."""
    if owner is None:
        changes = Changes()
        changes.unpark(Place(*place, record=record), field="")
        changes.write(store, conn)
    told = Event("read", "", new=waiting["form"], system=place[0], cause="gone before it was looked at")
    write_down(store, conn, [event_row(told, entity=owner, kind=place[1], record=record)])
    conn.execute(
        sa.delete(inbox).where(
            inbox.c.system == place[0],
            inbox.c.kind == place[1],
            inbox.c.external_id == record,
            inbox.c.sequence == waiting["number"],
        )
    )
