"""Runs, and taking them back."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from pydantic import Field

from flows.hub.acting.undo import UndoMoved, UndoSeen, foresee_undo, undo
from flows.hub.browsing import RunQuery, list_runs, open_run
from web.bench import desk_of, person_of, sees_internal
from web.house import house_of
from web.languages import later
from web.pages.runs import counted
from web.viewer import Viewer, require

from .acts import ChangeOf
from .answering import BASE, may_answer
from .problems import Refusal
from .shapes import Asked, Page, Said, Shape, form

router = APIRouter(prefix=BASE, tags=[later("Runs and systems")])
Seeing = Annotated[Viewer, Depends(require("see_runs"))]
Undoing = Annotated[Viewer, Depends(require("undo"))]
OneCase = Annotated[
    str, Query(max_length=100, description="The key of the case at which alone it is taken back; else everywhere.")
]
RunId = Annotated[str, Path(max_length=100, description="The id of the run.")]


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


@router.get("/runs", summary=later("List runs"), responses=may_answer(403))
def runs(request: Request, viewer: Seeing, asked: Annotated[WhichRuns, Query()]) -> Runs:
    """The runs there were."""
    query = RunQuery(asked.sync, asked.state, asked.page, asked.size)
    found = list_runs(house_of(request).installation, viewer.access, query)
    return Runs(runs=tuple(RunOf.of(one) for one in found.runs), page=asked.page, more=found.more)


class OnPage(Asked):
    """Which page."""

    page: Page = 1


@router.get("/runs/{run}", summary=later("Show a run"), responses=may_answer(403, 404))
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


class BesideOf(Shape):
    """A document or a copied file that the run made, which stays as it is."""

    what: Literal["document", "file"]
    key: str = Field(examples=["CASE-42"])
    """The case."""
    system: str
    kind: str
    record: str
    name: str
    why: str
    """The reason, where it has one of its own."""


class UndoPlan(Shape):
    """What an undo would do."""

    run: RunOf
    taking: tuple[TakenOf, ...]
    left: tuple[StaysOf, ...]
    beside: tuple[BesideOf, ...]
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
        return cls(
            run=RunOf.of(seen.run),
            taking=taking,
            left=left,
            beside=tuple(BesideOf.model_validate(one) for one in seen.beside),
            trouble=seen.trouble,
            fingerprint=seen.mark,
        )


class TakeBack(Asked):
    """An undo to be done as it was shown."""

    fingerprint: str = Field(max_length=100)


class TookBack(Shape):
    """The run that took back, and how much was not."""

    run: RunOf
    not_done: int


@router.get("/runs/{run}/undo", summary=later("Look at an undo"), responses=may_answer(403, 404, 502))
def look_at_undo(request: Request, viewer: Undoing, run: RunId, case: OneCase = "") -> UndoPlan:
    """What an undo of a run would do; the systems are asked."""
    del viewer
    return UndoPlan.of(foresee_undo(desk_of(request), run, case=case))


@router.post("/runs/{run}/undo", summary=later("Undo a run"), responses=may_answer(400, 403, 404, 409, 502))
def take_back(
    request: Request, viewer: Undoing, run: RunId, asked: Annotated[TakeBack, Body()], case: OneCase = ""
) -> TookBack:
    """Take back what was shown. Where it has moved since, nothing is done, and `plan` of the answer 409 is newer."""
    try:
        undone = undo(desk_of(request), run, mark=asked.fingerprint, by=person_of(viewer), case=case)
    except UndoMoved as error:
        raise Refusal(409, "", plan=UndoPlan.of(error.seen).model_dump(mode="json")) from None
    return TookBack(run=RunOf.of(undone.run), not_done=len(undone.not_done))
