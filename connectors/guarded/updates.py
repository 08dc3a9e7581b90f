"""
Updates where a system has no exact condition: read, compare, write, read back.

A list of up to a hundred before, one of all after; what moved between the hub's last look and the first list is left
alone. An edit that falls between that list and our request can still be overwritten: the window is measured and told in
every receipt, and the change log is looked at where there is one and something speaks for such an edit.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from mappings.exchange import Found, Receipt, Update, View

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from .port import MOST_STEPS, ClosePort, GuardedPort, Inspection, Job, looked

SLICE = 100
"""So many records are compared and written together: as many as a list shows at once, so that a change costs one
request and three in a hundred more (list, compare, read back). The window of the last is told in its receipt."""
FAILURES = 3
"""So many requests in a row without an answer end a batch: the rest is not sent."""


async def push_guarded(port: GuardedPort, updates: Sequence[Update]) -> list[Receipt]:
    """
    Carry out *updates* and return their receipts in order.

    Raises AuthFailed and RetryLater only from the first list, when nothing has been sent.
    """
    return await _Batch(port, updates).run()


class _Batch:
    def __init__(self, port: GuardedPort, updates: Sequence[Update]) -> None:
        self._port = port
        self._jobs = [Job(update) for update in updates]
        self._slots = asyncio.Semaphore(port.concurrency)
        self._failures = 0
        self._stopped = ""

    async def run(self) -> list[Receipt]:
        self._leave_out_twins()
        begun = await self._begin([job for job in self._jobs if not job.fate])
        await self._read_back([job for job in begun if job.round or job.stale])
        for _ in range(1, MOST_STEPS):
            writing = [job for job in self._jobs if not job.fate and job.steps]
            if not writing:
                break
            await self._all(writing, self._write_round)
            await self._read_back([job for job in writing if job.round or job.stale])
        await self._all([job for job in self._jobs if self._wants_a_look(job)], self._look)
        for job in self._jobs:
            self._computed(job)
        return [job.receipt() for job in self._jobs]

    def _leave_out_twins(self) -> None:
        """Two updates of one record in a batch: the second was not planned on what the first leaves."""
        met: set[tuple[str, str]] = set()
        for job in self._jobs:
            address = (job.update.kind, job.update.id)
            if address in met:
                job.settle("unsent", "another write of the same record stands before it")
            met.add(address)

    async def _begin(self, jobs: Sequence[Job]) -> list[Job]:
        """
        Compare and write, a slice after the other, so that the last of many does not wait for all that come before it.

        Only the first list may fail the whole batch; after a later one the rest is not sent.
        """
        begun: list[Job] = []
        for first in range(0, len(jobs), SLICE):
            part = jobs[first : first + SLICE]
            try:
                await self._compare(part)
            except (AuthFailed, RetryLater) as error:
                if not first:
                    raise
                for job in jobs[first:]:
                    job.settle("unsent", str(error))
                break
            writing = [job for job in part if not job.fate and job.steps]
            await self._all(writing, self._write_round)
            begun += writing
        return begun

    async def _compare(self, jobs: Sequence[Job]) -> None:
        compared, began = self._port.monotonic(), self._port.clock()
        for job, found in await self._found(jobs):
            job.compared, job.began = compared, began
            job.compare(found)

    async def _found(self, jobs: Sequence[Job]) -> list[tuple[Job, Found]]:
        pairs: list[tuple[Job, Found]] = []
        for kind in dict.fromkeys(job.update.kind for job in jobs):
            mine = [job for job in jobs if job.update.kind == kind]
            pairs += zip(mine, await looked(self._port.read(kind, [job.update.id for job in mine])), strict=True)
        return pairs

    async def _all(self, jobs: Sequence[Job], work: "_Work") -> None:
        async def one(job: Job) -> None:
            async with self._slots:
                await work(job)

        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(one(job))

    async def _write_round(self, job: Job) -> None:
        job.round = {}
        await self._send(job, {place: path[0] for place, path in job.steps.items()})

    async def _send(self, job: Job, views: Mapping[str, View]) -> None:
        """Write *views*; what is refused by name is left out, what is refused without a name is halved."""
        if job.fate or job.stale or not views or job.before is None:
            return
        if self._stopped:
            job.settle("unclear" if job.written else "unsent", self._stopped)
            return
        try:
            await self._port.write(job.before, views)
        except Rejected as error:
            self._failures = 0
            for rest in job.leave_out(views, error):
                await self._send(job, rest)
        except ConnectorError as error:
            self._fail(job, error)
        else:
            self._failures = 0
            job.window = max(job.window or 0.0, self._port.monotonic() - job.compared)
            job.round |= views
            job.written |= views

    def _fail(self, job: Job, error: ConnectorError) -> None:
        """Settle *job* by what *error* of its write means; what says that nobody would get through stops the batch."""
        match error:
            case Gone():
                job.other = error.other
                job.settle("gone", str(error))
            case Stale():
                job.stale = True
                job.reason = str(error)
            case RetryLater(sent=True):
                self._failures += 1
                job.settle("unclear", str(error))
            case _:
                self._failures += 1
                job.settle("unclear" if job.written else "unsent", str(error))
        if isinstance(error, AuthFailed) or self._failures >= FAILURES:
            self._stopped = str(error)

    async def _read_back(self, jobs: Sequence[Job]) -> None:
        compared, began = self._port.monotonic(), self._port.clock()
        try:
            pairs = await self._closely(jobs) or await self._found(jobs)
        except (AuthFailed, RetryLater) as error:
            for job in jobs:
                job.settle("unclear", f"written, not read back: {error}")
            return
        for job, found in pairs:
            job.compared, job.began = compared, began
            await self._judge(job, found)

    async def _closely(self, jobs: Sequence[Job]) -> list[tuple[Job, Found]]:
        """A write that is alone is read back with its change log, where that costs no more: it tells what was there."""
        if len(self._jobs) > 1 or not isinstance(self._port, ClosePort):
            return []
        pairs: list[tuple[Job, Found]] = []
        for job in jobs:
            if job.before is not None:
                found, job.inspection = await looked(self._port.read_closely(job.before, job.before.stamp))
                pairs.append((job, found))
        return pairs

    async def _judge(self, job: Job, found: Found) -> None:
        """Compare what the read-back shows with what this round wrote; a step that did not arrive ends its path."""
        if job.fate is not None:
            return
        if found.record is None:
            job.miss(found)
            return
        job.record = found.record
        if job.stale:
            job.settle("done" if job.written else "moved", job.reason)
            return
        for place, view in job.round.items():
            path = job.steps.pop(place, [])[1:]
            if self._arrived(job, place, view=view):
                if path:
                    job.steps[place] = path
            elif place in self._port.paths:
                if len(self._jobs) > 1 or not isinstance(self._port, ClosePort):
                    await self._look(job)
                self._no_way(job, place, view=view)

    def _arrived(self, job: Job, place: str, *, view: View) -> bool:
        record = job.record
        return record is not None and record.views.get(place) == self._port.shown(place, view)

    def _no_way(self, job: Job, place: str, *, view: View) -> None:
        """The step was dropped, unless the log says that it arrived and somebody moved on from there."""
        look = job.inspection or Inspection()
        shown = self._port.shown(place, view)
        if any(entry.ours and entry.place == place and entry.new == shown for entry in look.log):
            return
        job.refuse(place, "the system kept what it had: no such step in its workflow", look.allowed.get(place, ()))

    def _computed(self, job: Job) -> None:
        """Tell of what did not arrive because the system computes it."""
        computed = job.inspection.computed if job.inspection and job.fate is None else frozenset[str]()
        finals = {change.place: change.view for change in job.update.changes if change.place in job.written}
        for place in sorted(computed & finals.keys()):
            if not self._arrived(job, place, view=finals[place]):
                job.refuse(place, "the system computes it from the records below this one")

    def _wants_a_look(self, job: Job) -> bool:
        if job.fate is not None or job.inspection is not None:
            return False
        finals = {change.place: change.view for change in job.update.changes if change.place in job.written}
        moved = any(place in self._port.paths for place in finals) or _somebody_was_there(job)
        return moved or not all(self._arrived(job, place, view=view) for place, view in finals.items())

    async def _look(self, job: Job) -> None:
        """The change log explains a result; where it cannot be read the receipt goes without it."""
        job.inspection = Inspection()
        if job.record is None or job.before is None:
            return
        try:
            job.inspection = await self._port.inspect(job.record, job.before.stamp)
        except ConnectorError as error:
            job.reason = f"the change log could not be read: {error}"


def _somebody_was_there(job: Job) -> bool:
    """
    Say whether something beside our write has moved between compare and read-back: who saves a form then may have
    changed what we wrote over, too. It costs a look at the log where there is a sign of it, and nothing elsewhere.
    """
    if job.before is None or job.record is None:
        return False
    before = job.before.views
    others = {place: view for place, view in job.record.views.items() if place not in job.written}
    return any(place in before and before[place] != view for place, view in others.items())


class _Work(Protocol):
    async def __call__(self, job: Job, /) -> None: ...
