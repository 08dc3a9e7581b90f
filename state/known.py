"""What the hub knows of some records of one (system, kind): all of it is read with one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from .columns import Json, Time, Words
from .freshness import Known
from .rows import Row, cut
from .tables import cursor, hint, inbox, link, parked
from .types import Lane


@dataclass(slots=True)
class Seen:
    """What the hub knows of some records of one (system, kind), by id, and of its cursor."""

    links: dict[str, Row] = field(default_factory=dict)
    waiting: dict[str, Row] = field(default_factory=dict)
    hints: dict[str, datetime] = field(default_factory=dict)
    trouble: dict[str, set[str]] = field(default_factory=dict)
    """Id -> the codes under which the record as a whole is on the attention list."""
    cursor: Row | None = None


_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "what": sa.Text(),
    "external_id": Words(),
    "version": Words(),
    "hash": sa.Text(),
    "touched": Time(),
    "flag": sa.Boolean(),
    "number": sa.BigInteger(),
    "form": Json(),
    "entity": Words(),
}


def _branch(what: str, **columns: Any) -> sa.Select[Any]:
    given = {"what": sa.literal(what, sa.Text()), **columns}
    return sa.select(*(given.get(name, sa.cast(sa.null(), kind)).label(name) for name, kind in _COLUMNS.items()))


def look(conn: sa.Connection, system: str, *, kind: str, ids: Sequence[str], lane: Lane = "changes") -> Seen:
    """Read all that is known of the records *ids*, and the cursor, with one statement."""
    found = conn.execute(_known(), {"system": system, "kind": kind, "ids": ids, "lane": lane})
    return _seen(row for (row,) in cut(found, tuple(_COLUMNS)))


@cache
def _known() -> sa.CompoundSelect[Any]:
    branches = [
        _branch(
            "link",
            external_id=link.c.external_id,
            version=link.c.version,
            hash=link.c.hash,
            touched=link.c.touched,
            flag=link.c.tombstone,
            number=link.c.id,
            entity=link.c.entity,
        ).where(_among(link)),
        _branch(
            "inbox",
            external_id=inbox.c.external_id,
            version=inbox.c.version,
            hash=inbox.c.hash,
            touched=inbox.c.put_at,
            flag=inbox.c.open.is_not(None),
            number=inbox.c.sequence,
            form=inbox.c.views,
        ).where(_among(inbox)),
        _branch("hint", external_id=hint.c.external_id, touched=hint.c.at).where(_among(hint)),
        _branch("parked", external_id=parked.c.record, version=parked.c.code).where(
            _among(parked, "record"), parked.c.closed.is_(None), parked.c.field == ""
        ),
        _branch("cursor", form=cursor.c.form, flag=cursor.c.first_read_done, touched=cursor.c.pulled_at).where(
            _at(cursor), cursor.c.lane == sa.bindparam("lane", type_=sa.Text())
        ),
    ]
    return sa.union_all(*branches)


def _at(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.c.system == sa.bindparam("system", type_=Words()), table.c.kind == sa.bindparam("kind", type_=Words())
    )


def _among(table: sa.Table, column: str = "external_id") -> sa.ColumnElement[bool]:
    return sa.and_(_at(table), table.c[column].in_(sa.bindparam("ids", expanding=True, type_=Words())))


def _seen(rows: Iterable[Row]) -> Seen:
    seen = Seen()
    for row in rows:
        match row["what"]:
            case "link":
                seen.links[row["external_id"]] = row
            case "inbox":
                seen.waiting[row["external_id"]] = row
            case "hint":
                seen.hints[row["external_id"]] = row["touched"]
            case "parked":
                seen.trouble.setdefault(row["external_id"], set()).add(row["version"])
            case "cursor":
                seen.cursor = row
    return seen


def known_link(row: Row) -> Known:
    return Known(row["hash"], row["version"], row["touched"], row["flag"])
