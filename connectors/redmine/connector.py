"""The connector of Redmine."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
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
    SystemPerson,
    Transition,
    View,
    Write,
)

from ..base import Hint, RequestCount, Search, Surroundings, SystemConnector, SystemSettings
from ..errors import Rejected, RetryLater
from ..guarded import GuardedPort
from ..http import Http, HttpSettings
from ..limiter import Limiter
from .children import ChildId
from .client import BATCH, RedmineClient, Row
from .describe import child_notes, child_places, notes_of, people_of, places_of
from .desk import Desk, allowed_statuses
from .files import Files
from .notes import Notes
from .pushing import KINDS, Pushing
from .records import CORE
from .rights import Rights
from .settings import RedmineSettings
from .webhook import hints_of
from .window import Mark, Turn, next_in_query, next_in_window, params_of, turn_of

INCLUDES: Mapping[str, str] = {"issue": "relations", "comment": "", "file": "attachments"}
"""What a list of issues has to show beside them."""


class RedmineConnector(SystemConnector):
    """Issues of a project, or of a saved query, with their comments and files: ``issue``, ``comment``, ``file``."""

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
        rights = Rights(self._client, name=name, shelf=self._around.shelf)
        self._notes = Notes(self._desk, rights, url=settings.url)
        self._files = Files(self._desk, url=settings.url, spool=self._around.spool)
        self._ports: Mapping[str, GuardedPort] = {"issue": self._desk, "comment": self._notes, "file": self._files}
        self._pushing = Pushing(self._desk, self._notes, self._files, rights)

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
            deletes=True,
            webhooks=self._settings.webhook_secret is not None,
            request_timeout=float(self._settings.timeout),
        )

    def abilities_of(self, kind: str) -> Abilities:
        """Comments and files carry no marker and keep no history; what changes them often moves no stamp."""
        if kind == "issue":
            return self.abilities
        reason = (
            "an issue's updated_on says that it was commented, and has whole seconds; edits and deletions move none"
        )
        return replace(self.abilities, marker=False, change_log=frozenset(), overlap_reason=reason)

    @property
    def requests(self) -> RequestCount:
        return self._http.count

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        await self._http.close()

    def url_of(self, kind: str, record_id: str) -> str | None:
        child = ChildId.read(record_id)
        match kind:
            case "issue":
                return f"{self._settings.url}/issues/{record_id}"
            case "comment" if child:
                return f"{self._settings.url}/issues/{child.issue}#change-{child.own}"
            case "file" if child:
                return f"{self._settings.url}/attachments/{child.own}"
        return None

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
        if INCLUDES[kind]:
            params["include"] = INCLUDES[kind]
        page = await self._client.issues(params)
        self._desk.book.listed(page.rows)
        marks = [mark for row in page.rows if (mark := _mark(row)) is not None]
        following = (next_in_query if query else next_in_window)(cursor, turn, marks=marks, total=page.total)
        if following.broken:
            raise RetryLater(f"the list cannot be read in pages: {following.broken}", system=self.name)
        if following.again:
            return await self.pull(kind, following.cursor)
        after, total = following.cursor, None
        if kind == "comment":
            # The first look of a long window comes again in the order of numbers: read once, there.
            rows = page if query or turn.after is not None or not following.more else replace(page, rows=[])
            known = None if turn.full else cursor
            records, faults, after = await self._notes.pulled(rows, known, after=after, start=turn.start)
        elif kind == "file":
            records, faults = await self._files.records(page.rows)
        else:
            records, faults = await self._desk.records(page.rows)
            total = page.total if turn.after is None and turn.offset == 0 else None
        return Page(self.name, kind, records, page.began, after, more=following.more, total=total, faults=faults)

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        _known(kind, self.name)
        return await self._ports[kind].read(kind, ids)

    def fetch(self, kind: str, record_id: str) -> AsyncIterator[bytes]:
        return self._files.content(record_id) if kind == "file" else super().fetch(kind, record_id)

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """Comments and files by what they say, where they hang, and that we made them."""
        match create.kind:
            case "comment":
                return await self._notes.find_sent(create, since)
            case "file":
                return await self._files.find_sent(create, since)
        return await super().find_sent(create, since)

    async def find(self, kind: str, marker: str) -> Search:
        """Search in all projects the account sees: an issue may have been moved since."""
        _known(kind, self.name)
        if kind != "issue":
            return await super().find(kind, marker)
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
        if kind != "issue":
            return Discovery(self.name, kind, child_places(kind), await self.people(), account, notes=child_notes(kind))
        self._desk.book.forget(admin="admin" in account.rights)
        page = await self._client.issues(
            {**await self._scope(), "sort": "updated_on:desc", "limit": BATCH}, overhead=True
        )
        self._desk.book.listed(page.rows)
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
        if kind != "issue":
            return ()
        row, _ = await self._client.issue(record_id, "allowed_statuses")
        here, tracker = str(row["status"]["id"]), str(row["tracker"]["id"])
        return tuple(Transition(here, target, type=tracker) for target in allowed_statuses(row))

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        _known(kind, self.name)
        if kind != "issue":
            return ()
        row, _ = await self._client.issue(record_id, "journals")
        return await self._desk.log(row, since=since)

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        return await self._pushing.push(writes)

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
        scope["subproject_id"] = "*" if settings.subprojects else "!*"  # else a setting of the Redmine decides
        tracker = await self._desk.book.tracker_id()
        return {**scope, "tracker_id": tracker} if tracker else scope


def _known(kind: str, system: str) -> None:
    if kind not in KINDS:
        raise Rejected(
            f"there are no records of kind {kind!r}; there are: {', '.join(KINDS)}", system=system, whole=True
        )


def _mark(row: Row) -> Mark | None:
    number, stamp = row.get("id"), row.get("updated_on")
    return (number, stamp) if isinstance(number, int) and isinstance(stamp, str) else None
