"""
The history: append-only lines, written in the transaction of what they tell.

What one deed says of several fields is one row of the table: a new case has some thirty lines, and each row costs as
much as a field's whole decision. Nobody else sees that: whoever reads is given lines, each with a number of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mappings.reconcile.model import Event

from . import codec
from .prepared import inserted, many
from .store import Store
from .tables import IS_OF_RECORD, event

SEVERAL = ("read", "set", "write")
"""What may be said of several fields at once."""
BELONGING = ("case", "case_id", "parent", "written_in")
"""Fields that say where something belongs: lines of their own, as a reader may not want them."""
WIDTH = 100
"""A row may hold so many lines: the number of a line is WIDTH times that of its row, and its place in there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history. HUB_AT is when the hub wrote it down."""

    id: int
    event: Event
    hub_at: datetime
    entity: str | None = None
    kind: str = ""
    record: str = ""
    run: str = ""


def event_row(
    told: Event,
    *,
    entity: str | None = None,
    kind: str = "",
    record: str = "",
    run: str = "",
) -> dict[str, Any]:
    """Return the row of *told*, of an entity or of a record that no entity knows; `write_down` says when."""
    return {
        "entity": entity,
        "what": told.what,
        "field": told.field,
        "old": codec.either_form(told.old),
        "new": codec.either_form(told.new),
        "more": [],
        "by": told.by,
        "system": told.system,
        "kind": kind,
        "record": record,
        "parties": [dict(party) for party in told.parties] if told.parties else [],
        "at": told.at,
        "hub_at": None,
        "cause": told.cause,
        "run": run,
    }


def event_rows(
    told: Iterable[Event], *, entity: str | None = None, kind: str = "", record: str = "", run: str = ""
) -> list[dict[str, Any]]:
    """As `event_row` of each of *told*; what one deed says of several fields is one row."""
    rows: list[dict[str, Any]] = []
    last: Event | None = None
    for one in told:
        if last is not None and _is_one_deed(last, one) and len(rows[-1]["more"]) < WIDTH - 1:
            rows[-1]["more"].append([one.field, codec.either_form(one.old), codec.either_form(one.new)])
            continue
        rows.append(event_row(one, entity=entity, kind=kind, record=record, run=run))
        last = one if one.what in SEVERAL and one.field not in BELONGING and not one.parties else None
    return rows


def _is_one_deed(first: Event, other: Event) -> bool:
    return (
        other.what == first.what
        and other.system == first.system
        and other.by == first.by
        and other.at == first.at
        and other.cause == first.cause
        and not other.parties
        and other.field not in BELONGING
    )


def tell(store: Store, told: Event, *, entity: str, kind: str = "", record: str = "", run: str = "") -> None:
    """Append one line that belongs to no other transaction."""
    with store.write() as conn:
        write_down(store, conn, [event_row(told, entity=entity, kind=kind, record=record, run=run)])


def write_down(store: Store, conn: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Append *rows* made by `event_row`: what is written together was written down at one moment."""
    now = store.clock() if rows else None
    for row in rows:
        row["hub_at"], row["lines"] = now, 1 + len(row["more"])
    many(conn, inserted(event), rows)


def history(
    store: Store, *, entity: str | None = None, run: str | None = None, after: int = 0, limit: int = 200
) -> tuple[Line, ...]:
    """
    Return the lines of an entity, of a run, or all, oldest first; page on with AFTER, the number of the last one. They
    are those of LIMIT rows, or one more.
    """
    query = sa.select(event).where(event.c.id >= after // WIDTH)
    if entity is not None:
        query = query.where(event.c.entity == entity)
    if run is not None:
        query = query.where(event.c.run == run)
    with store.read() as conn:
        found = lines_of(conn.execute(query.order_by(event.c.id).limit(limit + bool(after))).mappings())
    return tuple(line for line in found if line.id > after)


def linked_at(store: Store, entities: Sequence[str]) -> dict[tuple[str, str], datetime]:
    """Return (entity, system) -> when the record there became that of the entity, of each of *entities*."""
    query = (
        sa.select(event.c.entity, event.c.system, sa.func.max(event.c.hub_at).label("at"))
        .where(event.c.entity.in_(entities), event.c.what.in_(("opened", "linked")), event.c.system != "")
        .group_by(event.c.entity, event.c.system)
    )
    with store.read() as conn:
        return {(row.entity, row.system): row.at for row in conn.execute(query)}


def record_history(
    store: Store, system: str, *, kind: str, record: str, since: datetime | None = None, limit: int = 200
) -> tuple[Line, ...]:
    """Return what was written about one record (from SINCE on), whether an entity knows it or not."""
    query = (
        sa.select(event)
        .where(event.c.system == system, event.c.kind == kind, event.c.record == record, IS_OF_RECORD)
        .where(*([] if since is None else [event.c.hub_at >= since]))
        .order_by(event.c.id)
        .limit(limit)
    )
    with store.read() as conn:
        return lines_of(conn.execute(query).mappings())


def lines_of(rows: Iterable[Any]) -> tuple[Line, ...]:
    """Return the lines that *rows* of the table `event` are."""
    return tuple(line for row in rows for line in lines_in(row))


def lines_in(row: Any) -> Iterator[Line]:
    """Yield the lines of one row of the table `event`."""
    said = [(row["field"], row["old"], row["new"]), *row["more"]]
    for place, (field, old, new) in enumerate(said):
        yield Line(
            row["id"] * WIDTH + place,
            Event(
                row["what"],
                field,
                codec.either_of(old),
                codec.either_of(new),
                row["system"],
                row["by"],
                row["at"],
                row["cause"],
                tuple(row["parties"]),
            ),
            row["hub_at"],
            entity=row["entity"],
            kind=row["kind"],
            record=row["record"],
            run=row["run"],
        )
