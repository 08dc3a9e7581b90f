"""
The fast path: what a webhook hinted at is read, decided and written at once; systems stay open between two looks.

It takes no lease, so it runs beside a scheduled pass: claims keep the two from deciding one case at a time. Systems
that send no webhooks are polled here at short intervals. What it misses, the schedules sweep up.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from connectors.errors import ConnectorError
from mappings.language import Problems
from mappings.language.model import Sync
from state import outbox, waiting
from state.errors import StateError
from state.waiting import Work

from .choices import load_choices
from .pausing import pauses
from .pulling import pull_scope
from .report import Report
from .running import How, run_recorded
from .sync import PassOptions
from .watching import Watch
from .wired import Wired
from .wiring import Installation, Maker, install, open_sync, urgent_connector
from .wiring.current import stamps_of

log = logging.getLogger(__name__)
BY = "wake"
"""Who runs such passes, in the list of runs."""
KEPT = 60.0
"""Seconds for which systems stay open; then who we are is proved anew, and people and choices are looked at again."""
RENEWED = KEPT / 2
"""Seconds after which a poll opens them anew, so that no look has to wait for that."""


@dataclass
class _Open:
    """A sync that stands open since SINCE."""

    wired: Wired
    since: float
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)


class FastPath:
    """
    Looks at the inbox of one hub whenever it is asked to. All of it belongs to one event loop; one look at a time.

    The mapping is the one that the files said when the installation was opened: see `FreshPath`. What is wrong with one
    sync is told in the log and stops no other. CLOCK gives seconds that only go on.
    """

    def __init__(
        self, installation: Installation, make: Maker = urgent_connector, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._installation = installation
        self._make = make
        self._clock = clock
        self._open: dict[str, _Open] = {}
        self._left: dict[str, tuple[Work, ...]] = {}
        self._watched = Watch(installation.store, clock)
        self._one = asyncio.Lock()
        self.closing = False
        """True: nothing new is begun."""

    async def look(self) -> list[Report]:
        """Run a pass of every sync for which something waits; no system is asked anything where nothing does."""
        async with self._one:
            return await self._minded(self._look(anew=True))

    async def watch(self) -> list[Report]:
        """
        Look, if a webhook has come in since the last time; to be asked again and again, since it costs next to nothing.

        Who is woken for it may be woken late, and several servers would all ask for the same record: one of them
        watches, the others are woken. A database that does not answer is told in the log.
        """
        try:
            came = await asyncio.to_thread(self._watched.news)
        except StateError as error:
            log.warning("webhooks cannot be watched for: %s", error)
            return []
        return await self.look() if came and not self.closing else []

    async def poll(self) -> list[Report]:
        """Ask the systems that send no webhooks what is new, and work on it; no run is recorded where nothing is."""
        for name in tuple(self._open):
            await self._renew(name)
        async with self._one:
            return await self._minded(self._asked())

    async def close(self) -> None:
        """Wait for the look at work, then close what stands open."""
        self.closing = True
        async with self._one:
            for name in tuple(self._open):
                await self._shut(name)
            await asyncio.to_thread(self._watched.end)

    # --- inside ---

    async def _minded(self, work: Awaitable[list[Report]]) -> list[Report]:
        """Do *work*; a database that is away for a while is told in the log, and ends nobody who looks again."""
        try:
            return await work
        except StateError as error:
            log.warning("nothing was looked at: %s", error)
            return []

    async def _asked(self) -> list[Report]:
        held = await asyncio.to_thread(pauses, self._installation.store)
        for name in self._installation.hub.syncs:
            if not self.closing and name not in held:
                await self._guarded(name, self._ask(name))
        return await self._look(anew=False)

    async def _look(self, *, anew: bool) -> list[Report]:
        """ANEW: also where all that waits was left waiting by the last look (a guard stopped it, a system is away)."""
        reports: list[Report] = []
        held = await asyncio.to_thread(pauses, self._installation.store)
        for name, sync in self._installation.hub.syncs.items():
            waits = () if name in held else await asyncio.to_thread(self._waiting, name, sync)
            if waits and not self.closing and (anew or waits != self._left.get(name)):
                await self._guarded(name, self._pass(name, reports))
                self._left[name] = await asyncio.to_thread(self._waiting, name, sync)
        return reports

    async def _guarded(self, name: str, work: Awaitable[None]) -> None:
        """Do *work* for one sync; what is known to go wrong is told, and the others go on."""
        try:
            await work
        except (Problems, ConnectorError, StateError) as error:
            log.warning("%s: %s", name, error)
            await self._shut(name)

    def _waiting(self, name: str, sync: Sync) -> tuple[Work, ...]:
        """
        Return where there is something to do without reading what is new: records that were hinted at, and what a run
        that was killed has left: undecided, or sent and nobody knows with what end.
        """
        store = self._installation.store
        doubtful = [("sent", *one) for one in outbox.count_doubtful(store, name) if one[0] in sync.systems]
        return (*waiting.open_work(store, name, list(sync.systems)), *doubtful)

    async def _pass(self, name: str, reports: list[Report]) -> None:
        wired = await self._at(name)
        wired.worker = self._installation.store.worker()  # the one of the last look has retired
        wired.people.asked.clear()  # each pass asks by itself who is left
        # Somebody may have said meanwhile what is not to be made or linked.
        wired.choices.update(load_choices(wired.store, name, wired.scopes))
        wired.reworded = False
        report = await run_recorded(wired, PassOptions(hinted=True), How(by=BY))
        reports.append(report)
        wired.counted = {system: one.requests for system, one in wired.connectors.items()}
        if report.trouble:
            await self._shut(name)

    async def _ask(self, name: str) -> None:
        """Read what is new in the systems of a sync that cannot tell by themselves."""
        wired = await self._at(name)
        report = Report(name)
        for scope in wired.scopes:
            system = scope[0]
            if system in wired.trouble or system in report.trouble or wired.connectors[system].abilities.webhooks:
                continue
            try:
                await pull_scope(wired, scope, report)
            except ConnectorError as error:
                report.trouble[system] = str(error)
                log.warning("%s: %s", name, error)
        if report.trouble:
            await self._shut(name)

    async def _at(self, name: str) -> Wired:
        """Return the sync *name*, open."""
        known = self._open.get(name)
        if known is not None and self._clock() - known.since < KEPT:
            return known.wired
        await self._shut(name)
        stack = AsyncExitStack()
        wired = await stack.enter_async_context(open_sync(self._installation, name, self._make))
        self._open[name] = _Open(wired, self._clock(), stack)
        return wired

    async def _renew(self, name: str) -> None:
        """Open a sync anew before its time is over, beside the looks: else one of them would have to wait for that."""
        known = self._open.get(name)
        if known is None or self._clock() - known.since < RENEWED:
            return
        stack = AsyncExitStack()
        try:
            wired = await stack.enter_async_context(open_sync(self._installation, name, self._make))
        except (Problems, ConnectorError, StateError):
            return  # the next look opens it, and tells
        if wired.trouble:
            await stack.aclose()
            return
        async with self._one:
            before = self._open.pop(name, None)
            if not self.closing:
                self._open[name], stack = _Open(wired, self._clock(), stack), AsyncExitStack()
        for done in (stack, before.stack if before else None):
            if done is not None:
                await done.aclose()

    async def _shut(self, name: str) -> None:
        known = self._open.pop(name, None)
        if known is not None:
            await known.stack.aclose()


class FreshPath:
    """
    The fast path of the hub in FOLDER, which follows its files: they may be changed while it works.

    Files that are wrong are told in the log, and it goes on with what they said before. Raises `Problems` only where
    they were wrong from the start.
    """

    def __init__(
        self, folder: Path, opened: Callable[[Path], Installation] = install, make: Maker = urgent_connector
    ) -> None:
        self._folder = folder
        self._opened = opened
        self._make = make
        self._stamp: object = None
        self._installation: Installation | None = None
        self._fast: FastPath | None = None
        self._one = asyncio.Lock()

    async def look(self) -> list[Report]:
        """As `FastPath.look`."""
        return await (await self._now()).look()

    async def watch(self) -> list[Report]:
        """As `FastPath.watch`."""
        return await (await self._now()).watch()

    async def poll(self) -> list[Report]:
        """As `FastPath.poll`."""
        return await (await self._now()).poll()

    async def close(self) -> None:
        """Wait for the look at work, then close everything."""
        async with self._one:
            await self._end()

    async def _now(self) -> FastPath:
        async with self._one:
            stamp = await asyncio.to_thread(stamps_of, self._folder)
            if self._fast is None or stamp != self._stamp:
                await self._anew()
                self._stamp = stamp
            if self._fast is None:
                raise RuntimeError("the fast path has not been opened")
            return self._fast

    async def _anew(self) -> None:
        try:
            installation = await asyncio.to_thread(self._opened, self._folder)
        except Problems as problems:
            if self._fast is None:
                raise
            log.warning("the hub's files are wrong, so the mappings of before go on: %s", problems)
            return
        await self._end()
        self._installation, self._fast = installation, FastPath(installation, self._make)

    async def _end(self) -> None:
        fast, self._fast = self._fast, None
        installation, self._installation = self._installation, None
        if fast is not None:
            await fast.close()
        if installation is not None:
            installation.store.close()
