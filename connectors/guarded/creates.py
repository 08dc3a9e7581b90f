"""Creates that carry their marker, where one field of many may be what the system refuses."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mappings.exchange import Create, Receipt, Refused, Update, VendorRecord, View

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater
from .blame import fellows, values_of
from .port import GuardedPort
from .updates import FAILURES, push_guarded


@dataclass(frozen=True, slots=True)
class Made:
    """A record that was made. LEFT_OUT are the places that were not sent, because the system refused the whole."""

    record: VendorRecord
    left_out: tuple[str, ...] = ()


class CreatePort(GuardedPort, Protocol):
    """What creates need beside updates."""

    def needed(self, kind: str) -> frozenset[str]:
        """Return the places without which no record can be made."""
        ...

    async def create(self, write: Create, views: Mapping[str, View]) -> VendorRecord:
        """Send one create with its marker and return the record of its own answer. Raises any of our errors."""
        ...


async def push_creates(port: CreatePort, creates: Sequence[Create]) -> list[Receipt]:
    """Carry out *creates*, each sent until one sending is not refused, and return their receipts in order."""
    return await _Batch(port).run(creates)


class _Batch:
    def __init__(self, port: CreatePort) -> None:
        self._port = port
        self._slots = asyncio.Semaphore(port.concurrency)
        self._failures = 0
        self._stopped = ""

    async def run(self, creates: Sequence[Create]) -> list[Receipt]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._one(create)) for create in creates]
        return [task.result() for task in tasks]

    async def _one(self, create: Create) -> Receipt:
        async with self._slots:
            if self._stopped:
                return Receipt(create.key, "unsent", reason=self._stopped)
            began = self._port.clock()
            try:
                made = await self._make(create)
            except Rejected as error:
                words = error.reason or str(error)
                refused = Refused(error.place, words, error.allowed)
                return Receipt(create.key, "refused", refused=(refused,), reason=words)
            except Gone as error:  # where it was to be made is no more: no other sending would find it
                return Receipt(create.key, "refused", reason=str(error))
            except ConnectorError as error:
                return self._failed(create, error)
            self._failures = 0
        receipt = Receipt(create.key, "done", id=made.record.id, record=made.record, proved=True, began=began)
        return await self._complete(create, receipt, left_out=made.left_out) if made.left_out else receipt

    def _failed(self, create: Create, error: ConnectorError) -> Receipt:
        self._failures += 1
        if isinstance(error, AuthFailed) or self._failures >= FAILURES:
            self._stopped = str(error)
        sent = isinstance(error, RetryLater) and error.sent
        return Receipt(create.key, "unclear" if sent else "unsent", reason=str(error))

    async def _make(self, create: Create) -> Made:
        """Send all; where that is refused without a name, send it without one half, without the other, bare."""
        views = {change.place: change.view for change in create.changes}
        left_out: tuple[str, ...] = ()
        while True:
            try:
                return Made(await self._port.create(create, views), left_out)
            except Rejected as error:
                if error.whole:
                    raise
                needed = self._port.needed(create.kind)
                if error.place is None or error.place not in views or error.place in needed:
                    return await self._make_less(create, views, left_out=left_out)
                without = [one for one in fellows(create.changes, error.place) if one in views and one not in needed]
                left_out = (*left_out, *without)
                views = {place: view for place, view in views.items() if place not in without}

    async def _make_less(self, create: Create, views: Mapping[str, View], *, left_out: tuple[str, ...]) -> Made:
        needed = self._port.needed(create.kind)
        spare = values_of(create.changes, [place for place in views if place not in needed])
        middle = (len(spare) + 1) // 2
        last: Rejected | None = None
        tries = [spare] if len(spare) < 2 else [spare[middle:], spare[:middle], spare]
        for without in ([place for value in each for place in value] for each in tries):
            less = {place: view for place, view in views.items() if place not in without}
            try:
                return Made(await self._port.create(create, less), (*left_out, *without))
            except Rejected as error:
                last = error
        if last is None:
            raise RuntimeError("a create was neither sent nor refused")
        raise last

    async def _complete(self, create: Create, receipt: Receipt, *, left_out: tuple[str, ...]) -> Receipt:
        """Write what the create had to leave out as an update, which tells the culprit from the rest."""
        record = receipt.record
        if record is None or receipt.id is None:
            return receipt
        wanted = {change.place: change for change in create.changes}
        changes = tuple(replace(wanted[place], expected=record.views.get(place)) for place in left_out)
        update = Update(create.key, create.system, create.kind, receipt.id, changes, record.version)
        try:
            rest = (await push_guarded(self._port, [update]))[0]
        except (AuthFailed, RetryLater) as error:
            refused = tuple(Refused(place, f"left out of the create: {error}") for place in left_out)
            return replace(receipt, refused=refused)
        if rest.state in ("done", "refused") and rest.record is not None:
            untouched = rest.state == "refused"
            return replace(
                receipt,
                record=record if untouched else rest.record,
                proved=untouched,
                began=receipt.began if untouched else rest.began,
                refused=rest.refused,
                window=rest.window,
                log=rest.log,
            )
        refused = tuple(Refused(place, f"left out of the create: {rest.reason}") for place in left_out)
        return replace(receipt, refused=refused)
