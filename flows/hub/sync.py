"""
The pass: settle what is in doubt, pull, decide, push, and again until nothing is left to do.

One bad system never stops the others: what cannot be talked to is told, and the rest goes on.
"""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from connectors.base import RequestCount
from connectors.errors import AuthFailed, ConnectorError
from mappings.reconcile.guards import Stop
from state.types import Outgoing

from .batches import Deciding, Waiting
from .collecting import collect_rarely
from .doubts import settle_doubts
from .drifting import look_for_drift
from .edit_times import narrow
from .people_left import look_who_is_left
from .pulling import PullPage, look_up_hints, pull_full, pull_page, pull_scope
from .pushing import Pushed, push_batch
from .report import Report
from .sending import take_batch
from .wired import Wired

MOST_ROUNDS = 24
"""Rounds of deciding and pushing in one pass: a status path of six hops with a write-back after each, and room."""

Step = Callable[[str], None]
"""Told what the pass is at, for a progress line."""


@dataclass(frozen=True)
class PassOptions:
    """
    ONLY: talk to this system alone. FULL: read every system whole. HINTED: ask no system what is new, only look up
    what was hinted at. WHOLE: these systems are read whole in any case.
    """

    only: str | None = None
    full: bool = False
    hinted: bool = False
    whole: frozenset[str] = frozenset()


async def decide_batch(deciding: Deciding, waiting: Waiting) -> None:
    """Decide what was claimed together and store what was decided."""
    await asyncio.to_thread(deciding.decide, waiting)


@dataclass(frozen=True)
class Steps:
    """
    The three functions that a pass loops over; whoever schedules passes may give the same ones in coats.

    None is called without work: an idle pass reads a page of every kind and does nothing else.
    """

    pull_page: PullPage = pull_page
    decide_batch: Callable[[Deciding, Waiting], Awaitable[None]] = decide_batch
    push_batch: Callable[[Wired, str, Sequence[Outgoing]], Awaitable[Pushed]] = push_batch


PLAIN = Steps()

Guarding = Callable[[list[Stop]], list[Stop]]
"""Told the guards that the decisions of a pass set off; returns those that stop it."""


def every_guard(stops: list[Stop]) -> list[Stop]:
    """Every guard that is set off stops the pass."""
    return stops


async def run_pass(
    wired: Wired,
    options: PassOptions,
    guarding: Guarding = every_guard,
    *,
    step: Step = lambda _: None,
    steps: Steps = PLAIN,
) -> Report:
    """Run one pass over everything that is new, and return what it did."""
    collect_rarely()
    report = Report(wired.shape.name, wired.run, notices=wired.notices)
    systems = [name for name in sorted(wired.connectors) if options.only in (None, name)]
    async with measured(wired, systems, report):
        if options.hinted:
            await look_up(wired, systems, report)
        else:
            whole = frozenset(systems) if options.full else options.whole
            await read_systems(wired, systems, report, full=whole, step=step, page=steps.pull_page)
        await _decide_and_push(wired, systems, guarding, report=report, step=step, steps=steps)
        if wired.sharing and not (report.stops or options.only or options.hinted):
            step("files")
            await wired.sharing(wired, report, full=options.full)
        if wired.papers and not (report.stops or options.only or options.hinted):
            step("documents")
            if await wired.papers(wired, report, full=options.full):
                await _decide_and_push(wired, systems, guarding, report=report, step=step, steps=steps)
        if options.full and not report.stops:
            step("looking for drift")
            await asyncio.to_thread(look_for_drift, wired)
            report.compared = not (report.trouble or options.only)
    return report


@dataclass(frozen=True)
class Clocks:
    """CPU seconds of the whole process, and of the thread that asks."""

    process: Callable[[], float] = time.process_time
    thread: Callable[[], float] = time.thread_time


@asynccontextmanager
async def measured(
    wired: Wired, systems: Sequence[str], report: Report, clocks: Clocks = Clocks()
) -> AsyncIterator[None]:
    """
    Put into *report* what a stretch of work took: time, statements, memory, requests of each of the *systems*.

    All that the hub works out itself (storing pages, deciding, taking writes, settling them) runs in threads beside the
    event loop's, and connectors run in that one: so the hub's own CPU is what the process took without this thread.
    """
    wall, counted = time.perf_counter(), wired.store.statements
    cpu, inside = clocks.process(), clocks.thread()
    yield
    report.seconds = time.perf_counter() - wall
    report.cpu = clocks.process() - cpu
    report.hub_cpu = max(report.cpu - (clocks.thread() - inside), 0.0)
    report.statements = wired.store.statements - counted
    report.max_rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name in systems:
        count = wired.connectors[name].requests - wired.counted.get(name, RequestCount())
        report.requests[name] = count.total - count.overhead
        report.overhead[name] = count.overhead
        report.writing[name] = count.writing


async def read_systems(
    wired: Wired,
    systems: list[str],
    report: Report,
    *,
    full: bool | frozenset[str],
    step: Step,
    page: PullPage = pull_page,
) -> None:
    """
    Prove who we are, settle what is in doubt, and read what is new, in all systems at once; everything where FULL says
    so (of all systems, or of those named).
    """
    report.trouble |= wired.trouble
    report.refused_us |= wired.refused_us
    step("settling what was in doubt")
    await each_system(systems, report, lambda name: _doubts(wired, name))
    step("reading")
    whole = frozenset(systems if full is True else full or ())
    await each_system(systems, report, lambda name: _read(wired, name, report, full=name in whole, page=page))


async def look_up(wired: Wired, systems: list[str], report: Report) -> None:
    """Settle what is in doubt and read what was hinted at, in all systems at once; no list is asked for."""
    report.trouble |= wired.trouble
    report.refused_us |= wired.refused_us

    async def hinted(name: str) -> None:
        await _doubts(wired, name)
        for scope in wired.scopes:
            if scope[0] == name:
                await look_up_hints(wired, scope, report)

    await each_system(systems, report, hinted)


async def _decide_and_push(
    wired: Wired, systems: list[str], guarding: Guarding, *, report: Report, step: Step, steps: Steps
) -> None:
    read = list(report.stops)
    deciding = Deciding(wired, report)
    for _ in range(MOST_ROUNDS):
        step("deciding")
        batches = deciding.batches()
        while waiting := await asyncio.to_thread(next, batches, None):
            await look_who_is_left(wired, waiting.batch)
            await steps.decide_batch(deciding, waiting)
        if await narrow(wired, [name for name in systems if name not in report.trouble]):
            continue  # change logs have told who was last
        report.stops = guarding([*read, *deciding.tally.stops(wired.shape.limits)])
        if report.stops:
            return
        step("writing")
        before = report.pushed
        await each_system(systems, report, lambda name: push_system(wired, name, report, push=steps.push_batch))
        if report.pushed == before:
            return


async def each_system(systems: list[str], report: Report, work: Callable[[str], Awaitable[None]]) -> None:
    """Do *work* for every system at once; a system that fails is told in the report and left out from then on."""

    async def guarded(name: str) -> None:
        if name in report.trouble:
            return
        try:
            await work(name)
        except AuthFailed as error:
            report.trouble[name] = str(error)
            report.refused_us.add(name)
        except ConnectorError as error:
            report.trouble[name] = str(error)

    async with asyncio.TaskGroup() as group:
        for name in systems:
            group.create_task(guarded(name))


async def _doubts(wired: Wired, name: str) -> None:
    await settle_doubts(wired, name)


async def _read(wired: Wired, name: str, report: Report, *, full: bool, page: PullPage) -> None:
    for scope in wired.scopes:
        if scope[0] == name:
            await (pull_full if full else pull_scope)(wired, scope, report, page=page)


async def push_system(
    wired: Wired,
    name: str,
    report: Report,
    *,
    push: Callable[[Wired, str, Sequence[Outgoing]], Awaitable[Pushed]] = push_batch,
    run: str | None = None,
) -> None:
    """Send what is planned for a system, batch by batch; only what RUN has planned, if it is named."""
    while going := await take_batch(wired, name, run=run):
        pushed = await push(wired, name, going)
        report.pushed += pushed.sent - pushed.postponed
        report.created[name] += pushed.created
        report.updated[name] += pushed.updated
        report.deleted[name] += pushed.deleted
        report.parked += pushed.parked
        report.in_doubt += pushed.postponed
        if pushed.postponed == pushed.sent:
            return
