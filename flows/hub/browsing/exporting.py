"""The whole list of cases at once, for a file."""

from dataclasses import dataclass

from state import lines, search

from ..access import Access
from ..wiring import Installation
from .casting import Names, names_of, stages_of
from .listing import SORTS, CaseQuery, CaseRow, chosen_by, with_attention

MOST = 100_000
"""So many cases at most go into one file."""
AT_ONCE = 20_000
"""Cases whose open questions are counted in one statement."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The cases of a list in its order, and what people are called. MORE: there are more than fit into a file."""

    rows: tuple[CaseRow, ...]
    names: Names
    more: bool = False


def export_cases(
    installation: Installation, access: Access, query: CaseQuery, *, internal: bool = False, most: int = MOST
) -> Exported:
    """
    Return all cases that *query* asks for on any page, of those that *access* lets the reader see; INTERNAL as in
    `list_cases`.

    They are read in one statement, so that what moves meanwhile is neither twice in the file nor missing.
    """
    store = installation.store
    lines.catch_up(store)
    words = tuple(search.asked(query.text))
    if query.text.strip() and not words:
        return Exported((), Names())
    found = lines.listed(
        store,
        chosen_by(access, query, words, internal=internal),
        order=SORTS.get(query.sort, query.sort),
        descending=query.descending,
        stages=stages_of(installation.hub, query.sync),
        limit=most + 1,
    )
    parts = (found[first : first + AT_ONCE] for first in range(0, min(len(found), most), AT_ONCE))
    rows = tuple(row for part in parts for row in with_attention(installation, part, internal=internal))[:most]
    people = (name for row in rows for name in (row.owner, row.manager, *row.participants))
    return Exported(rows, names_of(installation, people), more=len(found) > most)
