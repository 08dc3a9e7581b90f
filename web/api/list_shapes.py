"""Lists of cases, and the board, as the API answers them."""

import datetime as dt

from pydantic import Field

from flows.hub.browsing import CaseList

from .shapes import People, Shape, Sum, Words


class CaseLine(Shape):
    """A case in a list."""

    key: str = Field(examples=["CASE-42"])
    sync: str = Field(examples=["presales"])
    title: str = Field(examples=["Внедрение CRM"])
    client: str = Field(examples=["ООО «Ромашка»"])
    stage: str = Field(examples=["in_work"])
    outcome: str = Field(examples=["open"])
    case_type: str
    amount: Sum
    deadline: dt.date | None
    closes_on: dt.date | None
    owner: str = Field(examples=["anna@example.org"])
    manager: str
    participants: Words
    labels: Words
    key_client: bool
    blocked: bool
    next_step: str
    created: dt.datetime
    changed: dt.datetime
    stage_since: dt.datetime
    conflicts: int
    """So many facts wait until somebody says which value counts."""
    parked: int
    """So many fields are held back for another reason."""


class Numbers(Shape):
    """How many cases each filter would leave, beside the others that are set."""

    all: int
    mine: int
    attention: int
    stages: dict[str, int]
    outcomes: dict[str, int]


class Cases(Shape):
    """One page of a list of cases."""

    cases: tuple[CaseLine, ...]
    total: int
    page: int
    pages: int
    counts: Numbers
    stages: tuple[str, ...]
    """All stages in their order."""
    names: People
    behind: bool
    """More cases are being taken in just now: the list is not the newest yet."""

    @classmethod
    def of(cls, found: CaseList) -> "Cases":
        """Return a page of a list."""
        return cls(
            cases=tuple(CaseLine.model_validate(row) for row in found.rows),
            total=found.total,
            page=found.query.page,
            pages=found.pages,
            counts=Numbers.model_validate(found.counts),
            stages=found.stages,
            names=dict(found.names.known),
            behind=found.behind,
        )


class CardOf(Shape):
    """A case on the board."""

    case: CaseLine
    days: int
    """So long it has been in its stage."""


class ColumnOf(Shape):
    """The cases of one stage, the oldest first."""

    stage: str
    cards: tuple[CardOf, ...]


class BoardOf(Shape):
    """The board: open cases by stage."""

    columns: tuple[ColumnOf, ...]
    total: int
    names: People
    more: bool
    behind: bool
