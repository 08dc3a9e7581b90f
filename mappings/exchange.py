"""
The values that travel between connectors, state and the engine: frozen, without behaviour.

PLACE is the name of a field as `discover` lists it (``status``, ``assigned_to``, ``cf[Amount]``).
VIEW is the content of a place in the system's own words, normalised by its connector to plain JSON so that two
equal contents are equal values: choices, persons and other references by their id as text (``"2"``), numbers as
decimal text (``"150000.00"`` is sent as the system shows it, but always the same text for the same content), dates as
``"2026-12-01"``, date-times as ISO 8601 with an offset, booleans as booleans, sets as sorted lists, nothing as None.
A place that a record does not carry is *unseen*; a place that it carries as ``None`` is *empty*.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from .frozen import dataclass

Json: TypeAlias = Any
"""Plain JSON: None, bool, int, str, list, dict. Floats never: decimal numbers travel as text."""

View: TypeAlias = Json
Views: TypeAlias = Mapping[str, View]
"""Place -> view."""


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VendorRecord:
    """
    One record as its system showed it.

    VERSION is text that changes when the record does and *sorts in the order of change*, or None where a system has
    nothing of the kind. STAMP is the source's own change time, the exact string it sent. MARKER is the text found in
    the place where our marker lives, whoever wrote it there. IN_SCOPE is False when the record can be read but lies
    outside the project, pipeline or query that the system is connected to. PARENT is the record of the same system that
    this one hangs on: the issue of a comment, of a file or of a sub-issue, as (kind, id). PEOPLE are the names that it
    shows beside the ids of people; they go before it is stored. EDITOR is who changed it last, where the system says so
    without being asked: the id of a person there, and in the hub's hands the name.
    """

    system: str
    kind: str
    id: str
    views: Views
    version: str | None = None
    stamp: str | None = None
    marker: str | None = None
    url: str | None = None
    in_scope: bool = True
    parent: tuple[str, str] | None = None
    people: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    editor: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """
    Where the next pull starts.

    AT is the newest source stamp up to which everything has been read, the exact string the system sent; IDS the
    records already seen at that very stamp. RESUME, opaque to everybody but its connector, says where to go on inside
    a window that has not been read to its end; AT does not move while it is set. FULL marks a full read in progress.
    """

    at: str | None = None
    ids: tuple[str, ...] = ()
    resume: str | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A record, or part of a page, that could not be read: goes on the attention list, the rest goes on."""

    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of records; BEGAN is the hub's clock when its request left. MORE: another page follows at CURSOR."""

    system: str
    kind: str
    records: tuple[VendorRecord, ...]
    began: datetime
    cursor: Cursor
    more: bool = False
    total: int | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a look-up by id gave: the record, or that it is gone, or that we may not see it.

    OTHER is the id under which the system answered when it is not the one that was asked for (merged or moved).
    """

    id: str
    state: Literal["here", "gone", "refused"]
    record: VendorRecord | None = None
    other: str | None = None
    reason: str = ""


# --- writing -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """
    Put VIEW into PLACE, where EXPECTED was last seen (meaningless in a create).

    HOPS are the views to pass through before VIEW, in order, where a workflow allows no direct step. FIELD is the field
    of the mapping that it belongs to: the places of one field are one value, written together or not at all.
    """

    place: str
    view: View
    expected: View = None
    hops: tuple[View, ...] = ()
    field: str = ""


@dataclass(frozen=True, slots=True)
class Create:
    """
    Make one record. KEY is ours (the outbox row); MARKER goes into the create request itself.

    FIXED are the views that scope the record (equality clauses of `take`, and `makes … with`). PARENT is the record of
    the same system that it is to hang on, as (kind, id).
    """

    key: str
    system: str
    kind: str
    marker: str
    changes: tuple[Change, ...]
    fixed: Views = field(default_factory=dict)
    parent: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """
    Change some places of one record. VERSION is the one the expected views were read with.

    CONFIRM are steps that a mapping allows although they cannot be taken back (`confirm: [convert]`).
    """

    key: str
    system: str
    kind: str
    id: str
    changes: tuple[Change, ...]
    version: str | None = None
    confirm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """
    Take one record away, if it still shows what is EXPECTED and nobody but our own account has worked on it.

    Asked for by a person (an undo), or by a rule for what the hub itself has put there.
    """

    key: str
    system: str
    kind: str
    id: str
    expected: Views = field(default_factory=dict)
    version: str | None = None


Write: TypeAlias = Create | Update | Delete


@dataclass(frozen=True, slots=True)
class Refused:
    """The system, or its connector, would not take a change. PLACE None: it did not say which one."""

    place: str | None
    reason: str
    allowed: tuple[View, ...] = ()
    """Where it stands a workflow, the views that can be reached from where the record is."""


@dataclass(frozen=True, slots=True)
class PastChange:
    """One entry of a system's own change log. PLACE and views in the words of `Views`."""

    id: str
    place: str
    old: View
    new: View
    at: str
    by: str | None = None
    ours: bool = False
    """Made by the account that the hub works with."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    What became of one write.

    - ``done``: sent and answered. RECORD is the record as read after it (the write's own answer or a read-back).
    - ``moved``: nothing was sent; the record no longer shows what was expected. RECORD is what it shows.
    - ``refused``: nothing was carried out; REFUSED says what and why. RECORD where one was read.
    - ``gone``: the record does not exist any more; OTHER if it answers under another id. So ends a delete.
    - ``unclear``: sent, no clear answer; it may or may not have been carried out.
    - ``unsent``: the request never left (budget, time, a failure before it); plan it again.

    A ``done`` may carry REFUSED too: those changes were left out and the rest was sent. PROVED: RECORD is the write's
    own answer, or carries the version that the write returned, so that what it shows is the system's doing and not a
    person's. BEFORE is the record that the compare saw. WINDOW is the seconds between compare and write, None where
    the write was conditional. LOG are change-log entries looked up on the way.
    """

    key: str
    state: Literal["done", "moved", "refused", "gone", "unclear", "unsent"]
    id: str | None = None
    record: VendorRecord | None = None
    before: VendorRecord | None = None
    proved: bool = False
    began: datetime | None = None
    """Hub's clock when the request that gave RECORD left."""
    refused: tuple[Refused, ...] = ()
    other: str | None = None
    window: float | None = None
    log: tuple[PastChange, ...] = ()
    reason: str = ""


# --- what a system is ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a system can and cannot do; the engine asks before it writes. Durations in seconds."""

    conditional_writes: bool = False
    """A stale update is refused by the system itself, exactly (etag, revision, lock; not a coarse stamp)."""
    write_batch: int = 1
    """How many writes `push` likes to get at once."""
    page_size: int = 100
    change_feed: bool = True
    """False: no change times; every pull is a full scan compared by content."""
    stamp_resolution: float = 1.0
    overlap: float = 2.0
    overlap_reason: str = "stamps have whole seconds"
    index_lag: float = 0.0
    """How long a record that was just made or changed may be missing from lists and searches."""
    marker: bool = True
    """Records can carry our marker in the create request, and it can be searched."""
    change_log: frozenset[str] = frozenset()
    """Places whose past changes the system can show."""
    shows_deletions: bool = False
    deletes: bool = False
    """The hub can delete records; the system may still refuse it to the hub's account."""
    webhooks: bool = False
    write_returns_record: bool = False
    """The answer to a write shows the record, so that a difference is the system's doing."""
    request_timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice: the id that views carry, its label, and whether it closes a record."""

    id: str
    label: str
    closes: bool = False
    group: str | None = None
    """The pipeline, tracker or project it belongs to, where there are several."""
    former: tuple[str, ...] = ()
    """Labels that it had when the hub asked before: a mapping that names one still works, and is told."""


@dataclass(frozen=True, slots=True)
class Place:
    """One field of a kind of record, as `discover` lists it. TYPE is the transform that fits it by default."""

    name: str
    label: str
    type: str
    required: bool = False
    writable: bool = True
    searchable: bool = True
    multiple: bool = False
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()
    example: View = None


@dataclass(frozen=True, slots=True)
class SystemPerson:
    """A person as one system knows them; ID is what views carry."""

    id: str
    name: str
    email: str | None = None
    login: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are in a system: proved by the first request of a run."""

    id: str
    name: str
    rights: tuple[str, ...] = ()
    server: str = ""
    """Product and version, where it tells."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that the workflow allows from one view of a status place to another; ROLE and TYPE scope it."""

    source: str
    target: str
    type: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a system has to offer for one kind of record."""

    system: str
    kind: str
    places: tuple[Place, ...]
    people: tuple[SystemPerson, ...] = ()
    account: Account | None = None
    transitions: tuple[Transition, ...] = ()
    notes: tuple[str, ...] = ()
    """What a person should know: missing rights, an unsearchable marker, an open instance."""
