"""
One recorded run of a pass: the mapping it was approved for, its lease, its heartbeat, its row in the list of runs.

A pass stops before its first write and asks where the mapping has changed since the last one, or where a guard was set
off; it goes on asking until somebody approves what a plan shows.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from mappings.reconcile.guards import Stop
from state import cases, inbox, leases, runs, waiting, workers
from state.errors import Busy, Unavailable
from state.runs import Run

from .halting import ACCOUNT, MISSING, account_stops, keep, kept, note_accounts, still_standing
from .people_asking import ask
from .report import Report
from .rewording import look_again, words_met
from .sync import PLAIN, PassOptions, Step, Steps, run_pass
from .wired import Wired

BEAT = 4.0
"""Seconds between heartbeats of a worker; it counts as dead after 15."""
LEASE = 60.0
"""Seconds that a lease lasts without being renewed: longer than any request."""
MAPPING = "mapping"
NOT_EVEN_READ = (MAPPING, ACCOUNT)
"""Guards under which nothing is read: it would be read in other words, or by other eyes."""


class AlreadyRunning(Exception):
    """Another scheduled pass of the same sync is running."""


@dataclass(frozen=True)
class How:
    """Who asked for the run; SCHEDULED takes the lease; APPROVED passes guards and takes a changed mapping."""

    by: str = ""
    scheduled: bool = False
    approved: bool = False


def lease_name(sync: str) -> str:
    """Return the name of the lease that scheduled passes of *sync* take."""
    return f"sync:{sync}"


async def run_recorded(
    wired: Wired, options: PassOptions, how: How, *, step: Step = lambda _: None, steps: Steps = PLAIN
) -> Report:
    """
    Run one pass and write down that it ran.

    Raises AlreadyRunning where a scheduled pass finds another one at work.
    """

    async def work(begun: Run) -> Report:
        return await _watched(wired, options, how, begun=begun, step=step, steps=steps)

    return await recorded(wired, how, work)


async def recorded(wired: Wired, how: How, work: Callable[[Run], Awaitable[Report]], *, what: str = "sync") -> Report:
    """
    Do *work* as a run that is written down: with its lease where it is scheduled, and with a heartbeat.

    *work* itself tells the run's end. Raises AlreadyRunning.
    """
    shape, store = wired.shape, wired.store
    if how.scheduled:
        wired.lease = leases.acquire(store, lease_name(shape.name), worker=wired.worker, seconds=LEASE)
        if wired.lease is None:
            raise AlreadyRunning(f"another scheduled pass of {shape.name} is at work")
    try:
        begun = runs.start(store, shape.name, what=what, by=how.by or os.environ.get("USER", ""))
        wired.run = begun.id
        async with heartbeat(wired):
            report = await work(begun)
    finally:
        workers.retire(store, wired.worker)
        if wired.lease is not None:
            leases.release(store, wired.lease)
    return report


async def _watched(wired: Wired, options: PassOptions, how: How, *, begun: Run, step: Step, steps: Steps) -> Report:
    stops = [] if how.approved else halted(wired)
    try:
        if how.approved:
            approve(wired)
        if any(stop.guard in NOT_EVEN_READ for stop in stops):
            report = Report(wired.shape.name, begun.id, stops=stops)
        else:
            look_again(wired)
            whole = frozenset(stop.system for stop in stops if stop.guard in MISSING)
            options = replace(options, whole=whole)
            guarding = how_far(stops, approved=how.approved, stands=still_standing(wired))
            report = await run_pass(wired, options, guarding, step=step, steps=steps)
            words_met(wired)
            if report.decided or wired.reworded:
                await asyncio.to_thread(ask, wired.store, wired.people)
    except BaseException as error:
        runs.finish(wired.store, begun, state="failed", text=type(error).__name__)
        raise
    if not any(stop.guard in NOT_EVEN_READ for stop in report.stops):
        keep(wired.store, wired.shape.name, report.stops)
    text = "; ".join([*(stop.text for stop in report.stops), *report.trouble.values()])
    pulled = {scope: at for scope, at in report.pulled.items() if scope[0] not in report.trouble}
    runs.finish(wired.store, begun, state=report.state, counts=report.as_json(), text=text, pulled=pulled)
    return report


# --- approval -----------------------------------------------------------------------------------------------------


def halted(wired: Wired) -> list[Stop]:
    """Return why the sync may not write; the first pass of all takes note of the mapping that it runs with."""
    store, shape = wired.store, wired.shape
    look_around(wired)
    if runs.fingerprint(store, shape.name) is None and _met_all(wired):
        runs.set_fingerprint(store, shape.name, mapping=shape.fingerprint)
    note_accounts(wired)
    return asks(wired)


def look_around(wired: Wired) -> None:
    """A sync that has never run looks at what others had put aside before there was this one; it may be its own."""
    if runs.fingerprint(wired.store, wired.shape.name) is None:
        for system, kind in wired.scopes:
            inbox.wake_strangers(wired.store, system, kind=kind)


def _met_all(wired: Wired) -> bool:
    """A system that was never met has no mapping at work yet; meeting it is no change of the mapping."""
    return not set(wired.trouble) - {system for system, _ in wired.shape.channels}


def asks(wired: Wired) -> list[Stop]:
    """Return what asks for approval: the mapping has changed since the last pass, or a guard was set off."""
    store, shape = wired.store, wired.shape
    if runs.fingerprint(store, shape.name) not in (None, shape.fingerprint):
        text = f"the mapping of {shape.name} has changed since its last pass"
        return [Stop(MAPPING, text)]
    return [*account_stops(wired), *kept(store, shape.name)]


def approve(wired: Wired) -> None:
    """
    Take the mapping as it is now, and let the guards' last questions count as answered.

    What waits to be written in the words of another mapping is decided anew.
    """
    store, shape = wired.store, wired.shape
    outdated = waiting.outdated(store, shape.name, mapping=shape.fingerprint)
    if outdated:
        cases.mark_due(store, outdated)
    if runs.fingerprint(store, shape.name) != shape.fingerprint and _met_all(wired):
        runs.set_fingerprint(store, shape.name, mapping=shape.fingerprint)
    note_accounts(wired, approved=True)
    keep(store, shape.name, [])


def how_far(
    stops: list[Stop], *, approved: bool, stands: Callable[[Stop], bool] = lambda _: True
) -> Callable[[list[Stop]], list[Stop]]:
    """
    Return what makes of the guards that a pass sets off those that stop it: kept ones go on as long as their cause
    STANDS, approved ones pass.
    """
    if approved:
        return lambda _: []

    def guarding(fresh: list[Stop]) -> list[Stop]:
        anew = {stop.about for stop in fresh}
        return [*(stop for stop in stops if stop.about not in anew and stands(stop)), *fresh]

    return guarding


# --- heartbeat ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def heartbeat(wired: Wired, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncIterator[None]:
    """
    Show that the worker lives, and keep its lease, while the pass runs. A database that is busy or away is asked again
    with the next beat: if it stays away, what the pass itself stores will tell.
    """
    beating = asyncio.create_task(_beat(wired, sleep))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.wait([beating])  # awaiting it would take a Ctrl-C that comes just now for its end, and go on
        if not beating.cancelled():
            beating.result()


async def _beat(wired: Wired, sleep: Callable[[float], Awaitable[None]]) -> None:
    while True:
        await sleep(BEAT)
        with suppress(Busy, Unavailable):
            await asyncio.to_thread(workers.beat, wired.store, wired.worker)
            if wired.lease is not None:
                wired.lease = await asyncio.to_thread(leases.renew, wired.store, wired.lease, seconds=LEASE)
