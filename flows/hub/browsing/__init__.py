"""
What people read on the page: pure questions to the hub's memory, none of which asks a system or knows the web.

Each takes the installation and the reader's `Access`, and gives a frozen value; what the reader may not see is in no
list, no count, no feed and no search. None takes more than 12 statements. INTERNAL says that the reader may see what
stays inside: notes and files that a mapping marks so.

* ``list_cases(installation, access, CaseQuery) -> CaseList``: rows, total, counts per filter, names of people
* ``export_cases(installation, access, CaseQuery) -> Exported``: the same list as a whole
* ``board(installation, access, BoardQuery, now=) -> Board``: columns of cards, days in the stage
* ``open_case(installation, access, key, now=, internal=, query=FeedQuery()) -> CasePage``: facts with their sides,
  records with freshness and what waits to be written, items, notes, files, documents, open entries, first page of feed
* ``feed(installation, access, key, FeedQuery, internal=) -> Feed``: what happened, newest first; go on with ``next``
* ``attention_list(installation, access, AttentionQuery, internal=) -> AttentionList``: entries, groups by what to do
* ``find(installation, access, SearchQuery, internal=) -> SearchResult``: hits with marked words, numbers per kind
* ``systems(installation, access, now=) -> Systems``: health, freshness, cursors, budget, windows; syncs with last run
* ``list_runs(installation, access, RunQuery) -> RunList``, ``open_run(installation, access, id, page=) -> RunPage``
* ``openable(url)``: the address if a page may link to it, else ""
* ``stages_of(hub, sync)``: the stages of a sync, or of all, in their order

`open_case` and `feed` raise `NoSuchCase`, `open_run` raises `NoSuchRun`.
"""

from ..looking import NoSuchCase
from .addresses import openable
from .board import Board, BoardQuery, Card, Column, board
from .case_page import CasePage, ContactRow, DocumentRow, FactRow, ItemRow, LinkedRecord, NoteRow, Opens, Side, Waiting
from .casting import Names, stages_of
from .exporting import Exported, export_cases
from .feed import Feed, FeedLine, FeedQuery, feed
from .freshness import Freshness
from .listing import CaseList, CaseQuery, CaseRow, Counts, Sort, list_cases
from .opening import open_case
from .passing import NoSuchRun, RunList, RunPage, RunQuery, WrittenCase, WrittenLine, list_runs, open_run
from .searching import Hit, Piece, SearchQuery, SearchResult, find
from .systems import SyncRow, SystemRow, Systems, systems
from .waiting import AttentionList, AttentionQuery, Group, attention_list, group_of

__all__ = [
    "AttentionList",
    "AttentionQuery",
    "Board",
    "BoardQuery",
    "Card",
    "CaseList",
    "CasePage",
    "CaseQuery",
    "CaseRow",
    "Column",
    "ContactRow",
    "Counts",
    "DocumentRow",
    "Exported",
    "FactRow",
    "Feed",
    "FeedLine",
    "FeedQuery",
    "Freshness",
    "Group",
    "Hit",
    "ItemRow",
    "LinkedRecord",
    "Names",
    "NoSuchCase",
    "NoSuchRun",
    "NoteRow",
    "Opens",
    "Piece",
    "RunList",
    "RunPage",
    "RunQuery",
    "SearchQuery",
    "SearchResult",
    "Side",
    "Sort",
    "SyncRow",
    "SystemRow",
    "Systems",
    "Waiting",
    "WrittenCase",
    "WrittenLine",
    "attention_list",
    "board",
    "export_cases",
    "feed",
    "find",
    "group_of",
    "list_cases",
    "list_runs",
    "open_case",
    "open_run",
    "openable",
    "stages_of",
    "systems",
]
