"""Files and folders taken away, each only as it was seen: a file by its etag, a folder by all that lies in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mappings.exchange import Delete, Found, Receipt, Refused, VendorRecord

from ..errors import AuthFailed, Rejected, RetryLater
from ..guarded import push_deletes
from .client import WebDavClient
from .places import FILE

SEEN = {"file": "etag", "folder": "entries"}
"""What a delete has to say of the record, so that nothing goes that nobody has looked at."""


class Reads(Protocol):
    """The connector, as far as deletes need it."""

    def clock(self) -> datetime: ...

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]: ...


class Deletes:
    """The port of deletes. A server tells nobody's name, so whoever asks has to say what the record must show."""

    def __init__(self, reads: Reads, client: WebDavClient) -> None:
        self._reads = reads
        self._client = client

    def clock(self) -> datetime:
        return self._reads.clock()

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        return await self._reads.read(kind, ids)

    async def touched(self, record: VendorRecord) -> str:
        """What it must show has been compared already."""
        del record
        return ""

    async def delete(self, record: VendorRecord) -> None:
        """Raises Stale, Gone, Rejected."""
        etag = record.views.get("etag")
        if record.kind == FILE and not isinstance(etag, str):
            text = "the server gives this file no strong etag, so an edit of this moment could go with it"
            raise Rejected(text, system=record.system, reason=text, whole=True)
        folder = record.kind != FILE
        await self._client.delete(record.id, folder=folder, etag=etag if isinstance(etag, str) else None)


async def take_away(reads: Reads, client: WebDavClient, deletes: Sequence[Delete], *, first: bool) -> list[Receipt]:
    """Carry out *deletes*. Raises AuthFailed and RetryLater only where nothing was sent, before them (FIRST) either."""
    blind = [one for one in deletes if SEEN[one.kind] not in one.expected]
    why = Refused(None, "it was not said how it looked; nothing was deleted")
    receipts = {one.key: Receipt(one.key, "refused", id=one.id, refused=(why,), reason=why.reason) for one in blind}
    seen = [one for one in deletes if one not in blind]
    try:
        receipts |= {one.key: one for one in await push_deletes(Deletes(reads, client), seen)}
    except (AuthFailed, RetryLater) as error:
        if first:
            raise
        receipts |= {one.key: Receipt(one.key, "unsent", id=one.id, reason=str(error)) for one in seen}
    return [receipts[one.key] for one in deletes]
