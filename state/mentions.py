"""Finding what names somebody in whatever is stored, and putting a mark in its place."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mappings.canonical.values import decode

from .tables import entity

MARK = "[forgotten]"
PAGE = 2000
NUMBERS = frozenset({"number", "money", "currency", "date", "datetime"})
"""The keys of the forms of values that are no texts."""
_ADDRESS = re.compile(r"[A-Za-z0-9_.+@-]+")

_MOVED = {"revision": entity.c.revision + 1}
"""What a pass decides at this moment was made of what is being forgotten, and counts no more."""


def is_marked(form: Any) -> bool:
    """Say whether something in *form* (JSON, a text, a value) was forgotten: it is no value any more."""
    if isinstance(form, str):
        return MARK in form
    if isinstance(form, Mapping):
        return any(is_marked(one) for one in form.values())
    return isinstance(form, Collection) and any(is_marked(one) for one in form)


class Mentions:
    """Finds WORDS (names, addresses, log-ins), each as a whole, in large letters or small."""

    def __init__(self, words: Collection[str]) -> None:
        self._words = frozenset(word.casefold() for word in words)
        self._pattern = re.compile(_any_of(words), re.IGNORECASE)

    def is_one(self, text: str | None) -> bool:
        """Say whether *text* is one of the words, and not only has one in it: a namesake's name may."""
        return text is not None and text.strip().casefold() in self._words

    def marked(self, form: Any) -> Any:
        """Return *form* (JSON, or a text) with the mark in the place of the words in its texts; its keys are ours."""
        if isinstance(form, str):
            return self._pattern.sub(MARK, form)
        if isinstance(form, list):
            return [self.marked(one) for one in form]
        if isinstance(form, dict) and not _is_number(form):
            return {key: self.marked(one) for key, one in form.items()}
        return form

    def found(self, form: Any) -> bool:
        """Say whether one of the words is in a text of *form*."""
        return bool(self.marked(form) != form)

    def through(
        self,
        conn: sa.Connection,
        table: sa.Table,
        names: Sequence[str],
        *,
        where: sa.ColumnElement[bool] | None = None,
        key: str = "id",
    ) -> int:
        """Put the mark into the columns *names* (JSON, or texts) of *table*; returns into how many rows."""
        count = 0
        for row in self.rows(conn, table, [key, *names], where=where):
            marked = {name: self.marked(row[name]) for name in names}
            values = {name: form for name, form in marked.items() if form != row[name]}
            if values:
                moved = _MOVED if table is entity else {}
                conn.execute(sa.update(table).where(table.c[key] == row[key]).values(values | moved))
                count += 1
        return count

    def origins(self, conn: sa.Connection) -> None:
        """Who set a fact at the hub, or changed the record it came from, is no field of a record: it goes."""
        for row in self.rows(conn, entity, ["id", "facts"], where=None):
            facts = {name: {**fact, "origin": self._origin(fact["origin"])} for name, fact in row["facts"].items()}
            if facts != row["facts"]:
                conn.execute(sa.update(entity).where(entity.c.id == row["id"]).values(facts=facts, **_MOVED))

    def _origin(self, origin: Sequence[Any]) -> list[Any]:
        by, name, at, ref, *who = origin
        return [by, self.marked(name) if by == "person" else name, at, ref, *self.marked(who)]

    def rows(
        self, conn: sa.Connection, table: sa.Table, names: Sequence[str], *, where: sa.ColumnElement[bool] | None
    ) -> Iterator[Any]:
        """Yield the columns *names* of *table*, of which the first is its key, page by page: a history may be long."""
        key = table.c[names[0]]
        query = sa.select(*(table.c[name] for name in names)).order_by(key).limit(PAGE)
        if where is not None:
            query = query.where(where)
        rows = conn.execute(query).mappings().all()
        while rows:
            yield from rows
            rows = conn.execute(query.where(key > rows[-1][names[0]])).mappings().all()


def _any_of(words: Collection[str]) -> str:
    longest = sorted(words, key=len, reverse=True)
    return rf"(?<!\w)(?:{'|'.join(map(_spelled, longest))})(?!\w)"


def _spelled(word: str) -> str:
    """A log-in that goes on beyond a dot, as ``anna.belova`` goes on after ``anna``, is somebody else's."""
    said = re.escape(word)
    return rf"(?<![A-Za-z0-9_][.+@-]){said}(?![.+@-]?[A-Za-z0-9_])" if _ADDRESS.fullmatch(word) else said


def _is_number(form: Mapping[str, Any]) -> bool:
    """Say whether *form* is that of an amount or a time, which with a mark in it could not be read any more."""
    if not NUMBERS.issuperset(form):
        return False
    try:
        return not isinstance(decode(form), str)
    except (ValueError, ArithmeticError):  # facts of these names
        return False
