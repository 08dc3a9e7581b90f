"""Runs and taking them back, systems, and syncs."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from pydantic import Field

from flows.hub.acting.starting import AtWork
from flows.hub.acting.undo import UndoMoved, UndoSeen, foresee_undo, undo
from flows.hub.browsing import RunQuery, Systems, list_runs, open_run, systems
from flows.hub.pausing import IsPaused, pause, resume
from web.bench import desk_of, person_of, sees_internal, starter_of
from web.house import house_of, store_of
from web.pages.runs import counted
from web.viewer import Viewer, require

from .acts import ChangeOf
from .answering import BASE, may_answer
from .problems import Refusal
from .shapes import Asked, Page, Said, Shape, form

router = APIRouter(prefix=BASE, tags=["Runs and systems"])
Seeing = Annotated[Viewer, Depends(require("see_runs"))]
Undoing = Annotated[Viewer, Depends(require("undo"))]
Starting = Annotated[Viewer, Depends(require("start_pass"))]
Pausing = Annotated[Viewer, Depends(require("pause"))]
RunId = Annotated[str, Path(max_length=100, description="The id of the run.")]
Sync = Annotated[str, Path(max_length=200, description="The name of the sync.", examples=["presales"])]


class RunOf(Shape):
    """One run. What it counted is for who reads all cases."""

    id: str
    sync: str
    what: str
    started: dt.datetime
    finished: dt.datetime | None
    state: str = Field(examples=["done"])
    by: str
    text: str
    counts: dict[str, int]

    @classmethod
    def of(cls, run: Any) -> "RunOf":
        """Return a run."""
        same = {name: getattr(run, name) for name in cls.model_fields if name != "counts"}
        return cls(counts=counted(run.counts), **same)


class Runs(Shape):
    """One page of runs, newest first."""

    runs: tuple[RunOf, ...]
    page: int
    more: bool


class WhichRuns(Asked):
    """Which runs."""

    sync: str = Field(default="", max_length=200)
    state: Literal["", "running", "done", "failed", "stopped"] = ""
    page: Page = 1
    size: int = Field(default=50, ge=1, le=500)


class WrittenOf(Shape):
    """One field that was written, or (`linked`) a record that was made."""

    at: dt.datetime
    what: str
    system: str
    record: str
    kind: str
    key: str
    field: str
    before: str
    after: str
    cause: str


class WrittenAt(Shape):
    """What was written for one case; an empty key is no case's."""

    key: str
    title: str
    lines: tuple[WrittenOf, ...]


class OneRun(Shape):
    """A run with one page of what it has written."""

    run: RunOf
    cases: tuple[WrittenAt, ...]
    number_of_lines: int
    number_of_cases: int
    page: int
    pages: int


@router.get("/runs", summary="List runs", responses=may_answer(403))
def runs(request: Request, viewer: Seeing, asked: Annotated[WhichRuns, Query()]) -> Runs:
    """The runs there were."""
    query = RunQuery(asked.sync, asked.state, asked.page, asked.size)
    found = list_runs(house_of(request).installation, viewer.access, query)
    return Runs(runs=tuple(RunOf.of(one) for one in found.runs), page=asked.page, more=found.more)


class OnPage(Asked):
    """Which page."""

    page: Page = 1


@router.get("/runs/{run}", summary="Show a run", responses=may_answer(403, 404))
def one(request: Request, viewer: Seeing, run: RunId, asked: Annotated[OnPage, Query()]) -> OneRun:
    """What a run has written, case by case, old and new."""
    installation, internal = house_of(request).installation, sees_internal(viewer)
    found = open_run(installation, viewer.access, run, page=asked.page, internal=internal)
    return OneRun(
        run=RunOf.of(found.run),
        cases=tuple(WrittenAt.model_validate(case) for case in found.cases),
        number_of_lines=found.number_of_lines,
        number_of_cases=found.number_of_cases,
        page=found.page,
        pages=found.pages,
    )


# --- taking back ------------------------------------------------------------------------------------------------------


class TakenOf(Shape):
    """One thing that an undo does; without a change its verb says what."""

    key: str
    title: str
    verb: str
    system: str
    kind: str
    record: str
    change: ChangeOf | None


class StaysOf(Shape):
    """Something that an undo leaves, and why."""

    case: str
    system: str
    record: str
    field: str
    why: str
    shows: tuple[Said, ...]
    wrote: tuple[Said, ...]


class UndoPlan(Shape):
    """What an undo would do."""

    run: RunOf
    taking: tuple[TakenOf, ...]
    left: tuple[StaysOf, ...]
    trouble: dict[str, str]
    """Systems that did not answer."""
    fingerprint: str

    @classmethod
    def of(cls, seen: UndoSeen) -> "UndoPlan":
        """Return the plan of an undo."""
        left = tuple(
            StaysOf(
                case=stays.left.case,
                system=stays.left.place.system,
                record=stays.left.place.record,
                field=stays.left.field,
                why=stays.left.why,
                shows=tuple(map(form, stays.shows)),
                wrote=tuple(map(form, stays.wrote)),
            )
            for stays in seen.left
        )
        taking = tuple(TakenOf.model_validate(taken) for taken in seen.taking)
        return cls(run=RunOf.of(seen.run), taking=taking, left=left, trouble=seen.trouble, fingerprint=seen.mark)


class TakeBack(Asked):
    """An undo to be done as it was shown."""

    fingerprint: str = Field(max_length=100)


class TookBack(Shape):
    """The run that took back, and how much was not."""

    run: RunOf
    not_done: int


@router.get("/runs/{run}/undo", summary="Look at an undo", responses=may_answer(403, 404, 502))
def look_at_undo(request: Request, viewer: Undoing, run: RunId) -> UndoPlan:
    """What an undo of a run would do; the systems are asked."""
    del viewer
    return UndoPlan.of(foresee_undo(desk_of(request), run))


@router.post("/runs/{run}/undo", summary="Undo a run", responses=may_answer(400, 403, 404, 409, 502))
def take_back(request: Request, viewer: Undoing, run: RunId, asked: Annotated[TakeBack, Body()]) -> TookBack:
    """Take back what was shown. Where it has moved since, nothing is done, and `plan` of the answer 409 is newer."""
    try:
        undone = undo(desk_of(request), run, mark=asked.fingerprint, by=person_of(viewer))
    except UndoMoved as error:
        raise Refusal(409, "", plan=UndoPlan.of(error.seen).model_dump(mode="json")) from None
    return TookBack(run=RunOf.of(undone.run), not_done=len(undone.not_done))


# --- systems and syncs ------------------------------------------------------------------------------------------------


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


@router.get("/systems", summary="Show systems and syncs", responses=may_answer(403))
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
    return Standing(systems=tuple(rows), syncs=tuple(syncs))


class Now(Shape):
    """How a sync stands after it."""

    sync: str
    now: Literal["started", "paused", "resumed"]


class Why(Asked):
    """Why a sync is paused."""

    why: str = Field(default="", max_length=500, examples=["Redmine is being upgraded"])


@router.post("/syncs/{name}/start", summary="Start a pass", status_code=202, responses=may_answer(403, 404, 409))
def start(request: Request, viewer: Starting, name: Sync) -> Now:
    """Start a pass; it stands among the runs as soon as it begins."""
    try:
        starter_of(request).start(name, by=person_of(viewer))
    except IsPaused:
        raise Refusal(409, "The sync is paused; resume it first.") from None
    except AtWork:
        raise Refusal(409, "A pass is under way already.") from None
    return Now(sync=name, now="started")


@router.post("/syncs/{name}/pause", summary="Pause a sync", responses=may_answer(400, 403, 404))
def hold(request: Request, viewer: Pausing, name: Sync, asked: Annotated[Why, Body()]) -> Now:
    """No pass is run until somebody resumes it."""
    sync = house_of(request).installation.sync(name).name
    pause(store_of(request), sync, by=person_of(viewer), why=asked.why.strip())
    return Now(sync=sync, now="paused")


@router.post("/syncs/{name}/resume", summary="Resume a sync", responses=may_answer(403, 404))
def go_on(request: Request, viewer: Pausing, name: Sync) -> Now:
    """It goes on with its next pass."""
    del viewer
    sync = house_of(request).installation.sync(name).name
    resume(store_of(request), sync)
    return Now(sync=sync, now="resumed")
