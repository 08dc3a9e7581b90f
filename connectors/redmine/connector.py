"""The connector of Redmine."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from mappings.exchange import (
    Abilities,
    Account,
    Create,
    Cursor,
    Discovery,
    Found,
    Page,
    PastChange,
    Receipt,
    Refused,
    SystemPerson,
    Transition,
    Update,
    View,
    Write,
)

from ..base import Hint, RequestCount, Search, Surroundings, SystemConnector, SystemSettings
from ..errors import AuthFailed, Rejected, RetryLater
from ..guarded import push_creates, push_guarded
from ..http import Http, HttpSettings
from ..limiter import Limiter
from .client import RedmineClient, Row
from .describe import notes_of, people_of, places_of
from .desk import BATCH, Desk, allowed_statuses
from .records import CORE
from .settings import RedmineSettings
from .webhook import hints_of
from .window import Mark, Turn, next_in_query, next_in_window, params_of, turn_of

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
        self._desk = Desk(name, settings, client=self._client, around=self._around)

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
            change_log=frozenset(place.name for place in CORE if place.writes) | self._desk.book.known_places(),
            webhooks=self._settings.webhook_secret is not None,
            request_timeout=float(self._settings.timeout),
        )

    @property
    def requests(self) -> RequestCount:
        return self._http.count

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
        return await self._desk.identify()

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
        records, faults = await self._desk.records(page.rows)
        first = turn.after is None and turn.offset == 0
        total = page.total if first else None
        more = following.more
        return Page(self.name, kind, records, page.began, following.cursor, more=more, total=total, faults=faults)

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        _known(kind, self.name)
        return await self._desk.read(kind, ids)

    async def find(self, kind: str, marker: str) -> Search:
        """Search in all projects the account sees: an issue may have been moved since."""
        _known(kind, self.name)
        place = self._desk.marker_place(kind)
        field = await self._desk.field(place)
        page = await self._client.issues({f"cf_{field.id}": f"={marker}", "sort": "id:asc", "limit": BATCH})
        records, _ = await self._desk.records(page.rows)
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
        records, _ = await self._desk.records(page.rows)
        example: dict[str, View] = {}
        for record in reversed(records):
            example |= {place: view for place, view in record.views.items() if view is not None}
        fields = await self._desk.book.fields()
        return Discovery(
            self.name,
            kind,
            places=await places_of(self._desk.book, example=example),
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
        return tuple(Transition(here, target, type=tracker) for target in allowed_statuses(row))

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        _known(kind, self.name)
        row, _ = await self._client.issue(record_id, "journals")
        return await self._desk.log(row, since=since)

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        strange = Refused(None, "there are no such records here; there are: issue")
        receipts = {w.key: Receipt(w.key, "refused", refused=(strange,)) for w in writes if w.kind not in KINDS}
        creates = [write for write in writes if isinstance(write, Create) and write.key not in receipts]
        updates = [write for write in writes if isinstance(write, Update) and write.key not in receipts]
        receipts |= {receipt.key: receipt for receipt in await push_guarded(self._desk, updates)}
        if creates:
            receipts |= {receipt.key: receipt for receipt in await self._push_creates(creates, first=not updates)}
        return [receipts[write.key] for write in writes]

    async def _push_creates(self, creates: Sequence[Create], *, first: bool) -> list[Receipt]:
        """Dictionaries are asked for before the first create, so that nothing is half done when they fail."""
        try:
            for create in creates[:1]:
                await self._desk.ready(create)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(create.key, "unsent", reason=str(error)) for create in creates]
        except Rejected:
            pass  # told per create, by the receipt of the create that meets it again
        return await push_creates(self._desk, creates)

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
        tracker = await self._desk.book.tracker_id()
        return {**scope, "tracker_id": tracker} if tracker else scope


def _known(kind: str, system: str) -> None:
    if kind not in KINDS:
        raise Rejected(f"there are no records of kind {kind!r}; there are: issue", system=system, whole=True)


def _mark(row: Row) -> Mark | None:
    number, stamp = row.get("id"), row.get("updated_on")
    return (number, stamp) if isinstance(number, int) and isinstance(stamp, str) else None
