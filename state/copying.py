"""
The whole memory from one database into another: to move to PostgreSQL, or to keep a copy.

One state of the source is copied in one transaction of the target: all of it is stored, or nothing.
"""

from contextlib import closing

import sqlalchemy as sa

from . import engine
from .columns import Json
from .errors import AtWork, Miscounted, NotEmpty
from .process import lives
from .store import Store
from .tables import lease, metadata, worker
from .types import Worker
from .workers import dead

AT_ONCE = 500
"""Rows that are held in memory while they are on their way."""


def copy(source: str, target: str, *, while_at_work: bool = False) -> dict[str, int]:
    """
    Copy every table of the database at *source* into the empty one at *target*; returns table -> rows.

    The target's tables are made where there are none. What passes do meanwhile is not in the copy, so they may be at
    work only where somebody says so (WHILE_AT_WORK), for a copy that is kept.

    Raises `NotEmpty`, `AtWork`, `Miscounted`, and `OutOfDate` or `Unavailable` of either database.
    """
    with closing(engine.open_store(source)) as old:
        engine.upgrade(target)
        with closing(engine.open_store(target)) as new, old.read() as reading, new.write() as writing:
            _must_be_empty(writing)
            if not while_at_work:
                _must_rest(old, reading)
            copied = {table.name: _copy(reading, writing, table) for table in metadata.sorted_tables}
            _number_on(new, writing)
            _compare(writing, copied)
    return copied


def _must_be_empty(conn: sa.Connection) -> None:
    full = [table.name for table in metadata.sorted_tables if conn.execute(sa.select(table).limit(1)).first()]
    if full:
        raise NotEmpty(f"the database to copy into holds something already ({', '.join(full[:3])}); name an empty one")


def _must_rest(store: Store, conn: sa.Connection) -> None:
    """Nobody may store anything from now on: it would be missing in the copy, and made again from there."""
    gone = set(dead(store, conn))
    rows = conn.execute(sa.select(worker)).all()
    held = conn.execute(sa.select(lease).where(lease.c.until > store.clock())).all()
    busy = [row.id for row in rows if row.id not in gone]
    busy += [row.name for row in held if lives(Worker(row.worker, row.host, row.pid, row.started))]
    if busy:
        raise AtWork("a pass is at work in this hub: stop `casehub up`, its workers and task servers first")


def _copy(reading: sa.Connection, writing: sa.Connection, table: sa.Table) -> int:
    plain, count = _plain(table), 0
    chosen = sa.select(*plain.columns).execution_options(yield_per=AT_ONCE)
    with reading.execute(chosen) as rows:
        for part in rows.mappings().partitions(AT_ONCE):
            writing.execute(sa.insert(plain), [dict(row) for row in part])
            count += len(part)
    return count


def _plain(table: sa.Table) -> sa.TableClause:
    """The table with JSON as the text it is: nothing is decoded on the way, so nothing is written otherwise."""
    columns = [sa.column(one.name, sa.Text() if isinstance(one.type, Json) else one.type) for one in table.columns]
    return sa.table(table.name, *columns)


def _number_on(store: Store, conn: sa.Connection) -> None:
    """Numbers that PostgreSQL gives by itself go on behind the highest that was copied; SQLite looks by itself."""
    if store.dialect != "postgresql":
        return
    for table in metadata.sorted_tables:
        numbered = table.autoincrement_column
        if numbered is None:
            continue
        highest = conn.execute(sa.select(sa.func.max(numbered))).scalar_one()
        if highest is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, numbered.name)
            conn.execute(sa.select(sa.func.setval(sequence, highest)))


def _compare(conn: sa.Connection, copied: dict[str, int]) -> None:
    for table in metadata.sorted_tables:
        found = conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        if found != copied[table.name]:
            raise Miscounted(f"{table.name} has {found} rows in the copy and {copied[table.name]} were read")
