"""One box that finds cases, clients, contacts, items, notes and documents by words in any of their forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from state import lines, search
from state.search import Found, Sought

from ..access import Access
from ..wiring import Installation

KINDS = ("case", "client", "contact", "item", "note", "document")
AROUND = 60
"""So many characters of a text are shown on either side of the first word that was found."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """TEXT as it was typed, its last word perhaps not to its end; KIND: only things of one kind ("" for all)."""

    text: str
    kind: str = ""
    page: int = 1
    size: int = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; HIT: it is a word that was asked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """
    One thing that was found. CASE (with its title) is where it is opened; "" for a client or a contact, whose cases
    are found by its name. TITLE and SNIPPET have the words marked; INTERNAL marks a note that stays inside.
    """

    kind: str
    key: str
    case: str
    case_title: str
    client: str
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    at: datetime
    internal: bool = False


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of what was found; NUMBERS counts everything that was, by kind."""

    query: SearchQuery
    hits: tuple[Hit, ...]
    numbers: Mapping[str, int]
    behind: bool = False

    @property
    def total(self) -> int:
        return self.numbers.get(self.query.kind, 0) if self.query.kind else sum(self.numbers.values())

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // max(self.query.size, 1)))


def find(installation: Installation, access: Access, query: SearchQuery, *, internal: bool = False) -> SearchResult:
    """
    Return what has all the words of *query*, of what *access* lets the reader see: by its key first, then by its title,
    then the newest.

    INTERNAL: the reader may see internal notes.
    """
    store = installation.store
    words = search.asked(query.text)
    behind = lines.catch_up(store)
    if not words:
        return SearchResult(query, (), {}, behind)
    sought = Sought(
        tuple(words), access.persons, internal, (query.kind,) if query.kind else (), query.text.strip().upper()
    )
    size = max(query.size, 1)
    found = search.find(store, sought, skip=(max(query.page, 1) - 1) * size, limit=size)
    hits = tuple(_hit(one, frozenset(words), words[-1]) for one in found)
    return SearchResult(query, hits, search.numbers(store, sought), behind)


def _hit(found: Found, words: frozenset[str], last: str) -> Hit:
    return Hit(
        found.kind,
        found.key,
        found.case,
        found.case_title,
        found.client,
        _pieces(found.title, words, last),
        _pieces(_around(found.text, words, last), words, last),
        found.at,
        found.internal,
    )


def _around(text: str, words: frozenset[str], last: str) -> str:
    """The stretch of *text* around the first word that was found, in one line; its beginning where none was."""
    line = " ".join(text.split())
    start, end = next(search.places(line, words, last), (0, 0))
    first, after = max(start - AROUND, 0), end + 2 * AROUND
    first = line.rfind(" ", 0, first) + 1 if first else 0
    return ("…" if first else "") + line[first:after] + ("…" if after < len(line) else "")


def _pieces(text: str, words: frozenset[str], last: str) -> tuple[Piece, ...]:
    pieces, done = [], 0
    for start, end in search.places(text, words, last):
        pieces += [Piece(text[done:start]), Piece(text[start:end], hit=True)]
        done = end
    return tuple(one for one in [*pieces, Piece(text[done:])] if one.text)
