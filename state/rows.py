"""Rows and the values they stand for: entities, links, open writes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import Any, TypeAlias

import sqlalchemy as sa

from mappings.exchange import VendorRecord
from mappings.reconcile.model import Entity, Link, OpenWrite

from . import codec
from .kept import Lazy, kept, spliced
from .tables import IS_OPEN, entity, inbox, link, outbox
from .types import OpenCreate, Outgoing, Snapshot, Whole

Row: TypeAlias = sa.RowMapping | Mapping[str, Any]
"""Column name -> value; of a join, see `cut`."""
LIMIT = sa.bindparam("limit", type_=sa.Integer())
"""How many rows a statement that is made once may give."""


def cut(rows: sa.Result[Any], *names: Sequence[str]) -> Iterator[tuple[dict[str, Any], ...]]:
    """Cut *rows* of a join, whose columns come one table after another, into a dictionary for each group of NAMES."""
    ends = list(accumulate(map(len, names), initial=0))
    groups = [(each, start, end) for each, start, end in zip(names, ends, ends[1:], strict=False)]
    for row in rows.all():  # at once: one by one each costs the driver and SQLAlchemy a call
        yield tuple([dict(zip(each, row[start:end], strict=True)) for each, start, end in groups])


@cache
def names_of(table: sa.Table) -> tuple[str, ...]:
    """Return the names of the columns of *table*, in their order."""
    return tuple(table.c.keys())


_BESIDE = {
    entity: {"prefix", "number", "revision", "due", "claimed_by", "claimed_until", "held_back", "shown"},
    inbox: {"claimed_by", "claimed_until"},
    outbox: {"mapping", "planned_at", "closed_at", "worker", "again", "window", "run"},
}
"""Columns that no value is made of: what a pass reads of every case is read without them."""


@cache
def told_by(table: sa.Table) -> tuple[sa.Column[Any], ...]:
    """Return the columns of *table* that its values are made of."""
    return tuple(column for column in table.c if column.name not in _BESIDE.get(table, ()))


@cache
def names_told_by(table: sa.Table) -> tuple[str, ...]:
    """Return the names of `told_by`."""
    return tuple(column.name for column in told_by(table))


def entity_of(row: Row, *, lazily: bool = False) -> Entity:
    """
    Return the entity of a row, which may have its facts `as_texts`. LAZILY: it has, and what its facts held before too;
    they are decoded when they are asked for.
    """
    facts, held = row["facts"], row["held"]
    if lazily:
        facts, held = Lazy(facts, codec.fact_of), Lazy(held, codec.held_of)
    else:
        facts = codec.FACTS.decoded(facts) if isinstance(facts, str) else kept(facts, codec.fact_of)
        held = kept(held, codec.held_of)
    return Entity(
        row["id"],
        row["kind"],
        row["key"],
        row["sync"],
        facts=facts,
        held=held,
        conflicts=codec.each(row["conflicts"], codec.conflict_of),
        generation=row["generation"],
        created=row["created"],
        parent=row["parent"] or "",
    )


def entity_columns(record: Entity, before: Entity | None = None) -> dict[str, Any]:
    """Return the columns that a decision may change; what is as it was BEFORE has its form already."""
    return {
        "facts": codec.FACTS.encoded(record.facts, before.facts if before else None),
        "held": spliced(record.held, codec.held_form, before.held if before else None),
        "conflicts": codec.each(record.conflicts, codec.conflict_form),
        "generation": record.generation,
        "parent": record.parent or None,
    }


def link_of(row: Row, write: OpenWrite | None) -> Link:
    """Return the link of a row, which has the columns OF_LINK `as_texts`."""
    return Link(
        row["id"],
        row["system"],
        row["kind"],
        row["external_id"],
        version=row["version"],
        bases=codec.BASES.decoded(row["bases"]),
        seen=row["seen"],
        parked=codec.each(row["parked"], codec.parked_of),
        write=write,
        tombstone=row["tombstone"],
        gone=row["gone"] or "",
        in_scope=row["in_scope"],
        url=row["url"],
        touched=row["touched"],
        answers=kept(row["answers"], codec.answers_of),
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
        editor=row["editor"] or "",
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
        left=tuple(row["open"].strip("|").split("|")) if row["open"] else (),
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


@dataclass(slots=True)
class Family:
    """What hangs on some entities: (link, what waits for it in the inbox), and open writes by (system, kind)."""

    links: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = field(default_factory=dict)
    writes: dict[str, dict[tuple[str, str], Row]] = field(default_factory=dict)


def hanging(conn: sa.Connection, ids: Sequence[str]) -> Family:
    """Return what hangs on the entities *ids*."""
    found = Family()
    rows = cut(conn.execute(_hanging(), {"ids": ids}), names_of(link), names_told_by(inbox), names_told_by(outbox))
    for of, waiting, write in rows:
        if of["id"] is not None:
            found.links.setdefault(of["entity"], []).append((of, waiting))
        else:
            found.writes.setdefault(write["entity"], {})[write["system"], write["kind"]] = write
    return found


@cache
def _hanging() -> sa.CompoundSelect[Any]:
    """Links and writes are asked for at once, below each other: a create has no link yet."""
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    joined = link.outerjoin(inbox, same_record(inbox))
    links = sa.select(*as_texts(link.c, *OF_LINK), *told_by(inbox), *nothing_of(*told_by(outbox))).select_from(joined)
    writes = sa.select(*nothing_of(*link.c), *nothing_of(*told_by(inbox)), *told_by(outbox))
    links, writes = links.where(link.c.entity.in_(ids)), writes.where(outbox.c.entity.in_(ids), IS_OPEN)
    return sa.union_all(links, writes).order_by(sa.literal_column("1"))


OF_LINK = ("bases",)
"""The columns of a link that `link_of` takes as texts."""


def as_texts(columns: Iterable[sa.Column[Any]], *names: str) -> list[sa.ColumnElement[Any]]:
    """Return *columns*, those called NAMES as the texts that are stored of them."""
    return [sa.type_coerce(each, sa.Text()).label(each.name) if each.name in names else each for each in columns]


def nothing_of(*columns: sa.Column[Any]) -> Iterator[sa.ColumnElement[Any]]:
    """Give as many without a value, named after *columns*: rows of several tables can be asked for below each other."""
    for column in columns:
        yield sa.type_coerce(sa.null(), column.type).label(f"no_{column.table.name}_{column.name}")


def as_asked(table: sa.Table, *names: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of *table* whose columns NAMES are what parameters of these names say: for what is made once."""
    return tuple(table.c[name] == sa.bindparam(name) for name in names)


def among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """The rows whose *column* is one of what the parameter NAME lists."""
    return column.in_(sa.bindparam(name, expanding=True))


def same_record(table: sa.Table) -> sa.ColumnElement[bool]:
    """The join of *table* with `link` over the record both speak of."""
    return sa.and_(
        table.c.system == link.c.system, table.c.kind == link.c.kind, table.c.external_id == link.c.external_id
    )


def frozen() -> sa.ColumnElement[bool]:
    """A write to the record of `link` is `sent`: until its end is told, it goes by what was known before."""
    return sa.exists().where(
        outbox.c.entity == link.c.entity,
        outbox.c.system == link.c.system,
        outbox.c.kind == link.c.kind,
        outbox.c.state == "sent",
        IS_OPEN,
    )


def wholes(conn: sa.Connection, rows: Iterable[Row]) -> list[Whole]:
    """Return entity *rows* with their links and open creates."""
    owners = list(rows)
    ids = [row["id"] for row in owners]
    if not ids:
        return []
    found = hanging(conn, ids)
    return [whole_of(row, found) for row in owners]


def whole_of(row: Row, found: Family) -> Whole:
    """Put an entity together from its row and what hangs on it."""
    left = dict(found.writes.get(row["id"], {}))
    joined = []
    for each, _ in found.links.get(row["id"], ()):
        place = (each["system"], each["kind"])
        write = left.pop(place) if place in left and is_of(left[place], each) else None
        joined.append(link_of(each, open_write_of(write) if write else None))
    return Whole(entity_of(row), tuple(joined), tuple(map(create_of, left.values())))


def is_of(write: Row, record: Row) -> bool:
    """
    Say whether an outbox row is a write to the record of a link's row, which may be empty.

    What a create makes is another record than the tombstone in whose place it will stand.
    """
    return record["id"] is not None and not (record["tombstone"] and write["verb"] == "create")
