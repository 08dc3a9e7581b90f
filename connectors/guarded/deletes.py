"""
Deletes: read, compare, look who else was there, delete, look again.

What somebody else has worked on is left alone. Between the look and the request an edit can still be made and go with
the record, unless the system refuses the request then; so a delete is sent for records of our own making only.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mappings.exchange import Delete, Found, Receipt, Refused, VendorRecord

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from .port import looked


class DeletePort(Protocol):
    """What the procedure asks of a connector."""

    def clock(self) -> datetime: ...

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """Look records up, in batches. Raises AuthFailed, RetryLater."""
        ...

    async def touched(self, record: VendorRecord) -> str:
        """Say what people have done there, or what hangs on it; nothing where only our own account was there."""
        ...

    async def delete(self, record: VendorRecord) -> None:
        """Send one delete. Raises any of our errors; Stale where the system saw that the record moved."""
        ...


async def push_deletes(port: DeletePort, deletes: Sequence[Delete]) -> list[Receipt]:
    """
    Carry out *deletes* one after another, in their order, and return their receipts.

    Raises AuthFailed and RetryLater only from the first look, when nothing has been sent.
    """
    receipts: dict[str, Receipt] = {}
    stopped = ""
    for number, one in enumerate(deletes):
        if stopped:
            receipts[one.key] = Receipt(one.key, "unsent", id=one.id, reason=stopped)
            continue
        try:
            receipts[one.key] = await _one(port, one)
        except (AuthFailed, RetryLater) as error:
            if not number:
                raise
            stopped = str(error)
            receipts[one.key] = Receipt(one.key, "unsent", id=one.id, reason=stopped)
    return [receipts[one.key] for one in deletes]


async def _one(port: DeletePort, one: Delete) -> Receipt:
    """Raises AuthFailed and RetryLater where nothing was sent."""
    began = port.clock()
    [found] = await looked(port.read(one.kind, [one.id]))
    record = found.record
    if record is None:
        return _missing(one, found)
    why = _moved(one, record)
    try:
        why = why or await port.touched(record)
    except (Gone, Rejected, Stale) as error:
        return _refused(one, getattr(error, "reason", "") or str(error))
    if why:
        return Receipt(one.key, "moved", id=one.id, record=record, before=record, began=began, reason=why)
    try:
        await port.delete(record)
    except Gone:
        return Receipt(one.key, "gone", id=one.id, reason="gone")
    except Stale as error:
        return Receipt(one.key, "moved", id=one.id, record=record, before=record, began=began, reason=str(error))
    except Rejected as error:
        return _refused(one, error.reason or str(error))
    except RetryLater as error:
        if not error.sent:
            raise
        return Receipt(one.key, "unclear", id=one.id, reason=str(error))
    return await _look_back(port, one)


async def _look_back(port: DeletePort, one: Delete) -> Receipt:
    """Only a look that shows nothing says that it is gone."""
    try:
        [found] = await looked(port.read(one.kind, [one.id]))
    except ConnectorError as error:
        return Receipt(one.key, "unclear", id=one.id, reason=f"deleted, not looked at again: {error}")
    return _missing(one, found) if found.record is None else _refused(one, "the system kept it all the same")


def _missing(one: Delete, found: Found) -> Receipt:
    if found.state == "refused":
        return _refused(one, found.reason or "the account may not see the record")
    return Receipt(one.key, "gone", id=one.id, other=found.other, reason="gone")


def _moved(one: Delete, record: VendorRecord) -> str:
    moved = sorted(place for place, view in one.expected.items() if record.views.get(place, view) != view)
    return f"edited since: {', '.join(moved)}" if moved else ""


def _refused(one: Delete, reason: str) -> Receipt:
    return Receipt(one.key, "refused", id=one.id, refused=(Refused(None, reason),), reason=reason)
