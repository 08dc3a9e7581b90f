"""Opportunities of one company in a Tryton database."""

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from mappings.exchange import (
    Abilities,
    Account,
    Create,
    Cursor,
    Discovery,
    Found,
    Json,
    Page,
    PastChange,
    Receipt,
    SystemPerson,
    Transition,
    Update,
    VendorRecord,
    View,
    Write,
)

from ..base import RequestCount, Search, Surroundings, SystemConnector
from ..errors import Gone, Rejected, RetryLater
from .client import Result, TrytonClient
from .creates import Draft, push_creates
from .history import read_history
from .names import Names
from .reader import Reader, rows_of
from .records import BUTTONS, COLUMNS, KIND, MODEL, STATE, form_of, steps_from, token_of
from .settings import TrytonSettings
from .updates import Look, push_updates
from .wire import Malformed

MARKER_PLACE = "reference"
WRITE_BATCH = 50


class TrytonConnector(SystemConnector):
    """
    The sales opportunities of one company.

    Pages are cut by (time of the last change, id) and asked for in that order: an opportunity that is edited while
    the pages are read moves behind the reader's place, so that it is read again and no other one is skipped.
    """

    type_name: ClassVar[str] = "tryton"
    settings_model: ClassVar[type[TrytonSettings]] = TrytonSettings
    kinds = (KIND,)

    def __init__(
        self, name: str, settings: TrytonSettings, around: Surroundings | None = None, *, page_size: int = 100
    ) -> None:
        super().__init__(name, around)
        self._settings = settings
        self._page_size = page_size
        self._client = TrytonClient(name, settings, self._around)
        self._names = Names(name, self._client, self._around.shelf)
        self._marker_place = self._around.markers.get(KIND, MARKER_PLACE)
        self._reader = Reader(
            name,
            self._client,
            marker_place=self._marker_place,
            page_size=page_size,
            overlap=timedelta(seconds=settings.overlap),
            url_of=partial(self.url_of, KIND),
        )

    @property
    def abilities(self) -> Abilities:
        return Abilities(
            conditional_writes=True,
            write_batch=WRITE_BATCH,
            page_size=self._page_size,
            stamp_resolution=1e-6,
            overlap=float(self._settings.overlap),
            overlap_reason="a stamp is the start of the writing transaction, which shows only when it ends",
            change_log=frozenset(COLUMNS),
            request_timeout=float(self._settings.timeout),
        )

    @property
    def requests(self) -> RequestCount:
        return self._client.count

    def clock(self) -> datetime:
        return self._around.clock()

    async def open(self) -> None:
        await self._client.open()

    async def close(self) -> None:
        await self._client.close()

    async def identify(self) -> Account:
        """Log in, or ask whose session it is that was kept; the account is the user, its name that of the employee."""
        session = await self._client.prove()
        return Account(session.user, session.name)

    # --- reading --------------------------------------------------------------------------------------------------

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        self._check(kind)
        return await self._reader.page(None if full else cursor, full=full)

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        self._check(kind)
        return [look.found for look in await self.look(ids)]

    async def look(self, ids: Sequence[str]) -> list[Look]:
        return await self._reader.look(ids)

    async def find(self, kind: str, marker: str) -> Search:
        """Tryton searches the records themselves, so a search is as fresh as its request."""
        self._check(kind)
        domain = [[self._marker_place, "=", marker]]
        found = await self._client.read(f"model.{MODEL}.search", domain, 0, 100, [["id", "ASC"]])
        return Search(tuple(str(each) for each in rows_of(found.value)), None, found.began, current=True)

    async def transitions(self, kind: str, record_id: str) -> tuple[Transition, ...]:
        self._check(kind)
        (found,) = await self.get(kind, [record_id])
        if found.state == "gone":
            raise Gone(f"opportunity {record_id} does not exist", system=self.name)
        if found.record is None:
            raise Rejected(f"opportunity {record_id} cannot be read", system=self.name, reason=found.reason, whole=True)
        here = str(found.record.views[STATE])
        return tuple(Transition(here, target) for target in steps_from(here))

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        """Tryton keeps every version of an opportunity; what differs from one to the next is a change."""
        self._check(kind)
        return await read_history(self._client, record_id, since)

    # --- what there is --------------------------------------------------------------------------------------------

    async def discover(self, kind: str) -> Discovery:
        self._check(kind)
        session = await self._client.session()
        places = await self._names.places(session.company, session.language)
        rights = await self._rights()
        lacking = [right for right in ("read", "write", "create") if right not in rights]
        account = Account(session.user, session.name, rights, await self._client.server())
        return Discovery(
            self.name,
            kind,
            places,
            people=await self.people(),
            account=account,
            transitions=tuple(Transition(source, target) for source, target in BUTTONS),
            notes=tuple(f"the account may not {right} opportunities" for right in lacking),
        )

    async def people(self) -> tuple[SystemPerson, ...]:
        session = await self._client.session()
        return await self._names.people(session.company)

    async def _rights(self) -> tuple[str, ...]:
        found = await self._client.read("model.ir.model.access.get_access", [MODEL], overhead=True)
        rights = found.value.get(MODEL, {}) if isinstance(found.value, dict) else {}
        return tuple(name for name, allowed in rights.items() if allowed)

    def url_of(self, kind: str, record_id: str) -> str | None:
        """Return the address of an opportunity in Tryton's web client."""
        return f"{self._settings.url}/#{self._settings.database}/model/{MODEL}/{record_id}"

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        for write in writes:
            self._check(write.kind)
        updates = [write for write in writes if isinstance(write, Update)]
        creates = [write for write in writes if isinstance(write, Create)]
        receipts = {receipt.key: receipt for receipt in (await push_updates(self, updates) if updates else [])}
        receipts |= {receipt.key: receipt for receipt in (await push_creates(self, creates) if creates else [])}
        return [receipts[write.key] for write in writes]

    async def write(self, record: VendorRecord, views: Mapping[str, View]) -> None:
        values = await self._values(views)
        await self._change(record, "write", values)

    async def press(self, record: VendorRecord, button: str) -> None:
        await self._change(record, button)

    async def make(self, drafts: Sequence[Draft]) -> list[str]:
        """Make opportunities that belong to nobody unless their write names somebody: the hub sells nothing."""
        session = await self._client.session()
        values = []
        for draft in drafts:
            views = {place: view for place, view in draft.views.items() if place != self._marker_place}
            fields = await self._values(views, company=str(session.company))
            own = {"company": session.company, self._marker_place: draft.write.marker}
            values.append({"employee": None, **fields, **own})
        found = await self._named(self._client.write(f"model.{MODEL}.create", values))
        ids = found.value if isinstance(found.value, list) else []
        if len(ids) != len(drafts):
            raise RetryLater("create answered without the ids of what it made", system=self.name, sent=True)
        return [str(each) for each in ids]

    async def _change(self, record: VendorRecord, method: str, *values: Json) -> None:
        """Call *method* on *record*, which Tryton refuses if the record has another version by now."""
        number = int(record.id)
        condition = {f"{MODEL},{number}": token_of(record.version or "")}
        await self._named(self._client.write(f"model.{MODEL}.{method}", [number], *values, _timestamp=condition))

    async def _named(self, call: Awaitable[Result]) -> Result:
        """Await *call*; a refusal that names a field by its label is raised with its place."""
        try:
            return await call
        except Rejected as error:
            place = error.place or await self._names.place_in(error.reason)
            text = str(error).removeprefix(f"{self.name}: ")
            raise Rejected(text, system=self.name, place=place, reason=error.reason, whole=error.whole) from error

    async def _values(self, views: Mapping[str, View], *, company: str | None = None) -> dict[str, Json]:
        """Return *views* as Tryton takes them; the own COMPANY may be named. Raises Rejected with the place."""
        values: dict[str, Json] = {}
        for place, view in views.items():
            if place == "company" and view == company:
                continue
            values[place] = await self._value(place, view)
        return values

    async def _value(self, place: str, view: View) -> Json:
        column = COLUMNS.get(place)
        if column is None or not column.writable:
            text = "an opportunity has no such field" if column is None else "Tryton sets it; it cannot be written"
            raise Rejected(f"{place} was not sent: {text}", system=self.name, place=place, reason=text)
        if place == "party" and view is not None:
            return await self._names.party(view)
        if place == "currency" and view is not None:
            return await self._names.currency(view)
        try:
            return form_of(place, view)
        except Malformed as error:
            raise Rejected(f"{place} was not sent", system=self.name, place=place, reason=str(error)) from None

    def _check(self, kind: str) -> None:
        if kind != KIND:
            raise Rejected(f"there are no {kind} records; there is {KIND}", system=self.name, whole=True)
