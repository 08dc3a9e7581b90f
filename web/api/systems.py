"""Systems and syncs: how they stand; a pass is started, a sync is paused and resumed."""

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Path, Request
from pydantic import Field

from flows.hub.acting.starting import AtWork
from flows.hub.browsing import Systems, systems
from flows.hub.pausing import IsPaused, pause, resume
from web.bench import person_of, starter_of
from web.house import house_of, store_of
from web.languages import later
from web.viewer import Viewer, require

from .answering import BASE, may_answer
from .problems import Refusal
from .runs import RunOf, Seeing
from .shapes import Asked, Shape

router = APIRouter(prefix=BASE, tags=[later("Runs and systems")])
Starting = Annotated[Viewer, Depends(require("start_pass"))]
Pausing = Annotated[Viewer, Depends(require("pause"))]
Sync = Annotated[str, Path(max_length=200, description="The name of the sync.", examples=["presales"])]


class SystemOf(Shape):
    """How a system stands. What counts records is for who reads all cases; else it is null."""

    name: str
    type: str
    healthy: bool
    trouble: str
    """Why the last pass could not talk to it."""
    stale: bool
    last_pull: dt.datetime | None
    cursors: dict[str, str]
    requests: int
    """What the last passes asked of it."""
    budget: float | None
    """How many requests it would have granted then."""
    window: float | None
    """The longest time, in seconds, in which an edit there could have been overwritten unseen."""
    parked: int | None


class PauseOf(Shape):
    """Who has paused a sync, since when and why."""

    by: str
    since: dt.datetime
    why: str


class SyncOf(Shape):
    """A sync with its last run."""

    name: str
    systems: tuple[str, ...]
    last: RunOf | None
    paused: PauseOf | None
    running: bool
    """A pass that was started from the page or the API is under way."""


class Standing(Shape):
    """All systems and syncs."""

    systems: tuple[SystemOf, ...]
    syncs: tuple[SyncOf, ...]
    left: dict[str, int]
    """Syncs that hub.yaml does not name any more, with how many cases belong to them; for who reads all cases."""


@router.get("/systems", summary=later("Show systems and syncs"), responses=may_answer(403))
def stand(request: Request, viewer: Seeing) -> Standing:
    """How everything stands, as it was last met; no system is asked."""
    installation, starter = house_of(request).installation, starter_of(request)
    found = systems(installation, viewer.access, now=installation.store.clock())
    running = {sync.name for sync in found.syncs if starter.is_running(sync.name)}
    return _standing(found, running)


def _standing(found: Systems, running: set[str]) -> Standing:
    names = ("name", "type", "healthy", "trouble", "stale", "last_pull", "requests", "window", "parked")
    rows = [
        SystemOf(
            cursors=dict(row.cursors),
            budget=row.budget.requests if row.budget else None,
            **{name: getattr(row, name) for name in names},
        )
        for row in found.systems
    ]
    syncs = [
        SyncOf(
            name=sync.name,
            systems=sync.systems,
            last=RunOf.of(sync.last) if sync.last else None,
            paused=PauseOf.model_validate(sync.paused) if sync.paused else None,
            running=sync.name in running,
        )
        for sync in found.syncs
    ]
    return Standing(systems=tuple(rows), syncs=tuple(syncs), left=dict(found.left))


class Now(Shape):
    """How a sync stands after it."""

    sync: str
    now: Literal["started", "paused", "resumed"]


class Why(Asked):
    """Why a sync is paused."""

    why: str = Field(default="", max_length=500, examples=["Redmine is being upgraded"])


@router.post("/syncs/{name}/start", summary=later("Start a pass"), status_code=202, responses=may_answer(403, 404, 409))
def start(request: Request, viewer: Starting, name: Sync) -> Now:
    """Start a pass; it stands among the runs as soon as it begins."""
    try:
        starter_of(request).start(name, by=person_of(viewer))
    except IsPaused:
        raise Refusal(409, "The sync is paused; resume it first.") from None
    except AtWork:
        raise Refusal(409, "A pass is under way already.") from None
    return Now(sync=name, now="started")


@router.post("/syncs/{name}/pause", summary=later("Pause a sync"), responses=may_answer(400, 403, 404))
def hold(request: Request, viewer: Pausing, name: Sync, asked: Annotated[Why, Body()]) -> Now:
    """No pass is run until somebody resumes it."""
    sync = house_of(request).installation.sync(name).name
    pause(store_of(request), sync, by=person_of(viewer), why=asked.why.strip())
    return Now(sync=sync, now="paused")


@router.post("/syncs/{name}/resume", summary=later("Resume a sync"), responses=may_answer(403, 404))
def go_on(request: Request, viewer: Pausing, name: Sync) -> Now:
    """It goes on with its next pass."""
    del viewer
    sync = house_of(request).installation.sync(name).name
    resume(store_of(request), sync)
    return Now(sync=sync, now="resumed")
