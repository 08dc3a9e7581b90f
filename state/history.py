"""The history: append-only lines, written in the transaction of what they tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mappings.reconcile.model import Event

from . import codec
from .prepared import inserted, many
from .store import Store
from .tables import IS_OF_RECORD, event


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


def tell(store: Store, told: Event, *, entity: str, kind: str = "", record: str = "", run: str = "") -> None:
    """Append one line that belongs to no other transaction."""
    with store.write() as conn:
        write_down(store, conn, [event_row(told, entity=entity, kind=kind, record=record, run=run)])


def write_down(store: Store, conn: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Append *rows* made by `event_row`: what is written together was written down at one moment."""
    now = store.clock() if rows else None
    for row in rows:
        row["hub_at"] = now
    many(conn, inserted(event), rows)


def history(
    store: Store, *, entity: str | None = None, run: str | None = None, after: int = 0, limit: int = 200
) -> tuple[Line, ...]:
    """Return the lines of an entity, of a run, or all, oldest first; page on with AFTER."""
    query = sa.select(event).where(event.c.id > after)
    if entity is not None:
        query = query.where(event.c.entity == entity)
    if run is not None:
        query = query.where(event.c.run == run)
    with store.read() as conn:
        return lines_of(conn.execute(query.order_by(event.c.id).limit(limit)).mappings())


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
    return tuple(
        Line(
            row["id"],
            Event(
                row["what"],
                row["field"],
                codec.either_of(row["old"]),
                codec.either_of(row["new"]),
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
        for row in rows
    )
