"""Who one is, what is found by words, and what waits for a person."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from flows.hub.browsing import AttentionList, AttentionQuery, SearchQuery, SearchResult, attention_list, find, group_of
from flows.hub.rights import HUB_ACTIONS, Level, Role
from state.lines import Awaiting
from web.bench import sees_internal
from web.entries import labelled
from web.house import house_of
from web.languages import later
from web.viewer import SignedIn

from .answering import BASE, may_answer
from .shapes import Asked, Page, Raw, Said, Shape, form

router = APIRouter(prefix=BASE, tags=[later("Overview")])


class Me(Shape):
    """Who asks."""

    login: str = Field(examples=["anna@example.org"])
    name: str = Field(examples=["Анна Ли"])
    person: str
    """How cases know them; empty where none does."""
    role: Role
    level: Level
    """How far they read."""
    may: tuple[str, ...]
    """What they may do beside what a case allows."""
    token: str
    """The name of the token that was shown."""


@router.get("/me", summary=later("Show who asks"), responses=may_answer())
def me(viewer: SignedIn) -> Me:
    """Whose token that is, and what they may."""
    may = tuple(one for one in HUB_ACTIONS if viewer.may(one))
    return Me(
        login=viewer.login,
        name=viewer.name,
        person=viewer.person,
        role=viewer.role,
        level=viewer.level,
        may=may,
        token=viewer.token,
    )


# --- search -----------------------------------------------------------------------------------------------------------


class Words(Asked):
    """What is looked for."""

    q: str = Field(default="", max_length=500, examples=["внедрение"])
    """Words in any form; the last perhaps not to its end."""
    kind: Literal["", "case", "client", "contact", "item", "note", "document"] = ""
    page: Page = 1
    size: int = Field(default=20, ge=1, le=100)


class PieceOf(Shape):
    """A stretch of text; `hit`: it was asked for."""

    text: str
    hit: bool


class HitOf(Shape):
    """One thing that was found; `case` is where it is opened."""

    kind: str
    key: str
    case: str
    case_title: str
    client: str
    title: tuple[PieceOf, ...]
    snippet: tuple[PieceOf, ...]
    at: dt.datetime
    internal: bool


class Found(Shape):
    """One page of what was found, and how many of each kind there are."""

    hits: tuple[HitOf, ...]
    numbers: dict[str, int]
    total: int
    page: int
    pages: int
    behind: bool

    @classmethod
    def of(cls, found: SearchResult) -> "Found":
        """Return a page of results."""
        return cls(
            hits=tuple(HitOf.model_validate(one) for one in found.hits),
            numbers=dict(found.numbers),
            total=found.total,
            page=found.query.page,
            pages=found.pages,
            behind=found.behind,
        )


@router.get("/search", summary=later("Search"), responses=may_answer())
def search(request: Request, viewer: SignedIn, asked: Annotated[Words, Query()]) -> Found:
    """What has all the words, of what whoever asks may read."""
    query = SearchQuery(asked.q.strip(), asked.kind, asked.page, asked.size)
    return Found.of(find(house_of(request).installation, viewer.access, query, internal=sees_internal(viewer)))


# --- attention --------------------------------------------------------------------------------------------------------


class Which(Asked):
    """Which entries."""

    do: Literal["", "settle", "name", "match", "decide", "retry", "map", "gone", "documents", "other"] = ""
    """What to do about them."""
    code: str = Field(default="", max_length=100)
    page: Page = 1
    size: int = Field(default=50, ge=1, le=500)


class PartyOf(Shape):
    """One side of a conflict."""

    system: str
    value: Said
    record: str


class EntryOf(Shape):
    """
    Something that waits for a person. A conflict is settled by the act `give` (its key and field), the others by
    `again` or `leave` with their number, `match` or `same`.
    """

    number: int
    do: str
    code: str
    text: str
    since: dt.datetime
    key: str
    """What it waits at: the case itself, or its item or note; a client, which is no case's."""
    case: str
    title: str
    client: str
    field: str
    system: str
    kind: str
    record: str
    hub: Said
    """In a conflict: what the hub says."""
    parties: tuple[PartyOf, ...]
    """In a conflict: what the systems say."""
    shows: str
    """What the record shows, as people there see it."""
    allowed: tuple[Raw, ...]
    """Where a system takes some values only: these."""


class Group(Shape):
    """Something to do, with how many entries it would help, in all and by code."""

    name: str
    number: int
    codes: dict[str, int]


class Waiting(Shape):
    """One page of what waits, oldest first."""

    entries: tuple[EntryOf, ...]
    groups: tuple[Group, ...]
    total: int
    page: int
    pages: int
    behind: bool


@router.get("/attention", summary=later("Show what waits for a person"), responses=may_answer())
def attention(request: Request, viewer: SignedIn, asked: Annotated[Which, Query()]) -> Waiting:
    """What waits at the cases that whoever asks may read, by what to do."""
    installation = house_of(request).installation
    query = AttentionQuery(asked.do, asked.code, asked.page, asked.size)
    found = attention_list(installation, viewer.access, query, internal=sees_internal(viewer))
    shows = labelled(installation, [one.entry for one in found.entries])
    return _waiting(found, tuple(_entry(one, shows.get(one.entry.id, "")) for one in found.entries))


def _waiting(found: AttentionList, entries: tuple[EntryOf, ...]) -> Waiting:
    groups = tuple(Group(name=one.name, number=one.number, codes=dict(one.codes)) for one in found.groups)
    page, pages = found.query.page, found.pages
    return Waiting(entries=entries, groups=groups, total=found.total, page=page, pages=pages, behind=found.behind)


def _entry(one: Awaiting, shows: str) -> EntryOf:
    entry, conflict, parked = one.entry, one.entry.conflict, one.entry.parked
    same: dict[str, Any] = {
        name: getattr(entry, name) for name in ("code", "text", "since", "key", "field", "system", "kind", "record")
    }
    return EntryOf(
        number=entry.id,
        do=group_of(entry.code),
        case=one.case,
        title=one.title,
        client=one.client,
        hub=form(conflict.hub) if conflict else None,
        parties=tuple(PartyOf.model_validate(party) for party in conflict.parties) if conflict else (),
        shows=shows if parked else "",  # conflicts are numbered from 1 too
        allowed=parked.allowed if parked else (),
        **same,
    )
