"""
The attention list: conflicts, parked fields, and records that nobody can place.

An entry that stays is never entered twice: it keeps its number and SINCE. One that is no longer true is closed, with
the time. What an entity and its links hold is the truth; these rows follow it in the same transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from mappings.frozen import dataclass
from mappings.reconcile.model import Conflict, Parked

from . import codec
from .prepared import many
from .rows import LIMIT, Row, as_asked
from .store import Store, inserting
from .tables import conflict, entity, parked

LEFT = "left"
"""The code of what a person has decided to leave as it is: still held back, no longer on the list."""


@dataclass(frozen=True, slots=True)
class Attention:
    """
    One entry of the attention list. CODE is ``conflict`` or the code of what is parked.

    Entries of a record that no entity knows have ENTITY None. CONFLICT or PARKED holds what was shown.
    """

    id: int
    code: str
    field: str
    text: str
    since: datetime
    entity: str | None = None
    key: str = ""
    system: str = ""
    kind: str = ""
    record: str = ""
    conflict: Conflict | None = None
    parked: Parked | None = None
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is parked: at an entity's record in a system, or at a record that no entity knows."""

    system: str
    kind: str
    entity: str | None = None
    record: str = ""

    @property
    def subject(self) -> str:
        return self.entity or f"{self.system}/{self.kind}/{self.record}"


@dataclass(slots=True)
class Changes:
    """What a transaction has to do to the list: collected first, written with as few statements as it needs."""

    parked: list[dict[str, Any]]
    unparked: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    agreed: list[dict[str, Any]]

    def __init__(self) -> None:
        self.parked, self.unparked, self.conflicts, self.agreed = [], [], [], []

    def fields(self, place: Place, *, before: Mapping[str, Parked], after: Mapping[str, Parked]) -> None:
        """Note the difference between what was parked at *place* and what is; what a person left is off the list."""
        for field, entry in after.items():
            if entry.code == LEFT and before.get(field) != entry:
                self.unpark(place, field=field)
            elif before.get(field) != entry:
                self.park(place, field=field, entry=entry)
        for field in before.keys() - after.keys():
            self.unpark(place, field=field)

    def facts(self, owner: str, *, before: Mapping[str, Conflict], after: Mapping[str, Conflict]) -> None:
        """Note the difference between the conflicts that an entity had and those it has."""
        for fact, entry in after.items():
            if before.get(fact) != entry:
                self.conflicts.append(
                    {"entity": owner, "fact": fact, "text": entry.why, "shown": codec.conflict_form(entry)}
                )
        for fact in before.keys() - after.keys():
            self.agreed.append({"b_entity": owner, "b_fact": fact})

    def park(self, place: Place, *, field: str, entry: Parked) -> None:
        self.parked.append(
            {
                "subject": place.subject,
                "entity": place.entity,
                "system": place.system,
                "kind": place.kind,
                "record": place.record,
                "field": field,
                "code": entry.code,
                "text": entry.text,
                "shown": codec.parked_form(entry),
            }
        )

    def unpark(self, place: Place, *, field: str) -> None:
        self.unparked.append(
            {"b_subject": place.subject, "b_system": place.system, "b_kind": place.kind, "b_field": field}
        )

    def write(self, store: Store, conn: sa.Connection) -> None:
        """Write what was noted: at most four statements, none if nothing was."""
        now = store.clock()
        many(conn, _close_parked(), [{**row, "b_closed": now} for row in self.unparked])
        many(conn, _upsert_parked(store.dialect), [{**row, "since": now} for row in self.parked])
        many(conn, _close_conflict(), [{**row, "b_closed": now} for row in self.agreed])
        many(conn, _upsert_conflict(store.dialect), [{**row, "since": now} for row in self.conflicts])


@cache
def _close_parked() -> sa.Update:
    return (
        sa.update(parked)
        .where(
            parked.c.subject == sa.bindparam("b_subject"),
            parked.c.system == sa.bindparam("b_system"),
            parked.c.kind == sa.bindparam("b_kind"),
            parked.c.field == sa.bindparam("b_field"),
            parked.c.closed.is_(None),
        )
        .values(closed=sa.bindparam("b_closed", type_=parked.c.closed.type))
    )


@cache
def _close_conflict() -> sa.Update:
    return (
        sa.update(conflict)
        .where(
            conflict.c.entity == sa.bindparam("b_entity"),
            conflict.c.fact == sa.bindparam("b_fact"),
            conflict.c.closed.is_(None),
        )
        .values(closed=sa.bindparam("b_closed", type_=parked.c.closed.type))
    )


@cache
def _upsert_parked(dialect: str) -> Any:
    new = inserting(dialect, parked)
    given = new.excluded
    return new.on_conflict_do_update(
        index_elements=["subject", "system", "kind", "field"],
        index_where=sa.text("closed IS NULL"),
        set_={
            "entity": given.entity,
            "record": given.record,
            "text": given.text,
            "shown": given.shown,
            "since": sa.case((parked.c.code == given.code, parked.c.since), else_=given.since),
            "code": given.code,
        },
    )


@cache
def _upsert_conflict(dialect: str) -> Any:
    new = inserting(dialect, conflict)
    return new.on_conflict_do_update(
        index_elements=["entity", "fact"],
        index_where=sa.text("closed IS NULL"),
        set_={"text": new.excluded.text, "shown": new.excluded.shown},
    )


def conflicts(store: Store, *, entity_id: str | None = None, after: int = 0, limit: int = 200) -> tuple[Attention, ...]:
    """Return open conflicts, oldest first, of one entity or of all; page on with AFTER."""
    return tuple(map(_conflict_entry, _open(store, conflict, after=after, limit=limit, entity=entity_id)))


def parked_fields(
    store: Store, *, entity_id: str | None = None, system: str | None = None, after: int = 0, limit: int = 200
) -> tuple[Attention, ...]:
    """Return what is parked, oldest first, of one entity, one system, or all; page on with AFTER."""
    rows = _open(store, parked, after=after, limit=limit, entity=entity_id, system=system)
    return tuple(map(_parked_entry, rows))


def every(listed: Callable[[int], Sequence[Attention]]) -> Iterator[Attention]:
    """Yield all entries, page by page; LISTED gives those after a number (`conflicts`, `parked_fields`)."""
    after = 0
    while page := listed(after):
        yield from page
        after = page[-1].id


def park_records(store: Store, entries: Iterable[tuple[Place, Parked]]) -> None:
    """Put whole records on the list (copies, doubles); one that is there already keeps its number and SINCE."""
    changes = Changes()
    for place, entry in entries:
        changes.park(place, field="", entry=entry)
    with store.write() as conn:
        changes.write(store, conn)


def unpark_records(store: Store, places: Sequence[Place]) -> None:
    """Take whole records from the list."""
    changes = Changes()
    for place in places:
        changes.unpark(place, field="")
    with store.write() as conn:
        changes.write(store, conn)


def unpark_field(store: Store, place: Place, field: str) -> None:
    """Take what is parked at one field from the list."""
    changes = Changes()
    changes.unpark(place, field=field)
    with store.write() as conn:
        changes.write(store, conn)


def _open(store: Store, table: sa.Table, *, after: int, limit: int, **wanted: str | None) -> Sequence[Row]:
    given = {name: value for name, value in wanted.items() if value is not None}
    with store.read() as conn:
        return conn.execute(_listed(table, *given), {**given, "after": after, "limit": limit}).mappings().all()


@cache
def _listed(table: sa.Table, *names: str) -> sa.Select[Any]:
    return (
        sa.select(table, entity.c.key)
        .select_from(table.outerjoin(entity, entity.c.id == table.c.entity))
        .where(table.c.closed.is_(None), table.c.id > sa.bindparam("after"), *as_asked(table, *names))
        .order_by(table.c.id)
        .limit(LIMIT)
    )


def _conflict_entry(row: Row) -> Attention:
    return Attention(
        row["id"],
        "conflict",
        row["fact"],
        row["text"],
        row["since"],
        entity=row["entity"],
        key=row["key"],
        conflict=codec.conflict_of(row["shown"]),
        closed=row["closed"],
    )


def _parked_entry(row: Row) -> Attention:
    return Attention(
        row["id"],
        row["code"],
        row["field"],
        row["text"],
        row["since"],
        entity=row["entity"],
        key=row["key"] or "",
        system=row["system"],
        kind=row["kind"],
        record=row["record"],
        parked=codec.parked_of(row["shown"]),
        closed=row["closed"],
    )
