"""Runs: what there was, what each has written, and taking it back."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from connectors.errors import ConnectorError
from flows.hub.acting.undo import UndoMoved, UndoSeen, foresee_undo, undo
from flows.hub.browsing import NoSuchRun, RunQuery, list_runs, open_run
from flows.hub.looking import NoSuchCase
from flows.hub.undoing import NoSuchRun as NothingToUndo
from web.acts import done, sheet
from web.bench import desk_of, person_of, sees_internal
from web.house import house_of
from web.languages import later
from web.rendering import page, words
from web.viewer import Viewer, require

router = APIRouter()
Seeing = Annotated[Viewer, Depends(require("see_runs"))]
Undoing = Annotated[Viewer, Depends(require("undo"))]
STATES = ("done", "running", "stopped", "failed")
OneCase = Annotated[str, Query(max_length=100)]
PageNumber = Annotated[int, Query(alias="page", ge=1, le=100_000)]


class Asked(BaseModel):
    """Which runs are asked for."""

    model_config = ConfigDict(frozen=True)

    sync: str = ""
    state: str = ""
    page: int = Field(default=1, ge=1, le=100_000)

    def address(self, **other: Any) -> str:
        """Return the address of the list with OTHER words."""
        wanted = self.model_copy(update={"page": 1, **other}).model_dump(exclude_defaults=True)
        return f"/runs?{urlencode(wanted)}" if wanted else "/runs"

    def to_page(self, number: int) -> str:
        """Return the address of another page of the list."""
        return self.address(page=number)


@router.get("/runs")
def runs(request: Request, viewer: Seeing, asked: Annotated[Asked, Query()]) -> Response:
    """Show the runs."""
    installation = house_of(request).installation
    found = list_runs(installation, viewer.access, RunQuery(asked.sync, asked.state, asked.page))
    return page(
        request,
        "pages/runs.html",
        asked=asked,
        found=found,
        rows=[(run, counted(run.counts)) for run in found.runs],
        states=STATES,
        syncs=tuple(installation.hub.syncs),
    )


@router.get("/runs/{run}")
def one(request: Request, viewer: Seeing, run: str, number: PageNumber = 1) -> Response:
    """Show one run with what it has written."""
    installation = house_of(request).installation
    try:
        found = open_run(installation, viewer.access, run, page=number, internal=sees_internal(viewer))
    except NoSuchRun:
        raise HTTPException(404) from None

    def address(other: int) -> str:
        return f"/runs/{found.run.id}?page={other}"

    return page(request, "pages/run.html", found=found, counts=counted(found.run.counts), address=address)


def counted(counts: Any) -> dict[str, int]:
    """Return what a run counted, over all systems; what is none is left out."""
    names = ("read", "created", "updated", "conflicts", "parked", "in_doubt")
    found = {}
    for name in names:
        number = counts.get(name, 0) if counts else 0
        found[name] = sum(number.values()) if isinstance(number, dict) else int(number or 0)
    return {name: number for name, number in found.items() if number}


# --- taking back ------------------------------------------------------------------------------------------------------


@router.get("/runs/{run}/undo")
def plan(request: Request, viewer: Undoing, run: str, case: OneCase = "") -> Response:
    """Ask the systems, and show what an undo would do."""
    del viewer
    try:
        return _planned(request, foresee_undo(desk_of(request), run, case=case))
    except (NothingToUndo, NoSuchCase):
        raise HTTPException(404) from None
    except ConnectorError as error:
        return _unreachable(request, run, error)


@router.post("/runs/{run}/undo")
def take_back(
    request: Request, viewer: Undoing, run: str, mark: Annotated[str, Form()] = "", case: OneCase = ""
) -> Response:
    """Take back what was shown."""
    _ = words(request)
    try:
        undone = undo(desk_of(request), run, mark=mark, by=person_of(viewer), case=case)
    except UndoMoved as error:
        return _planned(request, error.seen, moved=True)
    except (NothingToUndo, NoSuchCase):
        raise HTTPException(404) from None
    except ConnectorError as error:
        return _unreachable(request, run, error)
    said = _("Taken back; this is the run that did it.")
    if undone.not_done:
        said = _("Taken back in part; the attention list tells of the rest.")
    return done(request, f"/runs/{undone.run.id}", said=said, kind="note" if undone.not_done else "done")


def _planned(request: Request, seen: UndoSeen, *, moved: bool = False) -> Response:
    return sheet(
        request, "pages/undo.html", status=409 if moved else 200, seen=seen, moved=moved, back=f"/runs/{seen.run.id}"
    )


def _unreachable(request: Request, run: str, error: ConnectorError) -> Response:
    said = words(request)(later("A system does not answer, so nothing was taken back: %(system)s."))
    return done(request, f"/runs/{run}", said=said % {"system": error.system}, kind="wrong")
