"""Systems and syncs: how they stand; a pass is started, a sync is paused and resumed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response

from flows.hub.acting.starting import AtWork
from flows.hub.browsing import systems
from flows.hub.pausing import IsPaused, pause, resume
from flows.hub.wiring import NoSuchSync
from web.acts import done
from web.bench import person_of, starter_of
from web.house import house_of, store_of
from web.languages import later
from web.rendering import page, words
from web.viewer import Viewer, require

router = APIRouter()
Seeing = Annotated[Viewer, Depends(require("see_runs"))]
Starting = Annotated[Viewer, Depends(require("start_pass"))]
Pausing = Annotated[Viewer, Depends(require("pause"))]


@router.get("/systems")
def show(request: Request, viewer: Seeing) -> Response:
    """Show how everything stands, as it was last met."""
    installation, starter = house_of(request).installation, starter_of(request)
    found = systems(installation, viewer.access, now=installation.store.clock())
    return page(
        request,
        "pages/systems.html",
        found=found,
        running={sync.name for sync in found.syncs if starter.is_running(sync.name)},
        trouble={sync.name: trouble for sync in found.syncs if (trouble := starter.trouble(sync.name))},
    )


@router.post("/syncs/{name}/start")
def start(request: Request, viewer: Starting, name: str) -> Response:
    """Start a pass."""
    _ = words(request)
    try:
        starter_of(request).start(name, by=person_of(viewer))
    except NoSuchSync:
        raise HTTPException(404) from None
    except IsPaused:
        return done(request, "/systems", said=_("The sync is paused; resume it first."), kind="wrong")
    except AtWork:
        return done(request, "/systems", said=_("A pass is under way already."), kind="note")
    return done(request, "/systems", said=_("A pass has been started; it stands among the runs as soon as it begins."))


@router.post("/syncs/{name}/pause")
def hold(request: Request, viewer: Pausing, name: str, why: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Pause a sync."""
    pause(store_of(request), _known(request, name), by=person_of(viewer), why=why.strip())
    return done(request, "/systems", said=words(request)(later("Paused: no pass is run until somebody resumes it.")))


@router.post("/syncs/{name}/resume")
def go_on(request: Request, viewer: Pausing, name: str) -> Response:
    """Resume a paused sync."""
    del viewer
    resume(store_of(request), _known(request, name))
    return done(request, "/systems", said=words(request)(later("Resumed: it goes on with its next pass.")))


def _known(request: Request, name: str) -> str:
    try:
        return house_of(request).installation.sync(name).name
    except NoSuchSync:
        raise HTTPException(404) from None
