"""The list of cases: chosen, sorted, counted, in pages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias, TypeVar

from mappings.canonical.values import Money, Value
from state import lines, search
from state.lines import Chosen, Counted, Line

from ..access import Access
from ..wiring import Installation
from .casting import Names, names_of, stages_of

Sort: TypeAlias = Literal[
    "key", "title", "client", "stage", "outcome", "amount", "deadline", "owner", "manager", "created", "changed"
]
SORTS: Mapping[str, str] = {"title": "ordered_title", "client": "ordered_client"}
"""Sort -> the column, where it is called otherwise."""
MOST = 500
"""So many cases at most are on one page."""


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """
    What the reader wants to see. Empty filters leave nothing out; CLIENT is a part of a name in either case, PERSON
    the whole name of anybody whose case it is, TEXT is words in any form. PAGE begins with 1.
    """

    mine: bool = False
    attention: bool = False
    stages: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    sync: str = ""
    client: str = ""
    person: str = ""
    text: str = ""
    sort: Sort = "changed"
    descending: bool = True
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of a list. CONFLICTS and PARKED count what waits for a person at it or at what belongs to it."""

    key: str
    sync: str
    title: str
    client: str
    stage: str
    outcome: str
    case_type: str
    amount: Money | None
    deadline: date | None
    closes_on: date | None
    owner: str
    manager: str
    participants: frozenset[str]
    labels: frozenset[str]
    key_client: bool
    blocked: bool
    next_step: str
    created: datetime
    changed: datetime
    stage_since: datetime
    conflicts: int = 0
    parked: int = 0

    @property
    def attention(self) -> int:
        return self.conflicts + self.parked


@dataclass(frozen=True, slots=True)
class Counts:
    """
    How many cases each filter would leave, beside all the others that are set: ALL of them together, MINE, those with
    something that waits for ATTENTION, by stage and by outcome.
    """

    all: int = 0
    mine: int = 0
    attention: int = 0
    stages: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseList:
    """
    One page of a list of TOTAL cases. STAGES is their order; BEHIND: more cases are being taken in right now, so that
    the list is not the newest yet.
    """

    query: CaseQuery
    rows: tuple[CaseRow, ...]
    total: int
    counts: Counts
    stages: tuple[str, ...]
    names: Names
    behind: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // max(self.query.size, 1)))


def list_cases(installation: Installation, access: Access, query: CaseQuery, *, internal: bool = False) -> CaseList:
    """
    Return the cases that *query* asks for, of those that *access* lets the reader see. INTERNAL: the reader may see
    internal notes, so what waits at them counts.
    """
    store = installation.store
    behind = lines.catch_up(store)
    stages = stages_of(installation.hub, query.sync)
    words = tuple(search.asked(query.text))
    if query.text.strip() and not words:  # signs only: nothing has them
        return CaseList(query, (), 0, Counts(), stages, Names(), behind)
    chosen = chosen_by(access, query, words, internal=internal)
    counted = lines.count(store, chosen)
    size = min(max(query.size, 1), MOST)
    found = lines.listed(
        store,
        chosen,
        order=SORTS.get(query.sort, query.sort),
        descending=query.descending,
        stages=stages,
        skip=(max(query.page, 1) - 1) * size,
        limit=size,
    )
    rows = with_attention(installation, found, internal=internal)
    names = names_of(installation, (name for row in rows for name in (row.owner, row.manager)))
    total = _number(counted, query)
    return CaseList(query, rows, total, _counts(counted, query), stages, names, behind)


def with_attention(installation: Installation, found: Iterable[Line], *, internal: bool) -> tuple[CaseRow, ...]:
    """Return rows of *found*, each with what waits for a person there."""
    listed = tuple(found)
    waits = lines.open_of_cases(installation.store, [line.key for line in listed], internal=internal)
    return tuple(_row(line, *waits.get(line.key, (0, 0))) for line in listed)


def chosen_by(access: Access, query: CaseQuery, words: tuple[str, ...], *, internal: bool) -> Chosen:
    """Return which cases QUERY means, its text as WORDS to be looked up."""
    return Chosen(
        access.persons,
        access.me,
        mine=query.mine,
        attention=query.attention,
        stages=query.stages,
        outcomes=query.outcomes,
        sync=query.sync,
        client=query.client,
        person=query.person,
        words=words,
        internal=internal,
    )


def _row(line: Line, conflicts: int, parked: int) -> CaseRow:
    said = line.values
    return CaseRow(
        **{name: getattr(line, name) for name in _SAME},
        amount=_if(said.get("amount"), Money),
        deadline=_if(said.get("deadline"), date),
        closes_on=_if(said.get("closes_on"), date),
        participants=_set(said.get("participants")),
        labels=_set(said.get("labels")),
        key_client=said.get("key_client") is True,
        next_step=_if(said.get("next_step"), str) or "",
        conflicts=conflicts,
        parked=parked,
    )


_SAME = (
    *("key", "sync", "title", "client", "stage", "outcome", "case_type", "owner", "manager", "blocked"),
    *("created", "changed", "stage_since"),
)


def _set(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


T = TypeVar("T")


def _if(value: Value, kind: type[T]) -> T | None:
    """A sync may declare a fact with another type than the published one."""
    return value if isinstance(value, kind) else None


# --- counts -----------------------------------------------------------------------------------------------------------

Holds: TypeAlias = Callable[[Counted], bool]


def _filters(query: CaseQuery) -> dict[str, Holds]:
    """The filters that are set, of those that are counted beside each other."""
    found: dict[str, Holds] = {}
    if query.mine:
        found["mine"] = lambda one: one.mine
    if query.attention:
        found["attention"] = lambda one: one.attention
    if query.stages:
        found["stage"] = lambda one: one.stage in query.stages
    if query.outcomes:
        found["outcome"] = lambda one: one.outcome in query.outcomes
    return found


def _number(counted: Iterable[Counted], query: CaseQuery) -> int:
    return sum(one.number for one in _left(counted, query))


def _left(counted: Iterable[Counted], query: CaseQuery, *, without: str = "") -> list[Counted]:
    filters = [holds for name, holds in _filters(query).items() if name != without]
    return [one for one in counted if all(holds(one) for holds in filters)]


def _counts(counted: Iterable[Counted], query: CaseQuery) -> Counts:
    every = list(counted)
    by_stage: dict[str, int] = {}
    by_outcome: dict[str, int] = {}
    for one in _left(every, query, without="stage"):
        by_stage[one.stage] = by_stage.get(one.stage, 0) + one.number
    for one in _left(every, query, without="outcome"):
        by_outcome[one.outcome] = by_outcome.get(one.outcome, 0) + one.number
    return Counts(
        all=sum(one.number for one in every),
        mine=sum(one.number for one in _left(every, query, without="mine") if one.mine),
        attention=sum(one.number for one in _left(every, query, without="attention") if one.attention),
        stages=by_stage,
        outcomes=by_outcome,
    )
