"""
What people read on the page: pure questions to the hub's memory, none of which asks a system or knows the web.

Each takes the installation and the reader's `Access`, and gives a frozen value; what the reader may not see is in no
list, no count and no search. None takes more than 12 statements.

* ``list_cases(installation, access, CaseQuery) -> CaseList``: rows, total, counts per filter, names of people
* ``board(installation, access, BoardQuery, now=) -> Board``: columns of cards, days in the stage
* ``find(installation, access, SearchQuery, internal=) -> SearchResult``: hits with marked words, numbers per kind
"""

from .board import Board, BoardQuery, Card, Column, board
from .casting import Names
from .listing import CaseList, CaseQuery, CaseRow, Counts, Sort, list_cases
from .searching import Hit, Piece, SearchQuery, SearchResult, find

__all__ = [
    "Board",
    "BoardQuery",
    "Card",
    "CaseList",
    "CaseQuery",
    "CaseRow",
    "Column",
    "Counts",
    "Hit",
    "Names",
    "Piece",
    "SearchQuery",
    "SearchResult",
    "Sort",
    "board",
    "find",
    "list_cases",
]
