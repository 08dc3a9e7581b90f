"""
Lists of cases: chosen, counted, in order, page by page.

Whose cases a reader may see is a condition of every statement here, so that no number tells of others.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mappings.canonical.values import Value, decode

from ..rows import Row
from ..search.asking import holds
from ..search.stems import folded
from ..store import Store
from ..tables import case_line, case_person, searched
from .attending import cases_that_wait

ALWAYS = ("created", "changed", "stage_since")
"""Columns that are never empty."""
OPEN = "open"
"""The outcome of a case that says none: its stage may be one that no mapping lists."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """
    Which cases. PERSONS are those whose cases may be read (None: all); ME is who reads.

    WORDS are stems (`state.search`), CLIENT is a part of a name in either case, PERSON a whole one. Empty filters leave
    nothing out. INTERNAL: what waits at internal notes asks for ATTENTION too.
    """

    persons: frozenset[str] | None
    me: str = ""
    mine: bool = False
    attention: bool = False
    stages: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    sync: str = ""
    client: str = ""
    person: str = ""
    words: tuple[str, ...] = ()
    internal: bool = False

    @property
    def widest(self) -> "Chosen":
        """Without the filters that are counted beside each other."""
        return replace(self, mine=False, attention=False, stages=(), outcomes=())


@dataclass(frozen=True, slots=True)
class Line:
    """A case in a list. VALUES are the facts that a line shows as they are, by name."""

    key: str
    entity: str
    sync: str
    title: str
    client: str
    stage: str
    outcome: str
    case_type: str
    owner: str
    manager: str
    blocked: bool
    values: Mapping[str, Value]
    created: datetime
    changed: datetime
    stage_since: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """So many cases are MINE or not, wait for ATTENTION or not, and stand at this stage and outcome."""

    stage: str
    outcome: str
    mine: bool
    attention: bool
    number: int


def may_read(persons: Collection[str] | None, key: sa.ColumnElement[str]) -> list[sa.ColumnElement[bool]]:
    """Return the conditions under which who sees the cases of PERSONS (None: all) may read the case *key*."""
    return [] if persons is None else [key.in_(keys_of(persons))]


def keys_of(persons: Collection[str]) -> sa.Select[Any]:
    """Return the query for the keys of the cases of PERSONS."""
    return sa.select(case_person.c.key).where(case_person.c.person.in_(sorted(persons)))


def listed(
    store: Store,
    chosen: Chosen,
    *,
    order: str,
    descending: bool = False,
    stages: Sequence[str] = (),
    skip: int = 0,
    limit: int = 50,
) -> tuple[Line, ...]:
    """
    Return the cases CHOSEN, in the order of a column of `case_line`; what has nothing there comes last.

    STAGES is the order of stages. Amounts stand by their currencies first. Cases that are equal in that column stand by
    their number.
    """
    ordered = _order(order, stages, descending=descending)
    keys = sa.select(case_line.c.key).where(*_conditions(store, chosen)).order_by(*ordered).offset(skip).limit(limit)
    query = sa.select(case_line).where(case_line.c.key.in_(keys)).order_by(*ordered)  # the rows are wide to be sorted
    with store.read() as conn:
        return tuple(map(_line, conn.execute(query).mappings()))


def count(store: Store, chosen: Chosen) -> tuple[Counted, ...]:
    """Count the cases CHOSEN without the filters that are counted, by these."""
    groups = _groups(store, chosen)
    found: dict[str, dict[tuple[str, str], int]] = {"all": {}, "mine": {}, "waits": {}, "both": {}}
    with store.read() as conn:
        for row in conn.execute(sa.union_all(*groups)):
            place = row.stage, row.outcome or OPEN
            found[row.part][place] = found[row.part].get(place, 0) + int(row.number)
    return tuple(one for place in found["all"] for one in _apart(place, found))


def _groups(store: Store, chosen: Chosen) -> list[sa.Select[Any]]:
    """
    Four small counts take less than one in which each case is looked up in both sets. What they share is worked out
    once, before they are joined: how many cases a search finds no database guesses well enough to choose a way.
    """
    base = list(_conditions(store, chosen.widest))
    columns = (case_line.c.key, case_line.c.outcome, case_line.c.stage)  # as they stand in the index
    those: Any = _once(sa.select(*columns).where(*base), "those") if base else case_line
    waiting = _once(cases_that_wait(internal=chosen.internal), "waiting")
    waits = those.c.key.in_(sa.select(waiting.c.case_key))
    parts: dict[str, list[sa.ColumnElement[bool]]] = {"all": [], "waits": [waits]}
    if chosen.me:
        mine = those.c.key.in_(keys_of([chosen.me]))
        parts |= {"mine": [mine], "both": [mine, waits]}
    place = (those.c.outcome, those.c.stage)
    number = sa.func.count().label("number")
    return [
        sa.select(sa.literal_column(f"'{part}'").label("part"), *place, number).where(*more).group_by(*place)
        for part, more in parts.items()
    ]


def _once(query: sa.Select[Any], name: str) -> sa.CTE:
    """Return *query* as what is worked out once; SQLite does so by itself with what is asked for more than once."""
    return query.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def _apart(place: tuple[str, str], found: Mapping[str, Mapping[tuple[str, str], int]]) -> Iterator[Counted]:
    """Tell apart what stands at one stage and outcome."""
    every, mine, waits, both = (found[part].get(place, 0) for part in ("all", "mine", "waits", "both"))
    numbers = {(True, True): both, (True, False): mine - both, (False, True): waits - both}
    numbers[False, False] = every - sum(numbers.values())
    for (own, attention), number in numbers.items():
        if number:
            yield Counted(*place, own, attention, number)


def _conditions(store: Store, chosen: Chosen) -> Iterable[sa.ColumnElement[bool]]:
    key = case_line.c.key
    yield from may_read(chosen.persons, key)
    if chosen.mine:
        yield key.in_(keys_of([chosen.me] if chosen.me else []))
    if chosen.person:
        yield key.in_(keys_of([chosen.person.lower()]))
    if chosen.attention:
        yield key.in_(cases_that_wait(internal=chosen.internal))
    outcomes = ("", *chosen.outcomes) if OPEN in chosen.outcomes else chosen.outcomes
    for name, wanted in (("stage", chosen.stages), ("outcome", outcomes)):
        if wanted:
            yield case_line.c[name].in_(wanted)
    if chosen.sync:
        yield case_line.c.sync == chosen.sync
    if part := folded(chosen.client.strip()):
        yield case_line.c.ordered_client.contains(part, autoescape=True)
    if chosen.words:
        found = sa.select(searched.c.key).where(holds(store.dialect, chosen.words))
        yield key.in_(sa.select(found.where(searched.c.kind == "case").cte("found").c.key))


def _order(name: str, stages: Sequence[str], *, descending: bool) -> list[sa.ColumnElement[Any]]:
    numbered: list[sa.ColumnElement[Any]] = [case_line.c.number, case_line.c.prefix]
    if name == "key":
        return [one.desc() for one in numbered] if descending else numbered
    column: sa.ColumnElement[Any] = case_line.c[name]
    last: list[sa.ColumnElement[Any]] = []
    if name == "amount":  # 100 USD are neither more nor less than 5000 RUB: each currency is put in order by itself
        last = [column.is_(None), case_line.c.currency]
    elif name not in ALWAYS:
        last = [column == ""]
    if name == "stage" and stages:  # of a sync that is not there, or has none, nobody knows an order
        column = sa.case({stage: place for place, stage in enumerate(stages)}, value=column, else_=len(stages))
    return [*last, column.desc() if descending else column, *numbered]


_AS_KEPT = (
    *("key", "entity", "sync", "title", "client", "stage", "case_type", "owner", "manager"),
    *("created", "changed", "stage_since"),
)


def _line(row: Row) -> Line:
    return Line(
        **{name: row[name] for name in _AS_KEPT},
        outcome=row["outcome"] or OPEN,
        blocked=bool(row["blocked"]),
        values={name: decode(form) for name, form in row["facts"].items()},
    )
