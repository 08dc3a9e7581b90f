"""What waited for a record while we wrote to it: older than our write, unless its version says more."""

from typing import Any

from mappings.reconcile.model import Event

from . import codec
from .arrivals import replaced
from .history import event_row
from .rows import Row
from .types import Settled


def wrote(one: Settled) -> bool:
    """Say whether something was read back, or the write was carried out: older readings are worth nothing then."""
    return one.record is not None or one.next == "settled"


def newer(row: Row, one: Settled) -> bool:
    """Say whether what waits has a higher version than the write left behind."""
    version = one.record.version if one.record is not None else one.version
    return version is not None and row["version"] is not None and row["version"] > version


def covered(row: Row, one: Settled) -> bool:
    """Say whether the fresh record tells all that the waiting row could: the same, or read after it had ended."""
    if one.record is None:
        return False
    if codec.digest(one.record) == row["hash"]:
        return True
    return one.began is not None and row["put_at"] <= one.began


def last_words(own: Row, row: Row, *, one: Settled) -> list[dict[str, Any]]:
    """What waited and goes is kept in the history: where it differs from the fresh record, or whole without one."""
    if one.record is not None:
        return replaced(one.record, before=row["views"], owner=own["entity"])
    told = Event("read", "", new=row["views"], system=own["system"], cause="older than our write")
    return [event_row(told, entity=own["entity"], kind=own["kind"], record=row["external_id"])]
