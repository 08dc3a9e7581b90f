"""
What has moved since somebody looked, for pages that show it without being asked: cases by the lines of their history,
runs and the attention list as a whole.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa

from .store import Store
from .tables import conflict, entity, event, parked, run

BEHIND = 200
"""Lines that are looked at again: on PostgreSQL a transaction may show its lines later than one with higher numbers."""
MOST = 5000
"""Lines that are looked through at once; where more have come, everything counts as moved."""
RUNS = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """How far somebody has looked. LINES are the last of the history, RUNS and LISTED stand for the other two."""

    last: int = 0
    lines: frozenset[int] = frozenset()
    runs: tuple[object, ...] = ()
    listed: tuple[object, ...] = ()


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
    """Return the mark of now: what moves later is news."""
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
    lines = frozenset(conn.execute(sa.select(event.c.id).order_by(event.c.id.desc()).limit(BEHIND)).scalars())
    return Mark(max(lines, default=0), lines, _runs(conn), _listed(conn))


def _after(conn: sa.Connection, mark: Mark, fresh: Collection[int]) -> Mark:
    last = max((mark.last, *fresh))
    lines = frozenset(number for number in (*mark.lines, *fresh) if number > last - BEHIND)
    return Mark(last, lines, _runs(conn), _listed(conn))


def _runs(conn: sa.Connection) -> tuple[object, ...]:
    query = sa.select(run.c.id, run.c.state).order_by(run.c.started.desc(), run.c.id).limit(RUNS)
    return tuple(tuple(row) for row in conn.execute(query))


def _listed(conn: sa.Connection) -> tuple[object, ...]:
    figures = []
    for table in (conflict, parked):
        query = sa.select(sa.func.count(), sa.func.max(table.c.id)).where(table.c.closed.is_(None))
        figures += list(conn.execute(query).one())
    return tuple(figures)


def _cases(conn: sa.Connection, ids: Collection[str]) -> frozenset[str]:
    """Return the cases of entities: their own, or what they belong to, or what that belongs to."""
    found: set[str] = set()
    waiting = set(ids)
    for _ in range(3):
        if not waiting:
            break
        query = sa.select(entity.c.id, entity.c.kind, entity.c.parent).where(entity.c.id.in_(sorted(waiting)))
        rows = conn.execute(query).all()
        found |= {row.id for row in rows if row.kind == "case"}
        waiting = {row.parent for row in rows if row.kind != "case" and row.parent}
    return frozenset(found)


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
