"""
Bringing up to date what the page reads.

Nobody who changes an entity writes here: its revision moves, and whoever reads first takes what is behind along, in
pieces of bounded size.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import Any

import sqlalchemy as sa

from ..errors import Busy
from ..prepared import inserted, many
from ..store import Store, inserting
from ..tables import IS_BEHIND, case_line, case_person, entity, searched
from .making import Made

PIECE = 200
"""So many entities are brought up to date at once: some hundredths of a second."""
AT_IT = Lock()
"""Of many readers in a process one brings lines up to date; the others would only wait for it."""
_NEEDED = ("id", "kind", "key", "sync", "prefix", "number", "facts", "created")


def catch_up(store: Store, *, limit: int = PIECE) -> bool:
    """
    Bring at most LIMIT entities up to date; says whether more are behind. Where nothing is, it costs one statement.

    Somebody else at it, or a database that is busy, is no reason to wait or to fail: what is there is shown meanwhile.
    """
    ids = _behind(store, limit)
    if not ids:
        return False
    if not AT_IT.acquire(blocking=False):
        return True
    try:
        _bring(store, ids[:limit])
    except Busy:
        return True
    finally:
        AT_IT.release()
    return len(ids) > limit


def catch_up_whole(store: Store) -> None:
    """Bring everything up to date, piece by piece; where the database is busy, somebody else will."""
    with suppress(Busy):
        while ids := _behind(store, PIECE):
            with AT_IT:
                if not _bring(store, ids[:PIECE]):
                    return  # others hold them all


def _behind(store: Store, limit: int) -> Sequence[str]:
    behind = sa.select(entity.c.id).where(IS_BEHIND).order_by(entity.c.id).limit(limit + 1)
    with store.read() as conn:
        return conn.execute(behind).scalars().all()


def drop(conn: sa.Connection, owner: str | None = None) -> None:
    """Take away what the page knows of the entity *owner*, or of all; it is made anew by whoever reads next."""
    mine = sa.select(case_line.c.key).where(case_line.c.entity == owner)
    people, lines, words, rows = (sa.delete(case_person), sa.delete(case_line), sa.delete(searched), sa.update(entity))
    if owner is not None:
        people, lines = people.where(case_person.c.key.in_(mine)), lines.where(case_line.c.entity == owner)
        words, rows = words.where(searched.c.entity == owner), rows.where(entity.c.id == owner)
    for statement in (people, lines, words, rows.values(shown=-1)):
        conn.execute(statement)
    if conn.dialect.name == "sqlite":  # what was deleted would stay in its index until that is merged
        conn.execute(sa.text("INSERT INTO searched_words(searched_words) VALUES ('rebuild')"))


def _bring(store: Store, ids: Sequence[str]) -> int:
    """Bring entities up to date, and return how many: those that another transaction holds are left to the next."""
    with store.write() as conn:
        return _bring_in(store, conn, ids)


def _bring_in(store: Store, conn: sa.Connection, ids: Sequence[str]) -> int:
    rows = conn.execute(_taken(), {"ids": list(ids)}).mappings().all()
    if not rows:
        return 0
    made = Made()
    for row in sorted(rows, key=lambda row: str(row["id"])):  # whoever else writes there takes them in that order too
        made.add(row)
    many(conn, _upsert(store.dialect, case_line, "entity"), made.lines)
    keys = [line["key"] for line in made.lines]
    if keys:
        conn.execute(sa.delete(case_person).where(case_person.c.key.in_(keys)))
    many(conn, inserted(case_person), made.people)
    many(conn, _upsert(store.dialect, searched, "entity"), made.words)
    return len(rows)


@cache
def _upsert(dialect: str, table: sa.Table, by: str) -> Any:
    new = inserting(dialect, table)
    names = [one.name for one in table.c if one.name not in (by, "id")]
    return new.on_conflict_do_update(index_elements=[by], set_={name: new.excluded[name] for name in names})


@cache
def _taken() -> sa.Executable:
    """Mark those of *ids* that are behind and that nobody else holds, and return what is needed of them."""
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    free = sa.select(entity.c.id).where(entity.c.id.in_(ids), IS_BEHIND).order_by(entity.c.id).correlate(None)
    free = free.with_for_update(skip_locked=True, key_share=True)
    took = sa.update(entity).where(entity.c.id.in_(free)).values(shown=entity.c.revision)
    return took.returning(*(entity.c[name] for name in _NEEDED))
