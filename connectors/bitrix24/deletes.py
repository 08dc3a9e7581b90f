"""
Deals, contacts, companies, comments and files taken away.

A portal has no condition for it, and puts a deleted record into its recycle bin, from where people can bring it back. A
file goes with the comment that our account made to attach it; any other comment keeps its files.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mappings.exchange import Found, VendorRecord

from ..errors import Gone, Rejected
from .client import Bitrix24Client, Command, Row, rows_of
from .comments import FILE, GET, list_command
from .desk import LIST, Desk
from .kinds import COMPANIES, CONTACTS, DEAL, Kind
from .posting import TimelineDesk
from .replies import InWords
from .settings import Bitrix24Settings
from .timeline import NOT_THERE

DELETE_ITEM = "crm.item.delete"
DELETE_COMMENT = "crm.timeline.comment.delete"
NAMING: Mapping[str, tuple[tuple[Kind, str], ...]] = {
    COMPANIES.name: ((DEAL, "companyId"), (CONTACTS, "companyId"), (CONTACTS, "companyIds")),
    CONTACTS.name: ((DEAL, "contactId"), (DEAL, "contactIds")),
}
"""Kind -> the fields of others that may name one: the first of several alone, and all of them."""


class Deletes:
    """The port of deletes, for one kind of records."""

    def __init__(
        self,
        desk: Desk | TimelineDesk,
        client: Bitrix24Client,
        settings: Bitrix24Settings,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self.clock = clock
        self._desk = desk
        self._client = client
        self._user = settings.user

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self._desk.read(kind, ids)

    async def touched(self, record: VendorRecord) -> str:
        if isinstance(self._desk, TimelineDesk):
            return await self._beside(record, self._desk)
        names = ("createdBy", "updatedBy", "movedBy")
        others = [name for name in names if record.views.get(name) not in (None, self._user)]
        if others:
            return "somebody else has made or changed it"
        return await (self._said(record) if record.kind == DEAL.name else self._named(record))

    async def delete(self, record: VendorRecord) -> None:
        """Raises Gone, Rejected."""
        params: dict[str, Any]
        method, params = DELETE_COMMENT, {"id": record.id.partition("/")[0]}
        if not isinstance(self._desk, TimelineDesk):
            method, params = DELETE_ITEM, {"entityTypeId": self._desk.kind.number, "id": record.id}
        try:
            await self._client.call(method, params, reading=False)
        except InWords as error:
            if NOT_THERE.search(error.reason):
                raise Gone(f"{record.kind} {record.id} does not exist any more", system=record.system) from error
            raise

    # --- who else was there ---------------------------------------------------------------------------------------

    async def _beside(self, record: VendorRecord, desk: TimelineDesk) -> str:
        """A file of ours stands in a comment that says nothing else."""
        if record.views.get("author") != self._user:
            return f"somebody else has made this {record.kind}"
        if record.kind != FILE:
            return ""
        reply = await self._client.call(GET, {"id": record.id.partition("/")[0]})
        row: Mapping[str, Any] = reply.result if isinstance(reply.result, Mapping) else {}
        return "" if desk.timeline.carries(dict(row)) else "its comment says more than the name of the file"

    async def _said(self, record: VendorRecord) -> str:
        """Say how many others have commented a deal, among the newest fifty comments."""
        command = list_command(record.id, newest=True)
        reply = await self._client.call(command.method, command.params)
        others = [row for row in rows_of(reply.result) if str(row.get("AUTHOR_ID")) != self._user]
        return f"people have commented it {len(others)} times" if others else ""

    async def _named(self, record: VendorRecord) -> str:
        """Whoever names it would be without it. Where a portal does not search by all of several, the first must do."""
        naming = NAMING[record.kind]
        replies = await self._client.batch([_naming(kind, place, record.id) for kind, place in naming])
        for (kind, place), reply in zip(naming, replies, strict=True):
            if place.endswith("Ids") and isinstance(reply.error, Rejected):
                continue
            rows = rows_of(reply.value(), "items")
            if any(kind is DEAL or not self._is_ours(row) for row in rows):
                return f"{kind.name}s name it"
        return ""

    def _is_ours(self, row: Row) -> bool:
        return {str(row.get("createdBy")), str(row.get("updatedBy"))} == {self._user}


def _naming(kind: Kind, place: str, record_id: str) -> Command:
    asked = {"select": ["id", "createdBy", "updatedBy"], "filter": {f"={place}": record_id}, "start": -1}
    return Command(LIST, {"entityTypeId": kind.number, **asked})
