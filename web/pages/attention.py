"""The attention list: what waits for a person, by what to do; settled one by one, by keyboard, or many at once."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from flows.hub.acting import Match, Same
from flows.hub.acting.editable import people
from flows.hub.browsing import AttentionList, AttentionQuery, CaseQuery, attention_list, list_cases, openable
from flows.hub.browsing.casting import names_in, names_of
from flows.hub.people_answers import list_questions
from mappings.canonical.values import Value
from state import cases, waiting
from state.attention import Attention
from web.acts import may_settle, sheet, written
from web.bench import sees_internal
from web.entries import labelled, told_by
from web.house import house_of, store_of
from web.rendering import page
from web.viewer import SignedIn, Viewer, require

router = APIRouter()
PERSONAL = frozenset({"owner", "case_manager", "assignee", "author", "participants"})
"""Facts that name people."""
MOST_CANDIDATES = 20
Leading = Annotated[Viewer, Depends(require("name_people"))]


class Asked(BaseModel):
    """Which entries are asked for: what to do about them, and why they wait."""

    model_config = ConfigDict(frozen=True)

    do: str = ""
    code: str = ""
    page: int = Field(default=1, ge=1, le=100_000)

    def address(self, **other: Any) -> str:
        """Return the address of the list with OTHER words; another list begins with its first page."""
        wanted = self.model_copy(update={"page": 1, **other}).model_dump(exclude_defaults=True)
        return f"/attention?{urlencode(wanted)}" if wanted else "/attention"

    def to_page(self, number: int) -> str:
        """Return the address of another page of the list."""
        return self.address(page=number)


@router.get("/attention")
def attention(request: Request, viewer: SignedIn, asked: Annotated[Asked, Query()]) -> Response:
    """Show what waits for a person."""
    installation = house_of(request).installation
    query = AttentionQuery(asked.do, asked.code, asked.page)
    found = attention_list(installation, viewer.access, query, internal=sees_internal(viewer))
    entries = [one.entry for one in found.entries]
    return page(
        request,
        "pages/attention.html",
        asked=asked,
        found=found,
        may=_may(request, viewer, found),
        labels=labelled(installation, entries),
        names=names_of(installation, (name for one in entries for name in _people_in(one))),
        parties=sorted({party.system for one in entries if one.conflict for party in one.conflict.parties}),
    )


def _may(request: Request, viewer: Viewer, found: AttentionList) -> Mapping[tuple[bool, int], bool]:
    """Entry (whether it is a conflict, its number: both are numbered from 1) -> whether the viewer may settle it."""
    keys = sorted({one.case for one in found.entries if one.case})
    known = cases.by_keys(store_of(request), keys) if keys else {}
    settle = {key: may_settle(viewer, whole.entity) for key, whole in known.items()}
    return {
        (one.entry.conflict is not None, one.entry.id): settle.get(one.case, False)
        if one.case
        else viewer.may("name_people")
        for one in found.entries
    }


def _people_in(entry: Attention) -> frozenset[str]:
    if entry.field not in PERSONAL:
        return frozenset()
    values: list[Value] = list(entry.parked.value.values()) if entry.parked else []
    if entry.conflict:
        values += [entry.conflict.hub, *(party.value for party in entry.conflict.parties)]
    return frozenset().union(*(names_in(value) for value in values))


@router.get("/who")
def who(request: Request, viewer: Leading, system: str, id: str) -> Response:  # noqa: A002  # the name in the address
    """Ask who somebody is."""
    installation = house_of(request).installation
    asked = [one for one in list_questions(installation) if (one.system, one.about) == (system, id)]
    if not asked or viewer.access.persons is not None:
        raise HTTPException(404)
    [question] = asked[:1]
    return sheet(
        request,
        "pages/who.html",
        question=question,
        people=people(installation),
        pick=written(Same(system, id)),
        back="/attention?do=name",
    )


@router.get("/whose")
def whose(request: Request, viewer: Leading, *, system: str, kind: str, record: str, q: str | None = None) -> Response:
    """Ask whose a record is."""
    snapshot = waiting.stranger(store_of(request), system, kind=kind, record=record)
    if snapshot is None or viewer.access.persons is not None:
        raise HTTPException(404)
    installation = house_of(request).installation
    words = q if q is not None else ""
    found = list_cases(installation, viewer.access, CaseQuery(text=words, size=MOST_CANDIDATES))
    return sheet(
        request,
        "pages/whose.html",
        system=system,
        kind=kind,
        record=record,
        url=openable(snapshot.record.url),
        shown=told_by(installation, snapshot.record),
        q=words,
        found=found,
        pick=written(Match("", system, record, kind)),
        back="/attention?do=match",
    )
