"""The connector of memory systems."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from mappings.exchange import (
    Abilities,
    Account,
    Create,
    Cursor,
    Delete,
    Discovery,
    Found,
    Page,
    PastChange,
    Place,
    Receipt,
    SystemPerson,
    Transition,
    Update,
    Write,
)

from ..base import RequestCount, Search, Surroundings, SystemConnector
from ..errors import Rejected
from ..guarded import push_conditional, push_creates, push_deletes, push_guarded
from ..settings import SystemSettings
from .desk import MemoryDesk, start_of
from .system import HUB, MemoryRequest, MemorySystem, Row
from .traits import SECONDS, KindTraits, stamp_of


class MemorySettings(SystemSettings):
    """A system of the hub's own making, for trying things out: kept in a file, or only while the program runs."""

    path: str | None = Field(None, description="JSON file that keeps the records; made when it does not exist")


class MemoryConnector(SystemConnector):
    """A `MemorySystem` as the hub sees it; made with SYSTEM, or with the one that its settings' file holds."""

    type_name: ClassVar[str] = "memory"
    settings_model: ClassVar[type[SystemSettings]] = MemorySettings

    def __init__(
        self,
        name: str,
        settings: MemorySettings | None = None,
        around: Surroundings | None = None,
        *,
        system: MemorySystem | None = None,
    ) -> None:
        super().__init__(name, around)
        path = Path(settings.path) if settings and settings.path else None
        self.system = system or MemorySystem(self._around.clock)
        self._desk = MemoryDesk(name, self.system, around=self._around, path=path)

    @property
    def kinds(self) -> tuple[str, ...]:
        return self._desk.kinds

    @property
    def abilities(self) -> Abilities:
        traits = [self.system.traits(kind) for kind in self.kinds] or [KindTraits()]
        slowest = max(SECONDS[each.resolution] for each in traits)
        return Abilities(
            conditional_writes=all(each.conditional_writes for each in traits),
            write_batch=100,
            page_size=min(each.page_size for each in traits),
            change_feed=all(each.change_feed for each in traits),
            stamp_resolution=slowest,
            overlap=slowest,
            overlap_reason="stamps are cut to their resolution",
            index_lag=max(each.index_lag for each in traits),
            marker=all(each.marker for each in traits if not each.signed),
            change_log=frozenset(place for kind in self.kinds for place in self._desk.logged(kind)),
            write_returns_record=all(each.conditional_writes for each in traits),
        )

    def abilities_of(self, kind: str) -> Abilities:
        traits = self.system.traits(kind)
        return replace(self.abilities, marker=traits.marker, index_lag=traits.index_lag, deletes=traits.deletes)

    @property
    def requests(self) -> RequestCount:
        return self._desk.count

    async def identify(self) -> Account:
        self._desk.ask(MemoryRequest("identify"), overhead=True)
        return Account(HUB, HUB, server="memory")

    # --- reading --------------------------------------------------------------------------------------------------

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        """Pages in the order of ids, inside a window that begins at the cursor: nothing moves under the reader."""
        began = self._desk.clock()
        request = MemoryRequest("list", kind)
        self._desk.ask(request)
        traits = self.system.traits(kind)
        whole = full or cursor is None or cursor.full or not traits.change_feed
        place = json.loads(cursor.resume) if cursor and cursor.resume and not full else None
        rows = sorted(self.system.listed(kind), key=lambda row: int(row.id))
        start = None if whole or cursor is None else start_of(cursor.at, SECONDS[traits.resolution])
        rows = [row for row in rows if start is None or row.changed >= start]
        newest = place["at"] if place else _newest(rows, traits) or (cursor.at if cursor else None)
        left = [row for row in rows if place is None or int(row.id) > int(place["after"])]
        shown, rest = left[: traits.page_size], left[traits.page_size :]
        if rest:
            resume = json.dumps({"after": shown[-1].id, "at": newest})
            after = Cursor(cursor.at if cursor else None, cursor.ids if cursor else (), resume, whole)
        else:
            at = newest if traits.change_feed else None
            after = Cursor(at, tuple(row.id for row in shown if at and stamp_of(row.changed, traits.resolution) == at))
        self._desk.answered(request)
        records = tuple(self._desk.record(kind, row) for row in shown)
        return Page(self.name, kind, records, began, cursor=after, more=bool(rest), total=len(rows))

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self._desk.read(kind, ids)

    async def find(self, kind: str, marker: str) -> Search:
        traits = self.system.traits(kind)
        if not traits.marker:
            raise Rejected(f"{kind} records cannot be searched by marker", system=self.name, whole=True)
        began = self._desk.clock()
        request = MemoryRequest("find", kind)
        self._desk.ask(request)
        place = self._desk.marker_place(kind)
        rows = list(self.system.listed(kind))
        ids = tuple(row.id for row in rows if row.views.get(place) == marker)
        self._desk.answered(request)
        return Search(ids, _newest(rows, traits), began, current=not traits.index_lag)

    async def find_sent(self, create: Create, since: datetime) -> Search:
        traits = self.system.traits(create.kind)
        if traits.marker or not traits.signed:
            return await self.find(create.kind, create.marker)
        began = self._desk.clock()
        request = MemoryRequest("find", create.kind)
        self._desk.ask(request)
        ids = self._desk.sent(create, since)
        self._desk.answered(request)
        return Search(ids, None, began, current=not traits.index_lag)

    async def fetch(self, kind: str, record_id: str) -> AsyncIterator[bytes]:
        self._desk.ask(MemoryRequest("get", kind, (record_id,)))
        if not self.system.traits(kind).holds:
            raise Rejected(f"{kind} {record_id} has no content", system=self.name, whole=True)
        content = str(self.system.row(kind, record_id).views.get("content") or "")
        yield self.system.contents[content.removeprefix("sha256:")]

    async def discover(self, kind: str) -> Discovery:
        request = MemoryRequest("discover", kind)
        self._desk.ask(request, overhead=True)
        traits = self.system.traits(kind)
        declared = {place.name for place in traits.places}
        met = {place: view for row in self.system.listed(kind) for place, view in row.views.items()}
        places = (*traits.places, *(Place(n, n, "text", example=v) for n, v in met.items() if n not in declared))
        shown = tuple(place for place in places if place.name not in traits.hidden)
        self._desk.answered(request)
        return Discovery(self.name, kind, shown, people=self.system.people, account=Account(HUB, HUB, server="memory"))

    async def people(self) -> tuple[SystemPerson, ...]:
        self._desk.ask(MemoryRequest("discover"), overhead=True)
        return self.system.people

    async def transitions(self, kind: str, record_id: str) -> tuple[Transition, ...]:
        request = MemoryRequest("log", kind, (record_id,))
        self._desk.ask(request)
        row = self.system.row(kind, record_id)
        traits = self.system.traits(kind)
        self._desk.answered(request)
        return tuple(
            Transition(str(row.views.get(place)), view)
            for place in traits.workflow
            for view in traits.reachable(place, row.views.get(place))
        )

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        return await self._desk.change_log(kind, record_id, since)

    def url_of(self, kind: str, record_id: str) -> str | None:
        return self._desk.url_of(kind, record_id)

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        """Updates go the guarded way, or by revision where the kind has conditional writes."""
        creates = [write for write in writes if isinstance(write, Create)]
        updates = [write for write in writes if isinstance(write, Update)]
        exact = [each for each in updates if self.system.traits(each.kind).conditional_writes]
        guarded = [each for each in updates if each not in exact]
        receipts = {receipt.key: receipt for receipt in await push_guarded(self._desk, guarded)}
        receipts |= {receipt.key: receipt for receipt in await push_conditional(self._desk, exact)}
        receipts |= {receipt.key: receipt for receipt in await push_creates(self._desk, creates)}
        deletes = [write for write in writes if isinstance(write, Delete)]
        receipts |= {receipt.key: receipt for receipt in await push_deletes(self._desk, deletes)}
        return [receipts[write.key] for write in writes]


def _newest(rows: Sequence[Row], traits: KindTraits) -> str | None:
    return max((stamp_of(row.changed, traits.resolution) for row in rows), default=None)
