"""What the page of one case shows: frozen values; `opening` makes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from mappings.canonical.facts import PEOPLE
from mappings.canonical.values import Value
from mappings.exchange import View
from state.attention import Attention

from ..attachments.looking import FileView
from .casting import Names
from .feed import Feed
from .freshness import Freshness


@dataclass(frozen=True, slots=True)
class Side:
    """
    How one record stands in a fact: BASE is what was last agreed, VIEW what it shows (LABEL in its system's words).

    WAITS is what is on its way there, in its words ("": nothing); PARKED the code of why it is held back.
    """

    system: str
    kind: str
    field: str
    base: Value
    view: View
    label: str
    waits: str = ""
    parked: str = ""


@dataclass(frozen=True, slots=True)
class FactRow:
    """
    A fact with who said it: SYSTEM is where ("hub" for a person or a rule there), WHO names a person or rule, or who
    changed the record of a system last, REF the record or the policy. VALUE is None also where nobody has said it and
    systems show something all the same.
    """

    name: str
    type: str
    value: Value
    system: str
    by: str
    who: str
    ref: str
    at: datetime | None
    sides: Mapping[str, Side] = field(default_factory=dict)
    conflict: bool = False

    @property
    def names_people(self) -> bool:
        """Whether it says who somebody is: one person, or a set of them."""
        return self.type == "person" or self.name in PEOPLE


@dataclass(frozen=True, slots=True)
class Waiting:
    """One field of a write that has not arrived: FROM what the record shows TO what it will, in its system's words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LinkedRecord:
    """
    The record of the case in one system. URL opens it there ("" where it has no address); GONE says why it is not there
    any more. TOUCHED is when it was last read or written; WRITE is the state of what waits (``planned``, ``sent``; ""
    for nothing). One that is yet to be made has no RECORD.
    """

    system: str
    kind: str
    record: str
    url: str
    fresh: Freshness
    gone: str = ""
    in_scope: bool = True
    touched: datetime | None = None
    write: str = ""
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Opens:
    """Where something can be opened, in which system."""

    system: str
    record: str
    url: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A work item; LEVEL 0 belongs to the case itself, 1 is a part of the item above it, and so on."""

    key: str
    title: str
    category: str
    status: str
    assignee: str
    due: date | None
    blocked: bool
    block_reason: str
    level: int
    places: tuple[Opens, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note. TEXT is Markdown; None where it stays in its own system, and only that it exists is known."""

    key: str
    author: str
    at: datetime | None
    written_in: str
    text: str | None
    internal: bool
    places: tuple[Opens, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A page or folder that was made for the case, and how fresh what is known of it is."""

    key: str
    title: str
    kind: str
    state: str
    version: str
    url: str
    fresh: Freshness
    system: str = ""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """The person at the client, as a record of its own says."""

    key: str
    name: str
    client: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


Files: TypeAlias = tuple[FileView, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """
    A case as its page shows it. OPEN are the entries of the attention list that wait at it or at what belongs to it.

    STAGES are those of its sync in their order; FEED is one page of what happened to it.
    """

    key: str
    id: str
    sync: str
    title: str
    client: str
    created: datetime | None
    facts: tuple[FactRow, ...]
    records: tuple[LinkedRecord, ...]
    items: tuple[ItemRow, ...]
    notes: tuple[NoteRow, ...]
    files: Files
    documents: tuple[DocumentRow, ...]
    open: tuple[Attention, ...]
    names: Names
    stages: tuple[str, ...]
    feed: Feed
    more_notes: bool = False
    contact: ContactRow | None = None

    @property
    def conflicts(self) -> tuple[Attention, ...]:
        return tuple(entry for entry in self.open if entry.conflict is not None)

    @property
    def parked(self) -> tuple[Attention, ...]:
        return tuple(entry for entry in self.open if entry.conflict is None)

    def fact(self, name: str) -> FactRow | None:
        return next((one for one in self.facts if one.name == name), None)
