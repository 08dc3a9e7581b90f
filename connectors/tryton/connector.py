"""Records of one company in a Tryton database."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

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
    SystemPerson,
    Transition,
    Update,
    VendorRecord,
    View,
    Write,
)

from ..base import RequestCount, Search, Surroundings, SystemConnector
from ..errors import AuthFailed, Gone, Rejected, RetryLater
from ..guarded import push_deletes
from .client import TrytonClient
from .creates import push_creates
from .deletes import Deletes
from .desk import Desk
from .history import read_history
from .kinds import COLUMNS, KIND, KINDS, Kind
from .names import Names
from .reader import Reader
from .records import BUTTONS, STATE, steps_from
from .settings import TrytonSettings
from .updates import Look, push_updates

MARKER_PLACE = "reference"
WRITE_BATCH = 50
PLURALS = {"opportunity": "opportunities", "party": "parties", "comment": "notes", "file": "attachments"}


class TrytonConnector(SystemConnector):
    """
    The sales opportunities of one company, the notes and attachments that hang on them, and the parties.

    Pages are cut by (time of the last change, id) and asked for in that order: a record that is edited while the pages
    are read moves behind the reader's place, so that it is read again and no other one is skipped.
    """

    type_name: ClassVar[str] = "tryton"
    settings_model: ClassVar[type[TrytonSettings]] = TrytonSettings
    kinds = tuple(KINDS)

    def __init__(
        self, name: str, settings: TrytonSettings, around: Surroundings | None = None, *, page_size: int = 100
    ) -> None:
        super().__init__(name, around)
        self._settings = settings
        self._page_size = page_size
        self._client = TrytonClient(name, settings, self._around)
        self._names = Names(name, self._client, self._around.shelf)
        self._desks = {kind.name: self._desk_of(kind) for kind in KINDS.values()}

    def _desk_of(self, kind: Kind) -> Desk:
        place = self._around.markers.get(KIND, MARKER_PLACE) if kind.marked else ""
        overlap = timedelta(seconds=self._settings.overlap)
        reader = Reader(
            kind,
            self._client,
            self._names,
            marker_place=place,
            page_size=self._page_size,
            overlap=overlap,
            url_of=partial(self.url_of, kind.name),
        )
        return Desk(kind, self._client, self._names, reader=reader, around=self._around, marker_place=place)

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
            deletes=True,
            request_timeout=float(self._settings.timeout),
        )

    def abilities_of(self, kind: str) -> Abilities:
        """What only opportunities have: a place for our marker, and versions that are kept."""
        if kind == KIND or kind not in KINDS:
            return self.abilities
        return replace(self.abilities, marker=False, change_log=frozenset())

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
        """Log in, or ask whose session it is that was kept; the account is told as `people` and authors are."""
        session = await self._client.prove()
        await self._names.know_users()
        return Account(self._names.person_of(int(session.user)), session.name)

    # --- reading --------------------------------------------------------------------------------------------------

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        return await self._desk(kind).page(cursor, full=full)

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self._desk(kind).get(ids)

    async def look(self, ids: Sequence[str], kind: str = KIND) -> list[Look]:
        """Look records up, and see whether our own account wrote them last."""
        return await self._desk(kind).look(ids)

    async def find(self, kind: str, marker: str) -> Search:
        return await self._desk(kind).find(marker)

    async def find_sent(self, create: Create, since: datetime) -> Search:
        return await self._desk(create.kind).find_sent(create, since)

    def fetch(self, kind: str, record_id: str) -> AsyncIterator[bytes]:
        return self._desk(kind).fetch(record_id)

    async def transitions(self, kind: str, record_id: str) -> tuple[Transition, ...]:
        if kind in KINDS and kind != KIND:
            return ()
        (found,) = await self.get(kind, [record_id])
        if found.state == "gone":
            raise Gone(f"opportunity {record_id} does not exist", system=self.name)
        if found.record is None:
            raise Rejected(f"opportunity {record_id} cannot be read", system=self.name, reason=found.reason, whole=True)
        here = str(found.record.views[STATE])
        return tuple(Transition(here, target) for target in steps_from(here))

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        """Tryton keeps every version of an opportunity; what differs from one to the next is a change."""
        self._desk(kind)
        if kind != KIND:
            return ()
        return await read_history(self._client, record_id, since)

    # --- what there is --------------------------------------------------------------------------------------------

    async def discover(self, kind: str) -> Discovery:
        desk = self._desk(kind)
        session = await self._client.session()
        places = await self._names.places(session.company, session.language, desk.kind)
        rights = await self._rights(desk.kind.model)
        lacking = [right for right in ("read", "write", "create") if right not in rights]
        await self._names.know_users()
        me = self._names.person_of(int(session.user))
        account = Account(me, session.name, rights, await self._client.server())
        return Discovery(
            self.name,
            kind,
            places,
            people=await self.people(),
            account=account,
            transitions=tuple(Transition(source, target) for source, target in BUTTONS if kind == KIND),
            notes=tuple(f"the account may not {right} {PLURALS[kind]}" for right in lacking),
        )

    async def people(self) -> tuple[SystemPerson, ...]:
        session = await self._client.session()
        return await self._names.people(session.company)

    async def _rights(self, model: str) -> tuple[str, ...]:
        found = await self._client.read("model.ir.model.access.get_access", [model], overhead=True)
        rights = found.value.get(model, {}) if isinstance(found.value, dict) else {}
        return tuple(name for name, allowed in rights.items() if allowed)

    def url_of(self, kind: str, record_id: str) -> str | None:
        """Return the address of a record in Tryton's web client."""
        known = KINDS.get(kind)
        return f"{self._settings.url}/#{self._settings.database}/model/{known.model}/{record_id}" if known else None

    # --- writing --------------------------------------------------------------------------------------------------

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        """Kind after kind, opportunities last, on which others hang; what fails later stands in its receipts."""
        receipts: dict[str, Receipt] = {}
        for kind in sorted({write.kind for write in writes}, key=lambda kind: (kind == KIND, kind)):
            desk, mine = self._desk(kind), [write for write in writes if write.kind == kind]
            try:
                pushed = await self._push(desk, mine)
            except (AuthFailed, RetryLater) as error:
                if not receipts:
                    raise
                pushed = [Receipt(write.key, "unsent", reason=str(error)) for write in mine]
            receipts |= {receipt.key: receipt for receipt in pushed}
        return [receipts[write.key] for write in writes]

    async def _push(self, desk: Desk, writes: Sequence[Write]) -> list[Receipt]:
        updates = [write for write in writes if isinstance(write, Update)]
        creates = [write for write in writes if isinstance(write, Create)]
        pushed = await push_updates(desk, updates) if updates else []
        size = 1 if "content" in desk.kind.columns else len(creates)  # a request carries one file
        for at in range(0, len(creates), max(size, 1)):
            pushed += await push_creates(desk, creates[at : at + size])
        deletes = [write for write in writes if isinstance(write, Delete)]
        return pushed + (await self._taken_away(desk, deletes, first=not pushed) if deletes else [])

    async def _taken_away(self, desk: Desk, deletes: Sequence[Delete], *, first: bool) -> list[Receipt]:
        try:
            return await push_deletes(Deletes(desk, self._client), deletes)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(delete.key, "unsent", reason=str(error)) for delete in deletes]

    async def write(self, record: VendorRecord, views: Mapping[str, View]) -> None:
        """Write places of *record* if it still has its version. Raises any of our errors."""
        await self._desk(record.kind).write(record, views)

    def _desk(self, kind: str) -> Desk:
        desk = self._desks.get(kind)
        if desk is None:
            text = f"there are no {kind} records; there are: {', '.join(KINDS)}"
            raise Rejected(text, system=self.name, whole=True)
        return desk
