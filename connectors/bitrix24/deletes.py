"""
Deals, contacts, companies, comments and files taken away.

A portal has no condition for it, and puts a deleted record into its recycle bin, from where people can bring it back. A
file goes with the comment that our account made to attach it; any other comment keeps its files.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mappings.exchange import Found, VendorRecord

from ..errors import Gone
from .client import Bitrix24Client, rows_of
from .comments import FILE, GET, list_command
from .desk import LIST, Desk
from .kinds import DEAL
from .posting import TimelineDesk
from .replies import InWords
from .settings import Bitrix24Settings
from .timeline import NOT_THERE

DELETE_ITEM = "crm.item.delete"
COMPANY_KIND = "company"
DELETE_COMMENT = "crm.timeline.comment.delete"


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
        return await (self._said(record) if record.kind == DEAL.name else self._deals(record))

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

    async def _deals(self, record: VendorRecord) -> str:
        field = "companyId" if record.kind == COMPANY_KIND else "contactId"
        asked = {"select": ["id"], "filter": {f"={field}": record.id}, "start": -1}
        reply = await self._client.call(LIST, {"entityTypeId": DEAL.number, **asked})
        return "deals name it" if rows_of(reply.result, "items") else ""
