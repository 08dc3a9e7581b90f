"""The connector of Bitrix24."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, TypeAlias

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
    Receipt,
    Refused,
    SystemPerson,
    Update,
    Write,
)

from ..base import Hint, RequestCount, Search, Surroundings, SystemConnector, SystemSettings
from ..errors import AuthFailed, Rejected, RetryLater
from ..guarded import push_deletes
from .client import BATCH, PAGE, Bitrix24Client, rows_of
from .comments import COMMENT, PLACES, TIMELINE
from .creates import push_creates
from .deletes import Deletes
from .describe import example_of, notes_of, places_of
from .desk import LIST, Desk
from .kinds import COMPANY, CONTACT, KINDS
from .posting import TimelineDesk
from .records import STAGE
from .settings import Bitrix24Settings
from .updates import push_updates
from .webhook import hints_of
from .writer import Writer

ALL = (*KINDS, *TIMELINE)
AnyDesk: TypeAlias = Desk | TimelineDesk


class Bitrix24Connector(SystemConnector):
    """Deals, companies, contacts, comments and files of a portal, as one user's inbound webhook shows them."""

    type_name: ClassVar[str] = "bitrix24"
    settings_model: ClassVar[type[SystemSettings]] = Bitrix24Settings

    def __init__(
        self, name: str, settings: Bitrix24Settings, around: Surroundings | None = None, *, page_size: int = PAGE
    ) -> None:
        super().__init__(name, around)
        self._settings = settings
        self._client = Bitrix24Client(name, settings, self._around)
        self._desks = {
            kind.name: Desk(kind, settings, client=self._client, around=self._around, page_size=page_size)
            for kind in KINDS.values()
        }
        self._writers = {
            kind: Writer(desk, settings, clock=self._around.clock, monotonic=self._around.monotonic)
            for kind, desk in self._desks.items()
        }
        self._timelines = {
            kind: TimelineDesk(kind, settings, client=self._client, around=self._around, page_size=page_size)
            for kind in TIMELINE
        }
        self._page_size = page_size

    # --- what it is -----------------------------------------------------------------------------------------------

    @property
    def kinds(self) -> tuple[str, ...]:
        return ALL

    @property
    def abilities(self) -> Abilities:
        return Abilities(
            write_batch=BATCH,
            page_size=self._page_size,
            stamp_resolution=1.0,
            overlap=float(self._settings.overlap),
            overlap_reason="updatedTime has whole seconds, and is set by one of several servers before it is stored",
            change_log=frozenset({STAGE}),
            deletes=True,
            webhooks=self._settings.application_token is not None,
            write_returns_record=True,
            request_timeout=float(self._settings.timeout),
        )

    def abilities_of(self, kind: str) -> Abilities:
        """Only what has stages has a log of them; a timeline has no place for markers, and its writes tell a number."""
        if kind in TIMELINE:
            size = BATCH // 2 if kind == COMMENT else 1
            return replace(
                self.abilities, change_log=frozenset(), marker=False, write_returns_record=False, write_batch=size
            )
        known = KINDS.get(kind)
        return replace(self.abilities, change_log=frozenset()) if known and not known.stages else self.abilities

    @property
    def requests(self) -> RequestCount:
        return self._client.count

    async def open(self) -> None:
        await self._client.open()

    async def close(self) -> None:
        await self._client.close()

    def url_of(self, kind: str, record_id: str) -> str | None:
        known = KINDS.get(kind)
        return f"{self._settings.portal}{known.page.format(id=record_id)}" if known else None

    def hints(self, headers: Mapping[str, str], body: bytes) -> tuple[Hint, ...]:
        token = self._settings.application_token
        return hints_of(body, token=token.get_secret_value() if token else "", system=self.name)

    # --- reading --------------------------------------------------------------------------------------------------

    async def identify(self) -> Account:
        """Whose webhook it is; asked of `profile`, which needs no scope."""
        row = (await self._client.call("profile", {}, overhead=True)).result
        if not isinstance(row, Mapping) or not row.get("ID"):
            raise AuthFailed("the portal does not say whose webhook this is; make a new one", system=self.name)
        name = " ".join(str(row[part]) for part in ("NAME", "LAST_NAME") if row.get(part))
        rights = ("admin",) if row.get("ADMIN") is True else ()
        return Account(str(row["ID"]), name or str(row["ID"]), rights, server="Bitrix24")

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        return await self._any_desk(kind).page(cursor, full=full)

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self._any_desk(kind).read(kind, ids)

    async def find(self, kind: str, marker: str) -> Search:
        return await self._desk(kind).find(marker)

    async def find_sent(self, create: Create, since: datetime) -> Search:
        timeline = self._timelines.get(create.kind)
        return await (timeline.find_sent(create, since) if timeline else self.find(create.kind, create.marker))

    def fetch(self, kind: str, record_id: str) -> AsyncIterator[bytes]:
        timeline = self._timelines.get(kind)
        return timeline.fetch(record_id) if timeline else super().fetch(kind, record_id)

    async def discover(self, kind: str) -> Discovery:
        if kind in TIMELINE:
            account = await self.identify()
            return Discovery(self.name, kind, places=PLACES[kind], people=await self.people(), account=account)
        desk = self._desk(kind)
        account = await self.identify()
        desk.book.forget()
        fields, words, people = await desk.book.fields(), await desk.book.words(), await desk.book.people()
        records = {number: await desk.names.listed(number) for number in (COMPANY, CONTACT)}
        asked = {"entityTypeId": desk.kind.number, "select": list(fields.asked), "order": {"id": "DESC"}, "start": -1}
        rows = rows_of((await self._client.call(LIST, asked, overhead=True)).result, "items")
        shown, _ = (await desk.reader(rows)).records(rows)
        token = self._settings.application_token
        return Discovery(
            self.name,
            kind,
            places=places_of(
                fields,
                words=words,
                records=records,
                named=desk.kind.named if len(desk.kind.named) == 1 else (),
                example=example_of([one.views for one in shown]),
            ),
            people=people or (),
            account=account,
            notes=notes_of(fields, people, records=records, marker_place=desk.marker_place, listens=token is not None),
        )

    async def people(self) -> tuple[SystemPerson, ...]:
        first = next(iter(self._desks.values()))
        return await first.book.people() or ()

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        """The stages that a record went through; Bitrix24 says of the last step alone who made it."""
        if kind in TIMELINE:
            return ()
        desk = self._desk(kind)
        return await desk.all_steps(record_id, since) if desk.kind.stages else ()

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        strange = Refused(None, f"there are no such records here; there are: {', '.join(ALL)}")
        receipts = {w.key: Receipt(w.key, "refused", refused=(strange,)) for w in writes if w.kind not in ALL}
        sent = False
        for kind in dict.fromkeys(write.kind for write in writes if write.kind in ALL):
            mine = [write for write in writes if write.kind == kind]
            try:
                pushed = await self._push(kind, mine)
            except (AuthFailed, RetryLater) as error:
                if not sent:
                    raise
                pushed = [Receipt(write.key, "unsent", reason=str(error)) for write in mine]
            receipts |= {receipt.key: receipt for receipt in pushed}
            sent = True
        return [receipts[write.key] for write in writes]

    async def _push(self, kind: str, writes: Sequence[Write]) -> list[Receipt]:
        """Raises AuthFailed and RetryLater only where nothing was sent."""
        updates = [write for write in writes if isinstance(write, Update)]
        creates = [write for write in writes if isinstance(write, Create)]
        timeline = self._timelines.get(kind)
        if timeline is not None:
            pushed = await push_updates(timeline, updates)
            pushed += await push_creates(timeline, creates) if creates else []
        else:
            writer = self._writers[kind]
            pushed = await push_updates(writer, updates)
            pushed += await self._push_creates(writer, creates, first=not updates) if creates else []
        deletes = [write for write in writes if isinstance(write, Delete)]
        return pushed + (await self._taken_away(kind, deletes, first=not pushed) if deletes else [])

    async def _taken_away(self, kind: str, deletes: Sequence[Delete], *, first: bool) -> list[Receipt]:
        port = Deletes(self._any_desk(kind), self._client, self._settings, clock=self._around.clock)
        try:
            return await push_deletes(port, deletes)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(delete.key, "unsent", reason=str(error)) for delete in deletes]

    async def _push_creates(self, writer: Writer, creates: Sequence[Create], *, first: bool) -> list[Receipt]:
        """Dictionaries are asked for before the first create, so that nothing is half done when they fail."""
        try:
            await writer.ready(creates)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(create.key, "unsent", reason=str(error)) for create in creates]
        except Rejected:
            pass  # told per create, by the receipt of the create that meets it again
        return await push_creates(writer, creates)

    def _any_desk(self, kind: str) -> AnyDesk:
        return self._timelines.get(kind) or self._desk(kind)

    def _desk(self, kind: str) -> Desk:
        desk = self._desks.get(kind)
        if desk is None:
            text = f"there are no such records of kind {kind!r}; there are: {', '.join(ALL)}"
            raise Rejected(text, system=self.name, whole=True)
        return desk
