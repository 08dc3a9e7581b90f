"""The board: open cases by stage, the oldest in their stage first."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from state import lines, search
from state.lines import Chosen

from ..access import Access
from ..wiring import Installation
from .casting import Names, names_of, stages_of
from .listing import CaseRow, with_attention

MOST_CARDS = 1000
"""So many cards are laid; a board of more shows nobody anything."""


@dataclass(frozen=True, slots=True)
class Card:
    """One case on the board, so many DAYS of the calendar in its stage: 0 where it came into it today."""

    row: CaseRow
    days: int


@dataclass(frozen=True, slots=True)
class Column:
    """The cases of one stage; STAGE "" holds those that say none, and a stage that no sync names stands last."""

    stage: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The columns in the order of stages, empty ones too. MORE: there are further cases than fit on a board."""

    columns: tuple[Column, ...]
    total: int
    names: Names
    more: bool = False
    behind: bool = False


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """Which cases lie on the board; the filters are those of `listing.CaseQuery`."""

    mine: bool = False
    attention: bool = False
    sync: str = ""
    client: str = ""
    person: str = ""
    text: str = ""
    outcomes: tuple[str, ...] = ("open",)


def board(
    installation: Installation, access: Access, query: BoardQuery, *, now: datetime, internal: bool = False
) -> Board:
    """Lay the cases that *query* asks for, of those that *access* lets the reader see; INTERNAL as in `list_cases`."""
    store = installation.store
    behind = lines.catch_up(store)
    words = tuple(search.asked(query.text))
    stages = stages_of(installation.hub, query.sync)
    if query.text.strip() and not words:
        return Board(tuple(Column(stage, ()) for stage in stages), 0, Names(), behind=behind)
    chosen = Chosen(
        access.persons,
        access.me,
        mine=query.mine,
        attention=query.attention,
        outcomes=query.outcomes,
        sync=query.sync,
        client=query.client,
        person=query.person,
        words=words,
        internal=internal,
    )
    found = lines.listed(store, chosen, order="stage_since", limit=MOST_CARDS + 1)
    rows = with_attention(installation, found[:MOST_CARDS], internal=internal)
    names = names_of(installation, (name for row in rows for name in (row.owner, row.manager)))
    laid: dict[str, list[Card]] = {stage: [] for stage in stages}
    zone = ZoneInfo(installation.hub.timezone)
    today = now.astimezone(zone).date()
    for row in rows:
        days = (today - row.stage_since.astimezone(zone).date()).days
        laid.setdefault(row.stage, []).append(Card(row, max(days, 0)))
    columns = tuple(Column(stage, tuple(cards)) for stage, cards in laid.items())
    return Board(columns, len(rows), names, more=len(found) > MOST_CARDS, behind=behind)
