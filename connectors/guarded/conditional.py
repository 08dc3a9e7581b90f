"""Updates where the system itself refuses a stale one, exactly, and answers with the record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mappings.exchange import Found, Receipt, Update, VendorRecord, View

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from .port import Inspection, Job, Reads, looked


class ConditionalPort(Protocol):
    """What the procedure asks of a connector."""

    @property
    def paths(self) -> frozenset[str]: ...

    def clock(self) -> datetime: ...

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]: ...

    async def write_if(self, record: VendorRecord, views: Mapping[str, View]) -> VendorRecord:
        """Update *record* if it still has its version, and return it as it is then. Raises any of our errors."""
        ...

    def shown(self, place: str, view: View) -> View: ...

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection: ...


async def push_conditional(port: ConditionalPort, updates: Sequence[Update]) -> list[Receipt]:
    """
    Carry out *updates* one after another and return their receipts in order.

    One list says where the records stand; a record that moved after it is refused by its system. Raises AuthFailed and
    RetryLater only from that list, when nothing has been sent.
    """
    jobs = [Job(update) for update in updates]
    began = port.clock()
    for kind in dict.fromkeys(update.kind for update in updates):
        mine = [job for job in jobs if job.update.kind == kind]
        found = await looked(port.read(kind, [job.update.id for job in mine]))
        for job, each in zip(mine, found, strict=True):
            job.began = began
            job.compare(each)
    stopped = ""
    for job in jobs:
        if stopped and job.fate is None:
            job.settle("unsent", stopped)
        try:
            await _Walk(port, job).run()
        except AuthFailed as error:
            stopped = str(error)
            job.settle("unclear" if job.written else "unsent", stopped)
    return [job.receipt() for job in jobs]


async def read_back(reads: Reads, record: VendorRecord) -> VendorRecord:
    """
    Return *record* as it is after a write that was answered.

    Raises Gone; RetryLater, as of what was sent, where it cannot be looked at: written it is all the same.
    """
    try:
        (found,) = await looked(reads.read(record.kind, [record.id]))
    except (AuthFailed, RetryLater) as error:
        raise RetryLater(f"written, not read back: {error}", system=record.system, sent=True) from error
    if found.record is not None:
        return found.record
    if found.state == "gone":
        raise Gone(f"{record.kind} {record.id!r} went while it was written", system=record.system)
    raise RetryLater(f"written, not read back: {found.reason}", system=record.system, sent=True)


class _Walk:
    """One record through all its steps, from version to version."""

    def __init__(self, port: ConditionalPort, job: Job) -> None:
        self._port = port
        self._job = job

    async def run(self) -> None:
        job = self._job
        while job.fate is None and job.steps:
            views = {place: path[0] for place, path in job.steps.items()}
            await self._send(views)
            for place, view in views.items():
                await self._advance(place, view=view)

    async def _advance(self, place: str, *, view: View) -> None:
        job = self._job
        if place not in job.steps or job.record is None:
            return
        path = job.steps.pop(place)[1:]
        if job.record.views.get(place) == self._port.shown(place, view):
            if path:
                job.steps[place] = path
        elif place in self._port.paths and place in job.written:
            look = await self._look(job.record)
            job.refuse(place, "the system kept what it had: no such step in its workflow", look.allowed.get(place, ()))

    async def _look(self, record: VendorRecord) -> Inspection:
        try:
            return await self._port.inspect(record, None)
        except ConnectorError as error:
            self._job.reason = f"the workflow could not be read: {error}"
            return Inspection()

    async def _send(self, views: Mapping[str, View]) -> None:
        job = self._job
        if job.fate is not None or not views or job.record is None:
            return
        began = self._port.clock()
        try:
            record = await self._port.write_if(job.record, views)
        except Rejected as error:
            for rest in job.leave_out(views, error):
                await self._send(rest)
        except Stale as error:
            await self._moved(str(error))
        except Gone as error:
            job.other = error.other
            job.settle("gone", str(error))
        except RetryLater as error:
            job.settle("unclear" if error.sent or job.written else "unsent", str(error))
        else:
            job.record, job.began, job.proved = record, began, True
            job.written |= views

    async def _moved(self, words: str) -> None:
        job = self._job
        began = self._port.clock()
        try:
            found = (await looked(self._port.read(job.update.kind, [job.update.id])))[0]
        except RetryLater as error:
            job.settle("unclear" if job.written else "unsent", str(error))
            return
        if found.record is None:
            job.miss(found)
            return
        job.record, job.began, job.proved = found.record, began, False
        job.settle("done" if job.written else "moved", words)
