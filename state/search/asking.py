"""How either database is asked for words: the one place where they differ."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from ..tables import searched

_VECTOR: sa.ColumnElement[str] = sa.literal_column("array_to_tsvector(string_to_array(searched.words, ' '))")
"""In the very words of the index."""


def holds(dialect: str, words: Sequence[str], *, mark: str = "") -> sa.ColumnElement[bool]:
    """
    Return the condition on `searched` that a row has all *words* (stems, at least one; each with MARK before it); the
    last may be the beginning of one.
    """
    marked = [mark + one for one in words]
    return _vector(marked) if dialect == "postgresql" else _fts5(marked)


def _fts5(words: Sequence[str]) -> sa.ColumnElement[bool]:
    text = " AND ".join(f'"{one}"' for one in words) + "*"
    index = sa.table("searched_words", sa.column("rowid"))
    found = sa.select(index.c.rowid).where(sa.column("searched_words").op("MATCH")(text))
    return searched.c.id.in_(found)


def _vector(words: Sequence[str]) -> sa.ColumnElement[bool]:
    text = " & ".join(f"'{one}'" for one in words) + ":*"
    return _VECTOR.bool_op("@@")(sa.cast(text, TSQUERY))
