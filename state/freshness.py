"""
Fresh or not: may a record that was read be taken for newer than what is known of it?

Versions order by themselves. Where they are equal, or there are none, only time can: a request that left after the last
read or write of the record had ended shows something newer, unless the list it came from may lag behind.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from mappings.exchange import VendorRecord
from mappings.frozen import dataclass

from . import codec

Verdict: TypeAlias = Literal["new", "same", "stale", "unclear"]
LATEST = timedelta(minutes=1)
"""An older version is a late answer for so long after the record was last read or written."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record as one request showed it: HASH of its content, and when the request BEGAN."""

    hash: str
    version: str | None
    began: datetime


Reads: TypeAlias = Sequence[tuple[VendorRecord, Read]]
"""Records, each with what is judged of it."""


def reads_of(records: Sequence[VendorRecord], began: datetime) -> Reads:
    """Return *records*, each once, with what is judged of them; to be made before anybody has to wait for it."""
    each = {record.id: record for record in records}
    return [(record, Read(codec.digest(record), record.version, began)) for record in each.values()]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a record: content and version last seen, and when the last read or write of it had ended."""

    hash: str | None
    version: str | None
    touched: datetime | None
    tombstone: bool = False


def judge(read: Read, known: Known | None, *, lag: bool = False) -> Verdict:
    """
    Say what *read* is beside *known*: ``new``, the ``same`` content, ``stale``, or ``unclear`` (look at it by id).

    A record that is known to be gone is *new* with any content, but only if the request left afterwards: deleting moves
    no version.
    """
    if known is None:
        return "new"
    if not known.tombstone:
        if read.hash == known.hash:
            return "same"
        order = _ordered(read.version, known.version)
        if order is not None:
            return order
    if lag:
        return "unclear"
    return "new" if known.touched is None or read.began >= known.touched else "unclear"


def went_back(read: Read, known: Known) -> bool:
    """Say of a stale *read* whether its system has gone back behind what is *known*: it is too late for an answer."""
    return known.touched is not None and read.began >= known.touched + LATEST


def shows_older(record: VendorRecord | None, known: Known, began: datetime | None) -> bool:
    """Say whether *record*, as a request showed it that left at *began*, went back behind what is *known*."""
    if record is None or began is None or known.tombstone or _ordered(record.version, known.version) != "stale":
        return False
    return went_back(Read("", record.version, began), known)


def _ordered(version: str | None, known: str | None) -> Verdict | None:
    if version is None or known is None or version == known:
        return None
    return "new" if version > known else "stale"


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two times, either of which may be unknown."""
    if one is None or other is None:
        return one or other
    return max(one, other)
