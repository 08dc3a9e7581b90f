"""What arrives: snapshots and hints."""

from collections.abc import Sequence
from datetime import datetime

from mappings.exchange import Found, Page

from .store import Store
from .types import FoundCount, Hint, Lane, Lease, PutCount, Scan, Snapshot


def put(
    store: Store, page: Page, *, lag: bool = False, lane: Lane = "changes", scan: Scan | None = None, lease: Lease | None = None
) -> PutCount:
    """Store a page and its cursor in one transaction."""
    raise NotImplementedError


def hint(store: Store, system: str, *, kind: str, ids: Sequence[str], reason: str = "") -> int:
    """Remember records to look at by id; returns how many are new."""
    raise NotImplementedError


def hints(store: Store, system: str, *, kind: str, limit: int) -> tuple[Hint, ...]:
    """Return the oldest hints."""
    raise NotImplementedError


def put_found(
    store: Store, found: Sequence[Found], *, system: str, kind: str, began: datetime, lease: Lease | None = None
) -> FoundCount:
    """Store what look-ups by id gave."""
    raise NotImplementedError


def set_aside(store: Store, snapshots: Sequence[Snapshot], *, reason: str, listed: bool = False) -> int:
    """Put strangers aside until their content changes; LISTED: also on the attention list."""
    raise NotImplementedError


def wake_strangers(store: Store, system: str, *, kind: str) -> int:
    """Make all strangers that were put aside waiting again."""
    raise NotImplementedError
