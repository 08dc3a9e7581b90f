"""What waits for a person, case by case: what hangs on an item, a note or a document waits at its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mappings.lens import UNKNOWN

from .. import codec
from ..attention import Attention
from ..store import Store
from ..tables import case_line, case_person, conflict, entity, parked, searched

CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Awaiting:
    """An entry of the attention list, with the CASE that it waits at: its key, title and client ("" without one)."""

    entry: Attention
    case: str = ""
    title: str = ""
    client: str = ""


def cases_that_wait(*, internal: bool) -> sa.Select[Any]:
    """Return the query for the keys of the cases at which anything waits; INTERNAL: also where it is internal notes."""
    entries = _entries().subquery()
    waits = sa.select(searched.c.case_key).where(searched.c.entity.in_(sa.select(entries.c.entity)))
    return waits if internal else waits.where(~searched.c.internal)


def open_of_cases(store: Store, keys: Sequence[str], *, internal: bool = True) -> dict[str, tuple[int, int]]:
    """
    Return key -> how many conflicts and parked fields wait at the case; where none do it is left out. INTERNAL: also
    those of internal notes.
    """
    if not keys:
        return {}
    entries = _entries().subquery()
    conflicts = sa.func.sum(sa.case((entries.c.code == CONFLICT, 1), else_=0))
    query = (
        sa.select(searched.c.case_key, conflicts, sa.func.count())
        .join(entries, entries.c.entity == searched.c.entity)
        .where(searched.c.case_key.in_(keys), *(() if internal else (~searched.c.internal,)))
        .group_by(searched.c.case_key)
    )
    with store.read() as conn:
        return {key: (int(settle), int(every) - int(settle)) for key, settle, every in conn.execute(query)}


def _entries() -> sa.CompoundSelect[Any]:
    settle = sa.select(conflict.c.entity, sa.literal_column(f"'{CONFLICT}'").label("code"))
    aside = sa.select(parked.c.entity, parked.c.code).where(parked.c.closed.is_(None), parked.c.entity.is_not(None))
    return sa.union_all(settle.where(conflict.c.closed.is_(None)), aside)


def awaiting_of(store: Store, entities: Sequence[str]) -> tuple[Attention, ...]:
    """Return what waits at any of *entities* (ids), oldest first, whether or not the lists have them yet."""
    settle, aside = (
        sa.select(*_columns(table), entity.c.key)
        .join(entity, entity.c.id == table.c.entity)
        .where(table.c.closed.is_(None), table.c.entity.in_(entities))
        for table in (conflict, parked)
    )
    rows = sa.union_all(settle, aside).subquery()
    with store.read() as conn:
        found = conn.execute(sa.select(rows).order_by(rows.c.since, rows.c.id)).mappings()
        return tuple(map(_entry, found))


# --- the attention list -------------------------------------------------------------------------------------------


def awaiting_by_code(store: Store, persons: frozenset[str] | None, *, internal: bool = False) -> dict[str, int]:
    """Return code -> how many entries wait, of those that a reader of the cases of PERSONS may see; see `awaiting`."""
    rows = _visible(persons, internal=internal).subquery()
    query = sa.select(rows.c.code, sa.func.count()).group_by(rows.c.code)
    with store.read() as conn:
        return {code: int(number) for code, number in conn.execute(query)}


def awaiting(
    store: Store,
    persons: frozenset[str] | None,
    *,
    codes: Sequence[str] | None = None,
    internal: bool = False,
    skip: int = 0,
    limit: int = 50,
) -> tuple[Awaiting, ...]:
    """
    Return entries of the attention list that a reader of the cases of PERSONS may see, oldest first: those of CODES
    (None: all); INTERNAL: also what waits at internal notes.
    """
    rows = _visible(persons, internal=internal).subquery()
    query = sa.select(rows).order_by(rows.c.since, rows.c.code, rows.c.id).offset(skip).limit(limit)
    if codes is not None:
        query = query.where(rows.c.code.in_(codes))
    with store.read() as conn:
        return tuple(map(_awaiting, conn.execute(query).mappings()))


def _visible(persons: frozenset[str] | None, *, internal: bool) -> sa.CompoundSelect[Any]:
    """Conflicts and what is parked. Who sees all has one question about somebody unknown, however many cases wait."""
    told = [_of(conflict, persons), _of(parked, persons)]
    inside = sa.func.coalesce(searched.c.internal, sa.false())
    return sa.union_all(*(told if internal else [one.where(sa.not_(inside)) for one in told]))


def _of(table: sa.Table, persons: frozenset[str] | None) -> sa.Select[Any]:
    columns = [*_columns(table), searched.c.key, case_line.c.key.label("case_key"), case_line.c.title]
    joined = table.outerjoin(searched, searched.c.entity == table.c.entity)
    joined = joined.outerjoin(case_line, case_line.c.key == searched.c.case_key)
    query = sa.select(*columns, case_line.c.client).select_from(joined).where(table.c.closed.is_(None))
    if persons is not None:
        keys = sa.select(case_person.c.key).where(case_person.c.person.in_(sorted(persons)))
        return query.where(case_line.c.key.in_(keys))
    return query if table is conflict else query.where(sa.or_(table.c.code != UNKNOWN, table.c.entity.is_(None)))


def _columns(table: sa.Table) -> list[sa.ColumnElement[Any]]:
    settles = table is conflict
    here: dict[str, sa.ColumnElement[Any]] = {
        name: table.c[name] for name in ("id", "text", "shown", "since", "entity")
    }
    here["field"] = table.c.fact if settles else table.c.field
    for name in ("system", "kind", "record"):
        here[name] = sa.literal_column("''") if settles else table.c[name]
    here["code"] = sa.literal_column(f"'{CONFLICT}'") if settles else table.c.code
    return [column.label(name) for name, column in here.items()]


def _awaiting(row: Any) -> Awaiting:
    return Awaiting(_entry(row), row["case_key"] or "", row["title"] or "", row["client"] or "")


def _entry(row: Any) -> Attention:
    settles = row["code"] == CONFLICT
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
        conflict=codec.conflict_of(row["shown"]) if settles else None,
        parked=None if settles else codec.parked_of(row["shown"]),
    )
