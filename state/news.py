"""
What has moved since somebody looked, for pages that show it without being asked: cases by the lines of their history,
runs and the attention list as a whole.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from .store import Store
from .tables import conflict, entity, event, parked, run

BEHIND = 200
"""Lines that are looked at again: on PostgreSQL a transaction may show its lines later than one with higher numbers."""
MOST = 5000
"""Lines that are looked through at once; where more have come, everything counts as moved."""
RUNS = 20


_MARK = re.compile(r"([0-9]{1,18})-([0-9a-f]{1,50})-([0-9a-f]{12})?-([0-9a-f]{12})?")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far somebody has looked. LINES are the last of the history, RUNS and LISTED stand for the other two."""

    last: int = 0
    lines: frozenset[int] = frozenset()
    runs: str = ""
    listed: str = ""

    def text(self) -> str:
        """Return it as a word for an address; a page carries it."""
        lines = sum(1 << (self.last - line) for line in self.lines)
        return f"{self.last}-{lines:x}-{self.runs}-{self.listed}"

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        """Return the mark that is written so; None where it is none."""
        found = _MARK.fullmatch(text)
        if found is None:
            return None
        last, lines = int(found[1]), int(found[2], 16)
        seen = frozenset(last - back for back in range(BEHIND) if lines >> back & 1)
        return cls(last, seen, found[3] or "", found[4] or "")


@dataclass(frozen=True, slots=True)
class News:
    """What has moved: CASES by their ids (MANY: too many to name), RUNS, LISTED. MARK is where to look on from."""

    mark: Mark
    cases: frozenset[str] = frozenset()
    many: bool = False
    runs: bool = False
    listed: bool = False

    def __bool__(self) -> bool:
        return bool(self.cases or self.many or self.runs or self.listed)


def present(store: Store) -> Mark:
    """Return the mark of now, in one statement: what moves later is news."""
    with store.read() as conn:
        return _now(conn)


def since(store: Store, mark: Mark) -> News:
    """Return what has moved since *mark* was made."""
    with store.read() as conn:
        query = sa.select(event.c.id, event.c.entity).where(event.c.id > mark.last - BEHIND).order_by(event.c.id)
        rows = [row for row in conn.execute(query.limit(MOST)) if row.id not in mark.lines]
        many = len(rows) >= MOST - BEHIND
        now = _now(conn) if many else _after(conn, mark, {row.id for row in rows})
        moved = frozenset() if many else _cases(conn, {row.entity for row in rows if row.entity})
    return News(now, moved, many=many, runs=now.runs != mark.runs, listed=now.listed != mark.listed)


def _now(conn: sa.Connection) -> Mark:
    rows = conn.execute(_standing(lines=True)).all()
    lines = [int(row.one) for row in rows if row.what == "line"]
    last = max(lines, default=0)
    return Mark(last, frozenset(line for line in lines if line > last - BEHIND), *_figures(rows))


def _after(conn: sa.Connection, mark: Mark, fresh: Collection[int]) -> Mark:
    last = max((mark.last, *fresh))
    lines = frozenset(number for number in (*mark.lines, *fresh) if number > last - BEHIND)
    return Mark(last, lines, *_figures(conn.execute(_standing(lines=False)).all()))


def _figures(rows: Iterable[sa.Row[tuple[str, str, str]]]) -> tuple[str, str]:
    """Return what stands for the runs and for the attention list: another word as soon as one of them moves."""
    told: dict[bool, list[tuple[str, ...]]] = {True: [], False: []}
    for row in rows:
        if row.what != "line":
            told[row.what == "run"].append((row.what, row.one, row.two or ""))
    runs, listed = (hashlib.blake2s(repr(sorted(told[one])).encode(), digest_size=6).hexdigest() for one in told)
    return runs, listed


@cache
def _standing(*, lines: bool) -> sa.CompoundSelect[tuple[str, str, str]]:
    """How everything stands, in one statement: the last runs, what is listed, with LINES the last of the history."""
    last_runs = sa.select(run.c.id, run.c.state).order_by(run.c.started.desc(), run.c.id).limit(RUNS).subquery()
    parts = [_part("run", last_runs.c.id, last_runs.c.state)]
    for table in (conflict, parked):
        figures = _part(table.name, sa.func.count(), sa.func.max(table.c.id))
        parts.append(figures.where(table.c.closed.is_(None)))
    if lines:
        last = sa.select(event.c.id).order_by(event.c.id.desc()).limit(BEHIND).subquery()
        parts.append(_part("line", last.c.id, last.c.id))
    return sa.union_all(*parts)


def _part(what: str, one: sa.ColumnElement[Any], two: sa.ColumnElement[Any]) -> sa.Select[tuple[str, str, str]]:
    named = sa.literal_column(f"'{what}'", sa.String)
    return sa.select(named.label("what"), sa.cast(one, sa.String).label("one"), sa.cast(two, sa.String).label("two"))


def _cases(conn: sa.Connection, ids: Collection[str]) -> frozenset[str]:
    """Return the cases of entities: their own, or what they belong to, however deep."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = set(ids)
    while waiting:
        seen |= waiting
        facts = sa.case((entity.c.kind == "document", entity.c.facts)).label("facts")
        query = sa.select(entity.c.id, entity.c.kind, entity.c.parent, facts).where(entity.c.id.in_(sorted(waiting)))
        rows = conn.execute(query).all()
        found |= {row.id for row in rows if row.kind == "case"}
        above = {row.parent or _case_of(row.facts) for row in rows if row.kind != "case"}
        waiting = above - seen - {""}  # items may stand in a ring
    return frozenset(found)


def _case_of(facts: Mapping[str, Any] | None) -> str:
    """Return the case that a document says it is of: it has no place of its own in the tree."""
    said = (facts or {}).get("case_id")
    return str(said["value"]) if said else ""


@dataclass(slots=True)
class Watch:
    """Looks again and again from where it looked last."""

    store: Store
    mark: Mark = field(default_factory=Mark)

    def begin(self) -> None:
        """What is there by now is no news."""
        self.mark = present(self.store)

    def look(self) -> News:
        """Return what has moved since the last look."""
        found = since(self.store, self.mark)
        self.mark = found.mark
        return found
