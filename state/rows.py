"""Rows and the values they stand for: entities, links, open writes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, TypeAlias

import sqlalchemy as sa

from mappings.exchange import VendorRecord
from mappings.reconcile.model import Entity, Link, OpenWrite

from . import codec
from .tables import IS_OPEN, inbox, link, outbox
from .types import OpenCreate, Outgoing, Snapshot, Whole

Row: TypeAlias = sa.RowMapping | Mapping[str, Any]
"""Column name -> value; of a join, see `cut`."""


def cut(rows: Iterable[sa.Row[Any]], *names: Sequence[str]) -> Iterator[tuple[dict[str, Any], ...]]:
    """Cut *rows* of a join, whose columns come one table after another, into a dictionary for each group of NAMES."""
    ends = list(accumulate(map(len, names), initial=0))
    groups = [(each, start, end) for each, start, end in zip(names, ends, ends[1:], strict=False)]
    for row in rows:
        whole = tuple(row)
        yield tuple(dict(zip(each, whole[start:end], strict=True)) for each, start, end in groups)


@cache
def names_of(table: sa.Table) -> tuple[str, ...]:
    """Return the names of the columns of *table*, in their order."""
    return tuple(table.c.keys())


def entity_of(row: Row, *, lazily: bool = False) -> Entity:
    """Return the entity of a row. LAZILY: its facts are decoded as they are asked for."""
    decoded: Any = codec.Lazy if lazily else codec.kept
    return Entity(
        row["id"],
        row["kind"],
        row["key"],
        row["sync"],
        facts=decoded(row["facts"], codec.fact_of),
        held=decoded(row["held"], codec.held_of),
        conflicts=codec.each(row["conflicts"], codec.conflict_of),
        generation=row["generation"],
        created=row["created"],
        parent=row["parent"] or "",
    )


def entity_columns(record: Entity, before: Entity | None = None) -> dict[str, Any]:
    """Return the columns that a decision may change; what is as it was BEFORE has its form already."""
    return {
        "facts": codec.spliced(record.facts, codec.fact_form, before.facts if before else None),
        "held": codec.spliced(record.held, codec.held_form, before.held if before else None),
        "conflicts": codec.each(record.conflicts, codec.conflict_form),
        "generation": record.generation,
        "parent": record.parent or None,
    }


def link_of(row: Row, write: OpenWrite | None) -> Link:
    return Link(
        row["id"],
        row["system"],
        row["kind"],
        row["external_id"],
        version=row["version"],
        bases=codec.kept(row["bases"], codec.base_of),
        seen=row["seen"],
        parked=codec.each(row["parked"], codec.parked_of),
        write=write,
        tombstone=row["tombstone"],
        gone=row["gone"] or "",
        in_scope=row["in_scope"],
        url=row["url"],
        touched=row["touched"],
        answers=codec.each(row["answers"], codec.answers_of),
    )


def record_of(row: Row) -> VendorRecord:
    """Return the record that waits in an inbox row."""
    return VendorRecord(
        row["system"],
        row["kind"],
        row["external_id"],
        row["views"],
        version=row["version"],
        stamp=row["stamp"],
        marker=row["marker"],
        url=row["url"],
        in_scope=row["in_scope"],
        parent=parent_of(row),
    )


def parent_of(row: Row) -> tuple[str, str] | None:
    """Return the record that the one of an inbox or outbox row hangs on, as (kind, id)."""
    return (row["parent_kind"], row["parent_id"]) if row["parent_id"] is not None else None


def snapshot_of(row: Row, read_after: Any = None) -> Snapshot:
    return Snapshot(
        record_of(row),
        row["sequence"],
        row["began"],
        put_at=row["put_at"],
        read_after=read_after,
        aside=row["aside"],
    )


def open_write_of(row: Row) -> OpenWrite:
    return OpenWrite(row["key"], row["state"], row["verb"], tuple(map(codec.write_of, row["fields"])))


def create_of(row: Row) -> OpenCreate:
    return OpenCreate(
        row["system"],
        row["kind"],
        open_write_of(row),
        fixed=row["fixed"],
        left_out=codec.each(row["left_out"], codec.parked_of),
        sent_at=row["sent_at"],
        parent=parent_of(row),
    )


def outgoing_of(row: Row, *, owner: Entity, record: Link | None) -> Outgoing:
    return Outgoing(
        row["key"],
        owner,
        record,
        row["system"],
        row["kind"],
        row["verb"],
        tuple(map(codec.write_of, row["fields"])),
        fixed=row["fixed"],
        left_out=codec.each(row["left_out"], codec.parked_of),
        generation=row["generation"],
        sent_at=row["sent_at"],
        not_before=row["not_before"],
        tries=row["tries"],
        parent=parent_of(row),
    )


def linked_rows(conn: sa.Connection, ids: Sequence[str]) -> Iterator[tuple[dict[str, Any], ...]]:
    """Return the links of the entities *ids*, each with what waits for it in the inbox."""
    return cut(conn.execute(_linked(), {"ids": ids}), names_of(link), names_of(inbox))


@cache
def _linked() -> sa.Select[Any]:
    joined = link.outerjoin(inbox, same_record(inbox))
    wanted = link.c.entity.in_(sa.bindparam("ids", expanding=True))
    return sa.select(link, inbox).select_from(joined).where(wanted).order_by(link.c.id)


def same_record(table: sa.Table) -> sa.ColumnElement[bool]:
    """The join of *table* with `link` over the record both speak of."""
    return sa.and_(
        table.c.system == link.c.system, table.c.kind == link.c.kind, table.c.external_id == link.c.external_id
    )


def open_rows(conn: sa.Connection, ids: Sequence[str]) -> dict[str, dict[tuple[str, str], Row]]:
    """Return the open writes of the entities *ids*: entity -> (system, kind) -> row."""
    found: dict[str, dict[tuple[str, str], Row]] = {}
    for row in conn.execute(_open(), {"ids": ids}).mappings():
        found.setdefault(row["entity"], {})[row["system"], row["kind"]] = row
    return found


@cache
def _open() -> sa.Select[Any]:
    return sa.select(outbox).where(outbox.c.entity.in_(sa.bindparam("ids", expanding=True)), IS_OPEN)


def wholes(conn: sa.Connection, rows: Iterable[Row]) -> list[Whole]:
    """Return entity *rows* with their links and open creates."""
    owners = list(rows)
    ids = [row["id"] for row in owners]
    if not ids:
        return []
    links: dict[str, list[Row]] = {}
    for of, _ in linked_rows(conn, ids):
        links.setdefault(of["entity"], []).append(of)
    writes = open_rows(conn, ids)
    return [whole_of(row, links=links.get(row["id"], []), writes=writes.get(row["id"], {})) for row in owners]


def whole_of(row: Row, *, links: Iterable[Row], writes: Mapping[tuple[str, str], Row]) -> Whole:
    """Put an entity together from its rows."""
    left = dict(writes)
    joined = []
    for each in links:
        write = left.pop((each["system"], each["kind"]), None)
        joined.append(link_of(each, open_write_of(write) if write else None))
    return Whole(entity_of(row), tuple(joined), tuple(map(create_of, left.values())))
