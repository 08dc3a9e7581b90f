"""
Updates of opportunities: each request names the version it was planned on, so that Tryton refuses it if that moved.

A write goes in rounds of steps. Fields are one step; each state is one more, as states are reached by buttons only. All
records of a batch are read before, each sends its step, and all are read again in one request. What is refused is
left out by name, or halved where Tryton gives no name; nothing of a refused request was carried out.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mappings.exchange import Found, Receipt, Update, VendorRecord, View

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from ..guarded.port import Job
from .records import BUTTONS, CLOSED, FOR_GOOD, STATE, steps_from

FAILURES = 3
"""So many requests in a row without an answer end a batch: the rest is not sent."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look-up found, and whether our own account was the last to write it."""

    found: Found
    ours: bool = False


class Port(Protocol):
    """What the procedures ask of the connector."""

    def clock(self) -> datetime: ...

    async def look(self, ids: Sequence[str]) -> list[Look]:
        """Look records up, in batches, in their order. Raises AuthFailed, RetryLater."""
        ...

    async def write(self, record: VendorRecord, views: Mapping[str, View]) -> None:
        """Write fields of *record* if it still has its version. Raises any of our errors."""
        ...

    async def press(self, record: VendorRecord, button: str) -> None:
        """Press a button on *record* if it still has its version. Raises any of our errors."""
        ...


@dataclass
class Walk:
    """One record on its way through its steps."""

    job: Job
    steps: deque[dict[str, View]] = field(default_factory=deque)
    sent: dict[str, View] = field(default_factory=dict)

    def plan(self) -> None:
        """Order the steps: out of a closed state first, else fields first, as closing makes them read-only."""
        path = self.job.steps.pop(STATE, [])
        states = [{STATE: view} for view in path]
        fields = {place: views[0] for place, views in self.job.steps.items()}
        here = self.job.record.views.get(STATE) if self.job.record else None
        first = 1 if here in CLOSED else 0
        self.steps = deque([*states[:first], *([fields] if fields else []), *states[first:]])

    def end_path(self) -> None:
        """Take no further state."""
        self.steps = deque(step for step in self.steps if STATE not in step)


async def push_updates(port: Port, updates: Sequence[Update]) -> list[Receipt]:
    """
    Carry out *updates* and return their receipts in order.

    Raises AuthFailed and RetryLater only from the first list, when nothing has been sent.
    """
    return await _Batch(port, updates).run()


class _Batch:
    def __init__(self, port: Port, updates: Sequence[Update]) -> None:
        self._port = port
        self._walks = [Walk(Job(update)) for update in updates]
        self._failures = 0
        self._stopped = ""

    async def run(self) -> list[Receipt]:
        self._leave_out_twins()
        await self._compare()
        while going := [walk for walk in self._walks if walk.steps and walk.job.fate is None]:
            await _each(going, self._send_one_step)
            await self._read_back([walk for walk in going if walk.sent or walk.job.stale])
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
        began = self._port.clock()
        for walk, look in zip(walks, await self._looks(walks), strict=True):
            walk.job.began = began
            walk.job.compare(look.found)
            if walk.job.fate is None:
                walk.plan()

    async def _looks(self, walks: Sequence[Walk]) -> list[Look]:
        return await self._port.look([walk.job.update.id for walk in walks]) if walks else []

    # --- sending --------------------------------------------------------------------------------------------------

    async def _send_one_step(self, walk: Walk) -> None:
        """Send the next step that is not refused."""
        walk.sent = {}
        while walk.steps and not walk.sent and not walk.job.stale and walk.job.fate is None:
            if self._stopped:
                walk.job.settle("unclear" if walk.job.written else "unsent", self._stopped)
                return
            step = walk.steps.popleft()
            try:
                if not await self._send(walk, step):
                    continue
            except Rejected as error:
                self._failures = 0
                _leave_out(walk, step, error=error)
            except ConnectorError as error:
                self._fail(walk.job, error)
            else:
                self._failures = 0
                walk.sent = step
                walk.job.written |= step

    async def _send(self, walk: Walk, step: Mapping[str, View]) -> bool:
        """Send one step; False where there was nothing to send."""
        record = walk.job.record
        if record is None:
            return False
        if STATE not in step:
            await self._port.write(record, step)
            return True
        button = button_for(record, step[STATE], confirm=walk.job.update.confirm)
        if button is None:
            return False
        await self._port.press(record, button)
        return True

    def _fail(self, job: Job, error: ConnectorError) -> None:
        """Settle *job* by what *error* of its write means; what says that nobody would get through stops the batch."""
        match error:
            case Gone():
                job.settle("gone", str(error))
            case Stale():
                job.stale = True
                job.reason = str(error)
                return
            case RetryLater(sent=True):
                self._failures += 1
                job.settle("unclear", str(error))
            case _:
                self._failures += 1
                job.settle("unclear" if job.written else "unsent", str(error))
        if isinstance(error, AuthFailed) or self._failures >= FAILURES:
            self._stopped = str(error)

    # --- reading back ---------------------------------------------------------------------------------------------

    async def _read_back(self, walks: Sequence[Walk]) -> None:
        began = self._port.clock()
        try:
            looks = await self._looks(walks)
        except (AuthFailed, RetryLater) as error:
            for walk in walks:
                walk.job.settle("unclear", f"written, not read back: {error}")
            return
        for walk, look in zip(walks, looks, strict=True):
            job = walk.job
            job.began = began
            if look.found.record is None:
                job.miss(look.found)
                continue
            # The version that our write made is not told. But who wrote last is: if it is our account, then nothing of
            # anybody else came after our write, and the record shows what Tryton made of it.
            job.record, job.proved = look.found.record, look.ours and not job.stale
            if job.stale:
                job.settle("done" if job.written else "moved", job.reason)


def button_for(record: VendorRecord, target: View, *, confirm: Sequence[str]) -> str | None:
    """
    Return the button that leads from where *record* stands to *target*; None where it stands there already.

    Raises Rejected where no button does, or where the step makes a sale and nobody has allowed that.
    """
    here = record.views.get(STATE)
    if here == target:
        return None
    button = BUTTONS.get((str(here), str(target)))
    allowed = steps_from(here)
    if button is None:
        text = f"no button leads from {here} to {target}"
        if target == "won":
            text = "an opportunity is won when its sale is confirmed in Tryton; no button does that"
        raise Rejected(text, system=record.system, place=STATE, reason=text, allowed=allowed)
    if button == FOR_GOOD and FOR_GOOD not in confirm:
        text = "converting makes a sale and cannot be taken back; the mapping has to say confirm: [convert]"
        raise Rejected(text, system=record.system, place=STATE, reason=text, allowed=allowed)
    return button


def _leave_out(walk: Walk, step: dict[str, View], *, error: Rejected) -> None:
    """Refuse what *error* names and keep the rest of *step*; where it names nothing, halve."""
    if STATE in step:
        here = walk.job.record.views.get(STATE) if walk.job.record else None
        walk.job.refuse(STATE, error.reason or str(error), error.allowed or steps_from(here))
        walk.end_path()
    else:
        walk.steps.extendleft(reversed(walk.job.leave_out(step, error)))


async def _each(walks: Sequence[Walk], work: Callable[[Walk], Coroutine[None, None, None]]) -> None:
    """Let all *walks* take a step side by side; the way to the system bounds how many requests are under way."""
    async with asyncio.TaskGroup() as group:
        for walk in walks:
            group.create_task(work(walk))
