"""The connector of Bitrix24."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    Update,
    Write,
)

from ..base import Hint, RequestCount, Search, Surroundings, SystemConnector, SystemSettings
from ..errors import AuthFailed, Rejected, RetryLater
from .client import BATCH, PAGE, Bitrix24Client, rows_of
from .creates import push_creates
from .describe import example_of, notes_of, places_of
from .desk import LIST, Desk
from .kinds import COMPANY, CONTACT, KINDS
from .records import STAGE
from .settings import Bitrix24Settings
from .updates import push_updates
from .webhook import hints_of
from .writer import Writer


class Bitrix24Connector(SystemConnector):
    """The deals of a portal as records of kind ``deal``, as one user's inbound webhook shows them."""

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
        self._page_size = page_size

    # --- what it is -----------------------------------------------------------------------------------------------

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(KINDS)

    @property
    def abilities(self) -> Abilities:
        return Abilities(
            write_batch=BATCH,
            page_size=self._page_size,
            stamp_resolution=1.0,
            overlap=float(self._settings.overlap),
            overlap_reason="updatedTime has whole seconds, and is set by one of several servers before it is stored",
            change_log=frozenset({STAGE}),
            webhooks=self._settings.application_token is not None,
            write_returns_record=True,
            request_timeout=float(self._settings.timeout),
        )

    def abilities_of(self, kind: str) -> Abilities:
        """Only what has stages has a log of them."""
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
        return await self._desk(kind).page(cursor, full=full)

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self._desk(kind).read(kind, ids)

    async def find(self, kind: str, marker: str) -> Search:
        return await self._desk(kind).find(marker)

    async def discover(self, kind: str) -> Discovery:
        desk = self._desk(kind)
        account = await self.identify()
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
        desk = self._desk(kind)
        return await desk.all_steps(record_id, since) if desk.kind.stages else ()

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        strange = Refused(None, f"there are no such records here; there are: {', '.join(KINDS)}")
        receipts = {w.key: Receipt(w.key, "refused", refused=(strange,)) for w in writes if w.kind not in KINDS}
        for kind, writer in self._writers.items():
            mine = [write for write in writes if write.kind == kind]
            updates = [write for write in mine if isinstance(write, Update)]
            creates = [write for write in mine if isinstance(write, Create)]
            receipts |= {receipt.key: receipt for receipt in await push_updates(writer, updates)}
            if creates:
                pushed = await self._push_creates(writer, creates, first=not updates)
                receipts |= {receipt.key: receipt for receipt in pushed}
        return [receipts[write.key] for write in writes]

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

    def _desk(self, kind: str) -> Desk:
        desk = self._desks.get(kind)
        if desk is None:
            text = f"there are no records of kind {kind!r}; there are: {', '.join(KINDS)}"
            raise Rejected(text, system=self.name, whole=True)
        return desk
