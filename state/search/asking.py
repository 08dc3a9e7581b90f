"""How either database is asked for words: the one place where they differ."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from ..tables import searched

_VECTOR = "array_to_tsvector(string_to_array({}.words, ' '))"
"""In the very words of the index."""


def holds(dialect: str, words: Sequence[str]) -> sa.ColumnElement[bool]:
    """
    Return the condition on `searched` that a row has all *words* (stems, at least one); the last may be the beginning
    of one.
    """
    return _matches(words, searched.name) if dialect == "postgresql" else searched.c.id.in_(_fts5(words))


def having(dialect: str, words: Sequence[str], *, mark: str) -> sa.Select[Any]:
    """Return the query for the numbers of the rows that have all *words*, each with MARK before it; see `holds`."""
    marked = [mark + one for one in words]
    one = searched.alias("one")
    return sa.select(one.c.id).where(_matches(marked, "one")) if dialect == "postgresql" else _fts5(marked)


def _fts5(words: Sequence[str]) -> sa.Select[Any]:
    text = " AND ".join(f'"{one}"' for one in words) + "*"
    index = sa.table("searched_words", sa.column("rowid", sa.Integer))
    return sa.select(index.c.rowid).where(sa.column("searched_words").op("MATCH")(text))


def _matches(words: Sequence[str], table: str) -> sa.ColumnElement[bool]:
    text = " & ".join(f"'{one}'" for one in words) + ":*"
    vector: sa.ColumnElement[Any] = sa.literal_column(_VECTOR.format(table))
    return vector.bool_op("@@")(sa.cast(text, TSQUERY))
