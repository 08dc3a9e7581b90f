"""
What reconcile is given and what it gives back: frozen values, stored and shown by others.

VIEWS and VALUES are kept apart everywhere: a `Base` pairs the view of one system that the hub has last taken into
account with the value it stood for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.frozen import dataclass
from mappings.lens import Field


@dataclass(frozen=True, slots=True)
class Origin:
    """Who said the hub's value: a person at the hub, a rule, or a system; AT is when the hub took it."""

    by: Literal["person", "rule", "system"]
    name: str
    at: datetime | None = None
    ref: str = ""
    """The record it came from (``#41``), or the policy that decided."""
    who: str = ""
    """Of a system: the name of who changed that record last, where it says so."""


class Fact(NamedTuple):
    """The hub's value of one fact, with its origin."""

    value: Value
    origin: Origin
    since: datetime | None = None
    """Where ORIGIN says again what stood already: since when it does. Else it stands since ORIGIN said it."""


class Base(NamedTuple):
    """
    (value, view, fingerprint of the lens) of one slot; DEFAULT marks a server's own filling of an empty field.

    WAY is that of a view on the way to another one through a workflow: the target, then the views stood on before.
    """

    value: Facts
    view: View
    lens: str
    default: bool = False
    way: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class Parked:
    """
    A field of a link set aside for a person: left alone until (VALUE, VIEW) changes or a person retries; what a system
    did not take, until another view than that of VALUE would be written.

    CODE: ``unreadable``, ``refused`` (write refuses), ``rejected`` (the system refuses), ``dropped`` (silently kept as
    it was), ``altered`` (the server made something else of it), ``unclear`` (the server or a person), ``unseen``
    (never shown), ``out`` (a person's change where the hub only writes), ``in`` (another value where the hub only
    reads), ``no way`` (workflow), ``lossy`` (a write would drop content), ``drift`` (differs though nobody moved),
    ``gone``, ``overwritten`` (told, nothing is held back: our write went over an edit of the same moment), ``undoing``
    and ``undone`` (taken back by a person, see `undo`), ``unknown person`` (not read or not written, until
    somebody says who that is), ``emptied`` (a person whose account is gone there: the value stays),
    ``deleting`` and ``not deleted`` (a record that the hub takes away, or was to).
    """

    code: str
    text: str
    value: Facts = field(default_factory=dict)
    view: View = None
    allowed: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a conflict: what it says now and what it stood at."""

    system: str
    """The system's name, or ``hub``."""
    value: Value
    view: View = None
    record: str = ""
    origin: Origin | None = None
    entry: str = field(default="", compare=False)
    """The field that shows it, where a record has several of one fact."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A fact on which parties differ and no policy decides. HUB is the value that stands meanwhile."""

    fact: str
    hub: Value
    parties: tuple[Party, ...]
    why: str = ""


class FieldWrite(NamedTuple):
    """One field of a write: the facts it says, the view that says them, the view it replaces, the hops between."""

    field: str
    value: Facts
    view: View
    expected: View
    hops: tuple[View, ...] = ()
    undoes: Facts | None = None
    """Of a write that takes back what the hub wrote: what the hub says, and goes on saying."""


Verb: TypeAlias = Literal["create", "update", "delete"]
WriteState: TypeAlias = Literal["planned", "sent", "settled", "parked"]


@dataclass(frozen=True, slots=True)
class OpenWrite:
    """The open outbox row of an entity in a system. A ``sent`` one freezes its link."""

    key: str
    state: WriteState
    verb: Verb
    fields: tuple[FieldWrite, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """
    This entity is that record in that system.

    SEEN are the views last read, per field, where they differ from the base's (others are left out). A tombstone is a
    link whose record is gone: it keeps everything.
    """

    id: int
    system: str
    kind: str
    external_id: str
    version: str | None = None
    bases: Mapping[str, Base] = field(default_factory=dict)
    seen: Mapping[str, View] = field(default_factory=dict)
    parked: Mapping[str, Parked] = field(default_factory=dict)
    write: OpenWrite | None = None
    tombstone: bool = False
    gone: str = ""
    """Of a tombstone: why, where more is known than that the record is gone (``merged into 12``)."""
    in_scope: bool = True
    url: str | None = None
    touched: datetime | None = None
    answers: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    """Per field: when the hub last wrote it, then the answers since (ping-pong)."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One canonical record of any kind, as the hub holds it."""

    id: str
    kind: str
    key: str
    sync: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    held: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    """Values held before the present one, newest first, at most `HELD` per fact."""
    conflicts: Mapping[str, Conflict] = field(default_factory=dict)
    generation: int = 1
    created: datetime | None = None
    parent: str = ""
    """The entity (its id) that this one belongs to: the case of an item, the item of a part of it."""

    def with_decided(
        self,
        facts: Mapping[str, Fact],
        held: Mapping[str, tuple[Value, ...]],
        conflicts: Mapping[str, Conflict],
    ) -> "Entity":
        """Return the entity with what was decided; said in full, since `replace` takes as long as a decision."""
        made = (self.generation, self.created, self.parent)
        return Entity(self.id, self.kind, self.key, self.sync, facts, held, conflicts, *made)


HELD = 8
"""How many former values of a fact are kept to read ambiguous views."""


@dataclass(frozen=True, slots=True)
class Interval:
    """When something was done: not before or at AFTER, not later than UNTIL; None: nothing is known of that end."""

    after: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Side:
    """One live link as reconcile sees it: FRESH are the views of a new snapshot (field -> view), None without one."""

    link: Link
    fields: Mapping[str, Field]
    fresh: Mapping[str, View] | None = None
    at: datetime | None = None
    """The source's own time of the fresh snapshot, where it tells one."""
    after: datetime | None = None
    """When this record was last read before the fresh snapshot: its edits are later than that."""
    derived: Mapping[str, Value] = field(default_factory=dict)
    """Field -> the value of a fact that the hub works out for this link (`link`, `progress`)."""
    began: datetime | None = None
    """When the request of the fresh snapshot left."""
    edits: Mapping[str, Interval] = field(default_factory=dict)
    """Field -> when the view that is seen now was put there; only for the policy `newest`."""
    emptied: frozenset[str] = frozenset()
    """Fields of a person that are empty by no edit: the account of whoever stood there is gone."""
    editor: str = ""
    """The name of who changed the record last, as the fresh snapshot tells it; empty where nobody does, or the hub."""


class Event(NamedTuple):
    """
    One line of the history: entity, fact or field, old, new, who, where, why. Append-only.

    WHAT: ``read`` (a system shows another view), ``set`` (the hub's value changed), ``write`` (we wrote), ``conflict``,
    ``settled`` (a conflict is over), ``resolved`` (a person did it), ``parked``, ``linked``, ``opened``, ``gone``,
    ``returned``. OLD and NEW are views where SYSTEM is named, values otherwise.
    """

    what: str
    field: str
    old: Value | View = None
    new: Value | View = None
    system: str = ""
    by: str = ""
    at: datetime | None = None
    """Source time, where the system tells one."""
    cause: str = ""
    parties: Sequence[Mapping[str, View]] = ()
    """Of a conflict: what each party showed."""


@dataclass(frozen=True, slots=True)
class LinkChange:
    """
    What a reconcile leaves on a link: whole new BASES, SEEN and PARKED, and the write it wants (empty: none).

    DELETE: the record is to be taken away, if it shows what the writes expect.
    """

    link: int
    bases: Mapping[str, Base]
    seen: Mapping[str, View]
    parked: Mapping[str, Parked]
    write: tuple[FieldWrite, ...] = ()
    answers: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    delete: bool = False


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that is to be made for the entity in a system."""

    system: str
    kind: str
    fields: tuple[FieldWrite, ...]
    fixed: Mapping[str, View] = field(default_factory=dict)
    left_out: Mapping[str, Parked] = field(default_factory=dict)
    """Fields with a value that could not be written: parked, not left out in silence."""
    parent: tuple[str, str] | None = None
    """The record of the same system that it is to hang on, as (kind, id)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything decided about one entity: stored by `state`, listed by `plan`, told by `explain`."""

    entity: Entity
    links: Sequence[LinkChange] = ()
    creates: Sequence[NewRecord] = ()
    events: Sequence[Event] = ()
    reports: Sequence[str] = ()
