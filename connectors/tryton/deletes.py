"""
Records taken away, each only as it was read: a delete names the version too.

Tryton deletes an opportunity only in the state of a draft or cancelled, so one that is open is cancelled first: where
it is refused then, it is at least closed. Notes, attachments and lines go with it.
"""

from collections.abc import Sequence
from datetime import datetime

from mappings.exchange import Found, VendorRecord

from ..errors import Gone, Rejected
from .client import TrytonClient
from .desk import Desk
from .history import MOST_VERSIONS, read_writers
from .kinds import KIND, MODEL, PARTY, resource_of
from .reader import rows_of
from .records import BUTTONS, STATE

DELETABLE = ("draft", "cancelled")
HANGING = {
    "ir.note": ("resource", "notes"),
    "ir.attachment": ("resource", "attachments"),
    "sale.opportunity.line": ("opportunity", "lines"),
}
"""Models of what goes with an opportunity -> the field that names it, and what people call them."""


class Deletes:
    """The port of deletes, for one kind of records."""

    def __init__(self, desk: Desk, client: TrytonClient) -> None:
        self._desk = desk
        self._client = client

    def clock(self) -> datetime:
        return self._desk.clock()

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        del kind
        return await self._desk.get(ids)

    async def touched(self, record: VendorRecord) -> str:
        session = await self._client.session()
        [row] = await self._rows(record)
        made_by, changed_by = row.get("create_uid"), row.get("write_uid")
        if str(made_by) != session.user or (changed_by is not None and str(changed_by) != session.user):
            return "somebody else has made or changed it"
        if record.kind == PARTY.name:
            return await self._naming(record)
        if record.kind != KIND:
            return ""
        writers = await read_writers(self._client, record.id)
        if writers is None:
            return f"it has more than {MOST_VERSIONS} versions, and who wrote them all is not asked"
        if writers - {session.user}:
            return "somebody else has changed it"
        return await self._hanging(record, session.user)

    async def delete(self, record: VendorRecord) -> None:
        if record.kind == KIND and record.views.get(STATE) not in DELETABLE:
            record = await self._cancelled(record)
        await self._desk.remove(record)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _rows(self, record: VendorRecord) -> list[dict[str, object]]:
        """Raises Gone."""
        asked = ["create_uid", "write_uid"]
        found = await self._client.read(f"model.{self._desk.kind.model}.read", [int(record.id)], asked)
        rows = rows_of(found.value)
        if not rows:
            raise Gone(f"{record.kind} {record.id} does not exist", system=record.system)
        return rows

    async def _naming(self, record: VendorRecord) -> str:
        """Tryton empties the client of the opportunities whose party goes."""
        domain = [["party", "=", int(record.id)]]
        found = await self._client.read(f"model.{MODEL}.search", domain, 0, 1, None)
        return "opportunities name it" if rows_of(found.value) else ""

    async def _hanging(self, record: VendorRecord, user: str) -> str:
        """Say what of others hangs on an opportunity."""
        for model, (field, words) in HANGING.items():
            value = resource_of(record.id) if field == "resource" else int(record.id)
            domain = [[field, "=", value], ["create_uid", "!=", int(user)]]
            found = await self._client.read(f"model.{model}.search", domain, 0, None, None)
            count = len(rows_of(found.value))
            if count:
                return f"people have put {count} {words} on it"
        return ""

    async def _cancelled(self, record: VendorRecord) -> VendorRecord:
        button = BUTTONS.get((str(record.views.get(STATE)), "cancelled"))
        if button is None:
            text = f"an opportunity that is {record.views.get(STATE)} is not deleted"
            raise Rejected(text, system=record.system, reason=text, whole=True)
        await self._desk.press(record, button)
        [found] = await self._desk.get([record.id])
        if found.record is None:
            raise Gone(f"opportunity {record.id} went while it was cancelled", system=record.system)
        return found.record
