"""One case, and what belongs to it, as the API answers it."""

import datetime as dt

from pydantic import Field, field_validator

from flows.hub.browsing import CasePage, Feed

from .shapes import People, Raw, Said, Shape


class SideOf(Shape):
    """How one system's record stands in a fact."""

    system: str
    kind: str
    field: str
    base: Said
    """What was last agreed."""
    view: Raw
    """What the record shows."""
    label: str
    """The same as people there see it."""
    waits: str
    """What is on its way there, in that system's words."""
    parked: str
    """Why it is held back, where it is."""


class FactOf(Shape):
    """A fact: its value, who said it where and when, and how the systems stand."""

    name: str = Field(examples=["amount"])
    type: str = Field(examples=["money"])
    value: Said
    system: str
    """Where it was said; "hub" for a person or a rule there."""
    by: str
    who: str
    ref: str
    at: dt.datetime | None
    conflict: bool
    sides: tuple[SideOf, ...]

    @field_validator("sides", mode="before")
    @classmethod
    def _in_a_row(cls, sides: object) -> object:
        return tuple(sides.values()) if isinstance(sides, dict) else sides


class FreshOf(Shape):
    """How fresh is what is known of a system."""

    as_of: dt.datetime | None
    stale: bool


class WaitingOf(Shape):
    """A field of a write that has not arrived."""

    field: str
    before: str
    after: str


class RecordOf(Shape):
    """The case's record in one system."""

    system: str
    kind: str
    record: str
    """Its id there; empty for one that is yet to be made."""
    url: str
    gone: str
    in_scope: bool
    touched: dt.datetime | None
    fresh: FreshOf
    write: str
    waiting: tuple[WaitingOf, ...]


class PlaceOf(Shape):
    """Where something can be opened."""

    system: str
    record: str
    url: str
    gone: bool


class ItemOf(Shape):
    """A work item; level 0 is the case's own, 1 a part of the item above it."""

    key: str = Field(examples=["ITEM-7"])
    title: str
    category: str
    status: str
    assignee: str
    due: dt.date | None
    blocked: bool
    block_reason: str
    level: int
    places: tuple[PlaceOf, ...]


class NoteOf(Shape):
    """A note; its text is Markdown, null where it stays in its own system."""

    key: str = Field(examples=["NOTE-7"])
    author: str
    at: dt.datetime | None
    written_in: str
    text: str | None
    internal: bool
    places: tuple[PlaceOf, ...]


class FilePlaceOf(Shape):
    """How a file stands in one system."""

    system: str
    state: str
    record: str
    name: str
    url: str
    why: str


class FileOf(Shape):
    """A file of a case."""

    name: str = Field(examples=["смета.xlsx"])
    size: int | None
    digest: str | None
    internal: bool
    places: tuple[FilePlaceOf, ...]


class DocumentOf(Shape):
    """A page or a folder that was made for the case."""

    key: str
    title: str
    kind: str
    state: str
    version: str
    url: str
    system: str
    fresh: FreshOf


class ContactOf(Shape):
    """The person at the client, as a record of its own says."""

    key: str = Field(examples=["CONTACT-7"])
    name: str
    client: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]


class MayOf(Shape):
    """What whoever asks may do with the case."""

    comment: bool
    edit: bool
    settle: bool


class DiffersOf(Shape):
    """A conflict; the act `give` settles it by its key and field."""

    key: str = Field(examples=["CASE-42"])
    """The case itself, or its item or note."""
    field: str = Field(examples=["deadline"])


class CaseOf(Shape):
    """One case: its facts, and how its systems stand."""

    key: str = Field(examples=["CASE-42"])
    sync: str
    title: str
    client: str
    created: dt.datetime | None
    facts: tuple[FactOf, ...]
    records: tuple[RecordOf, ...]
    stages: tuple[str, ...]
    contact: ContactOf | None
    """The person at the client, where contacts are records of their own."""
    waiting: tuple[int, ...]
    """The numbers of the entries of the attention list that wait here, for `again` and `leave`."""
    conflicts: tuple[DiffersOf, ...]
    """What systems differ over, in the case or what belongs to it."""
    may: MayOf
    names: People

    @classmethod
    def of(cls, found: CasePage, may: dict[str, bool]) -> "CaseOf":
        """Return a case."""
        return cls(
            key=found.key,
            sync=found.sync,
            title=found.title,
            client=found.client,
            created=found.created,
            facts=tuple(FactOf.model_validate(one) for one in found.facts),
            records=tuple(RecordOf.model_validate(one) for one in found.records),
            stages=found.stages,
            contact=ContactOf.model_validate(found.contact) if found.contact else None,
            waiting=tuple(sorted(one.id for one in found.parked)),  # conflicts are numbered from 1 too
            conflicts=tuple(DiffersOf.model_validate(one) for one in found.conflicts),
            may=MayOf(**may),
            names=dict(found.names.known),
        )


class Items(Shape):
    """The work items of a case."""

    items: tuple[ItemOf, ...]
    names: People


class Notes(Shape):
    """The notes of a case."""

    notes: tuple[NoteOf, ...]
    more: bool
    """There are older ones; the history has them."""
    names: People


class Files(Shape):
    """The files of a case."""

    files: tuple[FileOf, ...]


class Documents(Shape):
    """The documents of a case."""

    documents: tuple[DocumentOf, ...]


class Happened(Shape):
    """One line of the history of a case."""

    id: int
    at: dt.datetime
    """When it was done."""
    hub_at: dt.datetime
    """When the hub wrote it down."""
    system: str
    record: str
    by: str
    what: str = Field(examples=["set"])
    field: str
    before: str
    after: str
    parties: tuple[tuple[str, str], ...]
    cause: str
    run: str
    kind: str
    key: str
    title: str
    text: str
    internal: bool


class History(Shape):
    """A page of what happened, newest first."""

    lines: tuple[Happened, ...]
    next: str
    """Where the following page begins (`before=`); empty at the end."""
    names: People

    @classmethod
    def of(cls, found: Feed) -> "History":
        """Return a page of the history."""
        lines = tuple(Happened.model_validate(one) for one in found.lines)
        return cls(lines=lines, next=found.next, names=dict(found.names.known))
