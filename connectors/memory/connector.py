"""The connector of memory systems."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from mappings.exchange import (
    Abilities,
    Account,
    Create,
    Cursor,
    Discovery,
    Found,
    Page,
    PastChange,
    Place,
    Receipt,
    SystemPerson,
    Transition,
    Update,
    VendorRecord,
    View,
    Views,
    Write,
)

from ..base import RequestCount, Search, Surroundings, SystemConnector
from ..errors import AuthFailed, Gone, Rejected
from ..guarded import Inspection, push_conditional, push_creates, push_guarded
from ..settings import SystemSettings
from .file import load, save
from .system import HUB, MemoryRequest, MemorySystem, Row
from .traits import SECONDS, KindTraits, moment_of, stamp_of


class MemorySettings(SystemSettings):
    """A system of the hub's own making, for trying things out: kept in a file, or only while the program runs."""

    path: str | None = Field(None, description="JSON file that keeps the records; made when it does not exist")


class MemoryConnector(SystemConnector):
    """A `MemorySystem` as the hub sees it; made with SYSTEM, or with the one that its settings' file holds."""

    type_name: ClassVar[str] = "memory"
    settings_model: ClassVar[type[SystemSettings]] = MemorySettings

    concurrency = 1

    def __init__(
        self,
        name: str,
        settings: MemorySettings | None = None,
        around: Surroundings | None = None,
        *,
        system: MemorySystem | None = None,
    ) -> None:
        super().__init__(name, around)
        self._path = Path(settings.path) if settings and settings.path else None
        self.system = system or MemorySystem(self._around.clock)
        self._count = RequestCount()
        self._reload()

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.system.kinds, *self.system.rows]))

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
            marker=all(each.marker for each in traits),
            change_log=frozenset(place for kind in self.kinds for place in self._logged(kind)),
            write_returns_record=all(each.conditional_writes for each in traits),
        )

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(place for kind in self.kinds for place in self.system.traits(kind).workflow)

    @property
    def requests(self) -> RequestCount:
        return self._count

    def clock(self) -> datetime:
        return self._around.clock()

    def monotonic(self) -> float:
        return self._around.monotonic()

    def needed(self, kind: str) -> frozenset[str]:
        return self.system.traits(kind).required

    def shown(self, place: str, view: View) -> View:
        del place
        return None if view in ("", []) else view

    async def identify(self) -> Account:
        self._ask(MemoryRequest("identify"), overhead=True)
        return Account(HUB, HUB, server="memory")

    # --- reading --------------------------------------------------------------------------------------------------

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        """Pages in the order of ids, inside a window that begins at the cursor: nothing moves under the reader."""
        began = self.clock()
        request = MemoryRequest("list", kind)
        self._ask(request)
        traits = self.system.traits(kind)
        whole = full or cursor is None or cursor.full or not traits.change_feed
        place = json.loads(cursor.resume) if cursor and cursor.resume else None
        rows = sorted(self.system.listed(kind), key=lambda row: int(row.id))
        start = None if whole or cursor is None else _start(cursor.at, SECONDS[traits.resolution])
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
        self._answered(request)
        records = tuple(self._record(kind, row) for row in shown)
        return Page(self.name, kind, records, began, cursor=after, more=bool(rest), total=len(rows))

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        found: list[Found] = []
        size = self.system.traits(kind).page_size
        for first in range(0, len(ids), size):
            batch = ids[first : first + size]
            request = MemoryRequest("get", kind, tuple(batch))
            self._ask(request)
            found += [self._look_up(kind, record_id) for record_id in batch]
            self._answered(request)
        return found

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self.get(kind, ids)

    async def find(self, kind: str, marker: str) -> Search:
        traits = self.system.traits(kind)
        if not traits.marker:
            raise Rejected(f"{kind} records cannot be searched by marker", system=self.name, whole=True)
        began = self.clock()
        request = MemoryRequest("find", kind)
        self._ask(request)
        place = self._marker_place(kind)
        rows = list(self.system.listed(kind))
        ids = tuple(row.id for row in rows if row.views.get(place) == marker)
        self._answered(request)
        return Search(ids, _newest(rows, traits), began, current=not traits.index_lag)

    async def discover(self, kind: str) -> Discovery:
        request = MemoryRequest("discover", kind)
        self._ask(request, overhead=True)
        traits = self.system.traits(kind)
        declared = {place.name for place in traits.places}
        met = {place: view for row in self.system.listed(kind) for place, view in row.views.items()}
        places = (*traits.places, *(Place(n, n, "text", example=v) for n, v in met.items() if n not in declared))
        shown = tuple(place for place in places if place.name not in traits.hidden)
        self._answered(request)
        return Discovery(self.name, kind, shown, people=self.system.people, account=Account(HUB, HUB, server="memory"))

    async def people(self) -> tuple[SystemPerson, ...]:
        self._ask(MemoryRequest("discover"), overhead=True)
        return self.system.people

    async def transitions(self, kind: str, record_id: str) -> tuple[Transition, ...]:
        request = MemoryRequest("log", kind, (record_id,))
        self._ask(request)
        row = self.system.row(kind, record_id)
        traits = self.system.traits(kind)
        self._answered(request)
        return tuple(
            Transition(str(row.views.get(place)), view)
            for place in traits.workflow
            for view in traits.reachable(place, row.views.get(place))
        )

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        request = MemoryRequest("log", kind, (record_id,))
        self._ask(request)
        self.system.row(kind, record_id)
        log = self._log(kind, record_id, since=since)
        self._answered(request)
        return log

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        log = await self.change_log(record.kind, record.id, since)
        traits = self.system.traits(record.kind)
        return Inspection(log, {place: traits.reachable(place, record.views.get(place)) for place in traits.workflow})

    def url_of(self, kind: str, record_id: str) -> str | None:
        return f"memory://{self.name}/{kind}/{record_id}"

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        """Updates go the guarded way, or by revision where the kind has conditional writes."""
        creates = [write for write in writes if isinstance(write, Create)]
        updates = [write for write in writes if isinstance(write, Update)]
        exact = [each for each in updates if self.system.traits(each.kind).conditional_writes]
        guarded = [each for each in updates if each not in exact]
        receipts = {receipt.key: receipt for receipt in await push_guarded(self, guarded)}
        receipts |= {receipt.key: receipt for receipt in await push_conditional(self, exact)}
        receipts |= {receipt.key: receipt for receipt in await push_creates(self, creates)}
        return [receipts[write.key] for write in writes]

    async def write(self, before: VendorRecord, views: Mapping[str, View]) -> None:
        self._update(before, views, revision=None)

    async def write_if(self, record: VendorRecord, views: Mapping[str, View]) -> VendorRecord:
        revision = int(record.version) if record.version else None
        return self._record(record.kind, self._update(record, views, revision=revision))

    async def create(self, write: Create, views: Mapping[str, View]) -> VendorRecord:
        request = MemoryRequest("create", write.kind, views=views)
        self._ask(request, writing=True)
        carried = {self._marker_place(write.kind): write.marker} if self.system.traits(write.kind).marker else {}
        row = self.system.insert(write.kind, {**views, **write.fixed, **carried})
        self._keep()
        self._answered(request)
        return self._record(write.kind, row)

    def _update(self, record: VendorRecord, views: Mapping[str, View], *, revision: int | None) -> Row:
        request = MemoryRequest("update", record.kind, (record.id,), views)
        self._ask(request, writing=True)
        row = self.system.update(record.kind, record.id, views=views, revision=revision)
        self._keep()
        self._answered(request)
        return row

    # --- records --------------------------------------------------------------------------------------------------

    def _record(self, kind: str, row: Row) -> VendorRecord:
        traits = self.system.traits(kind)
        stamp = stamp_of(row.changed, traits.resolution) if traits.change_feed else None
        version = f"{row.revision:012d}" if traits.conditional_writes else stamp
        marker = row.views.get(self._marker_place(kind)) if traits.marker else None
        return VendorRecord(
            system=self.name,
            kind=kind,
            id=row.id,
            views=_shown(row.views, traits),
            version=version if traits.versions else None,
            stamp=stamp,
            marker=marker if isinstance(marker, str) else None,
            url=self.url_of(kind, row.id),
            in_scope=not row.away,
        )

    def _look_up(self, kind: str, record_id: str) -> Found:
        try:
            return Found(record_id, "here", self._record(kind, self.system.row(kind, record_id)))
        except Gone as error:
            return Found(record_id, "gone", other=error.other, reason=f"{kind} {record_id} does not exist any more")

    def _log(self, kind: str, record_id: str, *, since: str | None) -> tuple[PastChange, ...]:
        traits = self.system.traits(kind)
        start = _start(since, 0.0)
        return tuple(
            PastChange(
                str(number),
                each.place,
                each.old,
                each.new,
                stamp_of(each.at, traits.resolution),
                each.by,
                each.by == HUB,
            )
            for number, each in enumerate(self.system.truth)
            if traits.change_log and each.kind == kind and each.id == record_id and (start is None or each.at >= start)
        )

    def _logged(self, kind: str) -> set[str]:
        if not self.system.traits(kind).change_log:
            return set()
        rows = self.system.rows.get(kind, {}).values()
        return {place for history in rows for place in history[-1].views}

    def _marker_place(self, kind: str) -> str:
        return self._around.markers.get(kind, "marker")

    def _ask(self, request: MemoryRequest, *, overhead: bool = False, writing: bool = False) -> None:
        """Count a request and let the hook have its way before it is carried out."""
        self._reload()
        self._count += RequestCount(1, int(overhead), int(writing))
        if self.system.locked_out:
            raise AuthFailed(f"{request.verb} was not allowed; renew the credentials", system=self.name)
        self.system.hook(request, "before")

    def _answered(self, request: MemoryRequest) -> None:
        self.system.hook(request, "after")

    def _reload(self) -> None:
        if self._path is not None:
            load(self.system, self._path)

    def _keep(self) -> None:
        if self._path is not None:
            save(self.system, self._path)


def _start(stamp: str | None, overlap: float) -> datetime | None:
    return moment_of(stamp) - timedelta(seconds=overlap) if stamp else None


def _newest(rows: Sequence[Row], traits: KindTraits) -> str | None:
    return max((stamp_of(row.changed, traits.resolution) for row in rows), default=None)


def _shown(views: Views, traits: KindTraits) -> dict[str, View]:
    """A system that declares its fields shows all of them, the empty ones too; another one shows what there is."""
    declared = dict.fromkeys(place.name for place in traits.places)
    return {place: view for place, view in {**declared, **views}.items() if place not in traits.hidden}
