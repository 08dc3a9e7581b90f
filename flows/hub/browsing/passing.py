"""Runs: which there were, what each did, and what it has written, case by case, old and new."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from state import lines, runs
from state.lines import Written
from state.runs import Run

from ..access import Access
from ..labels import ON_A_PAGE, Labels
from ..wiring import Installation
from .systems import bare


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs: of one SYNC, in one STATE (``running``, ``done``, ``failed``, ``stopped``); "" for all."""

    sync: str = ""
    state: str = ""
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True)
class RunList:
    """One page of runs, newest first; MORE: there is a further one."""

    query: RunQuery
    runs: tuple[Run, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One field that was written to a record, or (WHAT is ``linked``) a record that was made."""

    at: datetime
    what: str
    system: str
    record: str
    kind: str
    key: str
    field: str
    old: Any
    new: Any
    before: str
    after: str
    cause: str


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """What a run has written for one case, or for something that is no case's (KEY "")."""

    key: str
    title: str
    lines: tuple[WrittenLine, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run with one page of what it has written; LINES and CASES count all that the reader may see of it."""

    run: Run
    cases: tuple[WrittenCase, ...]
    number_of_lines: int
    number_of_cases: int
    page: int
    pages: int


class NoSuchRun(LookupError):
    """The hub has recorded no run of that id."""


def list_runs(installation: Installation, access: Access, query: RunQuery) -> RunList:
    """Return runs; what they counted is of all cases, so it is empty for a reader who does not see all."""
    size = max(query.size, 1)
    skip = (max(query.page, 1) - 1) * size
    found = runs.page(installation.store, name=query.sync, state=query.state, skip=skip, limit=size + 1)
    return RunList(query, tuple(bare(one, access) for one in found[:size]), len(found) > size)


def open_run(
    installation: Installation, access: Access, run: str, *, page: int = 1, size: int = 40, internal: bool = False
) -> RunPage:
    """
    Return the run *run* with what it has written for the cases that the reader may see: SIZE deeds a page, each of some
    lines. Raises NoSuchRun.
    """
    store = installation.store
    found = next((one for one in runs.find(store, run, limit=2) if one.id == run), None)
    if found is None:
        raise NoSuchRun(f"there is no run {run!r}")
    lines.catch_up(store)
    skip = (max(page, 1) - 1) * size
    told = lines.written(store, run, access.persons, internal=internal, skip=skip, limit=size)
    deeds, number, of_cases = 1, len(told), len({one.case for one in told if one.case})
    if skip or number >= size:  # there may be more than this page
        deeds, number, of_cases = lines.count_written(store, run, access.persons, internal=internal)
    labels = Labels(store, installation.hub, longest=ON_A_PAGE)
    labels.load({(one.line.event.system, one.line.kind) for one in told if one.line.event.system})
    by_case: dict[tuple[str, str], list[WrittenLine]] = {}
    for one in told:
        by_case.setdefault((one.case, one.title), []).append(_line(one, labels))
    cases = tuple(WrittenCase(key, title, tuple(mine)) for (key, title), mine in by_case.items())
    return RunPage(bare(found, access), cases, number, of_cases, max(page, 1), max(1, -(-deeds // size)))


def _line(written: Written, labels: Labels) -> WrittenLine:
    line, told = written.line, written.line.event
    before, after = labels.change(
        told.system, line.kind, field_name=told.field, views=(told.old, told.new), entity=written.kind
    )
    return WrittenLine(
        lines.moment_of(line),
        told.what,
        told.system,
        line.record,
        written.kind,
        written.key,
        told.field,
        told.old,
        told.new,
        before,
        after,
        told.cause,
    )
