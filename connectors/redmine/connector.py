"""The connector of Redmine."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from mappings.exchange import (
    Abilities,
    Account,
    Create,
    Cursor,
    Discovery,
    Fault,
    Found,
    Page,
    PastChange,
    Receipt,
    SystemPerson,
    Transition,
    Update,
    VendorRecord,
    View,
    Views,
    Write,
)

from ..base import Hint, RequestCount, Search, Surroundings, SystemConnector, SystemSettings
from ..errors import AuthFailed, Gone, Rejected, RetryLater
from ..guarded import Inspection, push_creates, push_guarded
from ..http import Http, HttpSettings
from ..limiter import Limiter
from .book import Book
from .client import RedmineClient, Row
from .describe import notes_of, people_of, places_of
from .fields import CustomField
from .records import BY_NAME, CORE, NAMED, Reader, core_view, payload_of
from .settings import RedmineSettings
from .webhook import hints_of
from .window import Mark, Next, Turn, next_in_query, next_in_window, params_of, turn_of

BATCH = 100
KINDS = ("issue",)


class RedmineConnector(SystemConnector):
    """Issues of a project, or of a saved query, as records of kind ``issue``."""

    type_name: ClassVar[str] = "redmine"
    settings_model: ClassVar[type[SystemSettings]] = RedmineSettings

    def __init__(self, name: str, settings: RedmineSettings, around: Surroundings | None = None) -> None:
        super().__init__(name, around)
        self._settings = settings
        limiter = Limiter(
            capacity=settings.per_second or 1,
            per_second=settings.per_second,
            concurrency=settings.concurrency,
            monotonic=self._around.monotonic,
            sleep=self._around.sleep,
            reserve=self._around.reserve,
        )
        self._http = Http(
            name,
            settings.url,
            around=self._around,
            headers={"X-Redmine-API-Key": settings.key.get_secret_value(), "Accept": "application/json"},
            limiter=limiter,
            settings=HttpSettings(timeout=float(settings.timeout), connections=settings.concurrency),
        )
        self._client = RedmineClient(self._http, name)
        self._book = Book(self._client, settings, name=name, shelf=self._around.shelf)
        self._account: Account | None = None

    # --- what it is -----------------------------------------------------------------------------------------------

    @property
    def kinds(self) -> tuple[str, ...]:
        return KINDS

    @property
    def abilities(self) -> Abilities:
        return Abilities(
            write_batch=BATCH,
            page_size=self._settings.page_size,
            stamp_resolution=1.0,
            overlap=2.0,
            overlap_reason="updated_on has whole seconds, and a change may be stored a moment after it was stamped",
            change_log=frozenset(place.name for place in CORE if place.writes),
            webhooks=self._settings.webhook_secret is not None,
            request_timeout=float(self._settings.timeout),
        )

    @property
    def requests(self) -> RequestCount:
        return self._http.count

    @property
    def paths(self) -> frozenset[str]:
        return frozenset({"status"})

    @property
    def concurrency(self) -> int:
        return self._settings.concurrency

    def clock(self) -> datetime:
        return self._around.clock()

    def monotonic(self) -> float:
        return self._around.monotonic()

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        await self._http.close()

    def url_of(self, kind: str, record_id: str) -> str | None:
        return f"{self._settings.url}/issues/{record_id}" if kind in KINDS else None

    def hints(self, headers: Mapping[str, str], body: bytes) -> tuple[Hint, ...]:
        secret = self._settings.webhook_secret
        return hints_of(headers, body, secret=secret.get_secret_value() if secret else "", system=self.name)

    # --- reading --------------------------------------------------------------------------------------------------

    async def identify(self) -> Account:
        row = await self._client.current_user()
        name = f"{row.get('firstname', '')} {row.get('lastname', '')}".strip()
        rights = ("admin",) if row.get("admin") is True else ()
        self._account = Account(str(row["id"]), name or str(row.get("login", "")), rights, server="Redmine")
        return self._account

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        _known(kind, self.name)
        turn = self._turn(cursor, full=full)
        query = self._settings.query_id is not None
        params = {**await self._scope(), **params_of(turn, size=self._settings.page_size, query=query)}
        page = await self._client.issues(params)
        marks = [mark for row in page.rows if (mark := _mark(row)) is not None]
        following = (next_in_query if query else next_in_window)(cursor, turn, marks=marks, total=page.total)
        if following.broken:
            raise RetryLater(f"the list cannot be read in pages: {following.broken}", system=self.name)
        if following.again:
            return await self.pull(kind, following.cursor)
        records, faults = await self._read(page.rows)
        first = turn.after is None and turn.offset == 0
        total = page.total if first else None
        return _page(self.name, records, began=page.began, following=following, total=total, faults=faults)

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """One list for a hundred; those that it leaves out are asked for one by one, to tell gone from hidden."""
        _known(kind, self.name)
        met: dict[str, VendorRecord] = {}
        wanted = [record_id for record_id in dict.fromkeys(ids) if record_id.isdigit()]
        for first in range(0, len(wanted), BATCH):
            batch = wanted[first : first + BATCH]
            page = await self._client.issues({"issue_id": ",".join(batch), "limit": BATCH})
            records, _ = await self._read(page.rows)
            met |= {record.id: record for record in records}
        return [Found(each, "here", met[each]) if each in met else await self._missing(each) for each in ids]

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self.get(kind, ids)

    async def find(self, kind: str, marker: str) -> Search:
        """Search in all projects the account sees: an issue may have been moved since."""
        _known(kind, self.name)
        place = self._marker_place(kind)
        field = await self._field(place)
        page = await self._client.issues({f"cf_{field.id}": f"={marker}", "sort": "id:asc", "limit": BATCH})
        records, _ = await self._read(page.rows)
        if any((record.marker or "").casefold() != marker.casefold() for record in records):
            text = f"{place} is not used as a filter, so markers cannot be searched; tick it in Redmine"
            raise Rejected(text, system=self.name, place=place, whole=True)
        newest = max((record.stamp for record in records if record.stamp), default=None)
        ids = tuple(record.id for record in records if record.marker == marker)
        return Search(ids, newest, page.began, current=True)

    async def discover(self, kind: str) -> Discovery:
        _known(kind, self.name)
        account = await self.identify()
        page = await self._client.issues(
            {**await self._scope(), "sort": "updated_on:desc", "limit": BATCH}, overhead=True
        )
        records, _ = await self._read(page.rows)
        example: dict[str, View] = {}
        for record in reversed(records):
            example |= {place: view for place, view in record.views.items() if view is not None}
        fields = await self._book.fields()
        return Discovery(
            self.name,
            kind,
            places=await places_of(self._book, example=example),
            people=await self.people(),
            account=account,
            notes=notes_of(fields, self._settings, marker_place=self._around.markers.get(kind)),
        )

    async def people(self) -> tuple[SystemPerson, ...]:
        return await people_of(self._client, self._settings)

    async def transitions(self, kind: str, record_id: str) -> tuple[Transition, ...]:
        _known(kind, self.name)
        row, _ = await self._client.issue(record_id, "allowed_statuses")
        here, tracker = str(row["status"]["id"]), str(row["tracker"]["id"])
        return tuple(Transition(here, target, type=tracker) for target in _allowed(row))

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        _known(kind, self.name)
        row, _ = await self._client.issue(record_id, "journals")
        return await self._log(row, since=since)

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        """One request for both: what changed, and where the workflow leads from here."""
        row, _ = await self._client.issue(record.id, "journals,allowed_statuses")
        return Inspection(await self._log(row, since=since), {"status": _allowed(row)})

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        for write in writes:
            _known(write.kind, self.name)
        if not writes:
            return []
        creates = [write for write in writes if isinstance(write, Create)]
        updates = [write for write in writes if isinstance(write, Update)]
        receipts = {receipt.key: receipt for receipt in await push_guarded(self, updates)}
        if creates:
            receipts |= {receipt.key: receipt for receipt in await self._push_creates(creates, first=not updates)}
        return [receipts[write.key] for write in writes]

    async def _push_creates(self, creates: Sequence[Create], *, first: bool) -> list[Receipt]:
        """Dictionaries are asked for before the first create, so that nothing is half done when they fail."""
        try:
            for create in creates[:1]:
                await self._ready(create)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(create.key, "unsent", reason=str(error)) for create in creates]
        except Rejected:
            pass  # told per create, by the receipt of the create that meets it again
        return await push_creates(self, creates)

    async def write(self, before: VendorRecord, views: Mapping[str, View]) -> None:
        await self._client.update(before.id, await self._payload(views))

    async def create(self, write: Create, views: Mapping[str, View]) -> VendorRecord:
        await self._ready(write)
        fixed: dict[str, View] = {"project": self._settings.project, **write.fixed}
        tracker = await self._book.tracker_id()
        if tracker is not None:
            fixed.setdefault("tracker", tracker)
        marker = {self._marker_place(write.kind): write.marker} if write.marker else {}
        row = await self._client.create(await self._payload({**views, **fixed, **marker}))
        records, faults = await self._read([row])
        if faults:
            text = "POST /issues.json answered 201 with something that is no issue; it is looked for by its marker"
            raise RetryLater(text, system=self.name, sent=True)
        return records[0]

    def needed(self, kind: str) -> frozenset[str]:
        del kind
        return frozenset({"subject"})

    def shown(self, place: str, view: View) -> View:
        core = BY_NAME.get(place)
        if core is not None:
            return core_view(core, view)
        field = self._book.known_field(place)
        if field is None:
            return view
        return field.read(field.write(view))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _turn(self, cursor: Cursor | None, *, full: bool) -> Turn:
        try:
            return turn_of(None if full else cursor, full=full)
        except (ValueError, KeyError, TypeError) as error:
            raise Rejected("the cursor is not one of Redmine's; begin a full read", system=self.name) from error

    async def _scope(self) -> dict[str, str | int]:
        """What every list is limited to."""
        settings = self._settings
        scope: dict[str, str | int] = {"project_id": settings.project} if settings.project else {}
        if settings.query_id is not None:
            return {**scope, "query_id": settings.query_id}
        if not settings.subprojects:
            scope["subproject_id"] = "!*"
        tracker = await self._book.tracker_id()
        return {**scope, "tracker_id": tracker} if tracker else scope

    async def _read(self, rows: Iterable[Row]) -> tuple[tuple[VendorRecord, ...], tuple[Fault, ...]]:
        """Make records of rows; a row that cannot be read is a fault of its own."""
        rows = list(rows)
        reader = await self._reader(rows)
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for row in rows:
            try:
                records.append(reader.record(row))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                number = row.get("id")
                reason = f"the issue is not as Redmine shows issues ({type(error).__name__})"
                faults.append(Fault(str(number) if number else None, reason))
        return tuple(records), tuple(faults)

    async def _reader(self, rows: Iterable[Row]) -> Reader:
        await self._book.learn(row for row in rows if isinstance(row.get("custom_fields"), list))
        project = await self._book.project()
        return Reader(
            system=self.name,
            url=self._settings.url,
            fields=await self._book.fields(),
            in_scope=lambda number: project.id in (0, number) or self._settings.subprojects,
            marker_place=self._around.markers.get("issue"),
        )

    async def _missing(self, record_id: str) -> Found:
        if not record_id.isdigit():
            return Found(record_id, "gone", reason="no issue has such a number")
        try:
            row, _ = await self._client.issue(record_id)
        except Gone:
            return Found(record_id, "gone", reason=f"issue {record_id} does not exist any more")
        except Rejected:
            return Found(record_id, "refused", reason=f"the account may not see issue {record_id}")
        records, faults = await self._read([row])
        if faults:
            return Found(record_id, "refused", reason=faults[0].reason)
        return Found(record_id, "here", records[0])

    async def _log(self, row: Row, *, since: str | None) -> tuple[PastChange, ...]:
        account = self._account or await self.identify()
        reader = await self._reader([row])
        log = reader.past_changes(row, our_id=account.id)
        return tuple(change for change in log if since is None or change.at >= since)

    async def _ready(self, create: Create) -> None:
        """Know the fields that a create names. Raises Rejected where the marker has no place."""
        if create.marker:
            await self._field(self._marker_place(create.kind))
        await self._book.look_for_fields([change.place for change in create.changes] + list(create.fixed))

    async def _field(self, place: str) -> CustomField:
        await self._book.look_for_fields([place])
        field = (await self._book.fields()).by_place(place)
        if field is None:
            text = f"no issue shows a custom field {place}; give it by number (cf[#12]) or tick it for the tracker"
            raise Rejected(text, system=self.name, place=place, whole=True)
        return field

    def _marker_place(self, kind: str) -> str:
        place = self._around.markers.get(kind)
        if place is None:
            raise Rejected("the mapping names no place for our marker", system=self.name, whole=True)
        return place

    async def _payload(self, views: Views) -> dict[str, Any]:
        """Names of choices become numbers here, so that `with: {priority: Normal}` works."""
        plain = dict(views)
        for place in NAMED & plain.keys():
            word = plain[place]
            if isinstance(word, str) and not (place == "project" and word == self._settings.project):
                plain[place] = await self._book.number(place, word)
        try:
            return payload_of(plain, await self._book.fields())
        except LookupError as error:
            place = str(error.args[0])
            text = f"{place} is no field of issues here that could be written"
            raise Rejected(text, system=self.name, place=place, reason=text) from error


def _known(kind: str, system: str) -> None:
    if kind not in KINDS:
        raise Rejected(f"there are no records of kind {kind!r}; there are: issue", system=system, whole=True)


def _mark(row: Row) -> Mark | None:
    number, stamp = row.get("id"), row.get("updated_on")
    return (number, stamp) if isinstance(number, int) and isinstance(stamp, str) else None


def _allowed(row: Row) -> tuple[str, ...]:
    here = str(row["status"]["id"])
    steps = (str(status["id"]) for status in row.get("allowed_statuses") or ())
    return tuple(step for step in steps if step != here)


def _page(
    system: str,
    records: tuple[VendorRecord, ...],
    *,
    began: datetime,
    following: Next,
    total: int | None,
    faults: tuple[Fault, ...],
) -> Page:
    return Page(system, "issue", records, began, following.cursor, following.more, total, faults)
