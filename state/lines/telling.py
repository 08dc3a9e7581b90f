"""The history as it is read on the page: newest first, by the time at which things were done, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..history import BELONGING, WIDTH, Line, lines_in
from ..store import Store
from ..tables import case_line, case_person, event, searched

WRITTEN = ("write", "linked", "made", "deleted")
"""What tells of something that a run has written."""
PASSED_ON = ("set", "read", "write", "linked")


@dataclass(frozen=True, slots=True)
class Sifted:
    """
    Which lines: of the entities IDS and NOTES and, with NOTES_OF, of all notes of that case (INTERNAL: those that stay
    inside too); of SYSTEMS ("" is the hub), of some kinds of news (WHATS). BEFORE is the (time, number) of the last
    line seen. Where no WHATS are asked for, bookkeeping is left out: how a note, which is read as it is, was taken in
    and passed on, and where everything belongs.
    """

    ids: tuple[str, ...]
    notes: tuple[str, ...] = ()
    notes_of: str = ""
    internal: bool = False
    systems: tuple[str, ...] = ()
    whats: tuple[str, ...] = ()
    before: tuple[datetime, int] | None = None


def told(store: Store, sifted: Sifted, *, limit: int = 50) -> tuple[Line, ...]:
    """Return lines of the history, those last that were done first: LIMIT of them at least, where there are so many."""
    at = sa.func.coalesce(event.c.at, event.c.hub_at, type_=event.c.hub_at.type)
    notes = _notes(sifted)
    query = sa.select(event).where(sa.or_(event.c.entity.in_(sifted.ids), notes))
    if not sifted.whats:
        belongs = sa.and_(event.c.what.in_(("set", "read")), event.c.field.in_(BELONGING))
        query = query.where(sa.not_(sa.or_(sa.and_(notes, event.c.what.in_(PASSED_ON)), belongs)))
    for column, wanted in ((event.c.system, sifted.systems), (event.c.what, sifted.whats)):
        if wanted:
            query = query.where(column.in_(wanted))
    if sifted.before is not None:
        moment, number = sifted.before
        query = query.where(sa.or_(at < moment, sa.and_(at == moment, event.c.id <= number // WIDTH)))
    with store.read() as conn:
        rows = conn.execute(query.order_by(at.desc(), event.c.id.desc()).limit(limit + 1)).mappings().all()
    found = [line for row in rows for line in reversed(tuple(lines_in(row)))]
    if sifted.before is None:
        return tuple(found)
    return tuple(line for line in found if moment_of(line) < moment or line.id < number)


def _notes(sifted: Sifted) -> sa.ColumnElement[bool]:
    mine: sa.ColumnElement[bool] = event.c.entity.in_(sifted.notes)
    if not sifted.notes_of:
        return mine
    notes = sa.select(searched.c.entity).where(searched.c.case_key == sifted.notes_of, searched.c.kind == "note")
    return sa.or_(mine, event.c.entity.in_(notes if sifted.internal else notes.where(~searched.c.internal)))


def moment_of(line: Line) -> datetime:
    """Return when what a line tells of was done, as far as that is known."""
    return line.event.at or line.hub_at


# --- what a run has written -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """A line about something that a run has written, with its case (key, title) and what it was written for."""

    line: Line
    case: str
    title: str
    kind: str
    key: str


def written(
    store: Store, run: str, persons: frozenset[str] | None, *, internal: bool = False, skip: int = 0, limit: int = 200
) -> tuple[Written, ...]:
    """
    Return what RUN has written, case by case, of what a reader of the cases of PERSONS may see: the lines of LIMIT
    deeds after SKIP.
    """
    names = [case_line.c.key.label("of_case"), case_line.c.title.label("of_title")]
    joined = event.join(searched, searched.c.entity == event.c.entity)
    joined = joined.join(case_line, case_line.c.key == searched.c.case_key, isouter=True)
    query = (
        sa.select(event, *names, searched.c.kind.label("of_kind"), searched.c.key.label("of_key"))
        .select_from(joined)
        .where(event.c.run == run, *_seen(persons, internal=internal))
        .order_by(case_line.c.number, case_line.c.prefix, event.c.id)
        .offset(skip)
        .limit(limit)
    )
    with store.read() as conn:
        rows = conn.execute(query).mappings().all()
    return tuple(
        Written(line, row["of_case"] or "", row["of_title"] or "", row["of_kind"], row["of_key"])
        for row in rows
        for line in lines_in(row)
    )


def count_written(
    store: Store, run: str, persons: frozenset[str] | None, *, internal: bool = False
) -> tuple[int, int, int]:
    """Return of how many deeds, lines and cases `written` tells in all."""
    joined = event.join(searched, searched.c.entity == event.c.entity)
    joined = joined.join(case_line, case_line.c.key == searched.c.case_key, isouter=True)
    counted = (sa.func.count(), sa.func.coalesce(sa.func.sum(event.c.lines), 0))
    query = sa.select(*counted, sa.func.count(case_line.c.key.distinct())).select_from(joined)
    with store.read() as conn:
        deeds, lines, cases = conn.execute(query.where(event.c.run == run, *_seen(persons, internal=internal))).one()
        return int(deeds), int(lines), int(cases)


def _seen(persons: frozenset[str] | None, *, internal: bool) -> Sequence[sa.ColumnElement[Any]]:
    made = sa.or_(event.c.what != "linked", event.c.cause.like("%was made"))
    conditions = [event.c.what.in_(WRITTEN), made]
    if not internal:
        conditions.append(~searched.c.internal)
    if persons is None:
        return conditions
    keys = sa.select(case_person.c.key).where(case_person.c.person.in_(sorted(persons)))
    return [*conditions, case_line.c.key.in_(keys)]
