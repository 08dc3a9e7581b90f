"""One case: what is known of it, how its systems stand, what happened, and what people do with it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from flows.hub.acting.editable import facts_of, only_read
from flows.hub.browsing import CasePage, FeedQuery, NoSuchCase, feed, open_case
from flows.hub.noted import NoNotes, add_note
from flows.hub.rights import Relation
from flows.hub.wiring import Installation
from mappings.language.model import MappingSpec, Sync
from state import workers
from web.acts import case_for, done
from web.bench import desk_of, person_of, sees_internal
from web.entries import labelled
from web.house import house_of, store_of
from web.rendering import page, words
from web.viewer import SignedIn, Viewer

router = APIRouter()
SIZE = 40
WHATS: Mapping[str, tuple[str, ...]] = {
    "said": ("set", "resolved", "read"),
    "written": ("write", "made"),
    "questions": ("conflict", "resolved", "settled", "parked", "retried", "left"),
}
"""What may be asked of a feed -> the lines that are meant."""


class FeedAsked(BaseModel):
    """Which lines of the history are asked for: of one SYSTEM, of one KIND, about one WHAT, BEFORE a place."""

    model_config = ConfigDict(frozen=True)

    system: str = ""
    kind: str = ""
    what: str = ""
    before: str = ""

    @property
    def query(self) -> FeedQuery:
        """Return the question."""
        systems = (self.system,) if self.system else ()
        kinds = (self.kind,) if self.kind else ()
        return FeedQuery(systems, kinds, WHATS.get(self.what, ()), self.before, SIZE)

    def address(self, path: str, **other: Any) -> str:
        """Return the address of the same lines with OTHER words."""
        wanted = self.model_copy(update={"before": "", **other}).model_dump(exclude_defaults=True)
        query = "&".join(f"{name}={quote(value)}" for name, value in wanted.items())
        return f"{path}?{query}" if query else path


@router.get("/cases/{key}")
def case(request: Request, viewer: SignedIn, key: str, asked: Annotated[FeedAsked, Query()]) -> Response:
    """Show one case."""
    installation = house_of(request).installation
    try:
        found = open_case(
            installation,
            viewer.access,
            key,
            now=installation.store.clock(),
            internal=sees_internal(viewer),
            query=asked.query,
        )
    except NoSuchCase:
        raise HTTPException(404) from None
    relation = relation_in(viewer, found)
    may = {name: viewer.may_with(name, relation) for name in ("edit", "settle", "comment")}
    sync = installation.hub.syncs.get(found.sync)
    editable = set(facts_of(sync)) if sync and may["edit"] else set()
    locked = only_read(installation.hub, [(one.system, one.kind) for one in found.records])
    return page(
        request,
        "pages/case.html",
        found=found,
        asked=asked,
        may=may,
        editable=editable - set(locked),
        unset=_unset(editable - set(locked), found),
        sided=_sided(found),
        labels=labelled(installation, found.open),
        fresh={one.system: one.fresh for one in reversed(found.records)},
        systems=tuple(dict.fromkeys(one.system for one in found.records)),
        told=_told(found),
        linkable=_linkable(installation, sync, found) if sync else [],
        notes_shared=sync is not None and any(spec.entity == "note" for spec in _mappings(installation, sync)),
        whats=tuple(WHATS),
    )


def _told(found: CasePage) -> tuple[str, ...]:
    """The systems of which the history may tell: those with a record of the case, or of anything that belongs to it."""
    belongs = {place.system for item in found.items for place in item.places}
    belongs |= {place.system for note in found.notes for place in note.places}
    belongs |= {place.system for file in found.files for place in file.places}
    belongs |= {one.system for one in found.documents if one.system}
    return tuple(dict.fromkeys([*(one.system for one in found.records), *sorted(belongs)]))


def _linkable(installation: Installation, sync: Sync, found: CasePage) -> list[str]:
    """The systems in which cases have records and this one has none."""
    mapped = {spec.system for spec in _mappings(installation, sync) if spec.entity == "case"}
    return sorted(mapped - {one.system for one in found.records if one.record})


def _mappings(installation: Installation, sync: Sync) -> Iterator[MappingSpec]:
    return (spec for system in sync.systems for spec in installation.hub.mappings_of(system))


def _unset(editable: set[str], found: CasePage) -> list[str]:
    """What may be said of the case and is not: offered in a list of its own."""
    return sorted(editable - {one.name for one in found.facts if one.value is not None or one.conflict})


def _sided(found: CasePage) -> list[str]:
    """The facts of which some system says anything."""
    return [
        row.name
        for row in found.facts
        if row.name != "description"
        and row.sides
        and (row.value is not None or any(side.view not in (None, "", []) for side in row.sides.values()))
    ]


def relation_in(viewer: Viewer, found: CasePage) -> Relation:
    """Return what the viewer is to the case of a page."""
    owner, manager, others = (
        row.value if (row := found.fact(name)) else None for name in ("owner", "case_manager", "participants")
    )
    return viewer.reach.relation(
        owner=owner if isinstance(owner, str) else None,
        manager=manager if isinstance(manager, str) else None,
        participants=others if isinstance(others, frozenset) else frozenset(),
    )


@router.get("/cases/{key}/feed")
def history(request: Request, viewer: SignedIn, key: str, asked: Annotated[FeedAsked, Query()]) -> Response:
    """Show a further page of what happened."""
    installation = house_of(request).installation
    try:
        found = feed(installation, viewer.access, key, asked.query, internal=sees_internal(viewer))
    except NoSuchCase:
        raise HTTPException(404) from None
    laid = bool(request.headers.get("hx-request"))
    return page(
        request, "pages/feed.html", key=key, feed=found, asked=asked, layout="part.html" if laid else "base.html"
    )


@router.get("/cases/{key}/edit")
def choose(request: Request, viewer: SignedIn, key: str, fact: str = "") -> Response:
    """Lead to the form of one fact."""
    case_for(request, viewer, key)
    path = f"/cases/{key}/edit/{fact}" if fact.isidentifier() else f"/cases/{key}"
    return Response(status_code=303, headers={"location": quote(path)})


@router.post("/cases/{key}/notes")
def note(
    request: Request,
    viewer: SignedIn,
    key: str,
    *,
    text: Annotated[str, Form()] = "",
    internal: Annotated[str, Form()] = "",
) -> Response:
    """Add a note to the case."""
    entity = case_for(request, viewer, key, action="comment")
    desk, _ = desk_of(request), words(request)
    wired = desk.at(entity.sync)
    try:
        add_note(wired, desk.case(entity.key), text, by=person_of(viewer), internal=bool(internal))
    except NoNotes:
        return done(request, f"/cases/{entity.key}#notes", said=_("A note must say something."), kind="wrong")
    finally:
        workers.retire(store_of(request), wired.worker)
    return done(request, f"/cases/{entity.key}#notes", said=_("The note is added."))
