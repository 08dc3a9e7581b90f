"""One memory system as the guarded procedures see it: every request is counted, and passes the fault hook."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from mappings.exchange import Create, Found, PastChange, VendorRecord, View, Views

from ..base import RequestCount, Surroundings
from ..errors import RENEW, AuthFailed, Gone, Rejected, RetryLater, Stale
from ..guarded import Inspection
from ..ours import must_be_ours
from .file import load, save
from .system import HUB, MemoryRequest, MemorySystem, Row
from .traits import KindTraits, moment_of, stamp_of


class MemoryDesk:
    """Reads rows into records and sends one write at a time."""

    concurrency = 1

    def __init__(self, name: str, system: MemorySystem, *, around: Surroundings, path: Path | None) -> None:
        self.name = name
        self.system = system
        self.count = RequestCount()
        self.clock = around.clock
        self.monotonic = around.monotonic
        self._markers = around.markers
        self._spool = around.spool
        self._path = path
        with suppress(RetryLater):  # a file that cannot be read is told by the first request, as of any system
            self._reload()

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.system.kinds, *self.system.rows]))

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(place for kind in self.kinds for place in self.system.traits(kind).workflow)

    def needed(self, kind: str) -> frozenset[str]:
        return self.system.traits(kind).required

    def shown(self, place: str, view: View) -> View:
        del place
        return None if view in ("", []) else view

    # --- requests -------------------------------------------------------------------------------------------------

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        found: list[Found] = []
        size = self.system.traits(kind).page_size
        for first in range(0, len(ids), size):
            batch = ids[first : first + size]
            request = MemoryRequest("get", kind, tuple(batch))
            self.ask(request)
            found += [self._look_up(kind, record_id) for record_id in batch]
            self.answered(request)
        return found

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        request = MemoryRequest("log", kind, (record_id,))
        self.ask(request)
        self.system.row(kind, record_id)
        log = self._past(kind, record_id, since=since)
        self.answered(request)
        return log

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        log = await self.change_log(record.kind, record.id, since)
        traits = self.system.traits(record.kind)
        return Inspection(log, {place: traits.reachable(place, record.views.get(place)) for place in traits.workflow})

    async def write(self, before: VendorRecord, views: Mapping[str, View]) -> None:
        await must_be_ours(self.name)
        self._update(before, views, revision=None)

    async def write_if(self, record: VendorRecord, views: Mapping[str, View]) -> VendorRecord:
        await must_be_ours(self.name)
        revision = int(record.version) if record.version else None
        return self.record(record.kind, self._update(record, views, revision=revision))

    async def touched(self, record: VendorRecord) -> str:
        """Say who else has changed the record, and how many hang on it."""
        truth = (each for each in self.system.truth if (each.kind, each.id) == (record.kind, record.id))
        others = sorted({each.by for each in truth if each.by != HUB})
        below = sum(
            1
            for kind in self.kinds
            for history in self.system.rows.get(kind, {}).values()
            if not history[-1].deleted and _hangs_on(history[-1], record, self.system.traits(kind))
        )
        return f"changed by {', '.join(others)}" if others else f"{below} records hang on it" if below else ""

    async def delete(self, record: VendorRecord) -> None:
        """Delete a record; a kind with conditional writes refuses it if the record has moved."""
        await must_be_ours(self.name)
        request = MemoryRequest("delete", record.kind, (record.id,))
        self.ask(request, writing=True)
        traits = self.system.traits(record.kind)
        if not traits.deletes:
            text = f"the account may not delete {record.kind} {record.id}"
            raise Rejected(text, system=self.name, reason=text, whole=True)
        row = self.system.row(record.kind, record.id)
        if traits.conditional_writes and record.version != f"{row.revision:012d}":
            raise Stale(f"{record.kind} {record.id} moved", system=self.name)
        self.system.delete(record.kind, record.id)
        self._keep()
        self.answered(request)

    async def create(self, write: Create, views: Mapping[str, View]) -> VendorRecord:
        await must_be_ours(self.name)
        request = MemoryRequest("create", write.kind, views=views)
        self.ask(request, writing=True)
        carried = {self.marker_place(write.kind): write.marker} if self.system.traits(write.kind).marker else {}
        self._take_content(write.kind, views)
        row = self.system.insert(write.kind, {**views, **write.fixed, **carried}, parent=write.parent)
        self._keep()
        self.answered(request)
        return self.record(write.kind, row)

    def _take_content(self, kind: str, views: Mapping[str, View]) -> None:
        """Carry the bytes of a file over from the spool. Raises Rejected where they are not there."""
        if not self.system.traits(kind).holds:
            return
        digest = str(views.get("content") or "").removeprefix("sha256:")
        try:
            if self._spool is None:
                raise KeyError(digest)
            self.system.contents[digest] = self._spool.path(digest).read_bytes()
        except KeyError as error:
            raise Rejected("no content was given", system=self.name, place="content", reason="no content") from error

    def sent(self, create: Create, since: datetime) -> tuple[str, ...]:
        """Return the ids of records that *create* may have made: under the same record, by us, with the same words."""
        said = {change.place: change.view for change in create.changes}
        resolution = self.system.traits(create.kind).resolution
        parent = create.parent[1] if create.parent else None
        return tuple(
            row.id
            for row in self.system.listed(create.kind)
            if row.views.get("author") == HUB
            and row.views.get("parent") == parent
            and all(row.views.get(place) == view for place, view in said.items())
            and str(row.views.get("created_on")) >= stamp_of(since, resolution)
        )

    def _update(self, record: VendorRecord, views: Mapping[str, View], *, revision: int | None) -> Row:
        request = MemoryRequest("update", record.kind, (record.id,), views)
        self.ask(request, writing=True)
        row = self.system.update(record.kind, record.id, views=views, revision=revision)
        self._keep()
        self.answered(request)
        return row

    def ask(self, request: MemoryRequest, *, overhead: bool = False, writing: bool = False) -> None:
        """Count a request and let the hook have its way before it is carried out. Raises AuthFailed."""
        self._reload()
        self.count += RequestCount(1, int(overhead), int(writing))
        if self.system.locked_out:
            raise AuthFailed(f"{request.verb} was not allowed; {RENEW}", system=self.name)
        self.system.hook(request, "before")

    def answered(self, request: MemoryRequest) -> None:
        """Let the hook have its way after a request was carried out."""
        self.system.hook(request, "after")

    def url_of(self, kind: str, record_id: str) -> str:
        return f"memory://{self.name}/{kind}/{record_id}"

    # --- records --------------------------------------------------------------------------------------------------

    def record(self, kind: str, row: Row) -> VendorRecord:
        traits = self.system.traits(kind)
        stamp = stamp_of(row.changed, traits.resolution) if traits.change_feed else None
        version = f"{row.revision:012d}" if traits.conditional_writes else stamp
        marker = row.views.get(self.marker_place(kind)) if traits.marker else None
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
            parent=_parent(row, traits),
            editor=row.by,
        )

    def _look_up(self, kind: str, record_id: str) -> Found:
        try:
            return Found(record_id, "here", self.record(kind, self.system.row(kind, record_id)))
        except Gone as error:
            return Found(record_id, "gone", other=error.other, reason=f"{kind} {record_id} does not exist any more")

    def _past(self, kind: str, record_id: str, *, since: str | None) -> tuple[PastChange, ...]:
        traits = self.system.traits(kind)
        start = start_of(since, 0.0)
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

    def logged(self, kind: str) -> set[str]:
        if not self.system.traits(kind).change_log:
            return set()
        rows = self.system.rows.get(kind, {}).values()
        return {place for history in rows for place in history[-1].views}

    def marker_place(self, kind: str) -> str:
        return self._markers.get(kind, "marker")

    def _reload(self) -> None:
        if self._path is not None:
            load(self.system, self._path, name=self.name)

    def _keep(self) -> None:
        if self._path is not None:
            save(self.system, self._path)


def start_of(stamp: str | None, overlap: float) -> datetime | None:
    """Return the moment from which a window is read."""
    return moment_of(stamp) - timedelta(seconds=overlap) if stamp else None


def _shown(views: Views, traits: KindTraits) -> dict[str, View]:
    """A system that declares its fields shows all of them, the empty ones too; another one shows what there is."""
    declared = dict.fromkeys(place.name for place in traits.places)
    return {place: view for place, view in {**declared, **views}.items() if place not in traits.hidden}


def _hangs_on(row: Row, record: VendorRecord, traits: KindTraits) -> bool:
    """Say whether something of worth goes with *record*: what the hub itself has said or put there does not count."""
    ours = traits.signed and row.views.get("author") == HUB
    return row.views.get("parent") == record.id and (traits.hangs_on or record.kind) == record.kind and not ours


def _parent(row: Row, traits: KindTraits) -> tuple[str, str] | None:
    above = row.views.get("parent")
    return (traits.hangs_on, above) if traits.hangs_on and isinstance(above, str) and above else None
