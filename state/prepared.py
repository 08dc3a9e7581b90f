"""
Statements for many rows, made ready once: their text, and how each value of a row is converted for the driver.

What SQLAlchemy does for every row of an executemany (look at each parameter, find its converter through the layers of
its type) costs more than the database does. So its compiler is asked once for text and converters, and the driver is
given tuples. Statements are counted and recorded as any other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from .columns import converted

Convert: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True)
class Prepared:
    """The text of a statement, and its parameters in the driver's order: (name in a row, converter or None)."""

    text: str
    slots: tuple[tuple[str, Convert | None], ...]
    fixed: Mapping[str, Any]
    by_name: bool

    def each(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return *rows* as the driver takes them: column by column, so that nothing is asked for every value."""
        if self.by_name or len(self.slots) < 2:
            return [self.values(row) for row in rows]
        whole = [{**self.fixed, **row} for row in rows] if self.fixed else rows
        picked = map(itemgetter(*(name for name, _ in self.slots)), whole)
        columns = zip(*picked, strict=True)
        ready = [
            column if convert is None else converted(convert, column)
            for column, (_, convert) in zip(columns, self.slots, strict=True)
        ]
        return list(zip(*ready, strict=True))

    def values(self, row: Mapping[str, Any]) -> Any:
        """Return *row* as the driver takes it."""
        if self.fixed:
            row = {**self.fixed, **row}
        if self.by_name:
            return {name: row[name] if convert is None else convert(row[name]) for name, convert in self.slots}
        return tuple([row[name] if convert is None else convert(row[name]) for name, convert in self.slots])


def many(conn: sa.Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> int:
    """
    Execute *statement* for all *rows* at once; nothing for none. All rows have the names of the first. Returns how many
    rows of the table it has met.

    The statement should be the same object every time: what it was made ready to is kept by it.
    """
    if not rows:
        return 0
    ready = _prepared(conn.dialect, statement, tuple(rows[0]))
    return conn.exec_driver_sql(ready.text, ready.each(rows)).rowcount


@cache
def inserted(table: sa.Table) -> sa.Insert:
    """Return the INSERT of rows into *table*."""
    return sa.insert(table)


@lru_cache(maxsize=256)
def _prepared(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> Prepared:
    compiled = statement.compile(dialect=dialect, column_keys=list(names), for_executemany=True)
    order = compiled.positiontup if compiled.positional else list(compiled.binds)
    slots = tuple((name, _converter(compiled.binds[name].type, dialect)) for name in order)
    fixed = {name: compiled.binds[name].effective_value for name in order if name not in names}
    return Prepared(compiled.string, slots, fixed, by_name=not compiled.positional)


def _converter(kind: Any, dialect: Dialect) -> Convert | None:
    made: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return made
