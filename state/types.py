"""
What state takes and gives back: frozen values.

A *worker* is one pass (or one fast-path job) in one process: claims and sent writes are its own. A *whole* is an entity
with everything that hangs on it. What is stored of a record, link or entity itself is defined in `mappings`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, field
from datetime import datetime
from typing import Literal, TypeAlias

from mappings.canonical.values import Value
from mappings.exchange import Cursor, VendorRecord, View
from mappings.frozen import dataclass
from mappings.reconcile.model import Entity, Event, FieldWrite, Link, LinkChange, OpenWrite, Outcome, Parked, Verb

from .held import Held

Lane: TypeAlias = Literal["changes", "full"]
"""Two readers of one (system, kind) that keep cursors of their own: the change feed, and the scheduled full scan."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works: ID is random, one per pass; HOST, PID and STARTED (of the process) tell whether it still lives."""

    id: str
    host: str
    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to be the one scheduled pass of NAME. Pass it to every transaction of the pass."""

    name: str
    token: str
    until: datetime


# --- inbox ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PutCount:
    """What became of the records of a page."""

    stored: int = 0
    same: int = 0
    stale: int = 0
    hinted: int = 0
    closed_hints: int = 0

    def __add__(self, other: "PutCount") -> "PutCount":
        return PutCount(*map(sum, zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Hint:
    """A record that has to be looked at by id; a read that began after AT clears it."""

    system: str
    kind: str
    id: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FoundCount:
    """What became of records that were looked up by id."""

    stored: int = 0
    same: int = 0
    stale: int = 0
    hinted: int = 0
    closed_hints: int = 0
    gone: int = 0
    refused: int = 0
    merged: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    A waiting record. SEQUENCE is its number: a commit removes the row only if it is still the same.

    BEGAN is when its request left, PUT_AT when it was stored; READ_AFTER when the request of the last read before it
    left (None: the first one): its edits are later than that. ASIDE is the reason for which it was once put aside;
    LEFT are the syncs that have not looked at it yet where another one has (none: it waits for anybody).
    """

    record: VendorRecord
    sequence: int
    began: datetime
    put_at: datetime
    read_after: datetime | None = None
    aside: str = ""
    left: tuple[str, ...] = ()


# --- claim and commit -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenCreate:
    """A create of the entity that has no link yet, planned or sent."""

    system: str
    kind: str
    write: OpenWrite
    fixed: Mapping[str, View] = field(default_factory=dict)
    left_out: Mapping[str, Parked] = field(default_factory=dict)
    sent_at: datetime | None = None
    parent: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """An entity with its links (tombstones too) and open creates, as stored."""

    entity: Entity
    links: tuple[Link, ...] = ()
    creates: tuple[OpenCreate, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """
    An entity that this worker alone may decide until it commits or releases it.

    SNAPSHOTS: link id -> what waits for it. A link whose write is `sent` is frozen: its snapshot stays in the inbox.
    """

    entity: Entity
    links: tuple[Link, ...] = ()
    creates: tuple[OpenCreate, ...] = ()
    snapshots: Mapping[int, Snapshot] = field(default_factory=dict)
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What a claim gave: entities to decide, and records that no link knows."""

    cases: tuple[Claimed, ...] = ()
    strangers: tuple[Snapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class NewLink:
    """
    A stranger becomes a link of the entity. REF is the number that `Outcome.links` uses for it (negative).

    SETTLES is the key of the open create that this record answers (it carries our marker).
    """

    ref: int
    snapshot: Snapshot
    settles: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """
    One entity's outcome, ready to be stored.

    CLAIMED is what the decision was made from; None: a new entity (its key is given by the counter of PREFIX, its id
    by the caller). CONSUMED: the snapshots that were taken into account (None: all that were claimed).
    """

    outcome: Outcome
    claimed: Claimed | None = None
    new_links: tuple[NewLink, ...] = ()
    consumed: Mapping[int, Snapshot] | None = None
    prefix: str = "CASE"
    again: bool = False
    """The entity is to be looked at again: this decision did not judge all that there is."""
    held: bool = False
    """A record was held back until strangers have been met; due again when a pass begins (`waiting.wake_held`)."""


@dataclass(frozen=True, slots=True)
class Committed:
    """KEYS: entity id -> key of what was stored. LOST: entities whose decision was out of date; they are due again."""

    keys: Mapping[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    writes: int = 0


# --- outbox ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One write that may leave: its row is `sent` already. LINK is None for a create whose id is not known yet."""

    key: str
    entity: Entity
    link: Link | None
    system: str
    kind: str
    verb: Verb
    fields: tuple[FieldWrite, ...]
    fixed: Mapping[str, View] = field(default_factory=dict)
    left_out: Mapping[str, Parked] = field(default_factory=dict)
    generation: int = 1
    """Of the entity when the write was planned: goes into the marker."""
    sent_at: datetime | None = None
    not_before: datetime | None = None
    tries: int = 1
    parent: tuple[str, str] | None = None
    """Of a create: the record that the new one is to hang on, as (kind, id)."""

    @property
    def held(self) -> Mapping[str, tuple[Value, ...]]:
        """The values of each fact of its entity, the present one first; only what is asked for is decoded."""
        return Held(self.entity)

    @property
    def external_id(self) -> str | None:
        return self.link.external_id if self.link else None

    @property
    def version(self) -> str | None:
        return self.link.version if self.link else None


Next: TypeAlias = Literal["settled", "parked", "planned", "due", "sent"]


@dataclass(frozen=True, slots=True)
class Settled:
    """
    What became of one write, in terms of what is kept.

    NEXT of the outbox row: ``settled``; ``parked``; ``planned`` (nothing was sent: again, not before NOT_BEFORE);
    ``due`` (the row goes, its entity is looked at again); ``sent`` (still in doubt, not before NOT_BEFORE).

    CHANGE is the link afterwards (its `link` number is not looked at: the row knows its link; `write` neither). LINK is
    the one it was made from, as it was taken, where there was one: what it holds unchanged is not encoded again.
    EXTERNAL_ID is the id of what a create made: it makes the link, whatever NEXT is. RECORD is the record as read at
    or after the write, by a request that left at BEGAN, and BEFORE as it was compared; REST says that it shows more
    than our write which nobody has looked at, so that it must be put into the inbox as well. GONE: the record is gone,
    and why; REKEY: its new id.
    """

    key: str
    next: Next
    change: LinkChange | None = None
    external_id: str | None = None
    record: VendorRecord | None = None
    before: VendorRecord | None = None
    began: datetime | None = None
    rest: bool = False
    events: Sequence[Event] = ()
    not_before: datetime | None = None
    due: bool = False
    gone: str | None = None
    rekey: str | None = None
    version: str | None = None
    url: str | None = None
    window: float | None = None
    link: Link | None = None


# --- cursors --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CursorState:
    """Where a lane of (system, kind) stands. PULLED_AT is when it was last asked to its end."""

    cursor: Cursor | None = None
    first_read_done: bool = False
    pulled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A full scan under way: pass it to `inbox.put`, then to `cursors.missing` and `cursors.end_full`."""

    id: str
    system: str
    kind: str
    began: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """The guard's numbers: LINKED live records older than the scan, SEEN ids, GONE of the linked were not listed."""

    linked: int
    seen: int
    gone: int
