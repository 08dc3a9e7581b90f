"""One measured pass of a hub that is opened for it, as `casehub sync` opens it."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from connectors.base import Connector
from flows.hub.planning import make_plan
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wiring import Installation, open_sync
from tests.hub_builders import at_once

from .meter import Metered, Transport, forget_peak, peak_mb, resident_mb

Making = Callable[[Installation, str], Connector]


@dataclass(frozen=True)
class Cost:
    """
    What one pass took. CPU is of this process; SENDING_CPU is the part of HUB_CPU in which it writes: takes, sends,
    judges and settles. RSS_BEFORE and PEAK are resident MB.
    """

    requests: dict[str, int]
    overhead: dict[str, int]
    writing: dict[str, int]
    read: dict[str, int]
    created: dict[str, int]
    updated: dict[str, int]
    parked: int
    decided: int
    statements: int
    seconds: float
    hub_cpu: float
    sending_cpu: float
    transport_cpu: float
    told_hub_cpu: float
    rss_before: float
    peak: float


@dataclass
class Phases:
    """The hub's own CPU of each phase of a pass, told by the steps that a pass says it is at."""

    transport: Transport
    spent: Counter[str] = field(default_factory=Counter)
    at: str = ""
    began: float = 0.0

    def step(self, name: str) -> None:
        now = self._own()
        if self.at:
            self.spent[self.at] += now - self.began
        self.at, self.began = name, now

    def _own(self) -> float:
        return time.process_time() - self.transport.seconds


def measured(installation: Installation, make: Making, *, full: bool = False, threads: bool = True) -> Cost:
    """
    Run one approved pass and return its cost. Without THREADS all of it is done in this one, as a profile needs it.

    Raises RuntimeError where a system was left out of the pass.
    """
    transport = Transport()

    async def run() -> Cost:
        asyncio.get_running_loop().set_task_factory(cast("Any", transport.factory))
        async with open_sync(installation, None, _metered(make, transport)) as wired:
            forget_peak()
            before, wall = resident_mb(), time.perf_counter()
            phases, inside = Phases(transport), transport.seconds
            phases.step("opening")
            report = await run_recorded(wired, PassOptions(full=full), How(approved=True), step=phases.step)
            phases.step("")
            seconds, within = time.perf_counter() - wall, transport.seconds - inside
            return _cost(report, seconds, spent=phases.spent, transport=within, before=before)

    return asyncio.run(run()) if threads else at_once(run())


@dataclass(frozen=True)
class Planned:
    """What a plan took: decode, read, reconcile, plan, SQL; nothing was written to a system."""

    cases: int
    statements: int
    seconds: float
    hub_cpu: float
    transport_cpu: float


def planned(installation: Installation, make: Making) -> Planned:
    """Make a plan of what is new in the systems and return its cost. Its pages are stored, its decisions are not."""
    transport = Transport()

    async def run() -> Planned:
        asyncio.get_running_loop().set_task_factory(cast("Any", transport.factory))
        async with open_sync(installation, None, _metered(make, transport)) as wired:
            wall, cpu, statements = time.perf_counter(), time.process_time(), wired.store.statements
            inside = transport.seconds
            plan = await make_plan(wired)
            used, within = time.process_time() - cpu, transport.seconds - inside
            counted = wired.store.statements - statements
            return Planned(len(plan.rulings), counted, time.perf_counter() - wall, used - within, within)

    return asyncio.run(run())


def _metered(make: Making, transport: Transport) -> Making:
    return lambda at, name: cast("Connector", Metered(make(at, name), transport))


def _cost(report: Report, seconds: float, *, spent: Mapping[str, float], transport: float, before: float) -> Cost:
    if report.trouble or report.stops:
        raise RuntimeError(f"the pass did not run whole: {report.trouble} {report.stops}")
    return Cost(
        requests=dict(report.requests),
        overhead=dict(report.overhead),
        writing=dict(report.writing),
        read=dict(report.read),
        created=dict(report.created),
        updated=dict(report.updated),
        parked=report.parked,
        decided=report.decided,
        statements=report.statements,
        seconds=seconds,
        hub_cpu=sum(spent.values()),
        sending_cpu=spent.get("writing", 0.0),
        transport_cpu=transport,
        told_hub_cpu=report.hub_cpu,
        rss_before=before,
        peak=peak_mb(),
    )
