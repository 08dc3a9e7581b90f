"""
Updates, fifty in a request: read, compare, write. Each answer shows the whole record, so none is read back.

Bitrix24 has no condition: an edit that falls between the compare and our request can be overwritten unseen. The window
is measured and told in every receipt, and the history of stages is looked at where a stage was written or has moved.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mappings.exchange import Found, PastChange, Receipt, Update, VendorRecord, View

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater
from ..guarded import Inspection
from ..guarded.port import Job, looked
from .history import since_compare
from .records import STAGE
from .writer import Outcome, Sending


class Port(Protocol):
    """What the procedure asks of the connector."""

    def clock(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """Look records up, in batches. Raises AuthFailed, RetryLater."""
        ...

    async def send(self, sendings: Sequence[Sending]) -> list[Outcome]:
        """Send writes in batches; what becomes of each stands in its outcome."""
        ...

    async def steps(self, records: Sequence[VendorRecord]) -> list[tuple[PastChange, ...]]:
        """Return the last stages of each record. Raises any of our errors."""
        ...


@dataclass
class Walk:
    """One record on its way. PORTIONS are the views still to send, a request's worth each."""

    job: Job
    portions: deque[dict[str, View]] = field(default_factory=deque)

    def plan(self) -> None:
        """All places at once; where a path has several steps, a portion for each."""
        paths = self.job.steps
        longest = max((len(path) for path in paths.values()), default=0)
        rounds = range(longest)
        self.portions = deque({place: path[n] for place, path in paths.items() if n < len(path)} for n in rounds)

    def leave_out(self, portion: Mapping[str, View], error: Rejected) -> None:
        """Refuse what *error* blames of *portion* in all that is still to be sent, and send the rest of it first."""
        rests = self.job.leave_out(portion, error)
        left = ({p: view for p, view in each.items() if p in self.job.steps} for each in (*rests, *self.portions))
        self.portions = deque(each for each in left if each)


async def push_updates(port: Port, updates: Sequence[Update]) -> list[Receipt]:
    """
    Carry out *updates* and return their receipts in order.

    Raises AuthFailed and RetryLater only from the compare, when nothing has been sent.
    """
    return await _Batch(port, updates).run()


class _Batch:
    def __init__(self, port: Port, updates: Sequence[Update]) -> None:
        self._port = port
        self._walks = [Walk(Job(update)) for update in updates]
        self._stopped = ""

    async def run(self) -> list[Receipt]:
        self._leave_out_twins()
        await self._compare()
        while going := [walk for walk in self._walks if walk.portions and walk.job.fate is None]:
            await self._send(going)
        await self._look([walk.job for walk in self._walks if _wants_a_look(walk.job)])
        return [walk.job.receipt() for walk in self._walks]

    def _leave_out_twins(self) -> None:
        """Two updates of one record in a batch: the second was not planned on what the first leaves."""
        met: set[str] = set()
        for walk in self._walks:
            if walk.job.update.id in met:
                walk.job.settle("unsent", "another write of the same record stands before it")
            met.add(walk.job.update.id)

    async def _compare(self) -> None:
        walks = [walk for walk in self._walks if walk.job.fate is None]
        compared, began = self._port.monotonic(), self._port.clock()
        if not walks:
            return
        kind = walks[0].job.update.kind
        found = await looked(self._port.read(kind, [walk.job.update.id for walk in walks]))
        for walk, each in zip(walks, found, strict=True):
            walk.job.compared, walk.job.began = compared, began
            walk.job.compare(each)
            if walk.job.fate is None:
                walk.plan()

    async def _send(self, walks: Sequence[Walk]) -> None:
        """Send the next portion of each record."""
        if self._stopped:
            for walk in walks:
                walk.job.settle("unclear" if walk.job.written else "unsent", self._stopped)
            return
        portions = [walk.portions.popleft() for walk in walks]
        sendings = [Sending(portion, before=walk.job.record) for walk, portion in zip(walks, portions, strict=True)]
        outcomes = await self._port.send(sendings)
        for walk, portion, outcome in zip(walks, portions, outcomes, strict=True):
            self._take(walk, portion, outcome)

    def _take(self, walk: Walk, portion: dict[str, View], outcome: Outcome) -> None:
        job = walk.job
        if outcome.record is not None:
            job.record, job.began, job.proved = outcome.record, outcome.began, outcome.proved
            job.window = max(job.window or 0.0, outcome.ended - job.compared)
            job.written |= portion
        elif isinstance(outcome.error, Rejected):
            walk.leave_out(portion, outcome.error)
        elif outcome.error is not None:
            self._fail(job, outcome.error)

    def _fail(self, job: Job, error: ConnectorError) -> None:
        """Settle *job* by what *error* means; what says that nobody would get through stops the batch."""
        match error:
            case Gone():
                job.other = error.other
                job.settle("gone", str(error))
                return
            case RetryLater(sent=True):
                job.settle("unclear", str(error))
            case _:
                job.settle("unclear" if job.written else "unsent", str(error))
        if isinstance(error, AuthFailed | RetryLater):
            self._stopped = str(error)

    async def _look(self, jobs: Sequence[Job]) -> None:
        """The history of stages explains a result; where it cannot be read the receipts go without it."""
        pairs = [(job, job.record, job.before) for job in jobs]
        known = [(job, record, before) for job, record, before in pairs if record is not None and before is not None]
        if not known:
            return
        try:
            logs = await self._port.steps([record for _, record, _ in known])
        except ConnectorError as error:
            for job, _, _ in known:
                job.reason = f"the history of stages could not be read: {error}"
            return
        for (job, _, before), log in zip(known, logs, strict=True):
            written = job.written.get(STAGE)
            stage = None if written is None else str(written)
            job.inspection = Inspection(since_compare(log, before, written=stage))


def _wants_a_look(job: Job) -> bool:
    if job.fate is not None or not job.written or job.record is None or job.before is None:
        return False
    return STAGE in job.written or job.record.views.get(STAGE) != job.before.views.get(STAGE)
